/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/summary.h"

#include "engine/base/error.h"
#include "engine/run/parallel.h"

#include <math.h>

/* --- One metric at one time --- */

static struct sp_estimate estimate(double value, double error) {
    return (struct sp_estimate){value, error};
}

/* The share of n paths that `count` are. */
static struct sp_estimate share(uint64_t count, uint64_t paths) {
    double n = (double)paths, p = (double)count / n;
    return estimate(p, sqrt(p * (1 - p) / n));
}

static struct sp_estimate quantile(const struct sp_pieces *pieces, double p) {
    double step = sqrt(p * (1 - p) / pieces->total);
    double above = sp_histogram_quantile(pieces, p + step), below = sp_histogram_quantile(pieces, p - step);
    bool has_error = pieces->total > 1 && isfinite(above) && isfinite(below);
    return estimate(sp_histogram_quantile(pieces, p), has_error ? (above - below) / 2 : NAN);
}

static struct sp_estimate spread(const struct sp_moments *moments, const struct sp_pieces *pieces) {
    double n = (double)moments->count, sd = sp_moments_sd(moments);
    if (!(sd > 0))
        return estimate(sd, moments->count < 2 ? NAN : 0);
    double fourth = sp_histogram_fourth(pieces, moments->mean);
    return estimate(sd, sqrt(fmax(fourth - sd * sd * sd * sd, 0) / n) / (2 * sd));
}

static struct sp_estimate shortfall(const struct sp_pieces *pieces, enum sp_side adverse) {
    double variance, value = sp_histogram_shortfall(pieces, 0.05, adverse == SP_HIGH, &variance);
    return estimate(value, pieces->total > 1 ? sqrt(fmax(variance, 0) / pieces->total) / 0.05 : NAN);
}

static struct sp_estimate simple_mean(const struct sp_moments *moments) {
    return estimate(moments->mean, sp_moments_sd(moments) / sqrt((double)moments->count));
}

/* Ranks beside the numbers leave quantiles, but nothing that adds numbers up. */
static void summarise_ranked(const struct sp_moments *moments, const struct sp_pieces *pieces,
                             struct sp_estimate *out) {
    if (moments->count > 0) {
        out[SP_STATISTIC_MIN] = estimate(moments->low, NAN);
        out[SP_STATISTIC_MAX] = estimate(moments->high, NAN);
    }
    for (int s = 0; s < SP_STATISTICS; s++)
        if (sp_tally_level((enum sp_statistic)s) > 0 && pieces->total > 0)
            out[s] = quantile(pieces, sp_tally_level((enum sp_statistic)s));
}

static void summarise(const struct sp_moments *moments, uint64_t paths, const struct sp_write *write,
                      const struct sp_pieces *pieces, struct sp_estimate *out) {
    for (int s = 0; s < SP_STATISTICS; s++)
        out[s] = estimate(NAN, NAN);
    out[SP_STATISTIC_COUNT] = estimate((double)moments->count, NAN);
    out[SP_STATISTIC_UNDEFINED] = share(paths - moments->count, paths);
    if (write->ranked)
        summarise_ranked(moments, pieces, out);
    if (write->ranked || moments->count == 0)
        return;
    out[SP_STATISTIC_MEAN] = simple_mean(moments);
    out[SP_STATISTIC_SD] = spread(moments, pieces);
    out[SP_STATISTIC_MIN] = estimate(moments->low, NAN);
    out[SP_STATISTIC_MAX] = estimate(moments->high, NAN);
    for (int s = 0; s < SP_STATISTICS; s++)
        if (sp_tally_level((enum sp_statistic)s) > 0)
            out[s] = quantile(pieces, sp_tally_level((enum sp_statistic)s));
    out[SP_STATISTIC_ES5] = shortfall(pieces, write->adverse);
}

/* --- Ratios: the ratio of the means of the parts --- */

/* sum(numerator) = sum(residual) + r0 sum(denominator), so the ratio is r0 + mean(residual) /
 * mean(denominator). */
static struct sp_estimate ratio_mean(const struct sp_moments *residual, const struct sp_moments *denominator,
                                     double r0) {
    if (!(denominator->mean > 0))
        return estimate(NAN, NAN);
    double error = sp_moments_sd(residual) / sqrt((double)residual->count) / denominator->mean;
    return estimate(r0 + residual->mean / denominator->mean, error);
}

/* --- Histograms for the file: four bins in one, from the first to the last that holds a value; and those
 * that follow one another and hold none are one --- */

