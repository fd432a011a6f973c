/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

/* The texts that are kept of a metric, beside its name. One that there is not is "" in the file. */
enum column { UNITS, LONG_NAME, KIND, ADVERSE, UNDEFINED_WHEN, ACCOUNT, PLACEHOLDERS, COLUMNS };

static const struct {
    const char *name, *sentence;
} columns[COLUMNS] = {
    [UNITS] = {"units", "unit of its figures; count is a number and undefined a share whatever the unit"},
    [LONG_NAME] = {"long_name", "what it is"},
    [KIND] = {"kind", "stock, flow or ratio"},
    [ADVERSE] = {"adverse", "the bad side: low or high"},
    [UNDEFINED_WHEN] = {"undefined_when", "when it is undefined on a path"},
    [ACCOUNT] = {"account", "the account of a cost"},
    [PLACEHOLDERS] = {"placeholders", "keys of the placeholder values that it depends on"},
};

static const char *text_of(const struct sp_metric *metric, enum column column) {
    const char *const text[COLUMNS] = {[UNITS] = metric->unit,
                                       [LONG_NAME] = metric->sentence,
                                       [KIND] = sp_result_kind_name(metric->kind),
                                       [ADVERSE] = sp_result_side_name(metric->adverse),
                                       [UNDEFINED_WHEN] = metric->undefined_when,
                                       [ACCOUNT] = metric->account,
                                       [PLACEHOLDERS] = metric->placeholders};
    return text[column] ? text[column] : "";
}

static void put_column(struct sp_document *document, const struct sp_document_node *group,
                       const struct sp_document_node *scale, const struct sp_result *result,
                       enum column column) {
    const char **text = sp_document_memory(document, result->metrics, sizeof *text);
    for (size_t m = 0; text && m < result->metrics; m++)
        text[m] = text_of(&result->metric[m], column);
    struct sp_document_node *node =
        sp_document_array(document, group, columns[column].name, SP_DOCUMENT_TEXT, scale, NULL, text);
    sp_document_add_text(document, node, "long_name", columns[column].sentence);
}

static void put_ranked(struct sp_document *document, const struct sp_document_node *group,
                       const struct sp_document_node *scale, const struct sp_result *result) {
    int32_t *ranked = sp_document_memory(document, result->metrics, sizeof *ranked);
    for (size_t m = 0; ranked && m < result->metrics; m++)
        ranked[m] = result->metric[m].ranked;
    struct sp_document_node *node =
        sp_document_array(document, group, "ranked", SP_DOCUMENT_I32, scale, NULL, ranked);
    sp_document_add_text(document, node, "long_name",
                         "1: undefined values may be inf, which ranks above all values, or -inf, below");
    sp_document_add_text(document, node, "units", "1");
}

void sp_metrics_put(struct sp_document *document, const struct sp_result *result) {
    struct sp_document_node *group = sp_document_group(document, sp_document_root(document), "metrics");
    sp_document_add_text(document, group, "role", "metrics");
    const struct sp_document_node *scale =
        sp_scales_put_metric(document, group, result, NULL, result->metrics);
    for (enum column column = 0; column < COLUMNS; column++)
        put_column(document, group, scale, result, column);
    put_ranked(document, group, scale, result);
}

/* --- reading --- */

static const char *or_null(const char *text) {
    return *text ? text : NULL;
}

static void get_metric(const char *name, const char *const text[COLUMNS], bool ranked,
                       struct sp_metric *metric) {
    int kind = SP_STOCK;
    while (kind < SP_RATIO && strcmp(text[KIND], sp_result_kind_name((enum sp_metric_kind)kind)) != 0)
        kind++;
    bool is_low = strcmp(text[ADVERSE], sp_result_side_name(SP_LOW)) == 0;
    *metric = (struct sp_metric){.name = name,
                                 .unit = text[UNITS],
                                 .sentence = text[LONG_NAME],
                                 .kind = (enum sp_metric_kind)kind,
                                 .adverse = is_low ? SP_LOW : SP_HIGH,
                                 .undefined_when = or_null(text[UNDEFINED_WHEN]),
                                 .ranked = ranked,
                                 .account = or_null(text[ACCOUNT]),
                                 .placeholders = or_null(text[PLACEHOLDERS])};
}

void sp_metrics_get(struct sp_document *document, struct sp_result *result) {
    const struct sp_document_node *group = sp_document_find(document, sp_document_root(document), "metrics");
    const char **name = sp_scales_get_labels(document, group, "metric", &result->metrics);
    const char *const *column[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        column[i] = sp_document_data(document, group, columns[i].name, SP_DOCUMENT_TEXT, result->metrics);
    const int32_t *ranked = sp_document_data(document, group, "ranked", SP_DOCUMENT_I32, result->metrics);
    result->metric = sp_document_memory(document, result->metrics, sizeof *result->metric);
    for (size_t m = 0; result->metric && m < result->metrics; m++) {
        const char *text[COLUMNS];
        for (int i = 0; i < COLUMNS; i++)
            text[i] = column[i][m];
        get_metric(name[m], text, ranked[m] != 0, &result->metric[m]);
    }
}
