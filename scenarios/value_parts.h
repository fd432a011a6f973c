/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files value*.c share among themselves.
 */
#ifndef SP_SCENARIOS_VALUE_PARTS_H
#define SP_SCENARIOS_VALUE_PARTS_H

#include "engine/base/error.h"
#include "scenarios/value.h"

#define TELL(context, node, ...)                                                                             \
    sp_problems_add((context)->problems, SP_ERROR_SCENARIO, (node)->place, __VA_ARGS__)

/* "a table", "a list", .. for messages. */
const char *sp_value_kind_name(const struct sp_node *node);

/* The reader marks what it has understood on a tree that is const to everybody else. */
static inline void sp_value_mark_used(const struct sp_node *node) {
    ((struct sp_node *)(uintptr_t)node)->used = true;
}

/* A quarter's text, as an index. */
int sp_value_find_quarter(const struct sp_value_context *context, struct sp_place place, const char *key,
                          const char *text, bool outside, int *quarter);

/* Room for the entries of a schedule. 0 or SP_ERROR_RESOURCES. */
int sp_value_create_entries(const struct sp_value_context *context, struct sp_assumption *assumption,
                            size_t entries);

#endif
