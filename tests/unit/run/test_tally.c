/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts of a run, wherever they are: in the tallies, or moved from them.
 */
#include "engine/run/pilot.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(tally, .timeout = 60);

enum { PATHS = 300 };

/* One or two tallies that count the same two batches. */
struct counted {
    struct sp_arena *arena;
    struct sp_tally_plan plan;
    struct sp_tally *tally[2];
    struct sp_counts counts;
};

static void count(struct counted *counted, const struct sp_plan *plan, int tallies, bool moved) {
    counted->arena = sp_arena_create();
    cr_assert_eq(sp_pilot_run(counted->arena, plan, &plan->variant[0], 1, &counted->plan), 0);
    for (int i = 0; i < tallies; i++)
        counted->tally[i] = sp_tally_create(&counted->plan, 64);
    cr_assert_eq(sp_tally_counts_create(&counted->plan, counted->tally, tallies, &counted->counts), 0);
    for (int batch = 0; batch < 2; batch++) {
        sp_tally_batch(counted->tally[batch % tallies], (uint64_t)batch * PATHS, PATHS, NULL);
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
        sp_tally_cell_counts(&a->counts, i, cell, -1e300, 1e300, x);
        sp_tally_cell_counts(&b->counts, i, cell, -1e300, 1e300, y);
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
    count(&one, run.plan, 1, false);
    for (int way = 1; way < 4; way++) {
        struct counted other = {0};
        count(&other, run.plan, 1 + way / 2, way % 2);
        expect_same(&one, &other);
        release(&other);
    }
    release(&one);
    engine_test_free(&run);
}
