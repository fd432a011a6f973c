/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include "output/seal.h"

/* --- where things are, in words of 8 bytes: the matrix (struct sp_kept_sink), and after it the numbers of
 * the paths for each of the groups --- */

static uint64_t matrix_words(const struct sp_result *result) {
    return (uint64_t)result->variants * sp_result_kept_rows(result) * result->kept_paths;
}

uint64_t sp_kept_index(const struct sp_result *result, size_t group) {
    return matrix_words(result) + (uint64_t)group * ((result->kept_paths + 1) / 2);
}

uint64_t sp_kept_bytes(const struct sp_result *result) {
    return sp_kept_index(result, SP_KEPT_GROUPS * result->variants) * sizeof(double);
}

static uint64_t row_offset(const struct sp_result *result, size_t row) {
    return SP_SEAL_APART + (uint64_t)row * result->kept_paths * sizeof(double);
}

/* --- writing --- */

static struct sp_document_node *put_group(struct sp_document *document,
                                          const struct sp_document_node *variant_group, const char *name) {
    struct sp_document_node *group = sp_document_group(document, variant_group, name);
    sp_document_add_text(document, group, "role", name);
    return group;
}

static const struct sp_document_node *put_path(struct sp_document *document,
                                               const struct sp_document_node *group,
                                               const struct sp_result *result, size_t index) {
    uint64_t offset = SP_SEAL_APART + sp_kept_index(result, index) * sizeof(double);
    struct sp_document_node *path =
        sp_document_index_apart(document, group, "path", result->kept_paths, offset);
    sp_document_add_text(document, path, "long_name", "kept path");
    return path;
}

static void put_paths(struct sp_document *document, const struct sp_document_node *variant_group,
                      const struct sp_result *result, size_t variant) {
    const struct sp_axis *quarter = &result->axis[SP_AXIS_QUARTER];
    size_t row = variant * sp_result_kept_rows(result);
    struct sp_document_node *group = put_group(document, variant_group, "paths");
    const struct sp_document_node *time = sp_scales_put_time(document, group, quarter);
    const struct sp_document_node *path = put_path(document, group, result, SP_KEPT_GROUPS * variant);
    for (size_t m = 0; m < result->metrics; m++, row += quarter->count) {
        struct sp_document_node *node =
            sp_document_apart(document, group, result->metric[m].name, time, path, row_offset(result, row));
        sp_document_add_text(document, node, "units", result->metric[m].unit);
        sp_document_add_text(document, node, "long_name", result->metric[m].sentence);
    }
}

static void put_inputs(struct sp_document *document, const struct sp_document_node *variant_group,
                       const struct sp_result *result, size_t variant) {
    size_t row = (variant + 1) * sp_result_kept_rows(result) - result->inputs;
    struct sp_document_node *group = put_group(document, variant_group, "inputs");
    const struct sp_document_node *path = put_path(document, group, result, SP_KEPT_GROUPS * variant + 1);
    for (size_t i = 0; i < result->inputs; i++)
        sp_document_apart(document, group, result->input[i], path, NULL, row_offset(result, row + i));
}

void sp_kept_put(struct sp_document *document, const struct sp_document_node *variant_group,
                 const struct sp_result *result, size_t variant) {
    if (!result->kept_paths)
        return;
    put_paths(document, variant_group, result, variant);
    put_inputs(document, variant_group, result, variant);
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

void sp_kept_get(struct sp_document *document, const struct sp_document_node *variant_group,
                 struct sp_result *result) {
    const struct sp_document_node *inputs = sp_document_find(document, variant_group, "inputs");
    get_size(document, sp_document_find(document, variant_group, "paths"), result);
    get_size(document, inputs, result);
    get_input_names(document, inputs, result);
}

void sp_kept_point(struct sp_result *result, double *kept) {
    size_t rows = sp_result_kept_rows(result);
    for (size_t v = 0; v < result->variants; v++) {
        result->variant[v].kept = kept + v * rows * result->kept_paths;
        result->variant[v].kept_input =
            result->variant[v].kept + (rows - result->inputs) * result->kept_paths;
    }
}
