/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

const struct sp_document_node *sp_scales_put_time(struct sp_document *document,
                                                  const struct sp_document_node *group,
                                                  const struct sp_axis *axis) {
    struct sp_document_node *time =
        sp_document_scale(document, group, axis->name, SP_DOCUMENT_TEXT, axis->count, axis->label);
    sp_document_add_text(document, time, "long_name", "period");
    struct sp_document_node *end =
        sp_document_array(document, group, "end", SP_DOCUMENT_I32, time, NULL, axis->last_day);
    sp_document_add_text(document, end, "long_name", "last day of the period");
    sp_document_add_text(document, end, "standard_name", "time");
    sp_document_add_text(document, end, "units", "days since 1970-01-01");
    sp_document_add_text(document, end, "calendar", "standard");
    struct sp_document_node *quarters =
        sp_document_array(document, group, "quarters", SP_DOCUMENT_I32, time, NULL, axis->quarters);
    sp_document_add_text(document, quarters, "long_name", "quarters in the period");
    sp_document_add_text(document, quarters, "units", "1");
    return time;
}

static int *get_numbers(struct sp_document *document, const struct sp_document_node *group, const char *name,
                        size_t count) {
    const int32_t *data = sp_document_data(document, group, name, SP_DOCUMENT_I32, count);
    int *copy = data ? sp_document_memory(document, count, sizeof *copy) : NULL;
    return copy ? memcpy(copy, data, count * sizeof *copy) : NULL;
}

void sp_scales_get_time(struct sp_document *document, const struct sp_document_node *group,
                        struct sp_axis *axis) {
    axis->label = sp_scales_get_labels(document, group, axis->name, &axis->count);
    axis->last_day = get_numbers(document, group, "end", axis->count);
    axis->quarters = get_numbers(document, group, "quarters", axis->count);
}

const struct sp_document_node *sp_scales_put_statistic(struct sp_document *document,
                                                       const struct sp_document_node *group) {
    static const char *const name[] = {
#define NAME(name, text, sentence) text,
        SP_STATISTIC_LIST(NAME)
#undef NAME
    };
    static const char meaning[] =
#define LINE(name, text, sentence) text ": " sentence "\n"
        SP_STATISTIC_LIST(LINE)
#undef LINE
        ;
    struct sp_document_node *statistic =
        sp_document_scale(document, group, "statistic", SP_DOCUMENT_TEXT, SP_STATISTICS, name);
    sp_document_add_text(document, statistic, "long_name", "statistic over paths");
    sp_document_add_text(document, statistic, "meaning", meaning);
    return statistic;
}

const struct sp_document_node *sp_scales_put_metric(struct sp_document *document,
                                                    const struct sp_document_node *group,
                                                    const struct sp_result *result, const size_t *metric,
                                                    size_t count) {
    const char **name = sp_document_memory(document, count, sizeof *name);
    for (size_t i = 0; name && i < count; i++)
        name[i] = result->metric[metric ? metric[i] : i].name;
    struct sp_document_node *scale =
        sp_document_scale(document, group, "metric", SP_DOCUMENT_TEXT, name ? count : 0, name);
    sp_document_add_text(document, scale, "long_name", "name of a metric");
    return scale;
}

const char **sp_scales_get_labels(struct sp_document *document, const struct sp_document_node *group,
                                  const char *name, size_t *count) {
    const struct sp_document_node *scale = sp_document_find(document, group, name);
    *count = scale && scale->is_scale ? sp_document_values(scale) : 0;
    const void *data = sp_document_data(document, group, name, SP_DOCUMENT_TEXT, *count);
    const char **copy = data ? sp_document_memory(document, *count, sizeof *copy) : NULL;
    return copy ? memcpy(copy, data, *count * sizeof *copy) : NULL;
}
