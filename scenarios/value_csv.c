/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/value_csv.h"

#include "engine/random/law_make.h"
#include "scenarios/suggest.h"
#include "scenarios/value_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_BYTES = 16 << 20, MOST_COLUMNS = 256 };

/* --- The file --- */

/* A name that stays in the scenario's folder or below. */
static bool is_safe(const char *name) {
    return *name && *name != '/' && strcmp(name, "..") != 0 && strncmp(name, "../", 3) != 0 &&
           !strstr(name, "/../");
}

static char *path_beside(struct sp_arena *arena, const char *scenario, const char *name) {
    const char *slash = scenario ? strrchr(scenario, '/') : NULL;
    return sp_arena_format(arena, "%.*s%s", slash ? (int)(slash + 1 - scenario) : 0, scenario ? scenario : "",
                           name);
}

/* The whole file as text, or NULL with *wrong set. */
static char *read_whole(struct sp_arena *arena, const char *path, const char **wrong) {
    struct stat status;
    char *text = NULL;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    *wrong = "is no plain file of at most 16 MiB";
    if (file < 0) {
        *wrong = strerror(errno);
        return NULL;
    }
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= MOST_BYTES)
        text = sp_arena_array(arena, (size_t)status.st_size + 1, 1);
    if (text) {
        size_t size = 0;
        ssize_t got;
        while (size < (size_t)status.st_size &&
               (got = read(file, text + size, (size_t)status.st_size - size)) > 0)
            size += (size_t)got;
        text[size] = 0;
    }
    close(file);
    return text;
}

/* --- Lines --- */

/* Cuts the next field out of a line, in place: without quotes and outer blanks. NULL at the end. */
static char *next_field(char **rest) {
    char *field = *rest, *end;
    if (!field)
        return NULL;
    field += strspn(field, " \t");
    if (*field == '"') {
        end = strchr(++field, '"');
        char *comma = end ? strchr(end, ',') : NULL;
        if (end)
            *end = 0;
        *rest = comma ? comma + 1 : NULL;
        return field;
    }
    end = field + strcspn(field, ",");
    *rest = *end ? end + 1 : NULL;
    *end = 0;
    while (end > field && (end[-1] == ' ' || end[-1] == '\t'))
        *--end = 0;
    return field;
}

/* The next line that is not empty, ended at CR or LF. */
static char *next_line(char **text, int *number) {
    while (**text) {
        char *line = *text, *end = line + strcspn(line, "\r\n");
        *text = *end == '\r' && end[1] == '\n' ? end + 2 : *end ? end + 1 : end;
        *end = 0;
        ++*number;
        if (line[strspn(line, " \t")])
            return line;
    }
    return NULL;
}

/* --- The column --- */

static int find_column(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                       char *header, const char *csv) {
    const char *known[MOST_COLUMNS];
    int count = 0;
    for (char *field; count < MOST_COLUMNS && (field = next_field(&header));)
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
    for (char *rest; (rest = next_line(&text, &line));) {
        const char *field = NULL;
        double number;
        for (int i = 0; i <= column; i++)
            field = next_field(&rest);
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
    if (!is_safe(csv->text))
        return TELL(context, csv, "%s: csv must name a file beside the scenario or below it", key);
    return 0;
}

int sp_value_csv_read(const struct sp_value_context *context, struct sp_node *table, const char *key) {
    const struct sp_node *csv = sp_tree_find(table, "csv"), *column = sp_tree_find(table, "column");
    int line = 0, error = check_names(context, table, key, csv, column);
    if (error)
        return error;
    const char *wrong = "out of memory", *path = path_beside(context->arena, csv->place.file, csv->text);
    char *text = path ? read_whole(context->arena, path, &wrong) : NULL;
    if (!text)
        return TELL(context, csv, "%s: \"%s\" cannot be read: %s", key, csv->text, wrong);
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    char *header = next_line(&text, &line);
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
