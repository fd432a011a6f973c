/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The figures of the plan, one a row of the file that `plan` names: a `row` that a value rests on, and the
 * rows that it `fits`, must be among them.
 */
#ifndef SP_SCENARIOS_FIGURES_H
#define SP_SCENARIOS_FIGURES_H

#include "scenarios/scenario.h"

/* Tells every row of a value that the plan does not have. Nothing to do for a scenario without a plan. The
 * setting is taken out of the tree: a resolved scenario repeats the run without the file. 0,
 * SP_ERROR_SCENARIO or SP_ERROR_RESOURCES. */
int sp_figures_check(struct sp_scenario *scenario, struct sp_problems *problems);

#endif
