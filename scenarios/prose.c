/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/prose.h"

#include "engine/base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, ROOM = 28 }; /* the last column is at least so wide, or stands below */

int sp_prose_begin(struct sp_prose *prose, int width) {
    *prose = (struct sp_prose){.width = width < SP_PROSE_NARROWEST ? SP_PROSE_NARROWEST : width};
    prose->arena = sp_arena_create();
    prose->out = open_memstream(&prose->text, &prose->size);
    if (prose->arena && prose->out)
        return 0;
    sp_prose_end(prose, &prose->text);
    return SP_ERROR_RESOURCES;
}

int sp_prose_end(struct sp_prose *prose, char **text) {
    if (!prose->out || ferror(prose->out))
        prose->error = SP_ERROR_RESOURCES;
    if (prose->out && fclose(prose->out))
        prose->error = SP_ERROR_RESOURCES;
    sp_arena_free(prose->arena);
    if (prose->error) {
        free(prose->text);
        prose->text = NULL;
    }
    *text = prose->text;
    return prose->error;
}

const char *sp_prose_text(struct sp_prose *prose, const char *format, ...) {
    char *made = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&made, format, arguments) < 0)
        made = NULL;
    va_end(arguments);
    const char *text = sp_arena_text(prose->arena, made);
    free(made);
    if (!text)
        prose->error = SP_ERROR_RESOURCES;
    return text ? text : "";
}

/* Characters, not bytes: of UTF-8, all but the bytes that continue one. */
static int width_of(const char *text, size_t bytes) {
    int width = 0;
    for (size_t i = 0; i < bytes; i++)
        width += (text[i] & 0xc0) != 0x80;
    return width;
}

void sp_prose_wrap(struct sp_prose *prose, int used, int indent, const char *text) {
    int column = used;
    for (bool first = true; *(text += strspn(text, " ")); first = false) {
        size_t bytes = strcspn(text, " ");
        int word = width_of(text, bytes);
        if (!first && column + 1 + word > prose->width) {
            fprintf(prose->out, "\n%*s", indent, "");
            column = indent;
        } else if (!first) {
            fputc(' ', prose->out);
            column++;
        }
        fwrite(text, 1, bytes, prose->out);
        text += bytes;
        column += word;
    }
    fputc('\n', prose->out);
}

/* --- Tables --- */

void sp_prose_row(struct sp_prose *prose, struct sp_prose_table *table,
                  const char *const cell[SP_PROSE_COLUMNS]) {
    struct sp_prose_row *row = sp_arena_append(prose->arena, &table->row, &table->rows, sizeof *row);
    if (!row)
        prose->error = SP_ERROR_RESOURCES;
    for (size_t i = 0; row && i < SP_PROSE_COLUMNS; i++)
        row->cell[i] = cell[i] ? cell[i] : "";
}

static size_t count_columns(const struct sp_prose_table *table) {
    size_t columns = 1;
    for (size_t r = 0; r < table->rows; r++)
        for (size_t c = columns; c < SP_PROSE_COLUMNS; c++)
            columns = *table->row[r].cell[c] ? c + 1 : columns;
    return columns;
}

static int measure(const struct sp_prose_table *table, size_t column) {
    int widest = 0;
    for (size_t r = 0; r < table->rows; r++) {
        int width = width_of(table->row[r].cell[column], strlen(table->row[r].cell[column]));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Blanks are printed before a cell, so that no line ends with them. */
static void print_row(struct sp_prose *prose, const struct sp_prose_row *row, const int *start,
                      size_t columns, int indent) {
    int column = 0;
    for (size_t c = 0; c + 1 < columns; c++) {
        if (!*row->cell[c])
            continue;
        fprintf(prose->out, "%*s%s", start[c] - column, "", row->cell[c]);
        column = start[c] + width_of(row->cell[c], strlen(row->cell[c]));
    }
    const char *last = row->cell[columns - 1];
    bool is_below = prose->width - start[columns - 1] < ROOM && columns > 1;
    int last_start = is_below ? indent + 2 * GAP : start[columns - 1];
    if (*last && is_below)
        fputc('\n', prose->out);
    if (*last)
        fprintf(prose->out, "%*s", is_below ? last_start : last_start - column, "");
    sp_prose_wrap(prose, last_start, last_start, last);
}

void sp_prose_print(struct sp_prose *prose, const struct sp_prose_table *table, int indent) {
    size_t columns = count_columns(table);
    int start[SP_PROSE_COLUMNS + 1] = {indent};
    for (size_t c = 0; c < columns; c++)
        start[c + 1] = start[c] + measure(table, c) + GAP;
    for (size_t r = 0; r < table->rows; r++)
        print_row(prose, &table->row[r], start, columns, indent);
}
