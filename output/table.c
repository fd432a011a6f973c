/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/table.h"

#include "engine/base/error.h"
#include "output/figure.h"
#include "output/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the values and the standard errors of one table are printed. */
struct style {
    struct sp_figure value, error;
    bool undefined; /* some paths have no value somewhere */
};

/* --- cells --- */

static void cell_figure(struct sp_grid *grid, struct sp_figure figure, double value) {
    char text[SP_FIGURE_BYTES];
    sp_figure_print(figure, value, text);
    sp_grid_cell(grid, text);
}

static void cell_share(struct sp_grid *grid, double share) {
    char text[SP_FIGURE_BYTES];
    sp_figure_print_share(share, text);
    sp_grid_cell(grid, text);
}

static void cells(struct sp_grid *grid, const char *const *text, size_t count) {
    for (size_t i = 0; i < count; i++)
        sp_grid_cell(grid, text[i]);
}

static double larger(double a, double b) {
    return isfinite(b) && fabs(b) > a ? fabs(b) : a;
}

/* What the numbers of a table reach. */
struct range {
    double value, error;
    bool undefined;
};

static void extend(struct range *range, const struct sp_estimate *estimate, size_t rows) {
    static const enum sp_statistic shown[] = {SP_STATISTIC_P10, SP_STATISTIC_P50, SP_STATISTIC_P90,
                                              SP_STATISTIC_MEAN};
    for (size_t i = 0; i < rows; i++) {
        const struct sp_estimate *row = estimate + i * SP_STATISTICS;
        for (size_t s = 0; s < sizeof shown / sizeof *shown; s++)
            range->value = larger(range->value, row[shown[s]].value);
        range->error = larger(range->error, row[SP_STATISTIC_P50].error);
        range->error = larger(range->error, row[SP_STATISTIC_MEAN].error);
        range->undefined |= row[SP_STATISTIC_UNDEFINED].value > 0;
    }
}

static bool has_unit(const struct sp_metric *metric, const char *unit) {
    return strcmp(metric->unit, unit) == 0;
}

/* 1 where something has happened, else 0: its mean is a probability, and nothing else of it is worth a
 * column. */
static bool is_probability(const struct sp_metric *metric) {
    return has_unit(metric, "probability");
}

static bool is_percentage(const struct sp_metric *metric) {
    return metric && (is_probability(metric) || (metric->kind == SP_RATIO && has_unit(metric, "1")));
}

static struct style style_of(const struct sp_metric *metric, struct range range) {
    struct style style = {.value = sp_figure_choose(range.value), .undefined = range.undefined};
    if (is_percentage(metric))
        style.value = (struct sp_figure){.divisor = 0.01, .word = "", .decimals = 1};
    style.error = sp_figure_choose_error(style.value, range.error);
    if (is_percentage(metric) && style.error.decimals > 3)
        style.error.decimals = 3;
    return style;
}

static const char *unit_word(const struct sp_metric *metric) {
    if (is_percentage(metric))
        return "%";
    return has_unit(metric, "1") ? "pure number" : metric->unit;
}

/* --- what is said above and below a table --- */

static void print_head(const struct sp_result *result, const struct sp_metric *metric,
                       const struct sp_variant_result *variant, struct sp_figure figure, FILE *stream) {
    fprintf(stream, "%s, %s%s", metric->name, figure.word, unit_word(metric));
    if (result->variants > 1)
        fprintf(stream, " (%s)", variant->name);
    fprintf(stream, ": %s\n\n", metric->sentence);
}

/* What must be known to read this very table. */
static void print_notes(const struct sp_metric *metric, bool undefined, FILE *stream) {
    if (metric && metric->kind != SP_STOCK)
        fprintf(stream, "\nPercentiles of periods do not add up%s.",
                metric->kind == SP_FLOW ? "; means do" : "");
    if (undefined)
        fprintf(stream, "\nUndefined on a path when %s; %s.",
                metric->undefined_when ? metric->undefined_when : "there is no value",
                metric->ranked ? "inf ranks above all numbers, -inf below them" : "such paths are left out");
    if (metric && metric->placeholders)
        fprintf(stream, "\nDepends on placeholders, which stand in for numbers nobody has given: %s.",
                metric->placeholders);
    fputc('\n', stream);
}

