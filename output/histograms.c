/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <math.h>
#include <string.h>

/* The four arrays of a metric, padded to its widest time. A width of 0: there are no such arrays. */
struct block {
    size_t times, edges, bins, atoms;
    double *edge, *atom;
    uint64_t *count, *atom_count;
};

static size_t edges_of(const struct sp_histogram_view *view) {
    return view->bins ? view->bins + 1 : 0;
}

static struct block measure(const struct sp_histogram_view *view, size_t times) {
    struct block block = {.times = times};
    for (size_t t = 0; t < times; t++) {
        block.bins = view[t].bins > block.bins ? view[t].bins : block.bins;
        block.atoms = view[t].atoms > block.atoms ? view[t].atoms : block.atoms;
    }
    block.edges = block.bins ? block.bins + 1 : 0;
    return block;
}

static double *nan_array(struct sp_document *document, size_t count) {
    double *array = sp_document_memory(document, count, sizeof *array);
    for (size_t i = 0; array && i < count; i++)
        array[i] = NAN;
    return array;
}

static void copy(void *to, const void *from, size_t count) {
    if (count)
        memcpy(to, from, count * sizeof(double));
}

static void pad(struct sp_document *document, const struct sp_histogram_view *view, struct block *block) {
    block->edge = nan_array(document, block->times * block->edges);
    block->atom = nan_array(document, block->times * block->atoms);
    block->count = sp_document_memory(document, block->times * block->bins, sizeof *block->count);
    block->atom_count = sp_document_memory(document, block->times * block->atoms, sizeof *block->atom_count);
    for (size_t t = 0; block->atom_count && t < block->times; t++) {
        copy(block->edge + t * block->edges, view[t].edge, edges_of(&view[t]));
        copy(block->count + t * block->bins, view[t].count, view[t].bins);
        copy(block->atom + t * block->atoms, view[t].atom, view[t].atoms);
        copy(block->atom_count + t * block->atoms, view[t].atom_count, view[t].atoms);
    }
}

/* A dimension of `count` numbers that all metrics with this width share. */
static const struct sp_document_node *share_index(struct sp_document *document,
                                                  const struct sp_document_node *group, const char *kind,
                                                  size_t count) {
    char *name = document->complaint ? NULL : sp_arena_format(document->arena, "%s_%zu", kind, count);
    const struct sp_document_node *found = name ? sp_document_find(document, group, name) : NULL;
    return found ? found : sp_document_index(document, group, name ? name : kind, count);
}

static void put_array(struct sp_document *document, const struct sp_document_node *group,
                      const struct sp_document_node *time, const struct sp_metric *metric, const char *what,
                      const struct sp_document_node *across, const void *data) {
    bool counted = strcmp(what, "count") == 0 || strcmp(what, "atom_count") == 0;
    char *name = document->complaint ? NULL : sp_arena_format(document->arena, "%s.%s", metric->name, what);
    struct sp_document_node *node = sp_document_array(
        document, group, name ? name : what, counted ? SP_DOCUMENT_U64 : SP_DOCUMENT_F64, time, across, data);
    sp_document_add_text(document, node, "units", counted ? "1" : metric->unit);
}

static void put_metric(struct sp_document *document, const struct sp_document_node *group,
                       const struct sp_document_node *time, const struct sp_metric *metric,
                       const struct sp_histogram_view *view) {
    struct block block = measure(view, time->dims[0]);
    pad(document, view, &block);
    if (block.bins) {
        put_array(document, group, time, metric, "edge", share_index(document, group, "edge", block.edges),
                  block.edge);
        put_array(document, group, time, metric, "count", share_index(document, group, "bin", block.bins),
                  block.count);
    }
    if (block.atoms) {
        const struct sp_document_node *across = share_index(document, group, "atom", block.atoms);
        put_array(document, group, time, metric, "atom", across, block.atom);
        put_array(document, group, time, metric, "atom_count", across, block.atom_count);
    }
}

