/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Compiles a valid scenario to a plan: assumptions become variables, mechanisms become steps over columns.
 */
#ifndef SP_SCENARIOS_COMPILE_H
#define SP_SCENARIOS_COMPILE_H

#include "scenarios/scenario.h"

struct sp_compile_options {
    const char *kernel_level; /* NULL: the best one */
    size_t kept_paths;
    int threads;    /* 0: all processors; changes nothing in the plan */
    bool all_times; /* every time is kept, whatever [results] times says */
    bool at_centre; /* every draw at its median, every column worked out and every time kept, asked for or not
                     */
};

/* The plan, to be freed by the caller (it borrows nothing from the scenario), or NULL with problems: a
 * mechanism that misses what another would write, results that need each other, metrics in [results] that do
 * not exist. */
struct sp_plan *sp_compile_plan(const struct sp_scenario *scenario, const struct sp_compile_options *options,
                                struct sp_problems *problems);

#endif
