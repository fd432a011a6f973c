/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/rows.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 512 };

struct walk {
    const struct sp_result *result;
    struct sp_rows_filter filter;
    sp_rows_visit *visit;
    void *context;
    struct sp_row row;
};

bool sp_rows_match(const char *metric, const char *name) {
    size_t length = metric ? strlen(metric) : 0;
    return !metric || (strncmp(metric, name, length) == 0 && (name[length] == 0 || name[length] == '.'));
}

static int emit(struct walk *walk, const char *statistic, struct sp_estimate estimate) {
    walk->row.statistic = statistic;
    walk->row.value = estimate.value;
    walk->row.se = estimate.error;
    return walk->visit(walk->context, &walk->row);
}

static const char *unit_of(const struct sp_metric *metric, int statistic) {
    return statistic == SP_STATISTIC_COUNT || statistic == SP_STATISTIC_UNDEFINED ? "1" : metric->unit;
}

static int walk_statistics(struct walk *walk, const struct sp_metric *metric,
                           const struct sp_estimate *estimate) {
    walk->row.metric = metric->name;
    for (int s = 0; s < SP_STATISTICS; s++) {
        walk->row.unit = unit_of(metric, s);
        int stop = emit(walk, sp_result_statistic_name((enum sp_statistic)s), estimate[s]);
        if (stop)
            return stop;
    }
    return 0;
}

/* --- over time --- */

static int walk_axis(struct walk *walk, const struct sp_axis *axis, const struct sp_estimate *estimate) {
    const struct sp_result *result = walk->result;
    int stop = 0;
    for (size_t m = 0; m < result->metrics; m++)
        for (size_t t = 0; t < axis->count && sp_rows_match(walk->filter.metric, result->metric[m].name);
             t++) {
            walk->row.time = axis->label[t];
            stop =
                walk_statistics(walk, &result->metric[m], estimate + (m * axis->count + t) * SP_STATISTICS);
            if (stop)
                return stop;
        }
    return 0;
}

/* --- by category --- */

static const char *tier_text(const struct sp_category_view *category, size_t label, char text[TEXT_BYTES]) {
    if (strcmp(category->name, "tier") == 0)
        return category->label[label];
    snprintf(text, TEXT_BYTES, "%s=%s", category->name, category->label[label]);
    return text;
}

static int walk_category(struct walk *walk, const struct sp_category_view *category,
                         const struct sp_estimate *estimate) {
    char text[TEXT_BYTES];
    walk->row.time = NULL;
    for (size_t i = 0; i < category->metrics; i++) {
        const struct sp_metric *metric = &walk->result->metric[category->metric[i]];
        for (size_t l = 0; l < category->labels && sp_rows_match(walk->filter.metric, metric->name); l++) {
            walk->row.tier = tier_text(category, l, text);
            int stop = walk_statistics(walk, metric, estimate + (i * category->labels + l) * SP_STATISTICS);
            if (stop)
                return stop;
        }
    }
    return 0;
}

/* --- the passage through a category --- */

/* One figure, if its metric NAME.WHAT is wanted. */
static int emit_passage(struct walk *walk, const struct sp_category_view *category, size_t label,
                        const char *what, const char *time, const char *statistic,
                        struct sp_estimate estimate) {
    char metric[TEXT_BYTES], text[TEXT_BYTES];
    snprintf(metric, sizeof metric, "%s.%s", category->name, what);
    if (!sp_rows_match(walk->filter.metric, metric))
        return 0;
    walk->row.metric = metric;
    walk->row.tier = tier_text(category, label, text);
    walk->row.time = time;
    walk->row.unit = strcmp(what, "quarters") == 0 ? "quarters" : "1";
    return emit(walk, statistic, estimate);
}

