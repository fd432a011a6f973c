/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

void sp_counts_put(struct sp_document *document, const struct sp_document_node *variant_group,
                   const struct sp_variant_result *variant) {
    size_t n = variant->counts;
    if (!n)
        return;
    struct sp_document_node *group = sp_document_group(document, variant_group, "counts");
    sp_document_add_text(document, group, "role", "counts");
    const char **name = sp_document_memory(document, n, sizeof *name);
    const char **sentence = sp_document_memory(document, n, sizeof *sentence);
    uint64_t *count = sp_document_memory(document, n, sizeof *count);
    for (size_t i = 0; count && i < n; i++) {
        name[i] = variant->count[i].name;
        sentence[i] = variant->count[i].sentence ? variant->count[i].sentence : "";
        count[i] = variant->count[i].count;
    }
    struct sp_document_node *rule = sp_document_scale(document, group, "rule", SP_DOCUMENT_TEXT, n, name);
    sp_document_add_text(document, rule, "long_name", "clamp or rule of a mechanism");
    struct sp_document_node *node =
        sp_document_array(document, group, "count", SP_DOCUMENT_U64, rule, NULL, count);
    sp_document_add_text(document, node, "long_name", "how often it was needed: path-quarters, or paths");
    sp_document_add_text(document, node, "units", "1");
    sp_document_array(document, group, "sentence", SP_DOCUMENT_TEXT, rule, NULL, sentence);
}

void sp_counts_get(struct sp_document *document, const struct sp_document_node *variant_group,
                   struct sp_variant_result *variant) {
    const struct sp_document_node *group = sp_document_find(document, variant_group, "counts");
    if (!group)
        return;
    size_t n;
    const char **name = sp_scales_get_labels(document, group, "rule", &n);
    const uint64_t *count = sp_document_data(document, group, "count", SP_DOCUMENT_U64, n);
    const char *const *sentence = sp_document_data(document, group, "sentence", SP_DOCUMENT_TEXT, n);
    variant->count = sp_document_memory(document, n, sizeof *variant->count);
    if (!variant->count)
        return;
    variant->counts = n;
    for (size_t i = 0; i < n; i++)
        variant->count[i] =
            (struct sp_count_view){.name = name[i], .sentence = sentence[i], .count = count[i]};
}
