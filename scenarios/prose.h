/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Text for people, built piece by piece: wrapped lines, and tables whose last column is wrapped.
 *
 *     struct sp_prose prose;
 *     if (sp_prose_begin(&prose, 100)) return SP_ERROR_RESOURCES;
 *     sp_prose_wrap(&prose, 0, 4, "long text ..");
 *     return sp_prose_end(&prose, &text);        (to be freed with free())
 *
 * Who writes never asks about memory: what is missing is told once, by sp_prose_end.
 */
#ifndef SP_SCENARIOS_PROSE_H
#define SP_SCENARIOS_PROSE_H

#include "engine/base/arena.h"

#include <stdio.h>

enum { SP_PROSE_COLUMNS = 8, SP_PROSE_WIDTH = 100, SP_PROSE_NARROWEST = 40 };

struct sp_prose {
    FILE *out; /* for fprintf */
    struct sp_arena *arena;
    int width; /* columns of a line */
    int error;
    char *text;
    size_t size;
};

/* The cells of a row, "" where there is none. Texts are borrowed until the table is printed. */
struct sp_prose_row {
    const char *cell[SP_PROSE_COLUMNS];
};

struct sp_prose_table {
    struct sp_prose_row *row; /* [rows] */
    size_t rows;
};

/* A `width` below SP_PROSE_NARROWEST counts as that. 0 or SP_ERROR_RESOURCES; then nothing has to be ended.
 */
int sp_prose_begin(struct sp_prose *prose, int width);

/* 0 with the text, to be freed with free(); or SP_ERROR_RESOURCES. Frees everything else. */
int sp_prose_end(struct sp_prose *prose, char **text);

/* A text that lives until the end; "" when out of memory. */
const char *sp_prose_text(struct sp_prose *prose, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints a text and ends the line. `used` columns of the first line are taken already; further lines are
 * indented. A word longer than a line is not broken. */
void sp_prose_wrap(struct sp_prose *prose, int used, int indent, const char *text);

/* Adds a row; missing cells may be NULL. */
void sp_prose_row(struct sp_prose *prose, struct sp_prose_table *table,
                  const char *const cell[SP_PROSE_COLUMNS]);

/* The same, with the cells one by one. */
#define SP_PROSE_ROW(prose, table, ...)                                                                      \
    sp_prose_row(prose, table, (const char *const[SP_PROSE_COLUMNS]){__VA_ARGS__})

/* Prints the rows, two spaces between columns. The last cell of a row is wrapped; where there is no room for
 * it beside the others, it stands below them. */
void sp_prose_print(struct sp_prose *prose, const struct sp_prose_table *table, int indent);

#endif
