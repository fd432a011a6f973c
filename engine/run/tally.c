/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/tally.h"

#include "engine/base/pages.h"
#include "engine/base/phase.h"
#include "engine/run/visits.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The levels of the quantiles among the statistics. */
static const double level_of[SP_STATISTICS] = {
    [SP_STATISTIC_P1] = 0.01,  [SP_STATISTIC_P5] = 0.05,  [SP_STATISTIC_P10] = 0.10,
    [SP_STATISTIC_P25] = 0.25, [SP_STATISTIC_P50] = 0.50, [SP_STATISTIC_P75] = 0.75,
    [SP_STATISTIC_P90] = 0.90, [SP_STATISTIC_P95] = 0.95, [SP_STATISTIC_P99] = 0.99,
};

double sp_tally_level(enum sp_statistic statistic) {
    return level_of[statistic];
}

/* One category's part: the tier of each path now, and what is summed per path until the block ends. */
struct category_tally {
    size_t labels, rows, first_cell, passage_size;
    uint64_t *passage_count;
    struct sp_passage passage;
    struct sp_passage_state state;
    struct sp_visits visits;
    struct sp_label_extremes *extremes;         /* [rows] over the values of a group */
    bool was_inside[SP_PASSAGE_LABELS];         /* some path of the block has been in the label */
    uint64_t number_squares[SP_PASSAGE_LABELS]; /* over the paths of a group: N^2 */
};

/* Sums over the paths of a group, in lanes. */
struct cell_lanes {
    struct sp_path_lanes paths;
    double quarters; /* path-quarters of the group; known when it closes */
};

struct sp_tally {
    struct sp_arena *arena;
    const struct sp_tally_plan *plan;
    struct sp_follower *follower;
    size_t size;
    struct sp_moment_lanes *lanes, *residual; /* [streams] */
    struct category_tally *category;          /* [categories] */
    struct cell_lanes *cell;                  /* [cells] */
    struct sp_rows stream_rows;               /* [streams] */
    struct sp_rows group_rows;                /* [cells] of this group */
    struct sp_rows cell_rows;                 /* [cells] of earlier groups */
    uint64_t *rule_seen;                      /* [rules] already moved to the counts */
    struct sp_histogram_room room;            /* for size values */
    double *scratch;                          /* [size] */
    struct sp_pieces pieces;
    struct sp_sums sums;
    struct sp_bad_value bad;
};

/* --- Numbering --- */

static size_t first_stream(const struct sp_plan *plan, int axis) {
    size_t first = 0;
    for (int a = 0; a < axis; a++)
        first += plan->axis[a].count * plan->metrics;
    return first;
}

size_t sp_tally_stream(const struct sp_plan *plan, enum sp_axis_kind axis, size_t metric, size_t time) {
    if (axis != SP_AXIS_QUARTER && sp_plan_is_stock(plan, metric))
        return sp_tally_stream(plan, SP_AXIS_QUARTER, metric, sp_plan_last_quarter(plan, axis, time));
    return first_stream(plan, (int)axis) + time * plan->metrics + metric;
}

size_t sp_tally_streams(const struct sp_plan *plan) {
    return first_stream(plan, SP_AXES);
}

bool sp_tally_is_by_category(const struct sp_plan *plan, const struct sp_variant *variant, size_t metric) {
    const struct sp_column *column = &variant->column[plan->metric[metric]];
    return plan->by_category[metric] &&
           (!column->write->may_be_undefined || column->numerator != SP_PLAN_NONE);
}

/* --- Room --- */

static int create_state(struct sp_arena *arena, struct sp_passage_state *state, size_t labels, size_t size) {
    state->spent = sp_arena_array(arena, labels * size, sizeof *state->spent);
    state->now = sp_arena_array(arena, size, sizeof *state->now);
    if (state->only_time)
        return state->spent && state->now ? 0 : -1;
    state->skipped = sp_arena_array(arena, size, sizeof *state->skipped);
    state->fell = sp_arena_array(arena, size, sizeof *state->fell);
    state->visited = sp_arena_array(arena, size, sizeof *state->visited);
    state->here = sp_arena_array(arena, size, sizeof *state->here);
    state->been = sp_arena_array(arena, size, sizeof *state->been);
    state->arrived = sp_arena_array(arena, size, sizeof *state->arrived);
    return state->spent && state->skipped && state->fell && state->visited && state->now && state->here &&
                   state->been && state->arrived
               ? 0
               : -1;
}

