/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs a scenario, given as text, for some paths, and looks into its columns quarter by quarter.
 */
#ifndef SP_TESTS_UNIT_MODELS_PATHS_HELPER_H
#define SP_TESTS_UNIT_MODELS_PATHS_HELPER_H

#include "engine/run/block.h"
#include "scenarios/scenario.h"

struct paths {
    struct sp_scenario *scenario;
    struct sp_plan *plan;
    struct sp_block *block;
    size_t n;
};

/* Fails the test when the scenario is not good. n <= 65536. The opening state is there. */
struct paths paths_start(const char *text, size_t n);
void paths_end(struct paths *paths);

/* The column at the end of the current quarter, or NULL when there is none of that name. */
const double *paths_column(const struct paths *paths, const char *name);

double paths_mean(const struct paths *paths, const char *name);

/* The messages about a scenario, joined by " | ". Static storage. */
const char *paths_problems(const char *text);

#endif
