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
