/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/grid.h"

#include <stdlib.h>
#include <string.h>

void sp_grid_row(struct sp_grid *grid) {
    if (grid->rows == grid->capacity) {
        size_t capacity = grid->capacity ? 2 * grid->capacity : 32;
        struct sp_grid_row *row = realloc(grid->row, capacity * sizeof *row);
        if (!row) {
            grid->out_of_memory = true;
            return;
        }
        grid->row = row;
        grid->capacity = capacity;
    }
    grid->row[grid->rows++].cells = 0;
}

void sp_grid_cell(struct sp_grid *grid, const char *text) {
    struct sp_grid_row *row = grid->rows ? &grid->row[grid->rows - 1] : NULL;
    if (row && !grid->out_of_memory && row->cells < SP_GRID_COLUMNS)
        snprintf(row->cell[row->cells++], SP_GRID_BYTES, "%s", text);
}

/* Characters, not bytes: of UTF-8, all but the bytes that continue one. */
static int width_of(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += (*text & 0xc0) != 0x80;
    return width;
}

static void measure(const struct sp_grid *grid, int width[SP_GRID_COLUMNS]) {
    memset(width, 0, SP_GRID_COLUMNS * sizeof *width);
    for (size_t r = 0; r < grid->rows; r++)
        for (size_t c = 0; c < grid->row[r].cells; c++)
            if (width_of(grid->row[r].cell[c]) > width[c])
                width[c] = width_of(grid->row[r].cell[c]);
}

static void print_row(const struct sp_grid_row *row, const int width[SP_GRID_COLUMNS], FILE *stream) {
    size_t cells = row->cells;
    while (cells && !*row->cell[cells - 1])
        cells--;
    for (size_t c = 0; c < cells; c++) {
        int gap = width[c] - width_of(row->cell[c]);
        if (c == 0)
            fprintf(stream, "%s%*s", row->cell[c], cells > 1 ? gap : 0, "");
        else
            fprintf(stream, "  %*s%s", gap, "", row->cell[c]);
    }
    fputc('\n', stream);
}

void sp_grid_print(const struct sp_grid *grid, FILE *stream) {
    int width[SP_GRID_COLUMNS];
    measure(grid, width);
    for (size_t r = 0; r < grid->rows; r++)
        print_row(&grid->row[r], width, stream);
}

void sp_grid_free(struct sp_grid *grid) {
    free(grid->row);
    *grid = (struct sp_grid){0};
}
