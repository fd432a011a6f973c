/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/pilot.h"

#include "engine/base/error.h"
#include "engine/run/parallel.h"

#include <math.h>
#include <string.h>

/* A metric at a time. */
struct seen {
    size_t stream;
    bool ranked;
    double *x; /* [paths]; sorted when its plan is made */
};

/* What the pilot saw: in this quarter, and over all quarters where a metric is pooled by category. */
struct pilot {
    struct sp_tally_plan *tally;
    int threads;
    double **scratch; /* [threads] -> [2][quarters][paths] */
    size_t sights;
    struct seen *sight;    /* [axes][metrics] room */
    double **pooled;       /* [metrics] -> [quarters][paths]; NULL when not by category */
    unsigned char **label; /* [category] -> [quarters][paths] */
};

/* --- Numbering --- */

static int number_cells(struct sp_arena *arena, struct sp_tally_plan *tally) {
    const struct sp_plan *plan = tally->plan;
    tally->first_cell = sp_arena_array(arena, plan->categories, sizeof *tally->first_cell);
    tally->metric_row = sp_arena_array(arena, plan->categories, sizeof *tally->metric_row);
    tally->cell = sp_arena_array(arena, plan->categories, sizeof *tally->cell);
    if (!tally->first_cell || !tally->metric_row || !tally->cell)
        return -1;
    for (size_t c = 0; c < plan->categories; c++) {
        size_t rows = 0;
        tally->first_cell[c] = tally->shape.cells;
        tally->metric_row[c] = sp_arena_array(arena, plan->metrics, sizeof **tally->metric_row);
        if (!tally->metric_row[c])
            return -1;
        for (size_t m = 0; m < plan->metrics; m++)
            tally->metric_row[c][m] = sp_tally_is_by_category(plan, tally->variant, m) ? rows++ : SIZE_MAX;
        tally->cell[c] = sp_arena_array(arena, rows, sizeof **tally->cell);
        if (!tally->cell[c])
            return -1;
        tally->shape.cells += rows * plan->category[c].labels;
    }
    return 0;
}

/* --- Streams --- */

/* Infinities are left out too: they will be reported when their batch is run. */
static size_t keep_finite(double *x, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i]))
            x[kept++] = x[i];
    return kept;
}

static void plan_stream(void *context, int thread, uint64_t item) {
    struct pilot *pilot = context;
    struct seen *seen = &pilot->sight[item];
    struct sp_histogram_plan *plan = &pilot->tally->stream[seen->stream];
    sp_histogram_plan(plan, seen->x, keep_finite(seen->x, SP_PILOT_PATHS), pilot->scratch[thread]);
    if (seen->ranked)
        sp_histogram_plan_ranks(plan);
}

/* Plans what was seen since it was last called. Doing so quarter by quarter, the values of one quarter are
 * all that is remembered. */
static void plan_streams(struct pilot *pilot) {
    sp_parallel_each(pilot->threads, pilot->sights, pilot, plan_stream);
    pilot->sights = 0;
}

/* --- Watching --- */

static void see_quarter(void *context, const struct sp_block *block, size_t t) {
    struct pilot *pilot = context;
    const struct sp_plan *plan = pilot->tally->plan;
    plan_streams(pilot);
    for (size_t c = 0; c < plan->categories; c++) {
        const double *now = sp_block_now(block, plan->category[c].column);
        unsigned char *label = pilot->label[c] + t * SP_PILOT_PATHS;
        for (size_t p = 0; p < SP_PILOT_PATHS; p++)
            label[p] = (unsigned char)now[p];
    }
}

static void set_ratio(struct sp_tally_plan *tally, size_t stream, const struct sp_sight *sight) {
    double numerator = 0, denominator = 0;
    for (size_t p = 0; p < SP_PILOT_PATHS; p++) {
        numerator += sight->numerator[p];
        denominator += sight->denominator[p];
    }
    if (denominator > 0)
        tally->ratio[stream] = numerator / denominator;
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct pilot *pilot = context;
    struct seen *seen = &pilot->sight[pilot->sights++];
    (void)block;
    seen->stream = sp_tally_stream(pilot->tally->plan, sight->axis, sight->metric, sight->time);
    seen->ranked = pilot->tally->variant->column[pilot->tally->plan->metric[sight->metric]].write->ranked;
    memcpy(seen->x, sight->x, SP_PILOT_PATHS * sizeof *sight->x);
    if (sight->numerator)
        set_ratio(pilot->tally, seen->stream, sight);
    if (sight->axis == SP_AXIS_QUARTER && pilot->pooled[sight->metric])
        memcpy(pilot->pooled[sight->metric] + sight->time * SP_PILOT_PATHS, sight->x,
               SP_PILOT_PATHS * sizeof *sight->x);
}

