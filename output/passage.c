/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

enum dimension { NONE, LABEL, QUARTER, ENTRY, SPENT, DIMENSIONS };

/* One array of a passage: its name, shape, place in struct sp_passage_view, unit and sentence. */
static const struct array {
    const char *name;
    enum dimension first, second;
    size_t offset;
    const char *unit, *sentence;
} arrays[] = {
    {"occupancy", QUARTER, LABEL, offsetof(struct sp_passage_view, occupancy), "1",
     "share of paths that are in it at the end of the quarter"},
    {"entry", LABEL, ENTRY, offsetof(struct sp_passage_view, entry), "1",
     "share of paths that are first in it in that quarter, or never"},
    {"dwell", LABEL, SPENT, offsetof(struct sp_passage_view, dwell), "1",
     "share of paths that spend that many quarters in it"},
    {"mean_quarters", LABEL, NONE, offsetof(struct sp_passage_view, quarters), "quarters",
     "mean number of quarters spent in it, over all paths"},
    {"still_inside", LABEL, NONE, offsetof(struct sp_passage_view, still_inside), "1",
     "share of paths that are in it at the horizon"},
    {"skipped", LABEL, NONE, offsetof(struct sp_passage_view, skipped), "1",
     "share of paths that were in a higher one and never in this one before that"},
    {"fell_back", LABEL, NONE, offsetof(struct sp_passage_view, fell_back), "1",
     "share of paths that left it at least once for a lower one"},
};

enum { ARRAYS = sizeof arrays / sizeof *arrays };

/* The member of a passage that an array is kept in. */
static struct sp_estimate *load(const struct sp_passage_view *passage, size_t offset) {
    struct sp_estimate *estimate;
    memcpy(&estimate, (const char *)passage + offset, sizeof estimate);
    return estimate;
}

static void store(struct sp_passage_view *passage, size_t offset, struct sp_estimate *estimate) {
    memcpy((char *)passage + offset, &estimate, sizeof estimate);
}

static const char *group_name(struct sp_document *document, const char *category) {
    char *text = document->complaint ? NULL : sp_arena_format(document->arena, "%s_passage", category);
    return text ? text : "passage";
}

static const struct sp_document_node *put_entry(struct sp_document *document,
                                                const struct sp_document_node *group,
                                                const struct sp_axis *quarter) {
    const char **label = sp_document_memory(document, quarter->count + 1, sizeof *label);
    if (label && quarter->count)
        memcpy(label, quarter->label, quarter->count * sizeof *label);
    if (label)
        label[quarter->count] = "never";
    return sp_document_scale(document, group, "entry_quarter", SP_DOCUMENT_TEXT, quarter->count + 1, label);
}

static void put_passage(struct sp_document *document, const struct sp_document_node *variant_group,
                        const struct sp_axis *quarter, const struct sp_category_view *category,
                        const struct sp_passage_view *passage) {
    struct sp_document_node *group =
        sp_document_group(document, variant_group, group_name(document, category->name));
    sp_document_add_text(document, group, "role", "passage");
    const struct sp_document_node *scale[DIMENSIONS] = {NULL};
    scale[QUARTER] = sp_scales_put_time(document, group, quarter);
    scale[LABEL] = sp_document_scale(document, group, category->name, SP_DOCUMENT_TEXT, category->labels,
                                     category->label);
    scale[ENTRY] = put_entry(document, group, quarter);
    scale[SPENT] = sp_document_index(document, group, "quarters_spent", quarter->count + 1);
    for (size_t i = 0; i < ARRAYS; i++) {
        const struct array *array = &arrays[i];
        struct sp_document_node *node =
            sp_estimates_put(document, group, array->name, array->unit, scale[array->first],
                             scale[array->second], load(passage, array->offset));
        sp_document_add_text(document, node, "long_name", array->sentence);
    }
}

void sp_passage_put(struct sp_document *document, const struct sp_document_node *variant_group,
                    const struct sp_result *result, const struct sp_variant_result *variant) {
    for (size_t c = 0; variant->passage && c < result->categories; c++)
        if (variant->passage[c].occupancy)
            put_passage(document, variant_group, &result->axis[SP_AXIS_QUARTER], &result->category[c],
                        &variant->passage[c]);
}

static void get_passage(struct sp_document *document, const struct sp_document_node *group,
                        const struct sp_result *result, const struct sp_category_view *category,
                        struct sp_passage_view *passage) {
    size_t quarters = result->axis[SP_AXIS_QUARTER].count;
    const size_t length[DIMENSIONS] = {[NONE] = 1,
                                       [LABEL] = category->labels,
                                       [QUARTER] = quarters,
                                       [ENTRY] = quarters + 1,
                                       [SPENT] = quarters + 1};
    for (size_t i = 0; i < ARRAYS; i++) {
        size_t count = length[arrays[i].first] * length[arrays[i].second];
        struct sp_estimate *estimate = sp_document_memory(document, count, sizeof *estimate);
        sp_estimates_get(document, group, arrays[i].name, count, estimate);
        store(passage, arrays[i].offset, estimate);
    }
}

void sp_passage_get(struct sp_document *document, const struct sp_document_node *variant_group,
                    const struct sp_result *result, struct sp_variant_result *variant) {
    variant->passage = sp_document_memory(document, result->categories, sizeof *variant->passage);
    for (size_t c = 0; variant->passage && c < result->categories; c++) {
        const struct sp_category_view *category = &result->category[c];
        const struct sp_document_node *group =
            sp_document_find(document, variant_group, group_name(document, category->name));
        if (group)
            get_passage(document, group, result, category, &variant->passage[c]);
    }
}
