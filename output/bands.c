/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

static void put_axis(struct sp_document *document, const struct sp_document_node *variant_group,
                     const struct sp_result *result, const struct sp_axis *axis,
                     const struct sp_estimate *estimate) {
    struct sp_document_node *group = sp_document_group(document, variant_group, axis->name);
    sp_document_add_text(document, group, "role", "bands");
    sp_document_add_text(document, group, "coordinates", "end quarters");
    const struct sp_document_node *time = sp_scales_put_time(document, group, axis);
    const struct sp_document_node *statistic = sp_scales_put_statistic(document, group);
    sp_estimates_put_metrics(document, group, result, NULL, result->metrics, time, statistic, estimate);
}

void sp_bands_put(struct sp_document *document, const struct sp_document_node *variant_group,
                  const struct sp_result *result, const struct sp_variant_result *variant) {
    for (int a = 0; a < SP_AXES; a++)
        if (result->axis[a].count)
            put_axis(document, variant_group, result, &result->axis[a], variant->estimate[a]);
}

void sp_bands_get(struct sp_document *document, const struct sp_document_node *variant_group,
                  const struct sp_result *result, struct sp_variant_result *variant) {
    for (int a = 0; a < SP_AXES; a++) {
        const struct sp_axis *axis = &result->axis[a];
        const struct sp_document_node *group = sp_document_find(document, variant_group, axis->name);
        if (axis->count)
            variant->estimate[a] = sp_estimates_get_metrics(document, group, result, NULL, result->metrics,
                                                            axis->count * SP_STATISTICS);
    }
}