enum { COARSE = 4 };

static uint64_t coarse_count(const uint64_t *count, size_t coarse) {
    uint64_t sum = 0;
    for (size_t i = 0; i < COARSE; i++)
        sum += count[coarse * COARSE + i];
    return sum;
}

/* Coarse bins from `first` to before `end`. */
struct range {
    size_t first, end;
};

/* Those to be shown. None beyond those of the lowest and the highest value holds anything. */
static struct range find_bins(const struct sp_histogram_plan *plan, const uint64_t *count,
                              const struct sp_moments *moments) {
    struct range bins = {0, 0};
    if (moments->count == 0)
        return bins;
    bins.first = sp_histogram_bin(plan, moments->low) / COARSE;
    bins.end = sp_histogram_bin(plan, moments->high) / COARSE + 1;
    while (bins.first < bins.end && coarse_count(count, bins.first) == 0)
        bins.first++;
    while (bins.end > bins.first && coarse_count(count, bins.end - 1) == 0)
        bins.end--;
    return bins;
}

/* The end of the bin of the file that begins here, and what it counts. */
static size_t find_end(const uint64_t *count, struct range bins, size_t begin, uint64_t *sum) {
    size_t end = begin + 1;
    *sum = coarse_count(count, begin);
    while (*sum == 0 && end < bins.end && coarse_count(count, end) == 0)
        end++;
    return end;
}

static size_t count_bins(const uint64_t *count, struct range bins) {
    size_t number = 0;
    uint64_t sum;
    for (size_t i = bins.first; i < bins.end; i = find_end(count, bins, i, &sum))
        number++;
    return number;
}

static int create_view(struct sp_arena *arena, struct sp_histogram_view *view) {
    view->edge = sp_arena_array(arena, view->bins + 1, sizeof *view->edge);
    view->count = sp_arena_array(arena, view->bins, sizeof *view->count);
    view->atom = sp_arena_array(arena, view->atoms, sizeof *view->atom);
    view->atom_count = sp_arena_array(arena, view->atoms, sizeof *view->atom_count);
    return view->edge && view->count && view->atom && view->atom_count ? 0 : -1;
}

static void fill_view(const struct sp_histogram_plan *plan, const uint64_t *count,
                      const struct sp_moments *moments, struct sp_histogram_view *view) {
    struct range bins = find_bins(plan, count, moments);
    for (size_t i = 0; i < view->atoms; i++) {
        view->atom[i] = plan->atom[i];
        view->atom_count[i] = count[SP_HISTOGRAM_BINS + 1 + i];
    }
    size_t bin = 0;
    for (size_t i = bins.first; i < bins.end; bin++) {
        view->edge[bin] = sp_histogram_edge(plan, i * COARSE);
        i = find_end(count, bins, i, &view->count[bin]);
    }
    if (bin == 0)
        return;
    /* The outermost bins also hold what lies beyond the grid. */
    view->edge[bin] = sp_histogram_edge(plan, bins.end * COARSE);
    view->edge[0] = fmin(view->edge[0], moments->low);
    view->edge[bin] = fmax(view->edge[bin], moments->high);
}

/* --- All streams --- */

/* What a thread works in. */
struct room {
    struct sp_pieces pieces;
    uint64_t *count; /* [SP_HISTOGRAM_SLOTS] */
};

struct summary {
    const struct sp_tally_plan *tally;
    const struct sp_sums *sums;
    const struct sp_counts *counts;
    struct sp_result *result;
    struct sp_variant_result *variant;
    int threads;
    struct room *room; /* [threads] */
};

/* Work that threads share: an axis or a category. */
struct part {
    const struct summary *summary;
    enum sp_axis_kind axis;
    size_t category;
};

/* A metric at a time; items of an axis are [metric][time]. */
struct stream {
    size_t metric, time, index;
    const struct sp_histogram_plan *plan;
    const struct sp_moments *moments;
};

static struct stream find_stream(const struct summary *s, enum sp_axis_kind axis, uint64_t item) {
    size_t times = s->tally->plan->axis[axis].count;
    struct stream stream = {.metric = item / times, .time = item % times};
    stream.index = sp_tally_stream(s->tally->plan, axis, stream.metric, stream.time);
    stream.plan = &s->tally->stream[stream.index];
    stream.moments = &s->sums->stream[stream.index];
    return stream;
}

static void count_stream(const struct summary *s, const struct stream *stream, uint64_t *count) {
    sp_tally_stream_counts(s->counts, stream->index, stream->moments->low, stream->moments->high, count);
}

