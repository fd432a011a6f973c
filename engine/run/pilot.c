/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/pilot.h"

#include "engine/base/error.h"
#include "engine/base/wide.h"
#include "engine/run/parallel.h"
#include "engine/stats/planner.h"

#include <string.h>

/* Pieces that the pilot is simulated in, on all threads. */
enum { PIECES = 8, PIECE = SP_PILOT_PATHS / PIECES };

/* What was seen of a metric in one quarter, on the paths of one piece. Many metrics are one number on all
 * paths, or on most (0: what has not begun, or is no part of the plan): then only the others are remembered.
 */
struct seen {
    double number;        /* on all paths but the others */
    size_t others;        /* how many */
    const double *x;      /* [others] their values, */
    const uint16_t *path; /* [others] and who they are; NULL: all */
};

/* A column on all paths, over the quarter, and over the year and the horizon up to it. */
struct periods {
    double *x[SP_AXES];
    bool is_flow;
};

/* The values of a metric in one quarter, label by label of a category. */
struct labelled {
    const double *x;
    bool is_constant; /* *x is the value of all */
};

/* What a thread works with. */
struct worker {
    struct sp_arena *arena; /* with what it remembers */
    struct sp_block *block;
    struct sp_planner *planner;
    struct periods part[2];     /* a metric; or the two parts of a ratio, */
    double *ratio;              /* [paths] and that */
    double **by_label;          /* [category] -> [quarters][paths] */
    struct labelled **labelled; /* [category] -> [quarters] */
};

