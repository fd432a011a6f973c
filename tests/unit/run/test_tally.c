/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts of a run, wherever they are: in the tallies, or moved from them.
 */
#include "engine/run/pilot.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(tally, .timeout = 60);

enum { PATHS = 300, FIRST_PATH = 1 << 20 }; /* the pilot has not seen them */

/* Every value counted by itself, in rows of all slots. */
struct twin {
    const struct sp_tally_plan *plan;
    uint64_t *stream, *cell;
};

static size_t slot_twin(const struct sp_histogram_plan *plan, double x) {
    size_t atom = sp_histogram_atom(plan, x);
    return atom < plan->atoms ? SP_HISTOGRAM_BINS + 1 + atom : sp_histogram_bin(plan, x);
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct twin *twin = context;
    const struct sp_plan *plan = twin->plan->plan;
    size_t stream = sp_tally_stream(plan, sight->axis, sight->metric, sight->time);
    size_t row = twin->plan->metric_row[0][sight->metric];
    const double *tier = sp_block_now(block, plan->category[0].column);
    for (size_t p = 0; p < sp_block_valid(block); p++) {
        twin->stream[stream * SP_HISTOGRAM_SLOTS + slot_twin(&twin->plan->stream[stream], sight->x[p])]++;
        if (sight->axis != SP_AXIS_QUARTER || row == SIZE_MAX)
            continue;
        size_t cell = twin->plan->first_cell[0] + row * plan->category[0].labels + (size_t)tier[p];
        twin->cell[cell * SP_HISTOGRAM_SLOTS + slot_twin(&twin->plan->cell[0][row], sight->x[p])]++;
    }
}

/* One or two tallies that count the same two batches. */
struct counted {
    struct sp_arena *arena;
    struct sp_tally_plan plan;
    struct sp_tally *tally[2];
    struct sp_counts counts;
};

static void count(struct counted *counted, const struct sp_plan *plan, int tallies, bool moved, size_t paths,
                  struct twin *twin) {
    const struct sp_visitor visitor = {.context = twin, .metric = see_metric};
    counted->arena = sp_arena_create();
    cr_assert_eq(sp_pilot_run(counted->arena, plan, &plan->variant[0], 1, &counted->plan), 0);
    for (int i = 0; i < tallies; i++)
        counted->tally[i] = sp_tally_create(&counted->plan, 64);
    cr_assert_eq(sp_tally_counts_create(&counted->plan, counted->tally, tallies, &counted->counts), 0);
    if (twin) {
        twin->plan = &counted->plan;
        twin->stream = calloc(counted->counts.streams * SP_HISTOGRAM_SLOTS, sizeof *twin->stream);
        twin->cell = calloc(counted->counts.cells * SP_HISTOGRAM_SLOTS, sizeof *twin->cell);
    }
    for (int batch = 0; batch < 2; batch++) {
        sp_tally_batch(counted->tally[batch % tallies], FIRST_PATH + (uint64_t)batch * paths, paths,
                       twin ? &visitor : NULL);
        if (moved)
            sp_tally_flush(counted->tally[batch % tallies], &counted->counts);
    }
    sp_tally_finish(&counted->counts);
}

static void release(struct counted *counted) {
    for (int i = 0; i < 2; i++)
        sp_tally_free(counted->tally[i]);
    sp_tally_counts_free(&counted->counts);
    sp_arena_free(counted->arena);
}

/* All slots of values, of whatever size. */
static void read_stream(const struct counted *counted, size_t stream, uint64_t *row) {
    memset(row, 0, SP_HISTOGRAM_SLOTS * sizeof *row);
    sp_tally_stream_counts(&counted->counts, stream, -1e300, 1e300, row);
}

static uint64_t sum(const uint64_t *row) {
    uint64_t total = 0;
    for (size_t i = 0; i < SP_HISTOGRAM_SLOTS; i++)
        total += row[i];
    return total;
}

