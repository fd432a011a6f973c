/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From a scenario's text to its result, for the tests of engine/, models/ and the statistics.
 */
#ifndef SP_TESTS_SUPPORT_ENGINE_TEST_RUN_H
#define SP_TESTS_SUPPORT_ENGINE_TEST_RUN_H

#include "engine/run/run.h"

struct engine_test_options {
    size_t kept; /* paths kept */
    int threads;
    size_t block;
    const char *level;
};

struct engine_test_run {
    struct sp_problems problems;
    struct sp_plan *plan;     /* NULL: refused */
    struct sp_result *result; /* NULL: failed */
    int error;
};

/* Reads, compiles and runs. Does not fail by itself. */
struct engine_test_run engine_test_run(const char *text, struct engine_test_options options);

/* The same, and the test ends with the problems' text when anything goes wrong. */
struct engine_test_run engine_test_run_well(const char *text, struct engine_test_options options);

/* Up to the plan: `result` stays NULL. */
struct engine_test_run engine_test_compile(const char *text, struct engine_test_options options);

void engine_test_free(struct engine_test_run *run);

/* The first problem's text, "" without any. */
const char *engine_test_problem(const struct engine_test_run *run);

/* A metric's place in the result; the test ends when there is none of that name. */
size_t engine_test_metric(const struct sp_result *result, const char *metric);

const struct sp_estimate *engine_test_estimate(const struct sp_result *result, enum sp_axis_kind axis,
                                               const char *metric, size_t time, enum sp_statistic statistic);

/* The estimate of a metric over the path-quarters in a tier. */
const struct sp_estimate *engine_test_tier(const struct sp_result *result, const char *metric, size_t label,
                                           enum sp_statistic statistic);

/* Values of the kept paths, [kept]. */
const double *engine_test_kept(const struct sp_result *result, const char *metric, size_t quarter);
const double *engine_test_kept_input(const struct sp_result *result, const char *input);

/* How often a rule was applied. */
uint64_t engine_test_rule(const struct sp_result *result, const char *name);

/* A scenario with every mechanism, components and a risk, uncertain in all of them, 12 quarters with fiscal
 * years that end in September. `top` stands before its tables (settings), `more` after them. */
const char *engine_test_scenario(size_t paths, const char *top, const char *more);

/* A text that printf would make; the test's process frees it at its end. */
const char *engine_test_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
