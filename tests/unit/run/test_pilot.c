/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the pilot plans, against all values of its paths, as a visitor is shown them.
 */
#include "engine/run/pilot.h"
#include "engine/stats/planner.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(pilot, .timeout = 60);

/* Every value of the pilot's paths. */
struct shown {
    const struct sp_plan *plan;
    double *x;     /* [streams][SP_PILOT_PATHS] */
    double *ratio; /* [streams] of the sums of the parts */
    bool *is_there;
    uint16_t *tier; /* [quarters][SP_PILOT_PATHS] */
};

static void see_quarter(void *context, const struct sp_block *block, size_t t) {
    struct shown *shown = context;
    const double *now = sp_block_now(block, shown->plan->category[0].column);
    for (size_t p = 0; p < SP_PILOT_PATHS; p++)
        shown->tier[t * SP_PILOT_PATHS + p] = (uint16_t)now[p];
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct shown *shown = context;
    size_t stream = sp_tally_stream(shown->plan, sight->axis, sight->metric, sight->time);
    double above = 0, below = 0;
    (void)block;
    shown->is_there[stream] = true;
    memcpy(shown->x + stream * SP_PILOT_PATHS, sight->x, SP_PILOT_PATHS * sizeof(double));
    for (size_t p = 0; sight->numerator && p < SP_PILOT_PATHS; p++) {
        above += sight->numerator[p];
        below += sight->denominator[p];
    }
    shown->ratio[stream] = below > 0 ? above / below : 0;
}

static void show_all(const struct sp_plan *plan, struct sp_arena *arena, struct shown *shown) {
    const struct sp_visitor visitor = {.context = shown, .quarter = see_quarter, .metric = see_metric};
    size_t streams = sp_tally_streams(plan);
    *shown = (struct shown){
        .plan = plan,
        .x = sp_arena_array(arena, streams * SP_PILOT_PATHS, sizeof(double)),
        .ratio = sp_arena_array(arena, streams, sizeof(double)),
        .is_there = sp_arena_array(arena, streams, sizeof(bool)),
        .tier = sp_arena_array(arena, plan->quarters * SP_PILOT_PATHS, sizeof(uint16_t)),
    };
    struct sp_follower *follower = sp_follow_create(plan, &plan->variant[0], SP_PILOT_PATHS);
    cr_assert(shown->x && shown->ratio && shown->is_there && shown->tier && follower);
    sp_follow_paths(follower, 0, SP_PILOT_PATHS, &visitor);
    sp_follow_free(follower);
}

static void expect_same(const struct sp_histogram_plan *plan, const struct sp_histogram_plan *expected,
                        const char *what) {
    cr_expect_arr_eq(&plan->centre, &expected->centre, sizeof plan->centre, "%s: centre %g, not %g", what,
                     plan->centre, expected->centre);
    cr_expect_eq(plan->scale, expected->scale, "%s: scale %g, not %g", what, plan->scale, expected->scale);
    cr_expect_eq(plan->window.first, expected->window.first, "%s: window", what);
    cr_expect_eq(plan->window.count, expected->window.count, "%s: window", what);
    cr_assert_eq(plan->atoms, expected->atoms, "%s: %zu atoms, not %zu", what, plan->atoms, expected->atoms);
    for (size_t i = 0; i < plan->atoms; i++)
        cr_expect_eq(plan->atom[i], expected->atom[i], "%s: atom %zu", what, i);
}

/* Returns how many streams have more than one value. */
static size_t expect_streams(const struct shown *shown, struct sp_planner *planner,
                             const struct sp_tally_plan *tally) {
    size_t various = 0;
    for (int axis = 0; axis < SP_AXES; axis++)
        for (size_t i = 0; i < shown->plan->metrics * shown->plan->axis[axis].count; i++) {
            size_t metric = i / shown->plan->axis[axis].count, time = i % shown->plan->axis[axis].count,
                   stream = sp_tally_stream(shown->plan, (enum sp_axis_kind)axis, metric, time);
            const double *x = shown->x + stream * SP_PILOT_PATHS;
            const struct sp_column *column = &tally->variant->column[shown->plan->metric[metric]];
            bool is_constant = memcmp(x, x + 1, (SP_PILOT_PATHS - 1) * sizeof *x) == 0;
            struct sp_histogram_plan expected;
            cr_assert(shown->is_there[stream]);
            sp_planner_make(planner, x, is_constant ? 2 : SP_PILOT_PATHS, &expected);
            if (column->write->ranked)
                sp_planner_add_ranks(&expected);
            expect_same(&tally->stream[stream], &expected,
                        engine_test_text("%s, axis %d, time %zu", column->name, axis, time));
            cr_expect_eq(tally->ratio[stream], shown->ratio[stream], "%s: ratio", column->name);
            various += !is_constant;
        }
    return various;
}

static void expect_cell(const struct shown *shown, struct sp_planner *planner, size_t metric,
                        const struct sp_histogram_plan *plan) {
    struct sp_histogram_plan expected;
    sp_planner_begin(planner, 0);
    for (size_t k = 0; k < shown->plan->category[0].labels; k++) {
        if (k > 0)
            sp_planner_next_group(planner);
        for (size_t t = 0; t < shown->plan->quarters; t++) {
            size_t stream = sp_tally_stream(shown->plan, SP_AXIS_QUARTER, metric, t);
            for (size_t p = 0; p < SP_PILOT_PATHS; p++)
                if (shown->tier[t * SP_PILOT_PATHS + p] == k)
                    sp_planner_add(planner, &shown->x[stream * SP_PILOT_PATHS + p], 1);
        }
    }
    sp_planner_finish(planner, &expected);
    expect_same(plan, &expected, engine_test_text("metric %zu by tier", metric));
}

/* Metrics in quarters, fiscal years that are not whole, and the horizon: flows, stocks, ratios, ranks. */
Test(pilot, plans_are_those_of_all_its_values) {
    struct engine_test_run run =
        engine_test_compile(engine_test_scenario(64, "", ""), (struct engine_test_options){.threads = 1});
    cr_assert_not_null(run.plan);
    struct sp_arena *arena = sp_arena_create();
    struct shown shown;
    show_all(run.plan, arena, &shown);
    struct sp_planner *planner =
        sp_planner_create(arena, run.plan->kernels, run.plan->quarters * SP_PILOT_PATHS);
    for (int threads = 1; threads < 4; threads += 2) {
        struct sp_tally_plan tally;
        cr_assert_eq(sp_pilot_run(arena, run.plan, &run.plan->variant[0], threads, &tally), 0);
        cr_expect_gt(expect_streams(&shown, planner, &tally), 500);
        for (size_t m = 0; m < run.plan->metrics; m++)
            if (tally.metric_row[0][m] != SIZE_MAX)
                expect_cell(&shown, planner, m, &tally.cell[0][tally.metric_row[0][m]]);
    }
    sp_arena_free(arena);
    engine_test_free(&run);
}
