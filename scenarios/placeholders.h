/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Placeholders: inputs that nobody has vouched for. Every result that depends on one says so.
 */
#ifndef SP_SCENARIOS_PLACEHOLDERS_H
#define SP_SCENARIOS_PLACEHOLDERS_H

#include "scenarios/scenario.h"

/* Sets `placeholders` of every column of the variant. 0 or SP_ERROR_RESOURCES. */
int sp_placeholders_mark(struct sp_plan *plan, struct sp_variant *variant, const struct sp_scenario *scenario,
                         int threads);

#endif
