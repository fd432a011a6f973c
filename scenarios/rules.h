/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lets every mechanism look for mistakes that no field shows alone: see `check` in engine/run/mechanism.h.
 */
#ifndef SP_SCENARIOS_RULES_H
#define SP_SCENARIOS_RULES_H

#include "scenarios/value.h"

/* Only when nothing is wrong so far: the tables are complete then. 0 or an error. */
int sp_rules_check(const struct sp_value_context *context, const struct sp_scenario *scenario);

#endif