/* How paths move through a category belongs to the horizon. */
static size_t passage_size(const struct sp_plan *plan, size_t c) {
    return plan->keeps[SP_AXIS_HORIZON] ? sp_passage_size(plan->category[c].labels, plan->quarters) : 0;
}

static int create_category(struct sp_tally *tally, size_t c) {
    const struct sp_plan *plan = tally->plan->plan;
    struct category_tally *category = &tally->category[c];
    category->labels = plan->category[c].labels;
    category->first_cell = tally->plan->first_cell[c];
    for (size_t m = 0; m < plan->metrics; m++)
        category->rows += tally->plan->metric_row[c][m] != SIZE_MAX;
    category->state.only_time = !plan->keeps[SP_AXIS_HORIZON];
    category->passage_size = passage_size(plan, c);
    category->passage_count = sp_arena_array(tally->arena, category->passage_size, sizeof(uint64_t));
    category->extremes = sp_arena_array(tally->arena, category->rows, sizeof *category->extremes);
    if (!category->passage_count || !category->extremes ||
        sp_visits_create(tally->arena, category->labels, category->rows, tally->size, &category->visits))
        return -1;
    category->passage = sp_passage_over(category->passage_count, category->labels, plan->quarters);
    return create_state(tally->arena, &category->state, category->labels, tally->size);
}

static const struct sp_histogram_plan **list_streams(struct sp_arena *arena,
                                                     const struct sp_tally_plan *plan) {
    const struct sp_histogram_plan **list = sp_arena_array(arena, plan->shape.streams, sizeof *list);
    for (size_t i = 0; list && i < plan->shape.streams; i++)
        list[i] = &plan->stream[i];
    return list;
}

/* All labels of a metric have one plan. */
static const struct sp_histogram_plan **list_cells(struct sp_arena *arena, const struct sp_tally *tally) {
    const struct sp_histogram_plan **list = sp_arena_array(arena, tally->plan->shape.cells, sizeof *list);
    for (size_t c = 0; list && c < tally->plan->plan->categories; c++) {
        const struct category_tally *category = &tally->category[c];
        for (size_t i = 0; i < category->rows * category->labels; i++)
            list[category->first_cell + i] = &tally->plan->cell[c][i / category->labels];
    }
    return list;
}

static int create_rows(struct sp_tally *tally) {
    struct sp_arena *arena = tally->arena;
    struct sp_shape shape = tally->plan->shape;
    const struct sp_histogram_plan **streams = list_streams(arena, tally->plan);
    const struct sp_histogram_plan **cells = list_cells(arena, tally);
    return streams && cells && sp_rows_create(arena, streams, shape.streams, &tally->stream_rows) == 0 &&
                   sp_rows_create(arena, cells, shape.cells, &tally->group_rows) == 0 &&
                   sp_rows_create(arena, cells, shape.cells, &tally->cell_rows) == 0
               ? 0
               : -1;
}

static int create_all(struct sp_tally *tally) {
    const struct sp_tally_plan *plan = tally->plan;
    struct sp_shape shape = plan->shape;
    struct sp_arena *arena = tally->arena;
    tally->follower = sp_follow_create(plan->plan, plan->variant, tally->size);
    tally->lanes = sp_arena_array(arena, shape.streams, sizeof *tally->lanes);
    tally->residual = sp_arena_array(arena, shape.streams, sizeof *tally->residual);
    tally->category = sp_arena_array(arena, plan->plan->categories, sizeof *tally->category);
    tally->cell = sp_arena_array(arena, shape.cells, sizeof *tally->cell);
    tally->rule_seen = sp_arena_array(arena, plan->variant->rules, sizeof *tally->rule_seen);
    tally->room.slot = sp_arena_array(arena, tally->size, sizeof *tally->room.slot);
    tally->room.others = sp_arena_array(arena, tally->size + SP_SELECT_MORE, sizeof *tally->room.others);
    tally->room.other_label =
        sp_arena_array(arena, tally->size + SP_SELECT_MORE, sizeof *tally->room.other_label);
    tally->scratch = sp_arena_array(arena, tally->size, sizeof *tally->scratch);
    if (!tally->follower || !tally->lanes || !tally->residual || !tally->category || !tally->cell ||
        !tally->rule_seen || !tally->room.slot || !tally->room.others || !tally->room.other_label ||
        !tally->scratch)
        return -1;
    for (size_t c = 0; c < plan->plan->categories; c++)
        if (create_category(tally, c))
            return -1;
    return sp_histogram_pieces_create(arena, &tally->pieces) || sp_sums_create(arena, shape, &tally->sums) ||
                   create_rows(tally)
               ? -1
               : 0;
}