static struct sp_estimate stream_ratio(const struct summary *s, enum sp_axis_kind axis,
                                       const struct stream *stream, int denominator) {
    size_t below = sp_tally_stream(s->tally->plan, axis, (size_t)denominator, stream->time);
    return ratio_mean(&s->sums->residual[stream->index], &s->sums->stream[below],
                      s->tally->ratio[stream->index]);
}

static void summarise_stream(void *context, int thread, uint64_t item) {
    const struct part *part = context;
    const struct summary *s = part->summary;
    struct room *room = &s->room[thread];
    struct stream stream = find_stream(s, part->axis, item);
    const struct sp_column *columns = s->tally->variant->column,
                           *column = &columns[s->tally->plan->metric[stream.metric]];
    struct sp_estimate *out = s->variant->estimate[part->axis] + item * SP_STATISTICS;
    struct sp_histogram_view *view = &s->variant->histogram[part->axis][item];
    count_stream(s, &stream, room->count);
    sp_histogram_pieces(stream.plan, room->count, stream.moments->low, stream.moments->high, &room->pieces);
    summarise(stream.moments, s->sums->paths, column->write, &room->pieces, out);
    if (column->denominator != SP_PLAN_NONE)
        out[SP_STATISTIC_MEAN] = stream_ratio(s, part->axis, &stream, columns[column->denominator].metric);
    view->atoms = stream.plan->atoms;
    view->bins = count_bins(room->count, find_bins(stream.plan, room->count, stream.moments));
}

static void fill_histogram(void *context, int thread, uint64_t item) {
    const struct part *part = context;
    const struct summary *s = part->summary;
    struct stream stream = find_stream(s, part->axis, item);
    count_stream(s, &stream, s->room[thread].count);
    fill_view(stream.plan, s->room[thread].count, stream.moments, &s->variant->histogram[part->axis][item]);
}

/* An arena is used by one thread at a time: it gives the room for histograms between two rounds over all
 * streams. */
static int summarise_axis(struct summary *s, enum sp_axis_kind axis) {
    const struct sp_plan *plan = s->tally->plan;
    struct sp_arena *arena = s->result->arena;
    struct part part = {.summary = s, .axis = axis};
    size_t all = plan->metrics * plan->axis[axis].count;
    s->variant->estimate[axis] = sp_arena_array(arena, all * SP_STATISTICS, sizeof(struct sp_estimate));
    s->variant->histogram[axis] = sp_arena_array(arena, all, sizeof(struct sp_histogram_view));
    if (!s->variant->estimate[axis] || !s->variant->histogram[axis])
        return -1;
    sp_parallel_each(s->threads, all, &part, summarise_stream);
    for (size_t i = 0; i < all; i++)
        if (create_view(arena, &s->variant->histogram[axis][i]))
            return -1;
    sp_parallel_each(s->threads, all, &part, fill_histogram);
    return 0;
}

/* --- By category --- */

static void summarise_cell(const struct summary *s, const struct sp_pieces *pieces, size_t cell,
                           double centre, enum sp_side adverse, struct sp_estimate *out) {
    const struct sp_pooled *pooled = &s->sums->cell[cell];
    const struct sp_group_sums *group = s->sums->group + cell * SP_STATISTICS;
    double error, variance;
    for (int i = 0; i < SP_STATISTICS; i++)
        out[i] = estimate(NAN, NAN);
    out[SP_STATISTIC_COUNT] =
        estimate((double)pooled->quarters, sp_pooled_count_error(pooled, s->sums->paths));
    out[SP_STATISTIC_UNDEFINED] = estimate(0, 0);
    if (pooled->quarters == 0)
        return;
    double mean = sp_pooled_mean(pooled, centre, s->sums->paths, &error), number = (double)pooled->quarters;
    out[SP_STATISTIC_MEAN] = estimate(mean, error);
    if (number > 1)
        out[SP_STATISTIC_SD].value = sqrt(sp_histogram_squares(pieces, mean) / (number - 1));
    out[SP_STATISTIC_SD].error =
        sp_pooled_group_error(&group[SP_STATISTIC_SD], out[SP_STATISTIC_SD].value, 1);
    out[SP_STATISTIC_MIN].value = pooled->low;
    out[SP_STATISTIC_MAX].value = pooled->high;
    for (int i = 0; i < SP_STATISTICS; i++)
        if (sp_tally_level((enum sp_statistic)i) > 0) {
            double value = sp_histogram_quantile(pieces, sp_tally_level((enum sp_statistic)i));
            out[i] = estimate(value, sp_pooled_group_error(&group[i], value - centre,
                                                           fmin(sp_tally_level((enum sp_statistic)i),
                                                                1 - sp_tally_level((enum sp_statistic)i))));
        }
    double tail = sp_histogram_shortfall(pieces, 0.05, adverse == SP_HIGH, &variance);
    out[SP_STATISTIC_ES5] =
        estimate(tail, sp_pooled_group_error(&group[SP_STATISTIC_ES5], tail - centre, 0.05));
}