void sp_histograms_put(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, const struct sp_variant_result *variant) {
    const struct sp_document_node *all = NULL;
    for (int a = 0; a < SP_AXES; a++) {
        const struct sp_axis *axis = &result->axis[a];
        if (!variant->histogram[a] || !axis->count)
            continue;
        if (!all)
            all = sp_document_group(document, variant_group, "histogram");
        struct sp_document_node *group = sp_document_group(document, all, axis->name);
        sp_document_add_text(document, group, "role", "histograms");
        const struct sp_document_node *time = sp_scales_put_time(document, group, axis);
        for (size_t m = 0; !document->complaint && m < result->metrics; m++)
            put_metric(document, group, time, &result->metric[m], variant->histogram[a] + m * axis->count);
    }
}

/* --- reading --- */

/* The array METRIC.WHAT and the width of its rows; NULL when the metric has none. */
static const void *get_array(struct sp_document *document, const struct sp_document_node *group,
                             const char *metric, const char *what, enum sp_document_type type, size_t times,
                             size_t *width) {
    char *name = document->complaint ? NULL : sp_arena_format(document->arena, "%s.%s", metric, what);
    const struct sp_document_node *node = name ? sp_document_find(document, group, name) : NULL;
    *width = node && node->rank == 2 ? node->dims[1] : 0;
    return node ? sp_document_data(document, group, name, type, times * *width) : NULL;
}

static size_t count_numbers(const double *row, size_t width) {
    size_t count = 0;
    while (count < width && !isnan(row[count]))
        count++;
    return count;
}

static void *copy_row(struct sp_document *document, const void *row, size_t count) {
    void *memory = count ? sp_document_memory(document, count, sizeof(double)) : NULL;
    return memory ? memcpy(memory, row, count * sizeof(double)) : NULL;
}

static void get_row(struct sp_document *document, const double *edge, const uint64_t *count, size_t edges,
                    const double *atom, const uint64_t *atom_count, size_t atoms,
                    struct sp_histogram_view *view) {
    size_t used = count_numbers(edge, edges);
    view->bins = used ? used - 1 : 0;
    view->atoms = count_numbers(atom, atoms);
    view->edge = copy_row(document, edge, used);
    view->count = copy_row(document, count, view->bins);
    view->atom = copy_row(document, atom, view->atoms);
    view->atom_count = copy_row(document, atom_count, view->atoms);
}

static void get_metric(struct sp_document *document, const struct sp_document_node *group, const char *metric,
                       size_t times, struct sp_histogram_view *view) {
    size_t edges, bins, atoms, again;
    const double *edge = get_array(document, group, metric, "edge", SP_DOCUMENT_F64, times, &edges);
    const uint64_t *count = get_array(document, group, metric, "count", SP_DOCUMENT_U64, times, &bins);
    const double *atom = get_array(document, group, metric, "atom", SP_DOCUMENT_F64, times, &atoms);
    const uint64_t *atom_count =
        get_array(document, group, metric, "atom_count", SP_DOCUMENT_U64, times, &again);
    if (edges != (bins ? bins + 1 : 0) || atoms != again)
        sp_document_complain(document, "%s: the histogram of %s is incomplete", group->path, metric);
    for (size_t t = 0; view && !document->complaint && t < times; t++)
        get_row(document, edge + t * edges, count + t * bins, edges, atom + t * atoms, atom_count + t * atoms,
                atoms, &view[t]);
}

void sp_histograms_get(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, struct sp_variant_result *variant) {
    const struct sp_document_node *all = sp_document_find(document, variant_group, "histogram");
    for (int a = 0; a < SP_AXES; a++) {
        size_t times = result->axis[a].count;
        const struct sp_document_node *group = sp_document_find(document, all, result->axis[a].name);
        if (!group)
            continue;
        struct sp_histogram_view *view = sp_document_memory(document, result->metrics * times, sizeof *view);
        for (size_t m = 0; view && m < result->metrics; m++)
            get_metric(document, group, result->metric[m].name, times, view + m * times);
        variant->histogram[a] = view;
    }
}
