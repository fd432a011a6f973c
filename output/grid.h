/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cells of text in columns as wide as their widest: the first column is set left, the others right. A row
 * that was begun and got no cell is an empty line.
 *
 *     struct sp_grid grid = {0};
 *     sp_grid_row(&grid);
 *     sp_grid_cell(&grid, "2026Q1"); sp_grid_cell(&grid, "1,402");
 *     sp_grid_print(&grid, stream);
 *     sp_grid_free(&grid);
 */
#ifndef SP_OUTPUT_GRID_H
#define SP_OUTPUT_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { SP_GRID_COLUMNS = 16, SP_GRID_BYTES = 64 };

struct sp_grid_row {
    size_t cells;
    char cell[SP_GRID_COLUMNS][SP_GRID_BYTES];
};

struct sp_grid {
    struct sp_grid_row *row; /* [rows] owned */
    size_t rows, capacity;
    bool out_of_memory; /* rows are missing */
};

void sp_grid_row(struct sp_grid *grid);

/* Adds a cell to the last row; a longer text is cut. */
void sp_grid_cell(struct sp_grid *grid, const char *text);

/* Two spaces between columns, none at the end of a line. */
void sp_grid_print(const struct sp_grid *grid, FILE *stream);

void sp_grid_free(struct sp_grid *grid);

#endif
