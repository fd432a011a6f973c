/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What descriptors say, in a few words each: the pieces of which help, the reference page and the first
 * scenario are made. Texts live in the prose; "" when memory is missing.
 */
#ifndef SP_SCENARIOS_DESCRIBE_H
#define SP_SCENARIOS_DESCRIBE_H

#include "scenarios/catalog.h"
#include "scenarios/prose.h"

/* With the fewest digits that give it back: "0.05", "1e12". */
const char *sp_describe_number(struct sp_prose *prose, double number);

/* The default as it would be written; "required", "none" for one that may be left out, or "-" for a text. */
const char *sp_describe_default(struct sp_prose *prose, const struct sp_field *field);

bool sp_describe_is_required(const struct sp_field *field);

/* "0 .. 1", or the choices, or "a text", "a quarter", .. */
const char *sp_describe_bounds(struct sp_prose *prose, const struct sp_field *field);

/* How often it is drawn when the scenario does not say: "path", "quarter", or "-" for what is never drawn. */
const char *sp_describe_each(const struct sp_field *field);

/* An example of the first or second instance (0, 1), or NULL. */
const char *sp_describe_example(const struct sp_field *field, size_t instance);

/* "tier.NAME". */
const char *sp_describe_path(struct sp_prose *prose, const struct sp_field_table *table);

/* "tier.scaled", "risk.outage.mitigation". */
const char *sp_describe_instance(struct sp_prose *prose, const struct sp_field_table *table,
                                 const char *instance);

/* The account of a cost line, what it can be given by; "" for what is no cost line. */
const char *sp_describe_account(struct sp_prose *prose, const struct sp_mechanism *mechanism,
                                const struct sp_write *write);

/* "users, paid of the quarter before, stories if there are any, all cost lines in cogs". */
const char *sp_describe_reads(struct sp_prose *prose, const struct sp_mechanism *mechanism);

/* Mechanisms that read a column, separated by ", "; "" for none. */
const char *sp_describe_readers(struct sp_prose *prose, const struct sp_write *write);

/* --- Laws --- */

size_t sp_describe_law_parameters(const struct sp_law_form *form);

/* "min, mode, max [, lambda = 4]". */
const char *sp_describe_law_form(struct sp_prose *prose, const struct sp_law_form *form);

/* "{ normal = { mean = 10, sd = 2 } }", or "" when a parameter is of a kind not known here. */
const char *sp_describe_law_example(struct sp_prose *prose, const struct sp_law_form *form);

/* The parameters that may be assumptions of their own, "mean, sd"; "" for none. */
const char *sp_describe_law_drawn(struct sp_prose *prose, const struct sp_law_form *form);

/* Which values it takes: "all numbers", "above 0", "min .. max"; "" when not known. */
const char *sp_describe_law_support(struct sp_prose *prose, const struct sp_law_form *form);

#endif
