/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs a plan: pilot, batches in parallel, merging, and the statistics of everything.
 */
#ifndef SP_ENGINE_RUN_RUN_H
#define SP_ENGINE_RUN_RUN_H

#include "engine/run/plan.h"

struct sp_run_options {
    int threads;  /* 0: all processors */
    size_t block; /* paths computed together, a multiple of 64; 0: the default. Never changes a result. */
    const struct sp_kept_sink *kept; /* where kept paths go; NULL: they become part of the result */
};

/* Runs the plan and makes the result (to be freed by the caller), with provenance left to be filled in by
 * whoever knows the scenario. Errors: SP_ERROR_RESOURCES; SP_ERROR_NUMERIC naming metric, quarter and path;
 * those of options->kept. */
int sp_run(const struct sp_plan *plan, const struct sp_run_options *options, struct sp_problems *problems,
           struct sp_result **result);

#endif
