/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a sink is given: every value of the kept paths once, whatever the threads and blocks; and what a run
 * does when the sink fails.
 */
#include "engine/base/error.h"
#include "engine/run/run.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(keep, .timeout = 120);

/* A sink that remembers how often each value came, and fails when `left` calls have been made. */
struct memory {
    size_t rows, paths, begun;
    double *x;
    unsigned char *times;
    size_t left;
};

static int begin(void *context, const struct sp_result *result, struct sp_problems *problems) {
    struct memory *memory = context;
    (void)problems;
    memory->begun++;
    memory->rows = result->variants * sp_result_kept_rows(result);
    memory->paths = result->kept_paths;
    memory->x = calloc(memory->rows * memory->paths, sizeof *memory->x);
    memory->times = calloc(memory->rows * memory->paths, 1);
    return 0;
}

static int put(void *context, size_t row, size_t first, const double *x, size_t n) {
    struct memory *memory = context;
    size_t left = __atomic_fetch_sub(&memory->left, 1, __ATOMIC_RELAXED);
    if (left == 0 || left > SIZE_MAX / 2)
        return -1;
    cr_assert(row < memory->rows && first + n <= memory->paths);
    memcpy(memory->x + row * memory->paths + first, x, n * sizeof *x);
    for (size_t i = 0; i < n; i++)
        memory->times[row * memory->paths + first + i]++;
    return 0;
}

static int tell(void *context, struct sp_problems *problems) {
    (void)context;
    return sp_problems_add(problems, SP_ERROR_OUTPUT, (struct sp_place){0}, "the sink is full");
}

static void free_memory(struct memory *memory) {
    free(memory->x);
    free(memory->times);
}

/* A run whose kept paths go to the sink. */
static int run_into(struct memory *memory, struct engine_test_run *run, struct engine_test_options how) {
    const struct sp_kept_sink sink = {memory, begin, put, tell};
    *run = engine_test_compile(engine_test_scenario(40000, "", ""), how);
    cr_assert_not_null(run->plan);
    struct sp_run_options options = {.threads = how.threads, .block = how.block, .kept = &sink};
    return sp_run(run->plan, &options, &run->problems, &run->result);
}

static void expect_same(const struct sp_result *expected, struct engine_test_options how) {
    struct memory memory = {.left = SIZE_MAX / 2};
    struct engine_test_run run;
    cr_assert_eq(run_into(&memory, &run, how), 0);
    cr_expect_eq(memory.begun, 1);
    cr_expect_null(run.result->variant[0].kept);
    cr_assert_eq(memory.paths, expected->kept_paths);
    size_t values = memory.rows * memory.paths, wrong = 0;
    for (size_t i = 0; i < values; i++)
        wrong += memory.times[i] != 1;
    cr_expect_eq(wrong, 0, "%zu values came not at all or more than once", wrong);
    cr_expect(memcmp(memory.x, expected->variant[0].kept, values * sizeof *memory.x) == 0);
    free_memory(&memory);
    engine_test_free(&run);
}

Test(keep, every_value_comes_once_whatever_the_threads_and_blocks) {
    struct engine_test_options how = {.kept = 33333, .threads = 1};
    struct engine_test_run expected = engine_test_run_well(engine_test_scenario(40000, "", ""), how);
    cr_assert_eq(expected.result->kept_paths, 33333);
    for (int threads = 1; threads <= 3; threads++)
        for (size_t block = 64; block <= 8192; block *= 11) {
            how.threads = threads;
            how.block = block / 64 * 64;
            expect_same(expected.result, how);
        }
    engine_test_free(&expected);
}

Test(keep, none_kept_begins_nothing) {
    struct memory memory = {.left = SIZE_MAX / 2};
    struct engine_test_run run;
    cr_assert_eq(run_into(&memory, &run, (struct engine_test_options){.threads = 1}), 0);
    cr_expect_eq(memory.begun, 0);
    engine_test_free(&run);
}

Test(keep, a_sink_that_fails_ends_the_run) {
    static const size_t left[] = {0, 1, 100, 300};
    for (size_t i = 0; i < sizeof left / sizeof *left; i++)
        for (int threads = 1; threads <= 2; threads++) {
            struct memory memory = {.left = left[i]};
            struct engine_test_run run;
            struct engine_test_options how = {.kept = 40000, .threads = threads};
            cr_expect_eq(run_into(&memory, &run, how), SP_ERROR_OUTPUT);
            cr_expect_null(run.result);
            cr_assert_eq(run.problems.count, 1);
            cr_expect_str_eq(run.problems.items[0].what, "the sink is full");
            free_memory(&memory);
            engine_test_free(&run);
        }
}
