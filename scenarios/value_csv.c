/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/value_csv.h"

#include "engine/random/law_make.h"
#include "scenarios/csv.h"
#include "scenarios/suggest.h"
#include "scenarios/value_parts.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 256 };

/* --- The column --- */

static int find_column(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                       char *header, const char *csv) {
    const char *known[MOST_COLUMNS];
    int count = 0;
    for (char *field; count < MOST_COLUMNS && (field = sp_csv_field(&header));)
        known[count++] = field;
    for (int i = 0; i < count; i++)
        if (strcmp(known[i], node->text) == 0)
            return i;
    const char *near = sp_suggest_nearest(node->text, known, (size_t)count);
    TELL(context, node, "%s: \"%s\" has no column '%s'%s%s%s", key, csv, node->text,
         near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return -1;
}

static bool to_number(const char *field, double *number) {
    char *end;
    errno = 0;
    *number = strtod(field, &end);
    return *field && !*end && isfinite(*number) && strspn(field, "0123456789+-.eE") == strlen(field);
}

static int add_value(const struct sp_value_context *context, const struct sp_node *place,
                     struct sp_node *values, double number) {
    struct sp_node **added =
        sp_arena_append(context->arena, &values->entry, &values->count, sizeof(struct sp_node *));
    struct sp_node *node = sp_arena_array(context->arena, 1, sizeof *node);
    if (!added || !node)
        return SP_ERROR_RESOURCES;
    *node = (struct sp_node){.kind = SP_NODE_REAL, .place = place->place, .real = number == 0 ? 0 : number};
    *added = node;
    return 0;
}

static int read_column(const struct sp_value_context *context, const struct sp_node *csv, const char *key,
                       char *text, int line, int column, struct sp_node *values) {
    for (char *rest; (rest = sp_csv_line(&text, &line));) {
        const char *field = NULL;
        double number;
        for (int i = 0; i <= column; i++)
            field = sp_csv_field(&rest);
        if (!field || !to_number(field, &number))
            return TELL(context, csv, "%s: \"%s\" line %d: '%s' is not a number", key, csv->text, line,
                        field ? field : "");
        if (values->count == SP_LAW_MAKE_VALUES)
            return TELL(context, csv, "%s: \"%s\" has more than 100,000 values", key, csv->text);
        if (add_value(context, csv, values, number))
            return SP_ERROR_RESOURCES;
    }
    return values->count ? 0 : TELL(context, csv, "%s: \"%s\" has no values", key, csv->text);
}

/* The table with `values` only. */
static int replace(const struct sp_value_context *context, struct sp_node *table, struct sp_node *values) {
    struct sp_node **entry = sp_arena_array(context->arena, 1, sizeof(struct sp_node *));
    if (!entry)
        return SP_ERROR_RESOURCES;
    *entry = values;
    table->entry = entry;
    table->count = 1;
    return 0;
}

static int check_names(const struct sp_value_context *context, const struct sp_node *table, const char *key,
                       const struct sp_node *csv, const struct sp_node *column) {
    const char *ignored;
    if (!column)
        return TELL(context, table, "%s: empirical: column is missing; name one of the file's first line",
                    key);
    if (sp_value_text(context, csv, "csv", &ignored) || sp_value_text(context, column, "column", &ignored))
        return SP_ERROR_SCENARIO;
    if (!sp_csv_is_safe(csv->text))
        return TELL(context, csv, "%s: csv must name a file beside the scenario or below it", key);
    return 0;
}

int sp_value_csv_read(const struct sp_value_context *context, struct sp_node *table, const char *key) {
    const struct sp_node *csv = sp_tree_find(table, "csv"), *column = sp_tree_find(table, "column");
    int line = 0, error = check_names(context, table, key, csv, column);
    if (error)
        return error;
    const char *wrong = "out of memory", *path = sp_csv_path(context->arena, csv->place.file, csv->text);
    char *text = path ? sp_csv_read(context->arena, path, &wrong) : NULL;
    if (!text)
        return TELL(context, csv, "%s: \"%s\" cannot be read: %s", key, csv->text, wrong);
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    char *header = sp_csv_line(&text, &line);
    if (!header)
        return TELL(context, csv, "%s: \"%s\" is empty", key, csv->text);
    int index = find_column(context, column, key, header, csv->text);
    struct sp_node *values = sp_arena_array(context->arena, 1, sizeof *values);
    if (index < 0 || !values)
        return index < 0 ? SP_ERROR_SCENARIO : SP_ERROR_RESOURCES;
    *values = (struct sp_node){
        .kind = SP_NODE_ARRAY, .key = "values", .key_place = csv->key_place, .place = csv->place};
    error = read_column(context, csv, key, text, line, index, values);
    return error ? error : replace(context, table, values);
}
