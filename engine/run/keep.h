/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kept paths: the first K paths as they went, metric by metric and quarter by quarter, with their inputs.
 * They are simulated once more for this: a draw does not depend on who asks for it.
 */
#ifndef SP_ENGINE_RUN_KEEP_H
#define SP_ENGINE_RUN_KEEP_H

#include "engine/run/follow.h"

/* Names the inputs of the result: every assumption drawn once per path. 0 or SP_ERROR_RESOURCES. */
int sp_keep_inputs(const struct sp_plan *plan, struct sp_result *result);

/* Fills `kept` and `kept_input` of the variant when the plan keeps paths. 0 or SP_ERROR_RESOURCES. */
int sp_keep_paths(const struct sp_plan *plan, const struct sp_variant *variant, struct sp_result *result,
                  struct sp_variant_result *out);

#endif