struct sp_tally *sp_tally_create(const struct sp_tally_plan *plan, size_t block) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_tally *tally = arena ? sp_arena_array(arena, 1, sizeof *tally) : NULL;
    if (!tally) {
        sp_arena_free(arena);
        return NULL;
    }
    *tally = (struct sp_tally){.arena = arena, .plan = plan, .size = block};
    if (block > plan->group_paths)
        tally->size = plan->group_paths;
    if (create_all(tally) == 0)
        return tally;
    sp_tally_free(tally);
    return NULL;
}

void sp_tally_free(struct sp_tally *tally) {
    if (!tally)
        return;
    sp_follow_free(tally->follower);
    sp_rows_free(&tally->stream_rows);
    sp_rows_free(&tally->group_rows);
    sp_rows_free(&tally->cell_rows);
    sp_arena_free(tally->arena);
}

/* --- Streams --- */

SP_WIDE static bool is_any_infinite(const double *x, size_t n) {
    uint64_t found = 0;
    for (size_t p = 0; p < n; p++)
        found |= (uint64_t)(x[p] > DBL_MAX) | (uint64_t)(x[p] < -DBL_MAX);
    return found;
}

/* Some values are not finite, which is usual where they may be undefined. */
static void find_bad_value(struct sp_tally *tally, const struct sp_block *block,
                           const struct sp_sight *sight) {
    const struct sp_plan *plan = tally->plan->plan;
    const struct sp_write *write = tally->plan->variant->column[plan->metric[sight->metric]].write;
    bool may = write->may_be_undefined;
    size_t n = sp_block_valid(block);
    if (may && (write->ranked || !is_any_infinite(sight->x, n)))
        return;
    for (size_t p = 0; !tally->bad.found && p < n; p++)
        if (may ? isinf(sight->x[p]) : !isfinite(sight->x[p]))
            tally->bad = (struct sp_bad_value){
                true, sight->metric, sight->time, sight->axis, sp_block_first_path(block) + p, sight->x[p]};
}

SP_WIDE static void find_residual(const double *restrict numerator, const double *restrict denominator,
                                  double ratio, double *restrict out, size_t n) {
    for (size_t p = 0; p < n; p++)
        out[p] = numerator[p] - ratio * denominator[p];
}

static void add_residual(struct sp_tally *tally, const struct sp_sight *sight, size_t stream, size_t n) {
    find_residual(sight->numerator, sight->denominator, tally->plan->ratio[stream], tally->scratch, n);
    tally->plan->plan->kernels->moments(&tally->residual[stream], 0, tally->scratch, n);
}

/* Has what the cells of a metric begin with fetched: they come after its stream. */
static void fetch_cells(const struct sp_tally *tally, const struct sp_sight *sight) {
    for (size_t c = 0; sight->axis == SP_AXIS_QUARTER && c < tally->plan->plan->categories; c++) {
        size_t row = tally->plan->metric_row[c][sight->metric];
        const struct category_tally *category = &tally->category[c];
        if (row == SIZE_MAX)
            continue;
        __builtin_prefetch(&tally->plan->cell[c][row]);
        __builtin_prefetch(&tally->plan->cell[c][row].atom[5]);
        const char *extremes = (const char *)&category->extremes[row];
        for (size_t i = 0; i < sizeof *category->extremes; i += 64)
            __builtin_prefetch(extremes + i, 1);
    }
}

