/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

/* The edges of all metrics and times of an axis, one after the other, each with the count of the bin that it
 * begins (0 at the last edge of a histogram), and so their atoms; and where those of one metric and time
 * begin and how many they are, [metric][time]. */
struct table {
    size_t cells, edges, atoms;
    int32_t *first_edge, *edges_of, *first_atom, *atoms_of;
    double *edge, *atom;
    uint64_t *count, *atom_count;
};

static size_t edges_of(const struct sp_histogram_view *view) {
    return view->bins ? view->bins + 1 : 0;
}

static void measure(const struct sp_histogram_view *view, struct table *table) {
    for (size_t i = 0; i < table->cells; i++) {
        table->edges += edges_of(&view[i]);
        table->atoms += view[i].atoms;
    }
}

/* Every pointer is set, or the document has a complaint. */
static bool create(struct sp_document *document, struct table *table) {
    int32_t **number[] = {&table->first_edge, &table->edges_of, &table->first_atom, &table->atoms_of};
    for (int i = 0; i < 4; i++)
        *number[i] = sp_document_memory(document, table->cells, sizeof **number[i]);
    table->edge = sp_document_memory(document, table->edges, sizeof *table->edge);
    table->count = sp_document_memory(document, table->edges, sizeof *table->count);
    table->atom = sp_document_memory(document, table->atoms, sizeof *table->atom);
    table->atom_count = sp_document_memory(document, table->atoms, sizeof *table->atom_count);
    if (!document->complaint && (table->edges > INT32_MAX || table->atoms > INT32_MAX))
        sp_document_complain(document, "too many histograms for one file");
    return !document->complaint;
}

static void copy(void *to, const void *from, size_t count) {
    if (count)
        memcpy(to, from, count * sizeof(double));
}

static void fill(const struct sp_histogram_view *view, struct table *table) {
    size_t edge = 0, atom = 0;
    for (size_t i = 0; i < table->cells; i++) {
        table->first_edge[i] = (int32_t)edge;
        table->edges_of[i] = (int32_t)edges_of(&view[i]);
        table->first_atom[i] = (int32_t)atom;
        table->atoms_of[i] = (int32_t)view[i].atoms;
        copy(table->edge + edge, view[i].edge, edges_of(&view[i]));
        copy(table->count + edge, view[i].count, view[i].bins);
        copy(table->atom + atom, view[i].atom, view[i].atoms);
        copy(table->atom_count + atom, view[i].atom_count, view[i].atoms);
        edge += edges_of(&view[i]);
        atom += view[i].atoms;
    }
}

static void put_array(struct sp_document *document, const struct sp_document_node *group, const char *name,
                      enum sp_document_type type, const struct sp_document_node *first,
                      const struct sp_document_node *second, const char *meaning, const void *data) {
    struct sp_document_node *node = sp_document_array(document, group, name, type, first, second, data);
    sp_document_add_text(document, node, "long_name", meaning);
}

static void put_edges(struct sp_document *document, const struct sp_document_node *group,
                      const struct sp_document_node *metric, const struct sp_document_node *time,
                      const struct table *table) {
    if (table->edges == 0)
        return;
    const struct sp_document_node *place = sp_document_dimension(document, group, "edge", table->edges);
    put_array(document, group, "first_edge", SP_DOCUMENT_I32, metric, time, "where its edges begin",
              table->first_edge);
    put_array(document, group, "edges", SP_DOCUMENT_I32, metric, time, "how many edges it has",
              table->edges_of);
    put_array(document, group, "edge_value", SP_DOCUMENT_F64, place, NULL, "edge between bins", table->edge);
    put_array(document, group, "count", SP_DOCUMENT_U64, place, NULL,
              "paths from this edge to the next; 0 at the last", table->count);
}

static void put_atoms(struct sp_document *document, const struct sp_document_node *group,
                      const struct sp_document_node *metric, const struct sp_document_node *time,
                      const struct table *table) {
    if (table->atoms == 0)
        return;
    const struct sp_document_node *atom = sp_document_dimension(document, group, "atom", table->atoms);
    put_array(document, group, "first_atom", SP_DOCUMENT_I32, metric, time, "where its atoms begin",
              table->first_atom);
    put_array(document, group, "atoms", SP_DOCUMENT_I32, metric, time, "how many atoms it has",
              table->atoms_of);
    put_array(document, group, "atom_value", SP_DOCUMENT_F64, atom, NULL, "a value that is counted exactly",
              table->atom);
    put_array(document, group, "atom_count", SP_DOCUMENT_U64, atom, NULL, "paths with that very value",
              table->atom_count);
}

