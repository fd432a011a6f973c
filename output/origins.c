/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/parts.h"

#include <string.h>

/* The texts of an origin, beside its key. One that is not known is "" in the file. */
static const struct column {
    const char *name;
    size_t offset;
    const char *sentence;
} columns[] = {
    {"value", offsetof(struct sp_origin, value), "the value, as a scenario would write it"},
    {"unit", offsetof(struct sp_origin, unit), "its unit"},
    {"file", offsetof(struct sp_origin, file), "the file it comes from, --set, or default"},
    {"row", offsetof(struct sp_origin, row), "the row of the plan that it restates"},
    {"source", offsetof(struct sp_origin, source), "where the number comes from"},
    {"grade", offsetof(struct sp_origin, grade), "how good the source is"},
    {"note", offsetof(struct sp_origin, note), "a remark"},
    {"owner", offsetof(struct sp_origin, owner), "who answers for it"},
    {"as_of", offsetof(struct sp_origin, as_of), "when it was last looked at"},
    {"fits", offsetof(struct sp_origin, fits), "the rows of the plan that it was chosen to meet"},
};

enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *load(const struct sp_origin *origin, size_t offset) {
    const char *text;
    memcpy(&text, (const char *)origin + offset, sizeof text);
    return text;
}

static void put_column(struct sp_document *document, const struct sp_document_node *group,
                       const struct sp_document_node *key, const struct sp_result *result,
                       const struct column *column) {
    const char **text = sp_document_memory(document, result->origins, sizeof *text);
    for (size_t i = 0; text && i < result->origins; i++) {
        text[i] = load(&result->origin[i], column->offset);
        if (!text[i])
            text[i] = "";
    }
    struct sp_document_node *node =
        sp_document_array(document, group, column->name, SP_DOCUMENT_TEXT, key, NULL, text);
    sp_document_add_text(document, node, "long_name", column->sentence);
}

static void put_number(struct sp_document *document, const struct sp_document_node *group,
                       const struct sp_document_node *key, const char *name, const int32_t *number,
                       const char *sentence) {
    struct sp_document_node *node =
        sp_document_array(document, group, name, SP_DOCUMENT_I32, key, NULL, number);
    sp_document_add_text(document, node, "long_name", sentence);
}

static void put_numbers(struct sp_document *document, const struct sp_document_node *group,
                        const struct sp_document_node *key, const struct sp_result *result) {
    int32_t *line = sp_document_memory(document, result->origins, sizeof *line);
    int32_t *given = sp_document_memory(document, result->origins, sizeof *given);
    int32_t *placeholder = sp_document_memory(document, result->origins, sizeof *placeholder);
    for (size_t i = 0; placeholder && i < result->origins; i++) {
        line[i] = result->origin[i].line;
        given[i] = result->origin[i].given;
        placeholder[i] = result->origin[i].placeholder;
    }
    put_number(document, group, key, "line", line, "its line in the file; 0: none");
    put_number(document, group, key, "given", given, "1: written in a scenario; 0: the default was taken");
    put_number(document, group, key, "placeholder", placeholder,
               "1: stands in for a number nobody has given");
}

static void put_whole(struct sp_document *document, const struct sp_document_node *group, const char *name,
                      const char *text, const char *sentence) {
    const char **value = text ? sp_document_memory(document, 1, sizeof *value) : NULL;
    if (!value)
        return;
    *value = text;
    struct sp_document_node *node =
        sp_document_array(document, group, name, SP_DOCUMENT_TEXT, NULL, NULL, value);
    sp_document_add_text(document, node, "long_name", sentence);
}

void sp_origins_put(struct sp_document *document, const struct sp_result *result) {
    struct sp_document_node *group = sp_document_group(document, sp_document_root(document), "scenario");
    sp_document_add_text(document, group, "role", "scenario");
    if (result->origins) {
        const char **name = sp_document_memory(document, result->origins, sizeof *name);
        for (size_t i = 0; name && i < result->origins; i++)
            name[i] = result->origin[i].key;
        struct sp_document_node *key =
            sp_document_scale(document, group, "key", SP_DOCUMENT_TEXT, result->origins, name);
        sp_document_add_text(document, key, "long_name", "value of the scenario");
        for (size_t i = 0; i < COLUMNS; i++)
            put_column(document, group, key, result, &columns[i]);
        put_numbers(document, group, key, result);
    }
    put_whole(document, group, "text", result->scenario_text, "the resolved scenario: repeats the run");
    put_whole(document, group, "files", result->scenario_files, "what it was made from, in order");
}

/* --- reading --- */

static const char *get_whole(struct sp_document *document, const struct sp_document_node *group,
                             const char *name) {
    const char *const *text = NULL;
    if (sp_document_find(document, group, name))
        text = sp_document_data(document, group, name, SP_DOCUMENT_TEXT, 1);
    return text ? *text : NULL;
}

static void get_column(struct sp_document *document, const struct sp_document_node *group,
                       struct sp_result *result, const struct column *column) {
    const char *const *text =
        sp_document_data(document, group, column->name, SP_DOCUMENT_TEXT, result->origins);
    for (size_t i = 0; text && i < result->origins; i++) {
        const char *known = *text[i] ? text[i] : NULL;
        memcpy((char *)&result->origin[i] + column->offset, &known, sizeof known);
    }
}

static void get_numbers(struct sp_document *document, const struct sp_document_node *group,
                        struct sp_result *result) {
    const int32_t *line = sp_document_data(document, group, "line", SP_DOCUMENT_I32, result->origins);
    const int32_t *given = sp_document_data(document, group, "given", SP_DOCUMENT_I32, result->origins);
    const int32_t *placeholder =
        sp_document_data(document, group, "placeholder", SP_DOCUMENT_I32, result->origins);
    for (size_t i = 0; placeholder && i < result->origins; i++) {
        result->origin[i].line = line[i];
        result->origin[i].given = given[i] != 0;
        result->origin[i].placeholder = placeholder[i] != 0;
    }
}

void sp_origins_get(struct sp_document *document, struct sp_result *result) {
    const struct sp_document_node *group = sp_document_find(document, sp_document_root(document), "scenario");
    result->scenario_text = get_whole(document, group, "text");
    result->scenario_files = get_whole(document, group, "files");
    if (!sp_document_find(document, group, "key"))
        return;
    const char **key = sp_scales_get_labels(document, group, "key", &result->origins);
    result->origin = sp_document_memory(document, result->origins, sizeof *result->origin);
    for (size_t i = 0; result->origin && i < result->origins; i++)
        result->origin[i].key = key[i];
    for (size_t i = 0; result->origin && i < COLUMNS; i++)
        get_column(document, group, result, &columns[i]);
    if (result->origin)
        get_numbers(document, group, result);
}
