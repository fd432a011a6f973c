/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

static void put_category(struct sp_document *document, const struct sp_document_node *variant_group,
                         const struct sp_result *result, const struct sp_category_view *category,
                         const struct sp_estimate *estimate) {
    struct sp_document_node *group = sp_document_group(document, variant_group, category->name);
    sp_document_add_text(document, group, "role", "category");
    const struct sp_document_node *label = sp_document_scale(
        document, group, category->name, SP_DOCUMENT_TEXT, category->labels, category->label);
    const struct sp_document_node *statistic = sp_scales_put_statistic(document, group);
    sp_estimates_put_metrics(document, group, result, category->metric, category->metrics, label, statistic,
                             estimate);
}

void sp_categories_put(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, const struct sp_variant_result *variant) {
    for (size_t c = 0; c < result->categories; c++)
        put_category(document, variant_group, result, &result->category[c], variant->by_category[c]);
}

static size_t find_metric(const struct sp_result *result, const char *name) {
    size_t m = 0;
    while (m < result->metrics && strcmp(result->metric[m].name, name) != 0)
        m++;
    return m;
}

static void get_metrics(struct sp_document *document, const struct sp_document_node *group,
                        const struct sp_result *result, struct sp_category_view *category) {
    const char **name = sp_scales_get_labels(document, group, "metric", &category->metrics);
    category->metric = sp_document_memory(document, category->metrics, sizeof *category->metric);
    for (size_t i = 0; name && category->metric && i < category->metrics; i++) {
        category->metric[i] = find_metric(result, name[i]);
        if (category->metric[i] == result->metrics) {
            sp_document_complain(document, "%s/%s: expected a metric of the result", group->path, name[i]);
            return;
        }
    }
}

void sp_categories_get_names(struct sp_document *document, const struct sp_document_node *variant_group,
                             struct sp_result *result) {
    const struct sp_document_node *group;
    while ((group = sp_layout_child(document, variant_group, "category", result->categories)))
        result->categories++;
    result->category = sp_document_memory(document, result->categories, sizeof *result->category);
    for (size_t c = 0; result->category && c < result->categories; c++) {
        struct sp_category_view *category = &result->category[c];
        group = sp_layout_child(document, variant_group, "category", c);
        category->name = group->name;
        category->label = sp_scales_get_labels(document, group, group->name, &category->labels);
        get_metrics(document, group, result, category);
    }
}

void sp_categories_get(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, struct sp_variant_result *variant) {
    variant->by_category = sp_document_memory(document, result->categories, sizeof *variant->by_category);
    for (size_t c = 0; variant->by_category && c < result->categories; c++) {
        const struct sp_category_view *category = &result->category[c];
        const struct sp_document_node *group = sp_document_find(document, variant_group, category->name);
        variant->by_category[c] = sp_estimates_get_metrics(
            document, group, result, category->metric, category->metrics, category->labels * SP_STATISTICS);
    }
}
