/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

static const struct sp_document_node *put_path(struct sp_document *document,
                                               const struct sp_document_node *group, size_t count) {
    struct sp_document_node *path = sp_document_index(document, group, "path", count);
    sp_document_add_text(document, path, "long_name", "kept path");
    return path;
}

static void put_paths(struct sp_document *document, const struct sp_document_node *variant_group,
                      const struct sp_result *result, const double *kept) {
    const struct sp_axis *quarter = &result->axis[SP_AXIS_QUARTER];
    struct sp_document_node *group = sp_document_group(document, variant_group, "paths");
    sp_document_add_text(document, group, "role", "paths");
    const struct sp_document_node *time = sp_scales_put_time(document, group, quarter);
    const struct sp_document_node *path = put_path(document, group, result->kept_paths);
    for (size_t m = 0; m < result->metrics; m++) {
        struct sp_document_node *node =
            sp_document_array(document, group, result->metric[m].name, SP_DOCUMENT_F64, time, path,
                              kept + m * quarter->count * result->kept_paths);
        node->is_plain = true;
        sp_document_add_text(document, node, "units", result->metric[m].unit);
        sp_document_add_text(document, node, "long_name", result->metric[m].sentence);
    }
}

static void put_inputs(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, const double *kept) {
    struct sp_document_node *group = sp_document_group(document, variant_group, "inputs");
    sp_document_add_text(document, group, "role", "inputs");
    const struct sp_document_node *path = put_path(document, group, result->kept_paths);
    for (size_t i = 0; i < result->inputs; i++)
        sp_document_array(document, group, result->input[i], SP_DOCUMENT_F64, path, NULL,
                          kept + i * result->kept_paths)
            ->is_plain = true;
}

void sp_kept_put(struct sp_document *document, const struct sp_document_node *variant_group,
                 const struct sp_result *result, const struct sp_variant_result *variant) {
    if (!result->kept_paths)
        return;
    if (variant->kept)
        put_paths(document, variant_group, result, variant->kept);
    if (variant->kept_input)
        put_inputs(document, variant_group, result, variant->kept_input);
}

/* --- reading --- */

static void get_size(const struct sp_document *document, const struct sp_document_node *group,
                     struct sp_result *result) {
    const struct sp_document_node *path = sp_document_find(document, group, "path");
    if (path && !result->kept_paths)
        result->kept_paths = sp_document_values(path);
}

static void get_input_names(struct sp_document *document, const struct sp_document_node *group,
                            struct sp_result *result) {
    if (!group || result->input)
        return;
    size_t count = 0;
    for (size_t i = 0; i < document->count; i++)
        count += document->node[i]->parent == group && !document->node[i]->is_scale;
    result->input = sp_document_memory(document, count, sizeof *result->input);
    for (size_t i = 0; result->input && i < document->count; i++)
        if (document->node[i]->parent == group && !document->node[i]->is_scale)
            result->input[result->inputs++] = document->node[i]->name;
}

static void get_array(struct sp_document *document, const struct sp_document_node *group, const char *name,
                      size_t count, double *to) {
    const double *data = sp_document_data(document, group, name, SP_DOCUMENT_F64, count);
    if (data && to && count)
        memcpy(to, data, count * sizeof *to);
}

static double *get_paths(struct sp_document *document, const struct sp_document_node *group,
                         const struct sp_result *result) {
    size_t each = result->axis[SP_AXIS_QUARTER].count * result->kept_paths;
    double *kept = sp_document_memory(document, result->metrics * each, sizeof *kept);
    for (size_t m = 0; kept && m < result->metrics; m++)
        get_array(document, group, result->metric[m].name, each, kept + m * each);
    return kept;
}

static double *get_inputs(struct sp_document *document, const struct sp_document_node *group,
                          const struct sp_result *result) {
    size_t each = result->kept_paths;
    double *kept = sp_document_memory(document, result->inputs * each, sizeof *kept);
    for (size_t i = 0; kept && i < result->inputs; i++)
        get_array(document, group, result->input[i], each, kept + i * each);
    return kept;
}

void sp_kept_get(struct sp_document *document, const struct sp_document_node *variant_group,
                 struct sp_result *result, struct sp_variant_result *variant) {
    const struct sp_document_node *paths = sp_document_find(document, variant_group, "paths");
    const struct sp_document_node *inputs = sp_document_find(document, variant_group, "inputs");
    get_size(document, paths, result);
    get_size(document, inputs, result);
    get_input_names(document, inputs, result);
    if (paths)
        variant->kept = get_paths(document, paths, result);
    if (inputs)
        variant->kept_input = get_inputs(document, inputs, result);
}