/* Has what the next stream begins with fetched. */
static void fetch_stream(const struct sp_tally *tally, const struct sp_sight *sight) {
    if (sight->metric + 1 == tally->plan->plan->metrics)
        return;
    size_t stream = sp_tally_stream(tally->plan->plan, sight->axis, sight->metric + 1, sight->time);
    const struct sp_histogram_plan *histogram = &tally->plan->stream[stream];
    const char *lanes = (const char *)&tally->lanes[stream];
    __builtin_prefetch(histogram);
    __builtin_prefetch(&histogram->atom[5]);
    for (size_t i = 0; i < sizeof *tally->lanes; i += 64)
        __builtin_prefetch(lanes + i, 1);
    sp_rows_fetch(&tally->stream_rows, stream);
}

/* What is worked on after a metric's stream: the sums of its cells, or another metric. */
static const double *after_stream(const struct sp_tally *tally, const struct sp_sight *sight) {
    const double *sums = NULL;
    for (size_t c = 0; sight->axis == SP_AXIS_QUARTER && c < tally->plan->plan->categories; c++) {
        size_t row = tally->plan->metric_row[c][sight->metric];
        if (row != SIZE_MAX)
            sums = sp_visits_sums(&tally->category[c].visits, row);
    }
    return sums ? sums : sight->next;
}

static double lowest(const double *x, size_t n) {
    double low = INFINITY;
    for (size_t i = 0; i < n; i++)
        low = x[i] < low ? x[i] : low;
    return low;
}

static double highest(const double *x, size_t n) {
    double high = -INFINITY;
    for (size_t i = 0; i < n; i++)
        high = x[i] > high ? x[i] : high;
    return high;
}

/* Returns whether all paths have the same value. Many metrics do (0: what has not begun, or is not part of
 * the plan). */
static bool add_stream(struct sp_tally *tally, const struct sp_block *block, const struct sp_sight *sight) {
    const struct sp_kernels *kernels = tally->plan->plan->kernels;
    size_t stream = sp_tally_stream(tally->plan->plan, sight->axis, sight->metric, sight->time);
    const struct sp_histogram_plan *histogram = &tally->plan->stream[stream];
    struct sp_moment_lanes *lanes = &tally->lanes[stream];
    size_t n = sp_block_valid(block);
    uint64_t before = lanes->count;
    sp_phase_enter(SP_PHASE_STREAMS, n);
    fetch_stream(tally, sight);
    fetch_cells(tally, sight);
    struct sp_histogram_seen seen =
        sp_histogram_tally(histogram, kernels, sight->x, after_stream(tally, sight), n, lanes,
                           sp_rows_for(&tally->stream_rows, stream, 1, n), &tally->room);
    if (seen.is_any_outside &&
        sp_histogram_reaches_out(histogram, lowest(lanes->low, SP_LANES), highest(lanes->high, SP_LANES)))
        sp_rows_find_strays(&tally->stream_rows, stream, sight->x, NULL, n);
    if (lanes->count != before + n)
        find_bad_value(tally, block, sight);
    if (sight->numerator)
        add_residual(tally, sight, stream, n);
    return seen.is_constant;
}

/* --- Cells --- */

/* Counts the values of a metric in the rows of its labels. */
static void count_by_label(struct sp_tally *tally, const struct category_tally *category, size_t row,
                           const double *x, const double *next, bool is_constant, size_t n) {
    const struct sp_kernels *kernels = tally->plan->plan->kernels;
    size_t cell = category->first_cell + row * category->labels;
    const struct sp_histogram_plan *histogram = tally->group_rows.plan[cell];
    struct sp_label_extremes *extremes = &category->extremes[row];
    const struct sp_label_rows rows = {sp_rows_for(&tally->group_rows, cell, category->labels, n),
                                       sp_rows_length(&tally->group_rows, cell), (uint32_t)category->labels,
                                       extremes};
    const struct sp_histogram_labels labels = {category->labels, category->state.now, category->state.inside};
    bool is_any_outside =
        is_constant ? sp_histogram_tally_same(histogram, kernels, x[0], &labels, &rows)
                    : sp_histogram_tally_labels(histogram, kernels, x, next, n, &labels, &rows, &tally->room);
    if (is_any_outside && sp_histogram_reaches_out(histogram, lowest(extremes->low, category->labels),
                                                   highest(extremes->high, category->labels)))
        sp_rows_find_strays(&tally->group_rows, cell, x, category->state.now, n);
}

