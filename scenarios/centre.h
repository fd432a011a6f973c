/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scenario at its centre: one path, every draw at its law's median, with the formulas of its columns.
 *
 * The rule: every uniform number is u = 1/2 + 2^-33 (stream.h), noise and factors are 0; an event happens
 * only when its probability is above 1/2; people are not rounded to whole ones, and of n people who do
 * something with probability p, n p do.
 */
#ifndef SP_SCENARIOS_CENTRE_H
#define SP_SCENARIOS_CENTRE_H

#include "engine/run/centre.h"
#include "scenarios/scenario.h"

/* Works out the path of a plan compiled `at_centre` from the scenario. 0, SP_ERROR_RESOURCES, or
 * SP_ERROR_NUMERIC with a problem that names column and quarter. Free with sp_centre_free. */
int sp_centre_make(const struct sp_scenario *scenario, const struct sp_plan *plan,
                   struct sp_problems *problems, struct sp_centre **centre);

void sp_centre_free(struct sp_centre *centre); /* NULL is allowed */

#endif