/* How often rules had to be applied: values held to their bounds, users raised to the payers who stay. */
static void print_counts(FILE *stream, const struct sp_variant_result *variant) {
    char number[SP_FIGURE_BYTES];
    bool any = false;
    for (size_t i = 0; i < variant->counts; i++) {
        const struct sp_count_view *count = &variant->count[i];
        if (count->count == 0)
            continue;
        fputs(any ? "" : "Counted:\n", stream);
        any = true;
        sp_figure_print_count(count->count, number);
        fprintf(stream, "  %s  %s: %s\n", number, count->name, count->sentence);
    }
}

const char *sp_table_not_kept(const struct sp_result *result) {
    bool year = result->axis[SP_AXIS_YEAR].count > 0;
    if (result->axis[SP_AXIS_HORIZON].count > 0)
        return year ? NULL : "fiscal years";
    return year ? "the horizon, and how paths move through tiers"
                : "fiscal years, the horizon, and how paths move through tiers";
}

int sp_table_notes(const struct sp_result *result, char **text) {
    char paths[SP_FIGURE_BYTES];
    size_t size;
    FILE *stream = open_memstream(text, &size);
    if (!stream)
        return SP_ERROR_RESOURCES;
    sp_figure_print_count(result->paths, paths);
    fputs("P10 to P90 is a prediction band: 10 % of paths are below P10, 10 % above P90.\n"
          "+/- is one standard error of the figure to its left: what more paths would still change.\n",
          stream);
    if (result->variants > 0)
        print_counts(stream, &result->variant[0]);
    if (sp_table_not_kept(result))
        fprintf(stream, "Not kept, see [results] times: %s.\n", sp_table_not_kept(result));
    fprintf(stream, "%s paths, seed %llu.\n", paths, (unsigned long long)result->seed);
    bool failed = ferror(stream);
    failed = fclose(stream) != 0 || failed;
    if (!failed)
        return 0;
    free(*text);
    *text = NULL;
    return SP_ERROR_RESOURCES;
}

/* Closes the stream; the text is only good when everything has arrived in it. */
static int finish(struct sp_grid *grid, FILE *stream, char **text) {
    bool failed = grid->out_of_memory || ferror(stream);
    sp_grid_free(grid);
    if (fclose(stream) == 0 && !failed)
        return 0;
    free(*text);
    *text = NULL;
    return SP_ERROR_RESOURCES;
}

/* --- bands over time --- */

static void bands_row(struct sp_grid *grid, const char *label, const struct sp_estimate *estimate,
                      struct style style) {
    sp_grid_row(grid);
    sp_grid_cell(grid, label);
    cell_figure(grid, style.value, estimate[SP_STATISTIC_P10].value);
    cell_figure(grid, style.value, estimate[SP_STATISTIC_P50].value);
    cell_figure(grid, style.error, estimate[SP_STATISTIC_P50].error);
    cell_figure(grid, style.value, estimate[SP_STATISTIC_P90].value);
    cell_figure(grid, style.value, estimate[SP_STATISTIC_MEAN].value);
    cell_figure(grid, style.error, estimate[SP_STATISTIC_MEAN].error);
    if (style.undefined)
        cell_share(grid, estimate[SP_STATISTIC_UNDEFINED].value);
}

static struct style bands_style(const struct sp_result *result, const struct sp_variant_result *variant,
                                size_t metric) {
    struct range range = {0};
    for (int a = 0; a < SP_AXES; a++) {
        size_t count = result->axis[a].count;
        if (count)
            extend(&range, variant->estimate[a] + metric * count * SP_STATISTICS, count);
    }
    return style_of(&result->metric[metric], range);
}