static void expect_same(const struct counted *a, const struct counted *b) {
    static uint64_t x[SP_HISTOGRAM_SLOTS], y[SP_HISTOGRAM_SLOTS];
    const struct sp_plan *plan = a->plan.plan;
    for (size_t i = 0; i < plan->metrics * plan->quarters; i++) {
        read_stream(a, i, x);
        read_stream(b, i, y);
        cr_expect_arr_eq(x, y, sizeof x, "stream %zu", i);
        cr_expect(sum(x) <= 2 * PATHS && (i >= plan->quarters || sum(x) == 2 * PATHS), "stream %zu", i);
    }
    for (size_t i = 0; i < a->counts.cells; i++) {
        const struct sp_histogram_plan *cell = &a->plan.cell[0][i / plan->category[0].labels];
        sp_tally_cell_counts(&a->counts, i, -1e300, 1e300, x);
        sp_tally_cell_counts(&b->counts, i, -1e300, 1e300, y);
        cr_expect_arr_eq(x, y, (SP_HISTOGRAM_BINS + 1 + cell->atoms) * sizeof *x, "cell %zu", i);
    }
    cr_expect_arr_eq(a->counts.passage_count, b->counts.passage_count, a->counts.passage * sizeof(uint64_t));
    cr_expect_arr_eq(a->counts.rule, b->counts.rule, a->counts.rules * sizeof(uint64_t));
}

Test(tally, counts_are_the_same_moved_or_not) {
    struct engine_test_run run =
        engine_test_compile(engine_test_scenario(64, "", ""), (struct engine_test_options){.threads = 1});
    cr_assert_not_null(run.plan);
    struct counted one = {0};
    count(&one, run.plan, 1, false, PATHS, NULL);
    for (int way = 1; way < 4; way++) {
        struct counted other = {0};
        count(&other, run.plan, 1 + way / 2, way % 2, PATHS, NULL);
        expect_same(&one, &other);
        release(&other);
    }
    release(&one);
    engine_test_free(&run);
}

/* How many values lie outside the windows of their rows; each row is as it is counted one by one. */
static uint64_t expect_twin(const struct counted *counted, const struct twin *twin, bool is_cell, int way) {
    static uint64_t row[SP_HISTOGRAM_SLOTS];
    const struct sp_plan *plan = counted->plan.plan;
    uint64_t outside = 0;
    for (size_t i = 0; i < (is_cell ? counted->counts.cells : counted->counts.streams); i++) {
        const uint64_t *expected = (is_cell ? twin->cell : twin->stream) + i * SP_HISTOGRAM_SLOTS;
        const struct sp_histogram_plan *its =
            is_cell ? &counted->plan.cell[0][i / plan->category[0].labels] : &counted->plan.stream[i];
        memset(row, 0, sizeof row);
        (is_cell ? sp_tally_cell_counts : sp_tally_stream_counts)(&counted->counts, i, -1e300, 1e300, row);
        cr_expect_arr_eq(row, expected, sizeof row, "way %d, %s %zu", way, is_cell ? "cell" : "stream", i);
        for (size_t bin = 0; bin < SP_HISTOGRAM_BINS; bin++)
            outside += bin - its->window.first < its->window.count ? 0 : row[bin];
    }
    return outside;
}

/* A tail so long that thousands of paths go far beyond what the pilot has seen. */
Test(tally, values_that_the_pilot_did_not_expect_are_counted_too) {
    struct engine_test_run run =
        engine_test_compile(engine_test_scenario(64, "",
                                                 "[risk.breach]\nper_quarter = 0.4\n"
                                                 "cost = { pareto = { min = 2_385, shape = 0.7 } }\n"),
                            (struct engine_test_options){.threads = 1});
    cr_assert_not_null(run.plan, "%s", engine_test_problem(&run));
    for (int way = 0; way < 4; way++) {
        struct counted counted = {0};
        struct twin twin;
        count(&counted, run.plan, 1 + way / 2, way % 2, 2500, &twin);
        cr_expect_gt(expect_twin(&counted, &twin, false, way), 100);
        cr_expect_gt(expect_twin(&counted, &twin, true, way), 0);
        release(&counted);
        free(twin.stream);
        free(twin.cell);
    }
    engine_test_free(&run);
}
