/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

void sp_metrics_put(struct sp_document *document, struct sp_document_node *node,
                    const struct sp_metric *metric) {
    sp_document_add_text(document, node, "long_name", metric->sentence);
    sp_document_add_text(document, node, "kind", sp_result_kind_name(metric->kind));
    sp_document_add_text(document, node, "adverse", sp_result_side_name(metric->adverse));
    sp_document_add_text(document, node, "undefined_when", metric->undefined_when);
    sp_document_add_text(document, node, "ranked",
                         metric->ranked ? "inf ranks above all values, -inf below" : NULL);
    sp_document_add_text(document, node, "account", metric->account);
    sp_document_add_text(document, node, "placeholders", metric->placeholders);
}

static void get_metric(struct sp_document *document, const struct sp_document_node *node,
                       struct sp_metric *metric) {
    const char *kind = sp_document_text(node, "kind"), *adverse = sp_document_text(node, "adverse");
    int found = SP_STOCK;
    while (found < SP_RATIO && strcmp(kind, sp_result_kind_name((enum sp_metric_kind)found)) != 0)
        found++;
    *metric = (struct sp_metric){.name = node->name,
                                 .unit = sp_document_text(node, "units"),
                                 .sentence = sp_document_text(node, "long_name"),
                                 .kind = (enum sp_metric_kind)found,
                                 .undefined_when = sp_document_text(node, "undefined_when"),
                                 .ranked = sp_document_text(node, "ranked") != NULL,
                                 .account = sp_document_text(node, "account"),
                                 .placeholders = sp_document_text(node, "placeholders")};
    metric->adverse = adverse && strcmp(adverse, sp_result_side_name(SP_LOW)) == 0 ? SP_LOW : SP_HIGH;
    if (!metric->unit || !metric->sentence)
        sp_document_complain(document, "%s: expected the attributes units and long_name", node->path);
}

/* A metric is an array with a kind. */
void sp_metrics_get(struct sp_document *document, const struct sp_document_node *group,
                    struct sp_result *result) {
    size_t count = 0;
    for (int pass = 0; pass < 2 && !document->complaint; pass++) {
        if (pass == 1)
            result->metric = sp_document_memory(document, count, sizeof *result->metric);
        count = 0;
        for (size_t i = 0; i < document->count; i++) {
            const struct sp_document_node *node = document->node[i];
            if (node->parent != group || !sp_document_text(node, "kind"))
                continue;
            if (result->metric)
                get_metric(document, node, &result->metric[count]);
            count++;
        }
    }
    result->metrics = count;
}
