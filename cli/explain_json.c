/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/explain_json.h"

#include "engine/base/error.h"
#include "scenarios/describe.h"
#include "scenarios/explain.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

static int set_text(json_t *object, const char *key, const char *text) {
    return text && *text ? json_object_set_new(object, key, json_string(text)) : 0;
}

static int set_number(json_t *object, const char *key, double number) {
    return json_object_set_new(object, key, isfinite(number) ? json_real(number) : json_null());
}

static int set_field(json_t *object, struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    const struct sp_field *field = entry->field;
    bool is_number = field->kind == SP_FIELD_ASSUMPTION || field->kind == SP_FIELD_NUMBER;
    static const char *const takes[] = {[SP_FIELD_ASSUMPTION] = "assumption", [SP_FIELD_NUMBER] = "number",
                                        [SP_FIELD_CHOICE] = "choice",         [SP_FIELD_TEXT] = "text",
                                        [SP_FIELD_QUARTER] = "quarter",       [SP_FIELD_NAME] = "name",
                                        [SP_FIELD_FORMULA] = "formula",       [SP_FIELD_EFFECTS] = "changes"};
    int error = set_text(object, "takes", takes[field->kind]) | set_text(object, "unit", field->unit) |
                json_object_set_new(object, "required", json_boolean(sp_describe_is_required(field)));
    if (is_number)
        error |= set_number(object, "default", field->standard) | set_number(object, "low", field->low) |
                 set_number(object, "high", field->high);
    if (field->kind == SP_FIELD_CHOICE)
        error |= set_text(object, "default", field->choices[(int)field->standard]) |
                 set_text(object, "choices", sp_describe_bounds(prose, field));
    if (field->kind == SP_FIELD_ASSUMPTION)
        error |= set_text(object, "each", sp_describe_each(field));
    return error | set_text(object, "example", sp_describe_example(field, 0));
}

static int set_metric(json_t *object, struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    const struct sp_write *write = entry->write;
    return set_text(object, "unit", write->unit) |
           set_text(object, "measures", sp_result_kind_name(write->kind)) |
           set_text(object, "adverse", sp_result_side_name(write->adverse)) |
           set_text(object, "undefined_when", write->undefined_when) |
           set_text(object, "account", write->account) | set_text(object, "numerator", write->numerator) |
           set_text(object, "denominator", write->denominator) |
           set_text(object, "read_by", sp_describe_readers(prose, write)) |
           json_object_set_new(object, "internal", json_boolean(write->internal));
}

static int set_setting(json_t *object, const struct sp_setting *setting) {
    return set_text(object, "takes", setting->takes) | set_text(object, "default", setting->standard) |
           set_text(object, "example", setting->example);
}

static int set_law(json_t *object, struct sp_prose *prose, const struct sp_catalog_entry *entry,
                   size_t form) {
    return set_text(object, "parameters", sp_describe_law_form(prose, &entry->form[form])) |
           set_text(object, "values", sp_describe_law_support(prose, &entry->form[form])) |
           set_text(object, "may_be_drawn", sp_describe_law_drawn(prose, &entry->form[form])) |
           set_text(object, "example", sp_describe_law_example(prose, &entry->form[form]));
}

/* One object; of a law, one for each of its forms. */
static int print_object(struct sp_prose *prose, const struct sp_catalog_entry *entry, size_t form) {
    json_t *object = json_object();
    const char *sentence = entry->form ? entry->form[form].sentence : entry->sentence;
    int error = set_text(object, "kind", sp_catalog_kind_name(entry->kind)) |
                set_text(object, "name", entry->name) | set_text(object, "sentence", sentence);
    if (entry->mechanism && entry->kind != SP_CATALOG_MECHANISM)
        error |= set_text(object, "mechanism", entry->mechanism->name);
    if (entry->kind == SP_CATALOG_MECHANISM)
        error |= set_text(object, "reads", sp_describe_reads(prose, entry->mechanism));
    error |= entry->field ? set_field(object, prose, entry) : 0;
    error |= entry->write ? set_metric(object, prose, entry) : 0;
    error |= entry->setting ? set_setting(object, entry->setting) : 0;
    error |= entry->form ? set_law(object, prose, entry, form) : 0;
    char *text = error ? NULL : json_dumps(object, JSON_REAL_PRECISION(17));
    if (text)
        puts(text);
    error = text ? 0 : SP_ERROR_RESOURCES;
    free(text);
    json_decref(object);
    return error;
}

static int print_entry(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    int error = 0;
    for (size_t i = 0; !error && i < (entry->form ? entry->forms : 1); i++)
        error = print_object(prose, entry, i);
    return error;
}

/* A mechanism brings its tables, fields and metrics: what the text says of it too. */
static bool is_meant(const struct sp_catalog_entry *entry, const struct sp_catalog_entry *const *found,
                     size_t count) {
    for (size_t i = 0; i < count; i++)
        if (entry == found[i] ||
            (found[i]->kind == SP_CATALOG_MECHANISM && entry->mechanism == found[i]->mechanism))
            return true;
    return false;
}

static int print_word(struct sp_prose *prose, const char *word, struct sp_problems *problems) {
    struct sp_catalog catalog;
    if (sp_catalog_fill(prose->arena, &catalog))
        return SP_ERROR_RESOURCES;
    const struct sp_catalog_entry **found = sp_arena_array(prose->arena, catalog.entries, sizeof *found);
    if (!found)
        return SP_ERROR_RESOURCES;
    size_t count = word ? sp_catalog_find(&catalog, word, found) : 0;
    const struct sp_catalog_entry *assumption = word ? sp_catalog_find_parameter(&catalog, word) : NULL;
    if (!count && assumption)
        found[count++] = assumption;
    if (word && !count)
        count = sp_catalog_guess(&catalog, word, found);
    int error = word && !count ? sp_explain_tell_unknown(prose->arena, &catalog, word, problems) : 0;
    for (size_t i = 0; !error && i < catalog.entries; i++)
        if (!word || is_meant(&catalog.entry[i], found, count))
            error = print_entry(prose, &catalog.entry[i]);
    return error;
}

int sp_explain_json_print(const char *word, struct sp_problems *problems) {
    struct sp_prose prose;
    char *unused;
    if (sp_prose_begin(&prose, SP_PROSE_WIDTH))
        return SP_ERROR_RESOURCES;
    int error = print_word(&prose, word, problems), lost = sp_prose_end(&prose, &unused);
    free(unused);
    return error ? error : lost;
}