struct pilot {
    struct sp_tally_plan *tally;
    int threads;
    int failed;            /* out of memory, in some thread */
    struct worker *worker; /* [threads] */
    struct seen *seen;     /* [metrics][quarters][PIECES]; not of ratios, which are made of their parts */
    uint16_t **label;      /* [category] -> [quarters][paths] */
    uint16_t **path;       /* [category] -> [quarters][paths] the paths of each label, label after label */
    size_t (**size)[SP_PASSAGE_LABELS]; /* [category] -> [quarters] how many paths are in each label */
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

/* --- Simulating --- */

static void fail(struct pilot *pilot) {
    __atomic_store_n(&pilot->failed, 1, __ATOMIC_RELAXED);
}

static struct seen *seen_of(const struct pilot *pilot, size_t metric, size_t t) {
    return pilot->seen + (metric * pilot->tally->plan->quarters + t) * PIECES;
}

/* Whether numbers have the same bits; NaN may be one of them. */
static bool are_same(const double *x, size_t n) {
    return memcmp(x, x + 1, (n - 1) * sizeof *x) == 0;
}

SP_WIDE static void find_others(const double *restrict x, double number, uint16_t *restrict is_other,
                                size_t n) {
    uint64_t common, bits;
    memcpy(&common, &number, sizeof common);
    for (size_t p = 0; p < n; p++) {
        memcpy(&bits, x + p, sizeof bits);
        is_other[p] = bits != common;
    }
}

static int remember_all(struct sp_arena *arena, const double *x, struct seen *seen) {
    double *room = sp_arena_array(arena, PIECE, sizeof *room);
    if (room)
        memcpy(room, x, PIECE * sizeof *room);
    seen->x = room;
    seen->others = PIECE;
    return room ? 0 : -1;
}

static int remember(struct sp_arena *arena, const struct sp_kernels *kernels, const double *x,
                    struct seen *seen) {
    uint16_t is_other[PIECE], path[PIECE + SP_SELECT_MORE];
    seen->number = sp_histogram_common(x, PIECE);
    if (are_same(x, PIECE))
        return 0;
    find_others(x, seen->number, is_other, PIECE);
    seen->others = kernels->select(is_other, 1, path, PIECE);
    if (seen->others > PIECE / 2)
        return remember_all(arena, x, seen);
    double *room = sp_arena_array(arena, seen->others + SP_SELECT_MORE, sizeof *room);
    uint16_t *who = sp_arena_array(arena, seen->others, sizeof *who);
    if (!room || !who)
        return -1;
    kernels->pick(x, is_other, 1, room, PIECE);
    memcpy(who, path, seen->others * sizeof *who);
    seen->x = room;
    seen->path = who;
    return 0;
}

static void see_labels(const struct pilot *pilot, const struct sp_block *block, size_t piece, size_t t) {
    const struct sp_plan *plan = pilot->tally->plan;
    for (size_t c = 0; c < plan->categories; c++) {
        const double *now = sp_block_now(block, plan->category[c].column);
        uint16_t *label = pilot->label[c] + t * SP_PILOT_PATHS + piece * PIECE;
        for (size_t p = 0; p < PIECE; p++)
            label[p] = (uint16_t)now[p];
    }
}

static int see_quarter(const struct pilot *pilot, struct worker *worker, size_t piece, size_t t) {
    const struct sp_plan *plan = pilot->tally->plan;
    see_labels(pilot, worker->block, piece, t);
    for (size_t m = 0; m < plan->metrics; m++) {
        int column = plan->metric[m];
        if (pilot->tally->variant->column[column].numerator == SP_PLAN_NONE &&
            remember(worker->arena, plan->kernels, sp_block_now(worker->block, column),
                     seen_of(pilot, m, t) + piece))
            return -1;
    }
    return 0;
}

static int simulate_piece(const struct pilot *pilot, struct worker *worker, size_t piece) {
    const struct sp_plan *plan = pilot->tally->plan;
    if (!worker->block && !(worker->block = sp_block_create_for_metrics(plan, pilot->tally->variant, PIECE)))
        return -1;
    sp_block_begin(worker->block, piece * PIECE, PIECE);
    for (size_t t = 0; t < plan->quarters; t++) {
        sp_block_quarter(worker->block, t);
        if (see_quarter(pilot, worker, piece, t))
            return -1;
    }
    return 0;
}

static void simulate(void *context, int thread, uint64_t piece) {
    struct pilot *pilot = context;
    if (simulate_piece(pilot, &pilot->worker[thread], piece))
        fail(pilot);
}

static void sort_paths(const struct pilot *pilot, size_t c, size_t t) {
    const struct sp_plan *plan = pilot->tally->plan;
    uint16_t *label = pilot->label[c] + t * SP_PILOT_PATHS, *path = pilot->path[c] + t * SP_PILOT_PATHS;
    for (size_t k = 0; k < plan->category[c].labels; k++)
        path += pilot->size[c][t][k] = plan->kernels->select(label, (uint16_t)k, path, SP_PILOT_PATHS);
}

static void sort_by_label(const struct pilot *pilot) {
    for (size_t c = 0; c < pilot->tally->plan->categories; c++)
        for (size_t t = 0; t < pilot->tally->plan->quarters; t++)
            sort_paths(pilot, c, t);
}

/* --- What a metric is, quarter by quarter --- */

static void recall(const struct seen *seen, double *x) {
    if (seen->others == PIECE) {
        memcpy(x, seen->x, PIECE * sizeof *x);
        return;
    }
    for (size_t p = 0; p < PIECE; p++)
        x[p] = seen->number;
    for (size_t i = 0; i < seen->others; i++)
        x[seen->path[i]] = seen->x[i];
}

/* Quarters are added to years, and these, when they end, to the horizon. */
static void see_periods(const struct pilot *pilot, size_t metric, size_t t, struct periods *periods) {
    const struct sp_plan *plan = pilot->tally->plan;
    double *quarter = periods->x[SP_AXIS_QUARTER], *year = periods->x[SP_AXIS_YEAR];
    for (size_t i = 0; i < PIECES; i++)
        recall(seen_of(pilot, metric, t) + i, quarter + i * PIECE);
    periods->is_flow = pilot->tally->variant->column[plan->metric[metric]].write->kind == SP_FLOW;
    if (periods->is_flow)
        sp_follow_sum(quarter, t == 0 || sp_plan_year_ends(plan, t - 1), year, SP_PILOT_PATHS);
    if (periods->is_flow && sp_plan_year_ends(plan, t))
        sp_follow_sum(year, sp_plan_year(plan, t) == 0, periods->x[SP_AXIS_HORIZON], SP_PILOT_PATHS);
}

static const double *period_value(const struct periods *periods, enum sp_axis_kind axis) {
    return periods->x[periods->is_flow ? axis : SP_AXIS_QUARTER];
}

/* --- Streams --- */

/* Of the sums of the parts. Path by path, since the order of a sum is felt in its last bits. */
static double ratio_of(const double *numerator, const double *denominator) {
    double above = 0, below = 0;
    for (size_t p = 0; p < SP_PILOT_PATHS; p++) {
        above += numerator[p];
        below += denominator[p];
    }
    return below > 0 ? above / below : 0;
}

/* Two copies of a number tell as much of it as thousands. */
static void plan_values(struct sp_planner *planner, const double *x, struct sp_histogram_plan *plan) {
    sp_planner_make(planner, x, are_same(x, SP_PILOT_PATHS) ? 2 : SP_PILOT_PATHS, plan);
}

/* Plans the stream of a metric over the period that ends with this quarter. Returns its values. */
static const double *plan_stream(const struct pilot *pilot, struct worker *worker, size_t metric,
                                 enum sp_axis_kind axis, size_t time) {
    struct sp_tally_plan *tally = pilot->tally;
    const struct sp_column *column = &tally->variant->column[tally->plan->metric[metric]];
    size_t stream = sp_tally_stream(tally->plan, axis, metric, time);
    const double *x = period_value(&worker->part[0], axis);
    if (column->numerator != SP_PLAN_NONE) {
        const double *below = period_value(&worker->part[1], axis);
        tally->ratio[stream] = ratio_of(x, below);
        sp_block_ratio(x, below, worker->ratio, SP_PILOT_PATHS);
        x = worker->ratio;
    }
    plan_values(worker->planner, x, &tally->stream[stream]);
    if (column->write->ranked)
        sp_planner_add_ranks(&tally->stream[stream]);
    return x;
}

/* --- Cells --- */

static void label_values(const struct pilot *pilot, struct worker *worker, size_t c, size_t t,
                         const double *x) {
    struct labelled *labelled = &worker->labelled[c][t];
    const uint16_t *path = pilot->path[c] + t * SP_PILOT_PATHS;
    double *to = worker->by_label[c] + t * SP_PILOT_PATHS;
    labelled->x = to;
    labelled->is_constant = are_same(x, SP_PILOT_PATHS);
    for (size_t i = 0; i < (labelled->is_constant ? 1 : SP_PILOT_PATHS); i++)
        to[i] = x[path[i]];
}

/* All quarters together, label by label. */
static void plan_cell(const struct pilot *pilot, struct worker *worker, size_t c,
                      struct sp_histogram_plan *plan) {
    size_t quarters = pilot->tally->plan->quarters;
    struct labelled *labelled = worker->labelled[c];
    sp_planner_begin(worker->planner, labelled->x[0]);
    for (size_t k = 0; k < pilot->tally->plan->category[c].labels; k++) {
        if (k > 0)
            sp_planner_next_group(worker->planner);
        for (size_t t = 0; t < quarters; t++) {
            size_t size = pilot->size[c][t][k];
            if (labelled[t].is_constant)
                sp_planner_add_copies(worker->planner, *labelled[t].x, size);
            else
                sp_planner_add(worker->planner, labelled[t].x, size);
            labelled[t].x += labelled[t].is_constant ? 0 : size;
        }
    }
    sp_planner_finish(worker->planner, plan);
}

/* --- A metric, with all its streams and cells --- */

static void plan_quarter(const struct pilot *pilot, struct worker *worker, size_t metric, size_t t) {
    const struct sp_plan *plan = pilot->tally->plan;
    const struct sp_column *columns = pilot->tally->variant->column, *column = &columns[plan->metric[metric]];
    bool is_ratio = column->numerator != SP_PLAN_NONE, is_stock = sp_plan_is_stock(plan, metric);
    size_t first = is_ratio ? (size_t)columns[column->numerator].metric : metric;
    see_periods(pilot, first, t, &worker->part[0]);
    if (is_ratio)
        see_periods(pilot, (size_t)columns[column->denominator].metric, t, &worker->part[1]);
    const double *x = plan_stream(pilot, worker, metric, SP_AXIS_QUARTER, t);
    for (size_t c = 0; c < plan->categories; c++)
        if (pilot->tally->metric_row[c][metric] != SIZE_MAX)
            label_values(pilot, worker, c, t, x);
    if (plan->keeps[SP_AXIS_YEAR] && sp_plan_year_ends(plan, t) && !is_stock)
        plan_stream(pilot, worker, metric, SP_AXIS_YEAR, sp_plan_year(plan, t));
    if (plan->keeps[SP_AXIS_HORIZON] && t + 1 == plan->quarters && !is_stock)
        plan_stream(pilot, worker, metric, SP_AXIS_HORIZON, 0);
}

static void plan_metric(void *context, int thread, uint64_t metric) {
    const struct pilot *pilot = context;
    struct worker *worker = &pilot->worker[thread];
    struct sp_tally_plan *tally = pilot->tally;
    for (size_t t = 0; t < tally->plan->quarters; t++)
        plan_quarter(pilot, worker, metric, t);
    for (size_t c = 0; c < tally->plan->categories; c++)
        if (tally->metric_row[c][metric] != SIZE_MAX)
            plan_cell(pilot, worker, c, &tally->cell[c][tally->metric_row[c][metric]]);
}

/* --- Room --- */

static int create_by_label(struct sp_arena *arena, const struct sp_plan *plan, struct worker *worker) {
    worker->by_label = sp_arena_array(arena, plan->categories, sizeof *worker->by_label);
    worker->labelled = sp_arena_array(arena, plan->categories, sizeof *worker->labelled);
    if (!worker->by_label || !worker->labelled)
        return -1;
    for (size_t c = 0; c < plan->categories; c++) {
        worker->by_label[c] = sp_arena_array(arena, plan->quarters * SP_PILOT_PATHS, sizeof(double));
        worker->labelled[c] = sp_arena_array(arena, plan->quarters, sizeof(struct labelled));
        if (!worker->by_label[c] || !worker->labelled[c])
            return -1;
    }
    return 0;
}

static int create_worker(const struct sp_plan *plan, struct worker *worker) {
    size_t most = (plan->categories ? plan->quarters : 1) * SP_PILOT_PATHS;
    struct sp_arena *arena = worker->arena = sp_arena_create();
    if (!arena)
        return -1;
    for (int i = 0; i < 2; i++)
        for (int axis = 0; axis < SP_AXES; axis++)
            if (!(worker->part[i].x[axis] = sp_arena_array(arena, SP_PILOT_PATHS, sizeof(double))))
                return -1;
    worker->ratio = sp_arena_array(arena, SP_PILOT_PATHS, sizeof *worker->ratio);
    worker->planner = sp_planner_create(arena, plan->kernels, most);
    return worker->ratio && worker->planner ? create_by_label(arena, plan, worker) : -1;
}

static int create_categories(struct sp_arena *arena, struct pilot *pilot) {
    const struct sp_plan *plan = pilot->tally->plan;
    pilot->label = sp_arena_array(arena, plan->categories, sizeof *pilot->label);
    pilot->size = sp_arena_array(arena, plan->categories, sizeof *pilot->size);
    pilot->path = sp_arena_array(arena, plan->categories, sizeof *pilot->path);
    if (!pilot->label || !pilot->size || !pilot->path)
        return -1;
    for (size_t c = 0; c < plan->categories; c++) {
        pilot->label[c] = sp_arena_array(arena, plan->quarters * SP_PILOT_PATHS, sizeof **pilot->label);
        pilot->size[c] = sp_arena_array(arena, plan->quarters, sizeof **pilot->size);
        pilot->path[c] =
            sp_arena_array(arena, plan->quarters * SP_PILOT_PATHS + SP_SELECT_MORE, sizeof **pilot->path);
        if (!pilot->label[c] || !pilot->size[c] || !pilot->path[c])
            return -1;
    }
    return 0;
}

static int create_pilot(struct sp_arena *arena, struct pilot *pilot) {
    const struct sp_plan *plan = pilot->tally->plan;
    pilot->worker = sp_arena_array(arena, (size_t)pilot->threads, sizeof *pilot->worker);
    pilot->seen = sp_arena_array(arena, plan->metrics * plan->quarters * PIECES, sizeof *pilot->seen);
    if (!pilot->worker || !pilot->seen || create_categories(arena, pilot))
        return -1;
    for (int i = 0; i < pilot->threads; i++)
        if (create_worker(plan, &pilot->worker[i]))
            return -1;
    return 0;
}

static void free_workers(const struct pilot *pilot) {
    for (int i = 0; pilot->worker && i < pilot->threads; i++) {
        sp_block_free(pilot->worker[i].block);
        sp_arena_free(pilot->worker[i].arena);
    }
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
    pilot.failed = !room || create_tally_plan(arena, tally) || create_pilot(room, &pilot);
    if (!pilot.failed)
        sp_parallel_each(threads < PIECES ? threads : PIECES, PIECES, &pilot, simulate);
    if (!pilot.failed) {
        sort_by_label(&pilot);
        sp_parallel_each(threads, plan->metrics, &pilot, plan_metric);
    }
    free_workers(&pilot);
    sp_arena_free(room);
    return pilot.failed ? SP_ERROR_RESOURCES : 0;
}