/* Adds values to the sums of their paths, and counts them. */
static void add_to_cells(struct sp_tally *tally, size_t c, const struct sp_sight *sight, bool is_constant,
                         size_t n) {
    struct category_tally *category = &tally->category[c];
    size_t row = tally->plan->metric_row[c][sight->metric];
    if (row == SIZE_MAX)
        return;
    sp_phase_enter(SP_PHASE_SUMS, n);
    sp_visits_add(&category->visits, row, sight->x, tally->plan->cell[c][row].centre, is_constant, n);
    sp_phase_enter(SP_PHASE_CELLS, n);
    count_by_label(tally, category, row, sight->x, sight->next, is_constant, n);
}

/* At the end of a block each path's quarters in a label are known, and their sum. */
static void close_cells(struct sp_tally *tally, size_t c, size_t n) {
    struct category_tally *category = &tally->category[c];
    const uint16_t *now = category->state.now, *spent = category->state.spent;
    sp_visits_end(&category->visits, spent, n, category->number_squares);
    for (size_t row = 0; row < category->rows; row++)
        for (size_t label = 0; label < category->labels; label++)
            if (category->was_inside[label])
                sp_visits_collect(&category->visits, tally->plan->plan->kernels, row, label, now, spent, n,
                                  &tally->cell[category->first_cell + row * category->labels + label].paths);
}

/* --- Groups: a statistic in each, to see how they differ --- */

static void clear_extremes(struct sp_label_extremes *extremes) {
    for (size_t label = 0; label < SP_LABELS; label++) {
        extremes->low[label] = INFINITY;
        extremes->high[label] = -INFINITY;
    }
}

static void clear_cells(struct sp_tally *tally) {
    memset(tally->cell, 0, tally->plan->shape.cells * sizeof *tally->cell);
    for (size_t c = 0; c < tally->plan->plan->categories; c++) {
        struct category_tally *category = &tally->category[c];
        for (size_t row = 0; row < category->rows; row++)
            clear_extremes(&category->extremes[row]);
        memset(category->number_squares, 0, sizeof category->number_squares);
    }
}

static double add_lanes(const double *lane) {
    double sum = 0;
    for (int i = 0; i < SP_LANES; i++)
        sum += lane[i];
    return sum;
}

static void add_group_statistics(struct sp_tally *tally, size_t cell,
                                 const struct sp_histogram_plan *histogram, enum sp_side adverse,
                                 double weight, double mean) {
    struct sp_group_sums *group = tally->sums.group + cell * SP_STATISTICS;
    double variance, centre = histogram->centre;
    for (int s = 0; s < SP_STATISTICS; s++)
        if (level_of[s] > 0)
            sp_pooled_group_add(&group[s], weight,
                                sp_histogram_quantile(&tally->pieces, level_of[s]) - centre);
    double shortfall = sp_histogram_shortfall(&tally->pieces, 0.05, adverse == SP_HIGH, &variance);
    sp_pooled_group_add(&group[SP_STATISTIC_ES5], weight, shortfall - centre);
    double squares = sp_histogram_squares(&tally->pieces, mean);
    if (weight > 1)
        sp_pooled_group_add(&group[SP_STATISTIC_SD], weight, sqrt(squares / (weight - 1)));
}

