/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_OF(number)  TEXT_OF_(number)
#define TEXT_OF_(number) #number

static const char *const axis_name[SP_AXES] = {"quarter", "fiscal_year", "horizon"};

static void put_root(struct sp_document *document, const struct sp_result *result) {
    struct sp_document_node *root = document->node[0];
    sp_document_add_text(document, root, "Conventions", "CF-1.8");
    sp_document_add_text(document, root, "format", "scalepath");
    sp_document_add_text(document, root, "format_version",
                         TEXT_OF(SP_LAYOUT_MAJOR) "." TEXT_OF(SP_LAYOUT_MINOR));
    sp_document_add_i32(document, root, "complete", 1);
    sp_provenance_put(document, result);
}

static void put_hash(struct sp_document *document) {
    if (document->complaint)
        return;
    uint64_t hash = sp_document_hash(document, SP_LAYOUT_HASH);
    sp_document_add_text(document, document->node[0], SP_LAYOUT_HASH,
                         sp_arena_format(document->arena, "%016" PRIx64, hash));
}

/* A result that the file could not give back as it is. */
static void check(struct sp_document *document, const struct sp_result *result) {
    for (int a = 0; a < SP_AXES; a++) {
        if (!result->axis[a].name || strcmp(result->axis[a].name, axis_name[a]) != 0)
            sp_document_complain(document, "axis %d of the result is not named %s", a, axis_name[a]);
        for (size_t v = 0; v < result->variants; v++)
            if (result->axis[a].count && result->metrics && !result->variant[v].estimate[a])
                sp_document_complain(document, "variant %zu of the result lacks its %s", v, axis_name[a]);
    }
    if (!result->axis[SP_AXIS_QUARTER].count || !result->metrics || !result->variants)
        sp_document_complain(document, "the result has no quarter, no metric or no variant");
}

void sp_layout_put(struct sp_document *document, const struct sp_result *result) {
    check(document, result);
    put_root(document, result);
    document->apart = sp_kept_bytes(result);
    sp_origins_put(document, result);
    sp_metrics_put(document, result);
    for (size_t v = 0; v < result->variants && !document->complaint; v++) {
        const struct sp_variant_result *variant = &result->variant[v];
        struct sp_document_node *group =
            sp_document_group(document, sp_document_root(document), variant->name);
        sp_document_add_text(document, group, "role", "variant");
        sp_bands_put(document, group, result, variant);
        sp_categories_put(document, group, result, variant);
        sp_passage_put(document, group, result, variant);
        sp_histograms_put(document, group, result, variant);
        sp_counts_put(document, group, variant);
        sp_kept_put(document, group, result, v);
    }
    put_hash(document);
}

const struct sp_document_node *sp_layout_child(const struct sp_document *document,
                                               const struct sp_document_node *parent, const char *role,
                                               size_t n) {
    for (size_t i = 0; i < document->count; i++) {
        const struct sp_document_node *node = document->node[i];
        const char *found = node->parent == parent && parent ? sp_document_text(node, "role") : NULL;
        if (found && strcmp(found, role) == 0 && n-- == 0)
            return node;
    }
    return NULL;
}

static void get_variants(struct sp_document *document, struct sp_result *result) {
    const struct sp_document_node *root = sp_document_root(document);
    while (sp_layout_child(document, root, "variant", result->variants))
        result->variants++;
    result->variant = sp_document_memory(document, result->variants, sizeof *result->variant);
    if (result->variants == 0)
        sp_document_complain(document, "/: expected a group with the role variant");
}

/* What all variants share is read from the first. */
static void get_common(struct sp_document *document, const struct sp_document_node *first,
                       struct sp_result *result) {
    for (int a = 0; a < SP_AXES; a++) {
        const struct sp_document_node *group = sp_document_find(document, first, axis_name[a]);
        result->axis[a].name = axis_name[a];
        if (group)
            sp_scales_get_time(document, group, &result->axis[a]);
    }
    sp_categories_get_names(document, first, result);
}

static void get_variant(struct sp_document *document, const struct sp_document_node *group,
                        struct sp_result *result, struct sp_variant_result *variant) {
    variant->name = group->name;
    sp_bands_get(document, group, result, variant);
    sp_categories_get(document, group, result, variant);
    sp_passage_get(document, group, result, variant);
    sp_histograms_get(document, group, result, variant);
    sp_counts_get(document, group, variant);
    sp_kept_get(document, group, result);
}

struct sp_result *sp_layout_get(struct sp_document *document) {
    const struct sp_document_node *root = sp_document_root(document);
    struct sp_result *result = sp_document_memory(document, 1, sizeof *result);
    if (!result)
        return NULL;
    result->arena = document->arena;
    sp_provenance_get(document, result);
    sp_origins_get(document, result);
    sp_metrics_get(document, result);
    get_variants(document, result);
    if (!document->complaint)
        get_common(document, sp_layout_child(document, root, "variant", 0), result);
    for (size_t v = 0; !document->complaint && v < result->variants; v++)
        get_variant(document, sp_layout_child(document, root, "variant", v), result, &result->variant[v]);
    return document->complaint ? NULL : result;
}