static int walk_occupancy(struct walk *walk, const struct sp_category_view *category,
                          const struct sp_passage_view *passage) {
    const struct sp_axis *quarter = &walk->result->axis[SP_AXIS_QUARTER];
    int stop = 0;
    for (size_t q = 0; q < quarter->count; q++)
        for (size_t l = 0; !stop && l < category->labels; l++)
            stop = emit_passage(walk, category, l, "occupancy", quarter->label[q], "probability",
                                passage->occupancy[q * category->labels + l]);
    return stop;
}

static int walk_entry(struct walk *walk, const struct sp_category_view *category,
                      const struct sp_passage_view *passage) {
    const struct sp_axis *quarter = &walk->result->axis[SP_AXIS_QUARTER];
    int stop = 0;
    for (size_t l = 0; l < category->labels; l++)
        for (size_t q = 0; !stop && q <= quarter->count; q++)
            stop = emit_passage(walk, category, l, "entry", q < quarter->count ? quarter->label[q] : "never",
                                "probability", passage->entry[l * (quarter->count + 1) + q]);
    return stop;
}

static int walk_dwell(struct walk *walk, const struct sp_category_view *category,
                      const struct sp_passage_view *passage) {
    size_t quarters = walk->result->axis[SP_AXIS_QUARTER].count;
    char what[32];
    int stop = 0;
    for (size_t l = 0; l < category->labels; l++)
        for (size_t q = 0; !stop && q <= quarters; q++) {
            snprintf(what, sizeof what, "dwell.%zu", q);
            stop = emit_passage(walk, category, l, what, NULL, "probability",
                                passage->dwell[l * (quarters + 1) + q]);
        }
    return stop;
}

static int walk_totals(struct walk *walk, const struct sp_category_view *category,
                       const struct sp_passage_view *passage) {
    const struct {
        const char *what, *statistic;
        const struct sp_estimate *estimate;
    } total[] = {{"quarters", "mean", passage->quarters},
                 {"still_inside", "probability", passage->still_inside},
                 {"skipped", "probability", passage->skipped},
                 {"fell_back", "probability", passage->fell_back}};
    int stop = 0;
    for (size_t i = 0; i < sizeof total / sizeof *total; i++)
        for (size_t l = 0; !stop && l < category->labels; l++)
            stop = emit_passage(walk, category, l, total[i].what, NULL, total[i].statistic,
                                total[i].estimate[l]);
    return stop;
}

static int walk_passage(struct walk *walk, const struct sp_category_view *category,
                        const struct sp_passage_view *passage) {
    int stop = walk_occupancy(walk, category, passage);
    if (!stop)
        stop = walk_entry(walk, category, passage);
    if (!stop)
        stop = walk_dwell(walk, category, passage);
    return stop ? stop : walk_totals(walk, category, passage);
}

/* --- all --- */

static int walk_variant(struct walk *walk, const struct sp_variant_result *variant) {
    const struct sp_result *result = walk->result;
    int stop = 0;
    walk->row = (struct sp_row){.variant = variant->name};
    for (int a = 0; !stop && a < SP_AXES && !walk->filter.tiers_only; a++)
        stop = walk_axis(walk, &result->axis[a], variant->estimate[a]);
    for (size_t c = 0; !stop && c < result->categories; c++)
        stop = walk_category(walk, &result->category[c], variant->by_category[c]);
    for (size_t c = 0; !stop && variant->passage && c < result->categories; c++)
        if (variant->passage[c].occupancy)
            stop = walk_passage(walk, &result->category[c], &variant->passage[c]);
    return stop;
}

int sp_rows_walk(const struct sp_result *result, const struct sp_rows_filter *filter, sp_rows_visit *visit,
                 void *context) {
    struct walk walk = {.result = result, .visit = visit, .context = context};
    int stop = 0;
    if (filter)
        walk.filter = *filter;
    for (size_t v = 0; !stop && v < result->variants; v++)
        if (!walk.filter.variant || strcmp(walk.filter.variant, result->variant[v].name) == 0)
            stop = walk_variant(&walk, &result->variant[v]);
    return stop;
}