static void close_group_cell(struct sp_tally *tally, size_t cell, double low, double high,
                             double number_squares, enum sp_side adverse) {
    uint64_t counts[SP_HISTOGRAM_SLOTS];
    const struct sp_histogram_plan *histogram = tally->group_rows.plan[cell];
    struct cell_lanes *lanes = &tally->cell[cell];
    struct sp_pooled pooled = {.low = low + 0.0, .high = high + 0.0}; /* of 0 and -0 always 0 */
    size_t first = 0, end = 0;
    if (low <= high) {
        first = sp_histogram_bin(histogram, low);
        end = sp_histogram_bin(histogram, high) + 1;
    }
    pooled.quarters = sp_rows_take(&tally->group_rows, cell, first, end, &tally->cell_rows, counts);
    pooled.sum = add_lanes(lanes->paths.sum);
    pooled.sum_squares = add_lanes(lanes->paths.square);
    pooled.cross = add_lanes(lanes->paths.cross);
    pooled.number_squares = number_squares;
    sp_pooled_merge(&tally->sums.cell[cell], &pooled);
    lanes->quarters = (double)pooled.quarters;
    if (pooled.quarters == 0)
        return;
    sp_histogram_pieces(histogram, counts, pooled.low, pooled.high, &tally->pieces);
    double weight = (double)pooled.quarters, mean = histogram->centre + pooled.sum / weight;
    add_group_statistics(tally, cell, histogram, adverse, weight, mean);
}

/* The sum of a metric over a group's path-quarters in a tier; 0 for a metric that is not by category. */
static double group_sum(const struct sp_tally *tally, size_t c, int metric, size_t label) {
    size_t row = metric < 0 ? SIZE_MAX : tally->plan->metric_row[c][metric];
    if (row == SIZE_MAX)
        return 0;
    const struct category_tally *category = &tally->category[c];
    const struct cell_lanes *lanes = &tally->cell[category->first_cell + row * category->labels + label];
    return add_lanes(lanes->paths.sum) + tally->plan->cell[c][row].centre * lanes->quarters;
}

/* A ratio's mean is the ratio of its parts' sums; its error comes from the groups. */
static void close_group_ratio(struct sp_tally *tally, size_t c, const struct sp_column *column, size_t row) {
    const struct sp_column *columns = tally->plan->variant->column;
    const struct category_tally *category = &tally->category[c];
    for (size_t label = 0; label < category->labels; label++) {
        size_t cell = category->first_cell + row * category->labels + label;
        double below = group_sum(tally, c, columns[column->denominator].metric, label);
        double above = group_sum(tally, c, columns[column->numerator].metric, label);
        if (below > 0)
            sp_pooled_group_add(&tally->sums.group[cell * SP_STATISTICS + SP_STATISTIC_MEAN], below,
                                above / below);
    }
}

static void close_group_metric(struct sp_tally *tally, size_t c, size_t row, enum sp_side adverse) {
    const struct category_tally *category = &tally->category[c];
    const struct sp_label_extremes *extremes = &category->extremes[row];
    for (size_t label = 0; label < category->labels; label++)
        close_group_cell(tally, category->first_cell + row * category->labels + label, extremes->low[label],
                         extremes->high[label], (double)category->number_squares[label], adverse);
}

/* First all metrics, then the ratios, which need the sums of their parts. */
static void close_group(struct sp_tally *tally) {
    const struct sp_plan *plan = tally->plan->plan;
    for (size_t c = 0; c < plan->categories; c++)
        for (int ratios = 0; ratios < 2; ratios++)
            for (size_t m = 0; m < plan->metrics; m++) {
                const struct sp_column *column = &tally->plan->variant->column[plan->metric[m]];
                size_t row = tally->plan->metric_row[c][m];
                if (row == SIZE_MAX)
                    continue;
                if (!ratios)
                    close_group_metric(tally, c, row, column->write->adverse);
                else if (column->numerator != SP_PLAN_NONE)
                    close_group_ratio(tally, c, column, row);
            }
    clear_cells(tally);
}

/* --- The visitor --- */

static void begin_block(void *context, const struct sp_block *block) {
    struct sp_tally *tally = context;
    for (size_t c = 0; c < tally->plan->plan->categories; c++) {
        struct category_tally *category = &tally->category[c];
        sp_passage_begin(&category->passage, &category->state,
                         sp_block_opening(block, tally->plan->plan->category[c].column),
                         sp_block_valid(block), tally->size);
        memset(category->was_inside, 0, sizeof category->was_inside);
        sp_visits_begin(&category->visits);
    }
}

