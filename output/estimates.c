/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

static const char *error_name(struct sp_document *document, const char *name) {
    char *text = document->complaint ? NULL : sp_arena_format(document->arena, "%s.standard_error", name);
    return text ? text : "standard_error";
}

/* The two halves of `count` estimates. */
static void split(const struct sp_estimate *estimate, size_t count, double *value, double *error) {
    for (size_t i = 0; value && error && i < count; i++) {
        value[i] = estimate[i].value;
        error[i] = estimate[i].error;
    }
}

struct sp_document_node *sp_estimates_put(struct sp_document *document, const struct sp_document_node *group,
                                          const char *name, const char *unit,
                                          const struct sp_document_node *first,
                                          const struct sp_document_node *second,
                                          const struct sp_estimate *estimate) {
    size_t count = first->dims[0] * (second ? second->dims[0] : 1);
    double *value = sp_document_memory(document, count, sizeof *value);
    double *error = sp_document_memory(document, count, sizeof *error);
    split(estimate, count, value, error);
    const char *second_name = error_name(document, name);
    struct sp_document_node *values =
        sp_document_array(document, group, name, SP_DOCUMENT_F64, first, second, value);
    sp_document_add_text(document, values, "units", unit);
    sp_document_add_text(document, values, "ancillary_variables", second_name);
    struct sp_document_node *errors =
        sp_document_array(document, group, second_name, SP_DOCUMENT_F64, first, second, error);
    sp_document_add_text(document, errors, "units", unit);
    sp_document_add_text(document, errors, "long_name", "Monte Carlo standard error of the figure");
    return values;
}

void sp_estimates_get(struct sp_document *document, const struct sp_document_node *group, const char *name,
                      size_t count, struct sp_estimate *estimate) {
    const double *value = sp_document_data(document, group, name, SP_DOCUMENT_F64, count);
    const double *error =
        sp_document_data(document, group, error_name(document, name), SP_DOCUMENT_F64, count);
    for (size_t i = 0; estimate && value && error && i < count; i++)
        estimate[i] = (struct sp_estimate){.value = value[i], .error = error[i]};
}

/* --- metrics: their errors stand together, since an array costs more than what is in it --- */

static size_t place(const size_t *metric, size_t i) {
    return metric ? metric[i] : i;
}

static void put_values(struct sp_document *document, const struct sp_document_node *group,
                       const struct sp_metric *metric, const struct sp_document_node *first,
                       const struct sp_document_node *second, const double *value) {
    struct sp_document_node *node =
        sp_document_array(document, group, metric->name, SP_DOCUMENT_F64, first, second, value);
    sp_document_add_text(document, node, "units", metric->unit);
    sp_document_add_text(document, node, "long_name", metric->sentence);
}

static void put_errors(struct sp_document *document, const struct sp_document_node *group,
                       const struct sp_document_node *const scale[3], const double *error) {
    struct sp_document_node *node =
        sp_document_cube(document, group, "standard_error", SP_DOCUMENT_F64, scale, error);
    sp_document_add_text(document, node, "long_name",
                         "Monte Carlo standard error of each figure, in the units of its metric");
}

void sp_estimates_put_metrics(struct sp_document *document, const struct sp_document_node *group,
                              const struct sp_result *result, const size_t *metric, size_t count,
                              const struct sp_document_node *first, const struct sp_document_node *second,
                              const struct sp_estimate *estimate) {
    size_t each = first->dims[0] * second->dims[0];
    const struct sp_document_node *scale[] = {sp_scales_put_metric(document, group, result, metric, count),
                                              first, second};
    double *value = sp_document_memory(document, count * each, sizeof *value);
    double *error = sp_document_memory(document, count * each, sizeof *error);
    split(estimate, count * each, value, error);
    for (size_t i = 0; value && error && i < count; i++)
        put_values(document, group, &result->metric[place(metric, i)], first, second, value + i * each);
    put_errors(document, group, scale, error);
}

struct sp_estimate *sp_estimates_get_metrics(struct sp_document *document,
                                             const struct sp_document_node *group,
                                             const struct sp_result *result, const size_t *metric,
                                             size_t count, size_t each) {
    struct sp_estimate *estimate = sp_document_memory(document, count * each, sizeof *estimate);
    const double *error = sp_document_data(document, group, "standard_error", SP_DOCUMENT_F64, count * each);
    for (size_t i = 0; estimate && error && i < count; i++) {
        const char *name = result->metric[place(metric, i)].name;
        const double *value = sp_document_data(document, group, name, SP_DOCUMENT_F64, each);
        for (size_t j = i * each; value && j < (i + 1) * each; j++)
            estimate[j] = (struct sp_estimate){.value = value[j - i * each], .error = error[j]};
    }
    return estimate;
}