static void probability_row(struct sp_grid *grid, const char *label, const struct sp_estimate *estimate,
                            struct style style) {
    sp_grid_row(grid);
    sp_grid_cell(grid, label);
    cell_figure(grid, style.error, estimate[SP_STATISTIC_MEAN].value);
    cell_figure(grid, style.error, estimate[SP_STATISTIC_MEAN].error);
}

static void bands_head(struct sp_grid *grid, bool probability, bool undefined) {
    static const char *const head[] = {"", "P10", "P50", "+/-", "P90", "mean", "+/-", "undefined"};
    static const char *const probability_head[] = {"", "probability", "+/-"};
    sp_grid_row(grid);
    if (probability)
        cells(grid, probability_head, 3);
    else
        cells(grid, head, undefined ? 8 : 7);
}

/* Over the whole horizon a stock is what it is in the last quarter: that row is there already. */
static bool is_shown(const struct sp_metric *metric, int axis) {
    return axis != SP_AXIS_HORIZON || metric->kind != SP_STOCK;
}

int sp_table_bands(const struct sp_result *result, const struct sp_variant_result *variant, size_t metric,
                   char **text) {
    size_t size;
    FILE *stream = open_memstream(text, &size);
    if (!stream)
        return SP_ERROR_RESOURCES;
    struct sp_grid grid = {0};
    struct style style = bands_style(result, variant, metric);
    bool probability = is_probability(&result->metric[metric]);
    bands_head(&grid, probability, style.undefined);
    for (int a = 0; a < SP_AXES; a++) {
        const struct sp_axis *axis = &result->axis[a];
        if (!is_shown(&result->metric[metric], a))
            continue;
        if (a > 0 && axis->count)
            sp_grid_row(&grid);
        for (size_t t = 0; t < axis->count; t++)
            (probability ? probability_row : bands_row)(
                &grid, axis->label[t], variant->estimate[a] + (metric * axis->count + t) * SP_STATISTICS,
                style);
    }
    print_head(result, &result->metric[metric], variant, style.value, stream);
    sp_grid_print(&grid, stream);
    print_notes(&result->metric[metric], style.undefined, stream);
    return finish(&grid, stream, text);
}

/* --- a category --- */

static bool never_entered(const struct sp_passage_view *passage, const struct sp_estimate *bands,
                          size_t label) {
    if (passage)
        return passage->quarters[label].value == 0;
    return bands && bands[label * SP_STATISTICS + SP_STATISTIC_COUNT].value == 0;
}

/* Share of path-quarters: all quarters have the same number of paths. */
static double share_of_time(const struct sp_passage_view *passage, size_t labels, size_t label,
                            size_t quarters) {
    double sum = 0;
    for (size_t q = 0; q < quarters; q++)
        sum += passage->occupancy[q * labels + label].value;
    return quarters ? sum / (double)quarters : NAN;
}

static void cell_entry(struct sp_grid *grid, const struct sp_passage_view *passage, size_t label,
                       const struct sp_axis *quarter) {
    const struct sp_estimate *entry = passage->entry + label * (quarter->count + 1);
    size_t best = 0;
    char share[SP_FIGURE_BYTES], text[2 * SP_FIGURE_BYTES];
    for (size_t q = 1; q < quarter->count; q++)
        if (entry[q].value > entry[best].value)
            best = q;
    sp_figure_print_share(entry[best].value, share);
    snprintf(text, sizeof text, "%s (%s)", quarter->label[best], share);
    sp_grid_cell(grid, text);
}

/* Half of the paths that enter it at all spend at most so many quarters in it. */
static void cell_dwell(struct sp_grid *grid, const struct sp_passage_view *passage, size_t label,
                       size_t quarters) {
    const struct sp_estimate *dwell = passage->dwell + label * (quarters + 1);
    double entered = 0, sum = 0;
    char text[SP_FIGURE_BYTES];
    size_t median = 1;
    for (size_t q = 1; q <= quarters; q++)
        entered += dwell[q].value;
    for (size_t q = 1; q <= quarters && sum < entered / 2; q++) {
        sum += dwell[q].value;
        median = q;
    }
    sp_figure_print_count(median, text);
    sp_grid_cell(grid, text);
}