static void see_quarter(void *context, const struct sp_block *block, size_t t) {
    struct sp_tally *tally = context;
    for (size_t c = 0; c < tally->plan->plan->categories; c++) {
        struct category_tally *category = &tally->category[c];
        sp_phase_enter(SP_PHASE_TIERS, sp_block_valid(block));
        sp_passage_move(&category->passage, &category->state,
                        sp_block_now(block, tally->plan->plan->category[c].column), t, sp_block_valid(block),
                        tally->size);
        for (size_t label = 0; label < category->labels; label++)
            category->was_inside[label] |= category->state.inside[label] > 0;
        if (category->rows > 0)
            sp_visits_move(&category->visits, tally->plan->plan->kernels, category->state.now,
                           sp_block_valid(block));
    }
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct sp_tally *tally = context;
    bool is_constant = add_stream(tally, block, sight);
    for (size_t c = 0; sight->axis == SP_AXIS_QUARTER && c < tally->plan->plan->categories; c++)
        add_to_cells(tally, c, sight, is_constant, sp_block_valid(block));
}

static void end_block(void *context, const struct sp_block *block) {
    struct sp_tally *tally = context;
    for (size_t c = 0; c < tally->plan->plan->categories; c++) {
        struct category_tally *category = &tally->category[c];
        sp_phase_enter(SP_PHASE_SUMS, 0);
        close_cells(tally, c, sp_block_valid(block));
        sp_phase_enter(SP_PHASE_TIERS, 0);
        sp_passage_end(&category->passage, &category->state, sp_block_valid(block), tally->size);
    }
}

/* --- Batches --- */

static void clear_batch(struct sp_tally *tally) {
    sp_sums_clear(&tally->sums);
    for (size_t i = 0; i < tally->plan->shape.streams; i++) {
        sp_moments_clear(&tally->lanes[i]);
        sp_moments_clear(&tally->residual[i]);
    }
    clear_cells(tally);
    tally->bad.found = false;
}

static size_t smaller(size_t a, size_t b) {
    return a < b ? a : b;
}

static void run_group(struct sp_tally *tally, uint64_t first_path, size_t paths,
                      const struct sp_visitor *also) {
    const struct sp_visitor visitor = {tally, begin_block, see_quarter, see_metric, end_block, also};
    for (size_t done = 0; done < paths; done += tally->size)
        sp_follow_paths(tally->follower, first_path + done, smaller(tally->size, paths - done), &visitor);
    sp_phase_enter(SP_PHASE_SUMS, 0);
    close_group(tally);
}

void sp_tally_batch(struct sp_tally *tally, uint64_t first_path, size_t paths,
                    const struct sp_visitor *also) {
    sp_phase_begin();
    size_t group = (size_t)tally->plan->group_paths;
    clear_batch(tally);
    for (size_t done = 0; done < paths; done += group)
        run_group(tally, first_path + done, smaller(group, paths - done), also);
    tally->sums.paths = paths;
    for (size_t i = 0; i < tally->plan->shape.streams; i++) {
        tally->sums.stream[i] = sp_moments_collect(&tally->lanes[i], tally->plan->stream[i].centre);
        tally->sums.residual[i] = sp_moments_collect(&tally->residual[i], 0);
    }
    sp_phase_end();
}

struct sp_sums *sp_tally_sums(struct sp_tally *tally) {
    return &tally->sums;
}

const struct sp_bad_value *sp_tally_bad_value(const struct sp_tally *tally) {
    return &tally->bad;
}

/* --- Whole-number counts of the run --- */

static size_t passage_total(const struct sp_plan *plan) {
    size_t total = 0;
    for (size_t c = 0; c < plan->categories; c++)
        total += passage_size(plan, c);
    return total;
}

