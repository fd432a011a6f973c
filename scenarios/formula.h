/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The text of a formula to its operations (engine/run/formula.h):
 *
 *     or-part    = and-part { "or" and-part }
 *     and-part   = not-part { "and" not-part }
 *     not-part   = [ "not" ] comparison
 *     comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
 *     sum        = product { ( "+" | "-" ) product }
 *     product    = factor { ( "*" | "/" ) factor }
 *     factor     = [ "-" ] ( number [ "%" ] | name | "(" or-part ")" )
 *
 * A name is that of a column, with its dots: cost.ai. In a number _ may stand between digits.
 */
#ifndef SP_SCENARIOS_FORMULA_H
#define SP_SCENARIOS_FORMULA_H

#include "engine/run/formula.h"
#include "scenarios/value.h"

/* Before the columns are known: an operation on a column has its name here, and where it stands. */
struct sp_formula_text {
    size_t operations;
    struct sp_operation *operation;
    const char **name;      /* [operations] NULL for what is no column */
    struct sp_place *place; /* [operations] */
};

/* Parses the text of `node`; `key` names it in messages. 0, SP_ERROR_SCENARIO or SP_ERROR_RESOURCES. */
int sp_formula_parse(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                     struct sp_formula_text **formula);

/* Finds the columns of a plan; a ratio becomes the division of its parts. */
int sp_formula_bind(struct sp_arena *arena, const struct sp_formula_text *text, const char *key,
                    const struct sp_variant *variant, struct sp_problems *problems,
                    struct sp_formula **formula);

#endif
