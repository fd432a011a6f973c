/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The columns of a plan: what its mechanisms write and read, by name; and which of them become metrics.
 */
#ifndef SP_SCENARIOS_COLUMNS_H
#define SP_SCENARIOS_COLUMNS_H

#include "scenarios/scenario.h"

/* Makes the columns of all steps (in the order of scenario->use), and binds reads and writes to them. A
 * column that is read and written by nobody is a problem, unless the read is optional; so is one written
 * twice. */
int sp_columns_bind(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant,
                    struct sp_problems *problems);

/* Makes metrics of the columns that are not internal, or of those that [results] names; the parts of a ratio
 * come with it. Makes the categories. */
int sp_columns_select(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_problems *problems);

#endif