static int watch(struct pilot *pilot) {
    const struct sp_visitor visitor = {.context = pilot, .quarter = see_quarter, .metric = see_metric};
    struct sp_follower *follower =
        sp_follow_create(pilot->tally->plan, pilot->tally->variant, SP_PILOT_PATHS);
    if (!follower)
        return -1;
    sp_follow_paths(follower, 0, SP_PILOT_PATHS, &visitor);
    plan_streams(pilot);
    sp_follow_free(follower);
    return 0;
}

/* --- Cells --- */

static void plan_metric_cells(void *context, int thread, uint64_t metric) {
    struct pilot *pilot = context;
    struct sp_tally_plan *tally = pilot->tally;
    double *values = pilot->pooled[metric];
    size_t n = tally->plan->quarters * SP_PILOT_PATHS;
    for (size_t i = 0; values && i < n; i++)
        values[i] = isfinite(values[i]) ? values[i] : NAN;
    for (size_t c = 0; values && c < tally->plan->categories; c++)
        sp_histogram_plan_groups(&tally->cell[c][tally->metric_row[c][metric]], values, pilot->label[c], n,
                                 tally->plan->category[c].labels, pilot->scratch[thread]);
}

/* --- Room --- */

static int create_sights(struct sp_arena *arena, struct pilot *pilot) {
    size_t most = SP_AXES * pilot->tally->plan->metrics;
    double *x = sp_arena_array(arena, most * SP_PILOT_PATHS, sizeof *x);
    pilot->sight = sp_arena_array(arena, most, sizeof *pilot->sight);
    if (!x || !pilot->sight)
        return -1;
    for (size_t i = 0; i < most; i++)
        pilot->sight[i].x = x + i * SP_PILOT_PATHS;
    return 0;
}

static int create_pooled(struct sp_arena *arena, struct pilot *pilot) {
    const struct sp_plan *plan = pilot->tally->plan;
    size_t all = plan->quarters * SP_PILOT_PATHS;
    pilot->pooled = sp_arena_array(arena, plan->metrics, sizeof *pilot->pooled);
    pilot->label = sp_arena_array(arena, plan->categories, sizeof *pilot->label);
    if (!pilot->pooled || !pilot->label)
        return -1;
    for (size_t c = 0; c < plan->categories; c++)
        if (!(pilot->label[c] = sp_arena_array(arena, all, sizeof **pilot->label)))
            return -1;
    for (size_t m = 0; m < plan->metrics; m++)
        if (plan->categories && sp_tally_is_by_category(plan, pilot->tally->variant, m) &&
            !(pilot->pooled[m] = sp_arena_array(arena, all, sizeof **pilot->pooled)))
            return -1;
    return 0;
}

static int create_scratch(struct sp_arena *arena, struct pilot *pilot) {
    size_t values = 2 * pilot->tally->plan->quarters * SP_PILOT_PATHS;
    pilot->scratch = sp_arena_array(arena, (size_t)pilot->threads, sizeof *pilot->scratch);
    for (int i = 0; pilot->scratch && i < pilot->threads; i++)
        if (!(pilot->scratch[i] = sp_arena_array(arena, values, sizeof **pilot->scratch)))
            return -1;
    return pilot->scratch ? 0 : -1;
}

static int create_tally_plan(struct sp_arena *arena, struct sp_tally_plan *tally) {
    tally->shape.streams = sp_tally_streams(tally->plan);
    tally->group_paths = sp_pooled_group_size(tally->plan->paths, SP_PLAN_BATCH);
    tally->stream = sp_arena_array(arena, tally->shape.streams, sizeof *tally->stream);
    tally->ratio = sp_arena_array(arena, tally->shape.streams, sizeof *tally->ratio);
    return tally->stream && tally->ratio ? number_cells(arena, tally) : -1;
}

int sp_pilot_run(struct sp_arena *arena, const struct sp_plan *plan, const struct sp_variant *variant,
                 int threads, struct sp_tally_plan *tally) {
    struct sp_arena *room = sp_arena_create();
    struct pilot pilot = {.tally = tally, .threads = threads};
    *tally = (struct sp_tally_plan){.plan = plan, .variant = variant};
    int failed = !room || create_tally_plan(arena, tally) || create_sights(room, &pilot) ||
                 create_pooled(room, &pilot) || create_scratch(room, &pilot) || watch(&pilot);
    if (!failed)
        sp_parallel_each(threads, plan->metrics, &pilot, plan_metric_cells);
    sp_arena_free(room);
    return failed ? SP_ERROR_RESOURCES : 0;
}