static void put_axis(struct sp_document *document, const struct sp_document_node *all,
                     const struct sp_result *result, const struct sp_axis *axis,
                     const struct sp_histogram_view *view) {
    struct sp_document_node *group = sp_document_group(document, all, axis->name);
    sp_document_add_text(document, group, "role", "histograms");
    const struct sp_document_node *metric =
        sp_scales_put_metric(document, group, result, NULL, result->metrics);
    const struct sp_document_node *time = sp_scales_put_time(document, group, axis);
    struct table table = {.cells = result->metrics * axis->count};
    measure(view, &table);
    if (!create(document, &table))
        return;
    fill(view, &table);
    put_edges(document, group, metric, time, &table);
    put_atoms(document, group, metric, time, &table);
}

void sp_histograms_put(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, const struct sp_variant_result *variant) {
    const struct sp_document_node *all = NULL;
    for (int a = 0; a < SP_AXES; a++) {
        if (!variant->histogram[a] || !result->axis[a].count)
            continue;
        if (!all)
            all = sp_document_group(document, variant_group, "histogram");
        put_axis(document, all, result, &result->axis[a], variant->histogram[a]);
    }
}

/* --- reading --- */

static size_t length_of(const struct sp_document *document, const struct sp_document_node *group,
                        const char *scale) {
    const struct sp_document_node *node = sp_document_find(document, group, scale);
    return node && node->is_scale ? node->dims[0] : 0;
}

/* A const array of the document, for a table that is only read. */
static void *find(struct sp_document *document, const struct sp_document_node *group, const char *name,
                  enum sp_document_type type, size_t count) {
    return (void *)(uintptr_t)sp_document_data(document, group, name, type, count);
}

static void find_edges(struct sp_document *document, const struct sp_document_node *group,
                       struct table *table) {
    table->edges = length_of(document, group, "edge");
    if (table->edges == 0)
        return;
    table->first_edge = find(document, group, "first_edge", SP_DOCUMENT_I32, table->cells);
    table->edges_of = find(document, group, "edges", SP_DOCUMENT_I32, table->cells);
    table->edge = find(document, group, "edge_value", SP_DOCUMENT_F64, table->edges);
    table->count = find(document, group, "count", SP_DOCUMENT_U64, table->edges);
}

static void find_atoms(struct sp_document *document, const struct sp_document_node *group,
                       struct table *table) {
    table->atoms = length_of(document, group, "atom");
    if (table->atoms == 0)
        return;
    table->first_atom = find(document, group, "first_atom", SP_DOCUMENT_I32, table->cells);
    table->atoms_of = find(document, group, "atoms", SP_DOCUMENT_I32, table->cells);
    table->atom = find(document, group, "atom_value", SP_DOCUMENT_F64, table->atoms);
    table->atom_count = find(document, group, "atom_count", SP_DOCUMENT_U64, table->atoms);
}

static void *take(struct sp_document *document, const void *from, size_t count) {
    void *memory = count ? sp_document_memory(document, count, sizeof(double)) : NULL;
    return memory ? memcpy(memory, from, count * sizeof(double)) : NULL;
}

/* Where the stretch of one metric and time begins; a complaint when it is not within the arrays. */
static size_t get_stretch(struct sp_document *document, const struct sp_document_node *group,
                          const int32_t *first, const int32_t *number, size_t i, size_t all, size_t *count) {
    *count = 0;
    if (all == 0)
        return 0;
    if (first[i] < 0 || number[i] < 0 || (size_t)first[i] + (size_t)number[i] > all) {
        sp_document_complain(document, "%s: a histogram lies outside its arrays", group->path);
        return 0;
    }
    *count = (size_t)number[i];
    return (size_t)first[i];
}

static void get_cell(struct sp_document *document, const struct sp_document_node *group,
                     const struct table *table, size_t i, struct sp_histogram_view *view) {
    size_t edges;
    size_t edge = get_stretch(document, group, table->first_edge, table->edges_of, i, table->edges, &edges);
    size_t atom =
        get_stretch(document, group, table->first_atom, table->atoms_of, i, table->atoms, &view->atoms);
    view->bins = edges ? edges - 1 : 0;
    view->edge = take(document, table->edge + edge, edges);
    view->count = take(document, table->count + edge, view->bins);
    view->atom = take(document, table->atom + atom, view->atoms);
    view->atom_count = take(document, table->atom_count + atom, view->atoms);
}

void sp_histograms_get(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, struct sp_variant_result *variant) {
    const struct sp_document_node *all = sp_document_find(document, variant_group, "histogram");
    for (int a = 0; a < SP_AXES; a++) {
        const struct sp_document_node *group = sp_document_find(document, all, result->axis[a].name);
        struct table table = {.cells = result->metrics * result->axis[a].count};
        if (!group)
            continue;
        struct sp_histogram_view *view = sp_document_memory(document, table.cells, sizeof *view);
        find_edges(document, group, &table);
        find_atoms(document, group, &table);
        for (size_t i = 0; !document->complaint && i < table.cells; i++)
            get_cell(document, group, &table, i, view + i);
        variant->histogram[a] = view;
    }
}
