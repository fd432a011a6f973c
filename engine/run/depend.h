/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which results depend on a variable: found by trying. A few hundred paths are simulated as planned and again
 * with the variable at other values, of which each path draws one; a column that differs anywhere depends on
 * it. Only steps that it can reach (reach.h) are run again.
 */
#ifndef SP_ENGINE_RUN_DEPEND_H
#define SP_ENGINE_RUN_DEPEND_H

#include "engine/run/plan.h"

/* Sets depends[i][column] for each variable[i], i < count; all false before. 0 or SP_ERROR_RESOURCES. */
int sp_depend_find(const struct sp_plan *plan, const struct sp_variant *variant, int threads, size_t count,
                   const size_t *variable, bool *const *depends);

#endif