int sp_tally_counts_create(const struct sp_tally_plan *plan, struct sp_tally *const *tally, int tallies,
                           struct sp_counts *counts) {
    *counts = (struct sp_counts){.plan = plan,
                                 .tally = tally,
                                 .tallies = tallies,
                                 .streams = plan->shape.streams,
                                 .cells = plan->shape.cells,
                                 .passage = passage_total(plan->plan),
                                 .rules = plan->variant->rules};
    counts->stream = sp_pages_create(counts->streams, SP_HISTOGRAM_SLOTS * sizeof(uint64_t));
    counts->cell = sp_pages_create(counts->cells, SP_HISTOGRAM_SLOTS * sizeof(uint64_t));
    counts->passage_count = calloc(counts->passage + 1, sizeof(uint64_t));
    counts->rule = calloc(counts->rules + 1, sizeof(uint64_t));
    return counts->stream && counts->cell && counts->passage_count && counts->rule ? 0 : -1;
}

void sp_tally_counts_free(struct sp_counts *counts) {
    sp_pages_free(counts->stream, counts->streams, SP_HISTOGRAM_SLOTS * sizeof(uint64_t));
    sp_pages_free(counts->cell, counts->cells, SP_HISTOGRAM_SLOTS * sizeof(uint64_t));
    free(counts->passage_count);
    free(counts->rule);
    *counts = (struct sp_counts){0};
}

static void move_passage(uint64_t *from, uint64_t *to, size_t n) {
    for (size_t i = 0; i < n; i++) {
        to[i] += from[i];
        from[i] = 0;
    }
}

void sp_tally_flush(struct sp_tally *tally, struct sp_counts *counts) {
    counts->were_moved = true;
    sp_rows_move(&tally->stream_rows, counts->stream);
    sp_rows_move(&tally->cell_rows, counts->cell);
}

static void finish_tally(struct sp_tally *tally, struct sp_counts *counts) {
    uint64_t *passage = counts->passage_count;
    for (size_t c = 0; c < tally->plan->plan->categories; c++) {
        move_passage(tally->category[c].passage_count, passage, tally->category[c].passage_size);
        passage += tally->category[c].passage_size;
    }
    const uint64_t *rules = sp_block_rules(sp_follow_block(tally->follower));
    for (size_t i = 0; i < counts->rules; i++) {
        counts->rule[i] += rules[i] - tally->rule_seen[i];
        tally->rule_seen[i] = rules[i];
    }
}

void sp_tally_finish(struct sp_counts *counts) {
    for (int i = 0; i < counts->tallies; i++)
        finish_tally(counts->tally[i], counts);
}

/* --- Reading them --- */

/* Adds what was moved: bins first .. end - 1, NaN and atoms. */
static void add_moved(const uint64_t *moved, size_t first, size_t end, size_t atoms, uint64_t *row) {
    for (size_t slot = first; slot < end; slot++)
        row[slot] += moved[slot];
    for (size_t slot = SP_HISTOGRAM_BINS; slot <= SP_HISTOGRAM_BINS + atoms; slot++)
        row[slot] += moved[slot];
}

/* The counts of stream or cell i, wherever they are. */
static void read_counts(const struct sp_counts *counts, bool is_cell, size_t i,
                        const struct sp_histogram_plan *plan, double low, double high, uint64_t *row) {
    enum { FOUR = 4 };
    size_t first = 0, end = 0;
    if (low <= high) {
        first = sp_histogram_bin(plan, low) / FOUR * FOUR;
        end = (sp_histogram_bin(plan, high) / FOUR + 1) * FOUR;
    }
    memset(row + first, 0, (end - first) * sizeof *row);
    memset(row + SP_HISTOGRAM_BINS, 0, (1 + plan->atoms) * sizeof *row);
    if (counts->were_moved)
        add_moved((is_cell ? counts->cell : counts->stream) + i * SP_HISTOGRAM_SLOTS, first, end, plan->atoms,
                  row);
    for (int k = 0; k < counts->tallies; k++)
        sp_rows_read(is_cell ? &counts->tally[k]->cell_rows : &counts->tally[k]->stream_rows, i, first, end,
                     row);
}

void sp_tally_stream_counts(const struct sp_counts *counts, size_t stream, double low, double high,
                            uint64_t *row) {
    read_counts(counts, false, stream, &counts->plan->stream[stream], low, high, row);
}

void sp_tally_cell_counts(const struct sp_counts *counts, size_t cell, double low, double high,
                          uint64_t *row) {
    read_counts(counts, true, cell, counts->tally[0]->cell_rows.plan[cell], low, high, row);
}