static void passage_cells(struct sp_grid *grid, const struct sp_passage_view *passage, size_t labels,
                          size_t label, const struct sp_axis *quarter) {
    cell_share(grid, share_of_time(passage, labels, label, quarter->count));
    cell_entry(grid, passage, label, quarter);
    cell_dwell(grid, passage, label, quarter->count);
    cell_share(grid, passage->still_inside[label].value);
    cell_share(grid, passage->skipped[label].value);
    cell_share(grid, passage->fell_back[label].value);
}

static void band_cells(struct sp_grid *grid, const struct sp_estimate *estimate, struct style style) {
    cell_figure(grid, style.value, estimate[SP_STATISTIC_P10].value);
    cell_figure(grid, style.value, estimate[SP_STATISTIC_P50].value);
    cell_figure(grid, style.error, estimate[SP_STATISTIC_P50].error);
    cell_figure(grid, style.value, estimate[SP_STATISTIC_P90].value);
}

static void category_head(struct sp_grid *grid, bool passage, bool bands) {
    static const char *const of_passage[] = {"quarters",   "first entered", "median stay",
                                             "at the end", "skipped",       "fell back"};
    static const char *const of_bands[] = {"P10", "P50", "+/-", "P90"};
    sp_grid_row(grid);
    sp_grid_cell(grid, "");
    if (passage)
        cells(grid, of_passage, 6);
    if (bands)
        cells(grid, of_bands, 4);
}

static void category_rows(struct sp_grid *grid, const struct sp_result *result,
                          const struct sp_category_view *category, const struct sp_passage_view *passage,
                          const struct sp_estimate *bands, struct style style) {
    for (size_t l = 0; l < category->labels; l++) {
        sp_grid_row(grid);
        sp_grid_cell(grid, category->label[l]);
        if (never_entered(passage, bands, l)) {
            sp_grid_cell(grid, "never entered");
            continue;
        }
        if (passage)
            passage_cells(grid, passage, category->labels, l, &result->axis[SP_AXIS_QUARTER]);
        if (bands)
            band_cells(grid, bands + l * SP_STATISTICS, style);
    }
}

static void category_notes(const struct sp_category_view *category, bool passage, FILE *stream) {
    if (passage)
        fprintf(stream,
                "\nquarters: share of all path-quarters. first entered: the most likely quarter, and its "
                "share of "
                "paths.\nmedian stay: in quarters, of the paths that enter. at the end: still in it at the "
                "horizon.\nskipped: in a higher %s before. fell back: left it for a lower one.\n",
                category->name);
}

int sp_table_category(const struct sp_result *result, const struct sp_variant_result *variant,
                      size_t category, size_t position, char **text) {
    const struct sp_category_view *view = &result->category[category];
    const struct sp_passage_view *passage = variant->passage ? &variant->passage[category] : NULL;
    const struct sp_metric *metric =
        position < view->metrics ? &result->metric[view->metric[position]] : NULL;
    const struct sp_estimate *bands =
        metric ? variant->by_category[category] + position * view->labels * SP_STATISTICS : NULL;
    size_t size;
    FILE *stream = open_memstream(text, &size);
    if (!stream)
        return SP_ERROR_RESOURCES;
    if (passage && !passage->occupancy)
        passage = NULL;
    struct sp_grid grid = {0};
    struct range range = {0};
    if (bands)
        extend(&range, bands, view->labels);
    struct style style = style_of(metric, range);
    category_head(&grid, passage != NULL, bands != NULL);
    category_rows(&grid, result, view, passage, bands, style);
    fprintf(stream, metric ? "by %s; " : "by %s\n\n", view->name);
    if (metric)
        print_head(result, metric, variant, style.value, stream);
    sp_grid_print(&grid, stream);
    category_notes(view, passage != NULL, stream);
    print_notes(metric, style.undefined, stream);
    return finish(&grid, stream, text);
}
