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

/* "cost.risk.*" with "outage" gives "cost.risk.outage". NULL: out of memory. */
const char *sp_columns_instance_name(struct sp_arena *arena, const char *pattern, const char *instance);

/* The column of that name, or SP_PLAN_NONE. */
int sp_columns_find(const struct sp_variant *variant, const char *name);

/* Makes metrics of the columns that are not internal, or of those that [results] names; the parts of a ratio
 * come with it. Makes the categories. */
int sp_columns_select(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_problems *problems);

#endif
