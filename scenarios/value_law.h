/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reads a law out of the table that holds it: { normal = { mean = 0, sd = 1 }, within = [0, 1] }. How laws
 * are written: README.md.
 */
#ifndef SP_SCENARIOS_VALUE_LAW_H
#define SP_SCENARIOS_VALUE_LAW_H

#include "scenarios/value.h"

/* Whether a key is the name of a law, or a percentile ("p10", "p2.5"). */
bool sp_value_law_is_name(const char *key);
bool sp_value_law_is_percentile(const char *key);

/* Whether a law of this name is made of parameters, and not of lists or of other laws. */
bool sp_value_law_is_form(const char *key);

/* The form that the parameters in the law's table make. */
int sp_value_law_form(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                      const struct sp_law_form **form);

/* How many laws the table holds; percentiles together are one. */
size_t sp_value_law_count(const struct sp_node *table);

/* Writes all keys that belong to laws to `known`, for suggestions; returns how many (at most 40). */
size_t sp_value_law_known(const char **known);

/* Marks all that belongs to laws as understood, when it is not read because something else is wrong. */
void sp_value_law_pass(const struct sp_node *table);

/* The one law in the table, cut and stretched as the table says. Other keys are left alone. */
int sp_value_law_read(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                      struct sp_law *law);

#endif