/* The sum of a metric over all path-quarters in a tier; NAN when it is not accumulated by category. */
static double cell_sum(const struct summary *s, size_t c, int metric, size_t label) {
    size_t row = metric < 0 ? SIZE_MAX : s->tally->metric_row[c][metric];
    if (row == SIZE_MAX)
        return NAN;
    const struct sp_pooled *pooled =
        &s->sums->cell[s->tally->first_cell[c] + row * s->tally->plan->category[c].labels + label];
    return pooled->sum + s->tally->cell[c][row].centre * (double)pooled->quarters;
}

/* A ratio's path-quarters that are undefined are not among its count; its mean is that of its parts. */
static void summarise_cell_ratio(const struct summary *s, size_t c, const struct sp_column *column,
                                 size_t label, size_t cell, double undefined, struct sp_estimate *out) {
    const struct sp_column *columns = s->tally->variant->column;
    double defined = out[SP_STATISTIC_COUNT].value;
    double above = cell_sum(s, c, columns[column->numerator].metric, label);
    double below = cell_sum(s, c, columns[column->denominator].metric, label);
    const struct sp_group_sums *group = &s->sums->group[cell * SP_STATISTICS + SP_STATISTIC_MEAN];
    out[SP_STATISTIC_MEAN] = estimate(NAN, NAN);
    if (below > 0)
        out[SP_STATISTIC_MEAN] =
            estimate(above / below, sp_pooled_group_error(group, above / below, INFINITY));
    out[SP_STATISTIC_COUNT].error = NAN;
    if (defined + undefined > 0)
        out[SP_STATISTIC_UNDEFINED] = estimate(undefined / (defined + undefined), NAN);
}

static void summarise_category_metric(void *context, int thread, uint64_t item) {
    const struct part *part = context;
    const struct summary *s = part->summary;
    const struct sp_plan *plan = s->tally->plan;
    size_t c = part->category, metric = s->result->category[c].metric[item];
    const struct sp_column *column = &s->tally->variant->column[plan->metric[metric]];
    size_t row = s->tally->metric_row[c][metric], labels = plan->category[c].labels;
    const struct sp_histogram_plan *histogram = &s->tally->cell[c][row];
    struct room *room = &s->room[thread];
    struct sp_estimate *out = s->variant->by_category[c] + item * labels * SP_STATISTICS;
    for (size_t label = 0; label < labels; label++, out += SP_STATISTICS) {
        size_t cell = s->tally->first_cell[c] + row * labels + label;
        double low = s->sums->cell[cell].low, high = s->sums->cell[cell].high;
        sp_tally_cell_counts(s->counts, cell, low, high, room->count);
        if (low <= high)
            sp_histogram_pieces(histogram, room->count, low, high, &room->pieces);
        summarise_cell(s, &room->pieces, cell, histogram->centre, column->write->adverse, out);
        if (column->numerator != SP_PLAN_NONE)
            summarise_cell_ratio(s, c, column, label, cell, (double)room->count[SP_HISTOGRAM_BINS], out);
    }
}

static int summarise_category(struct summary *s, size_t c) {
    const struct sp_category_view *view = &s->result->category[c];
    struct part part = {.summary = s, .category = c};
    s->variant->by_category[c] = sp_arena_array(
        s->result->arena, view->metrics * view->labels * SP_STATISTICS, sizeof(struct sp_estimate));
    if (!s->variant->by_category[c])
        return -1;
    sp_parallel_each(s->threads, view->metrics, &part, summarise_category_metric);
    return 0;
}

/* --- Passage --- */

static struct sp_estimate *shares(struct sp_arena *arena, const uint64_t *count, size_t n, uint64_t paths) {
    struct sp_estimate *out = sp_arena_array(arena, n, sizeof *out);
    for (size_t i = 0; out && i < n; i++)
        out[i] = share(count[i], paths);
    return out;
}

