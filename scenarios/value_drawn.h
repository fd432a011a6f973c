/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws whose parameters are assumptions of their own: { exponential = { mean = { lognormal = { .. } } } }.
 * The parameter has the key KEY.mean, its own source, and can be changed like any other assumption.
 */
#ifndef SP_SCENARIOS_VALUE_DRAWN_H
#define SP_SCENARIOS_VALUE_DRAWN_H

#include "scenarios/value.h"

/* Whether the table holds a law by name with a parameter that is a table. */
bool sp_value_drawn_is(const struct sp_node *table);

/* Reads it into the input's assumption: `drawn`, and the law at the medians of the parameters. */
int sp_value_drawn_read(const struct sp_value_context *context, const struct sp_node *table,
                        struct sp_input *input);

/* The law of the value over all its parameters: a mixture over so many sets of them, spread over all their
 * values. Close, not exact. NULL: out of memory. */
const struct sp_law *sp_value_drawn_mix(struct sp_arena *arena, const struct sp_drawn *drawn, size_t sets);

#endif
