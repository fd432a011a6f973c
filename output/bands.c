/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

static void put_axis(struct sp_document *document, const struct sp_document_node *variant_group,
                     const struct sp_result *result, const struct sp_axis *axis,
                     const struct sp_estimate *estimate) {
    struct sp_document_node *group = sp_document_group(document, variant_group, axis->name);
    sp_document_add_text(document, group, "role", "bands");
    const struct sp_document_node *time = sp_scales_put_time(document, group, axis);
    const struct sp_document_node *statistic = sp_scales_put_statistic(document, group);
    for (size_t m = 0; m < result->metrics; m++) {
        const struct sp_metric *metric = &result->metric[m];
        struct sp_document_node *node =
            sp_estimates_put(document, group, metric->name, metric->unit, time, statistic,
                             estimate + m * axis->count * SP_STATISTICS);
        sp_metrics_put(document, node, metric);
        sp_document_add_text(document, node, "coordinates", "end quarters");
    }
}

void sp_bands_put(struct sp_document *document, const struct sp_document_node *variant_group,
                  const struct sp_result *result, const struct sp_variant_result *variant) {
    for (int a = 0; a < SP_AXES; a++)
        if (result->axis[a].count)
            put_axis(document, variant_group, result, &result->axis[a], variant->estimate[a]);
}

static struct sp_estimate *get_axis(struct sp_document *document, const struct sp_document_node *group,
                                    const struct sp_result *result, const struct sp_axis *axis) {
    size_t each = axis->count * SP_STATISTICS;
    struct sp_estimate *estimate = sp_document_memory(document, result->metrics * each, sizeof *estimate);
    for (size_t m = 0; estimate && m < result->metrics; m++)
        sp_estimates_get(document, group, result->metric[m].name, each, estimate + m * each);
    return estimate;
}

void sp_bands_get(struct sp_document *document, const struct sp_document_node *variant_group,
                  const struct sp_result *result, struct sp_variant_result *variant) {
    for (int a = 0; a < SP_AXES; a++) {
        const struct sp_axis *axis = &result->axis[a];
        if (axis->count)
            variant->estimate[a] =
                get_axis(document, sp_document_find(document, variant_group, axis->name), result, axis);
    }
}
