/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of the workbook share: its sheets, where each row stands, and how cells look and are named.
 */
#ifndef SP_OUTPUT_WORKBOOK_PARTS_H
#define SP_OUTPUT_WORKBOOK_PARTS_H

#include "engine/run/centre.h"

#include <xlsxwriter.h>

/* What a cell is, which its colour says; and how its number looks. */
enum sp_workbook_style {
    SP_WORKBOOK_PLAIN,
    SP_WORKBOOK_INPUT,
    SP_WORKBOOK_LIVE,
    SP_WORKBOOK_VALUE,
    SP_WORKBOOK_SIMULATED,
    SP_WORKBOOK_STRONG,
    SP_WORKBOOK_STYLES
};
enum sp_workbook_number {
    SP_WORKBOOK_TEXT,
    SP_WORKBOOK_WHOLE,    /* 1,234 */
    SP_WORKBOOK_CENTS,    /* 1,234.56 */
    SP_WORKBOOK_DECIMALS, /* 0.1235 */
    SP_WORKBOOK_PERCENT,
    SP_WORKBOOK_NUMBERS
};

/* Where the first row of figures of each sheet and their columns are: quarter t (0: the opening state) of the
 * model is in column MODEL_OPENING + t, of the assumptions in ASSUMPTIONS_OPENING + t, t >= 1. */
enum {
    SP_WORKBOOK_MODEL_OPENING = 4,
    SP_WORKBOOK_ASSUMPTIONS_OPENING = 6,
    SP_WORKBOOK_TIME_ROW = 4,
    SP_WORKBOOK_SEASON_ROW = 5,
    SP_WORKBOOK_FORMULA_BYTES = 8192 /* the most that spreadsheets take, with the 0 at its end */
};

struct sp_workbook {
    const struct sp_centre *centre;
    const struct sp_result *simulated; /* or NULL */
    lxw_workbook *file;
    lxw_worksheet *books, *simulation, *model, *assumptions, *check;
    lxw_format *format[SP_WORKBOOK_STYLES][SP_WORKBOOK_NUMBERS], *header, *period, *title, *note, *heading;
    lxw_row_t *input_row, *column_row; /* [inputs], [columns] in their sheets */
    lxw_row_t check_last;              /* the last row of the sheet Check */
    bool failed;                       /* out of memory, or a cell that cannot be written */
};

/* The file, its sheets and formats, and the place of every row. -1: out of memory. */
int sp_workbook_style_open(struct sp_workbook *book, const char *path);

/* How the numbers of a column look, by its unit and size. */
enum sp_workbook_number sp_workbook_style_number(const struct sp_workbook *book,
                                                 const struct sp_centre_row *row);

/* The unit with the scenario's currency. In the arena of the centre. */
const char *sp_workbook_style_unit(const struct sp_workbook *book, const char *unit);

/* A header line with these titles, the quarters, and `years`: the fiscal years. Returns the column after it.
 */
lxw_col_t sp_workbook_style_header(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row,
                                   const char *const *titles, bool years);

/* Cells. NAN leaves one empty, infinity is written as a word. */
void sp_workbook_cell_text(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                           const char *text, lxw_format *format);
void sp_workbook_cell_number(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                             double value, lxw_format *format);

/* A formula, with the value that is shown until it is worked out anew. */
void sp_workbook_cell_formula(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                              const char *formula, double value, lxw_format *format);

/* The same for a formula that gives words. */
void sp_workbook_cell_words(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                            const char *formula, const char *words, lxw_format *format);

/* The formula of a row in quarter t as text that begins with "=", in cells of the sheet Model; false when it
 * is too long. */
bool sp_workbook_cell_of_row(const struct sp_workbook *book, const struct sp_centre_formula *formula,
                             size_t t, char text[SP_WORKBOOK_FORMULA_BYTES]);

/* What a column is over a fiscal year, of cells of the sheet Model; and its value. */
void sp_workbook_cell_of_year(const struct sp_workbook *book, const struct sp_centre_row *row, size_t year,
                              char text[SP_WORKBOOK_FORMULA_BYTES], double *value);

/* The same in a quarter, t = 1 .. */
void sp_workbook_cell_of_quarter(const struct sp_workbook *book, const struct sp_centre_row *row, size_t t,
                                 char text[SP_WORKBOOK_FORMULA_BYTES]);

/* The column of that name, or NULL. */
const struct sp_centre_row *sp_workbook_cell_find(const struct sp_workbook *book, const char *name);

/* The sheets. */
void sp_workbook_model_write(struct sp_workbook *book);
void sp_workbook_assumptions_write(struct sp_workbook *book);
void sp_workbook_books_write(struct sp_workbook *book);
void sp_workbook_simulation_write(struct sp_workbook *book);

/* A figure of the simulation, NAN when it has none. */
double sp_workbook_simulation_find(const struct sp_workbook *book, const char *metric, enum sp_axis_kind axis,
                                   size_t time, enum sp_statistic statistic);

#endif
