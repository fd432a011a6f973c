/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/pilot.h"

#include "engine/base/error.h"
#include "engine/run/parallel.h"
#include "engine/stats/planner.h"

#include <string.h>

/* Pieces that the pilot is simulated in, on all threads. */
enum { PIECES = 4, PIECE = SP_PILOT_PATHS / PIECES };

/* What was seen of a stream. Many metrics are one number on all paths (0: what has not begun, or is no part
 * of the plan), which is all that is remembered of them. */
struct seen {
    bool differs[PIECES];
    double first[PIECES];
    double *x; /* [paths]; set in pieces that differ */
};

/* What a thread works with. */
struct worker {
    struct sp_follower *follower; /* of the first PIECES threads */
    struct sp_planner *planner;
    double *x; /* [quarters][paths], label by label */
};

/* The paths of a quarter, label by label of a category. */
struct quarter {
    uint16_t label[SP_PILOT_PATHS];
    uint16_t path[SP_PILOT_PATHS + SP_SELECT_MORE];
    size_t first[SP_PASSAGE_LABELS + 1]; /* where each label's paths begin, and the last ones end */
};

struct pilot {
    struct sp_tally_plan *tally;
    int threads;
    struct worker *worker;    /* [threads] */
    struct seen *seen;        /* [streams] */
    struct quarter **quarter; /* [category] -> [quarters] */
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

/* --- Watching --- */

static size_t piece_of(const struct sp_block *block) {
    return (size_t)sp_block_first_path(block) / PIECE;
}

static void see_quarter(void *context, const struct sp_block *block, size_t t) {
    struct pilot *pilot = context;
    const struct sp_plan *plan = pilot->tally->plan;
    for (size_t c = 0; c < plan->categories; c++) {
        const double *now = sp_block_now(block, plan->category[c].column);
        uint16_t *label = pilot->quarter[c][t].label + piece_of(block) * PIECE;
        for (size_t p = 0; p < PIECE; p++)
            label[p] = (uint16_t)now[p];
    }
}

/* Whether numbers have the same bits; NaN may be one of them. */
static bool are_same(const double *x, size_t n) {
    return memcmp(x, x + 1, (n - 1) * sizeof *x) == 0;
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct pilot *pilot = context;
    size_t stream = sp_tally_stream(pilot->tally->plan, sight->axis, sight->metric, sight->time),
           piece = piece_of(block);
    struct seen *seen = &pilot->seen[stream];
    seen->first[piece] = sight->x[0];
    seen->differs[piece] = !are_same(sight->x, PIECE);
    if (seen->differs[piece])
        memcpy(seen->x + piece * PIECE, sight->x, PIECE * sizeof *sight->x);
}

static void watch(void *context, int thread, uint64_t piece) {
    struct pilot *pilot = context;
    const struct sp_visitor visitor = {.context = pilot, .quarter = see_quarter, .metric = see_metric};
    sp_follow_paths(pilot->worker[thread].follower, piece * PIECE, PIECE, &visitor);
}

/* Whether a stream is one number on all paths. */
static bool is_constant(const struct seen *seen) {
    bool differs = !are_same(seen->first, PIECES);
    for (size_t i = 0; i < PIECES; i++)
        differs |= seen->differs[i];
    return !differs;
}

/* Sets the pieces of one number, where others differ. */
static void complete(void *context, int thread, uint64_t stream) {
    const struct pilot *pilot = context;
    struct seen *seen = &pilot->seen[stream];
    (void)thread;
    for (size_t i = 0; i < PIECES && !is_constant(seen); i++)
        for (size_t p = 0; !seen->differs[i] && p < PIECE; p++)
            seen->x[i * PIECE + p] = seen->first[i];
}

/* --- Streams --- */

/* The axis whose streams are planned. */
struct part {
    const struct pilot *pilot;
    enum sp_axis_kind axis;
};

/* Path by path, since the order of a sum is felt in its last bits. */
static double sum_of(const struct seen *seen) {
    bool constant = is_constant(seen);
    double sum = 0;
    for (size_t p = 0; p < SP_PILOT_PATHS; p++)
        sum += constant ? seen->first[0] : seen->x[p];
    return sum;
}

/* Of the sums of the parts, which are metrics too. */
static double ratio_of(const struct part *part, const struct sp_column *column, size_t time) {
    const struct sp_tally_plan *tally = part->pilot->tally;
    const struct sp_column *columns = tally->variant->column;
    size_t above = (size_t)columns[column->numerator].metric,
           below = (size_t)columns[column->denominator].metric;
    double numerator = sum_of(&part->pilot->seen[sp_tally_stream(tally->plan, part->axis, above, time)]),
           denominator = sum_of(&part->pilot->seen[sp_tally_stream(tally->plan, part->axis, below, time)]);
    return denominator > 0 ? numerator / denominator : 0;
}

/* Two copies of a number tell as much of it as thousands. */
static void plan_seen(struct sp_planner *planner, const struct seen *seen, struct sp_histogram_plan *plan) {
    const double copies[2] = {seen->first[0], seen->first[0]};
    if (is_constant(seen))
        sp_planner_make(planner, copies, 2, plan);
    else
        sp_planner_make(planner, seen->x, SP_PILOT_PATHS, plan);
}

static void plan_stream(void *context, int thread, uint64_t item) {
    const struct part *part = context;
    struct sp_tally_plan *tally = part->pilot->tally;
    size_t times = tally->plan->axis[part->axis].count, metric = item / times, time = item % times;
    if (part->axis != SP_AXIS_QUARTER && sp_plan_is_stock(tally->plan, metric))
        return;
    const struct sp_column *column = &tally->variant->column[tally->plan->metric[metric]];
    size_t stream = sp_tally_stream(tally->plan, part->axis, metric, time);
    plan_seen(part->pilot->worker[thread].planner, &part->pilot->seen[stream], &tally->stream[stream]);
    if (column->write->ranked)
        sp_planner_add_ranks(&tally->stream[stream]);
    if (column->numerator != SP_PLAN_NONE)
        tally->ratio[stream] = ratio_of(part, column, time);
}

static void plan_streams(const struct pilot *pilot) {
    const struct sp_plan *plan = pilot->tally->plan;
    for (int axis = 0; axis < SP_AXES; axis++) {
        struct part part = {pilot, (enum sp_axis_kind)axis};
        if (axis == SP_AXIS_QUARTER || plan->keeps[axis])
            sp_parallel_each(pilot->threads, plan->metrics * plan->axis[axis].count, &part, plan_stream);
    }
}

/* --- Cells --- */

static void sort_by_label(const struct pilot *pilot) {
    const struct sp_plan *plan = pilot->tally->plan;
    for (size_t c = 0; c < plan->categories; c++)
        for (size_t t = 0; t < plan->quarters; t++) {
            struct quarter *quarter = &pilot->quarter[c][t];
            for (size_t k = 0; k < plan->category[c].labels; k++)
                quarter->first[k + 1] =
                    quarter->first[k] + plan->kernels->select(quarter->label, (uint16_t)k,
                                                              quarter->path + quarter->first[k],
                                                              SP_PILOT_PATHS);
        }
}

/* The values of some paths, side by side. */
static void take(const struct seen *seen, const uint16_t *path, size_t n, double *to) {
    bool constant = is_constant(seen);
    for (size_t i = 0; constant && i < n; i++)
        to[i] = seen->first[0];
    for (size_t i = 0; !constant && i < n; i++)
        to[i] = seen->x[path[i]];
}

/* All quarters of a metric, label by label; size[label] values each. */
static void take_labels(const struct pilot *pilot, size_t c, size_t metric, double *to, size_t *size) {
    const struct sp_plan *plan = pilot->tally->plan;
    for (size_t k = 0; k < plan->category[c].labels; k++) {
        size[k] = 0;
        for (size_t t = 0; t < plan->quarters; t++) {
            const struct quarter *quarter = &pilot->quarter[c][t];
            size_t first = quarter->first[k], n = quarter->first[k + 1] - first;
            take(&pilot->seen[sp_tally_stream(plan, SP_AXIS_QUARTER, metric, t)], quarter->path + first, n,
                 to);
            to += n;
            size[k] += n;
        }
    }
}

static void plan_metric_cells(void *context, int thread, uint64_t metric) {
    const struct pilot *pilot = context;
    const struct worker *worker = &pilot->worker[thread];
    struct sp_tally_plan *tally = pilot->tally;
    const struct sp_plan *plan = tally->plan;
    size_t size[SP_PASSAGE_LABELS];
    for (size_t c = 0; c < plan->categories; c++)
        if (tally->metric_row[c][metric] != SIZE_MAX) {
            take_labels(pilot, c, metric, worker->x, size);
            sp_planner_make_groups(worker->planner, worker->x, size, plan->category[c].labels,
                                   &tally->cell[c][tally->metric_row[c][metric]]);
        }
}

/* --- Room --- */

static int create_worker(struct sp_arena *arena, const struct pilot *pilot, int thread) {
    const struct sp_plan *plan = pilot->tally->plan;
    struct worker *worker = &pilot->worker[thread];
    size_t most = (plan->categories ? plan->quarters : 1) * SP_PILOT_PATHS;
    if (thread < PIECES && !(worker->follower = sp_follow_create(plan, pilot->tally->variant, PIECE)))
        return -1;
    worker->planner = sp_planner_create(arena, plan->kernels, most);
    worker->x = sp_arena_array(arena, most, sizeof *worker->x);
    return worker->planner && worker->x ? 0 : -1;
}

static void free_workers(const struct pilot *pilot) {
    for (int i = 0; pilot->worker && i < pilot->threads; i++)
        sp_follow_free(pilot->worker[i].follower);
}

static int create_seen(struct sp_arena *arena, struct pilot *pilot) {
    size_t streams = pilot->tally->shape.streams;
    double *x = sp_arena_array(arena, streams * SP_PILOT_PATHS, sizeof *x);
    pilot->seen = sp_arena_array(arena, streams, sizeof *pilot->seen);
    if (!x || !pilot->seen)
        return -1;
    for (size_t i = 0; i < streams; i++)
        pilot->seen[i].x = x + i * SP_PILOT_PATHS;
    return 0;
}

static int create_pilot(struct sp_arena *arena, struct pilot *pilot) {
    const struct sp_plan *plan = pilot->tally->plan;
    pilot->worker = sp_arena_array(arena, (size_t)pilot->threads, sizeof *pilot->worker);
    pilot->quarter = sp_arena_array(arena, plan->categories, sizeof *pilot->quarter);
    if (!pilot->worker || !pilot->quarter || create_seen(arena, pilot))
        return -1;
    for (size_t c = 0; c < plan->categories; c++)
        if (!(pilot->quarter[c] = sp_arena_array(arena, plan->quarters, sizeof(struct quarter))))
            return -1;
    for (int i = 0; i < pilot->threads; i++)
        if (create_worker(arena, pilot, i))
            return -1;
    return 0;
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
    int failed = !room || create_tally_plan(arena, tally) || create_pilot(room, &pilot);
    if (!failed) {
        sp_parallel_each(threads < PIECES ? threads : PIECES, PIECES, &pilot, watch);
        sp_parallel_each(threads, tally->shape.streams, &pilot, complete);
        plan_streams(&pilot);
        sort_by_label(&pilot);
        sp_parallel_each(threads, plan->metrics, &pilot, plan_metric_cells);
    }
    free_workers(&pilot);
    sp_arena_free(room);
    return failed ? SP_ERROR_RESOURCES : 0;
}