static struct sp_estimate mean_dwell(const uint64_t *dwell, size_t quarters, uint64_t paths) {
    double n = (double)paths, sum = 0, squares = 0;
    for (size_t q = 0; q <= quarters; q++) {
        sum += (double)q * (double)dwell[q];
        squares += (double)(q * q) * (double)dwell[q];
    }
    double variance = paths > 1 ? (squares - sum * (sum / n)) / (n - 1) : NAN;
    return estimate(sum / n, sqrt(fmax(variance, 0) / n));
}

static int summarise_passage(struct summary *s, size_t c, uint64_t **count) {
    const struct sp_plan *plan = s->tally->plan;
    size_t labels = plan->category[c].labels, times = plan->quarters + 1;
    struct sp_passage passage = sp_passage_over(*count, labels, plan->quarters);
    struct sp_passage_view *view = &s->variant->passage[c];
    struct sp_arena *arena = s->result->arena;
    uint64_t n = s->sums->paths;
    *count += sp_passage_size(labels, plan->quarters);
    view->occupancy = shares(arena, passage.occupancy, plan->quarters * labels, n);
    view->entry = shares(arena, passage.entry, labels * times, n);
    view->dwell = shares(arena, passage.dwell, labels * times, n);
    view->still_inside = shares(arena, passage.inside, labels, n);
    view->skipped = shares(arena, passage.skipped, labels, n);
    view->fell_back = shares(arena, passage.fell_back, labels, n);
    view->quarters = sp_arena_array(arena, labels, sizeof *view->quarters);
    if (!view->occupancy || !view->entry || !view->dwell || !view->still_inside || !view->skipped ||
        !view->fell_back || !view->quarters)
        return -1;
    for (size_t label = 0; label < labels; label++)
        view->quarters[label] = mean_dwell(passage.dwell + label * times, plan->quarters, n);
    return 0;
}

/* --- All --- */

static int summarise_rules(struct summary *s) {
    const struct sp_variant *plan = s->tally->variant;
    s->variant->counts = plan->rules;
    s->variant->count = sp_arena_array(s->result->arena, plan->rules, sizeof *s->variant->count);
    if (!s->variant->count)
        return -1;
    for (size_t i = 0; i < plan->rules; i++) {
        struct sp_count_view *view = &s->variant->count[i];
        view->name = sp_arena_text(s->result->arena, plan->rule[i].name);
        view->sentence = sp_arena_text(s->result->arena, plan->rule[i].sentence);
        view->count = s->counts->rule[i];
        if (!view->name || !view->sentence)
            return -1;
    }
    return 0;
}

static int create_rooms(struct sp_arena *arena, struct summary *s) {
    s->room = sp_arena_array(arena, (size_t)s->threads, sizeof *s->room);
    for (int i = 0; s->room && i < s->threads; i++) {
        s->room[i].count = sp_arena_array(arena, SP_HISTOGRAM_SLOTS, sizeof(uint64_t));
        if (!s->room[i].count || sp_histogram_pieces_create(arena, &s->room[i].pieces))
            return -1;
    }
    return s->room ? 0 : -1;
}

static int summarise_categories(struct summary *s) {
    size_t categories = s->tally->plan->categories;
    uint64_t *passage = s->counts->passage_count;
    s->variant->by_category = sp_arena_array(s->result->arena, categories, sizeof(struct sp_estimate *));
    s->variant->passage = sp_arena_array(s->result->arena, categories, sizeof *s->variant->passage);
    if (!s->variant->by_category || !s->variant->passage)
        return -1;
    for (size_t c = 0; c < categories; c++)
        if (summarise_category(s, c) ||
            (s->tally->plan->keeps[SP_AXIS_HORIZON] && summarise_passage(s, c, &passage)))
            return -1;
    return 0;
}

int sp_summary_make(const struct sp_tally_plan *tally, const struct sp_sums *sums,
                    const struct sp_counts *counts, int threads, struct sp_result *result,
                    struct sp_variant_result *variant) {
    struct summary s = {tally, sums, counts, result, variant, threads, NULL};
    struct sp_arena *arena = sp_arena_create();
    int failed = !arena || create_rooms(arena, &s);
    for (int axis = 0; !failed && axis < SP_AXES; axis++)
        failed = summarise_axis(&s, (enum sp_axis_kind)axis);
    failed = failed || summarise_categories(&s) || summarise_rules(&s);
    sp_arena_free(arena);
    return failed ? SP_ERROR_RESOURCES : 0;
}
