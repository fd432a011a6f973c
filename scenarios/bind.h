/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Binds the tables of a scenario to the mechanisms' descriptors, and [change.NAME] to what they change.
 */
#ifndef SP_SCENARIOS_BIND_H
#define SP_SCENARIOS_BIND_H

#include "scenarios/scenario.h"

/* Fills uses, inputs and changes from scenario->root; the settings are there already. All problems are told:
 * unknown keys (with the nearest known one), missing keys, wrong values. 0 or an error. */
int sp_bind_scenario(struct sp_scenario *scenario, struct sp_problems *problems);

#endif
