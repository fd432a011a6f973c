/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every value that a scenario uses, settings too, given or default, with where it comes from; and what
 * changes, factors and correlations say of whom they concern and when.
 */
#ifndef SP_SCENARIOS_RESOLVED_H
#define SP_SCENARIOS_RESOLVED_H

#include "scenarios/scenario.h"

/* In order of key, all texts in the arena. 0 or SP_ERROR_RESOURCES. */
int sp_resolved_list(const struct sp_scenario *scenario, struct sp_arena *arena, struct sp_origin **origin,
                     size_t *origins);

/* The list as a table for people, to be freed with free(): key, value, unit, where it stands; on a line
 * below, what is known of its source. Values and sources are shortened to fit `width`. 0 or
 * SP_ERROR_RESOURCES. */
int sp_resolved_text(const struct sp_scenario *scenario, int width, char **text);

#endif
