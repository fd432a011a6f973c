/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Changes: `[change.NAME] of = ["ai.cost_free", ..]`, with one of `times`, `plus`, `set`, and `from` and
 * `until` (the first and the last quarter in which it acts; the whole horizon when not given). `ramp = 4`
 * lets it grow in equal parts, to act in full from the fourth quarter on.
 */
#ifndef SP_SCENARIOS_CHANGES_H
#define SP_SCENARIOS_CHANGES_H

#include "scenarios/value.h"

/* Binds all [change.NAME]; inputs are bound already. A change of something that is not there is a problem. */
int sp_changes_bind(const struct sp_value_context *context, struct sp_scenario *scenario);

/* Adds an entry { of = .., times = .. } of a list of effects (base/field.h) called `list`, such as
 * "risk.outage.effect"; its name is that with the first assumption it changes. `begins` may be NULL. */
int sp_changes_add_effect(const struct sp_value_context *context, struct sp_scenario *scenario,
                          struct sp_node *table, const char *list, const char *share, const char *begins);

/* Puts all changes in the order of their names. */
void sp_changes_sort(struct sp_scenario *scenario);

#endif
