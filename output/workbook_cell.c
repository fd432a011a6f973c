/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/workbook_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CELL_BYTES = 48 };

static void note(struct sp_workbook *book, lxw_error error) {
    book->failed = book->failed || error != LXW_NO_ERROR;
}

void sp_workbook_cell_text(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                           const char *text, lxw_format *format) {
    note(book, worksheet_write_string(sheet, row, col, text, format));
}

void sp_workbook_cell_number(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                             double value, lxw_format *format) {
    if (isnan(value))
        note(book, worksheet_write_blank(sheet, row, col, format));
    else if (isinf(value))
        sp_workbook_cell_text(book, sheet, row, col, value > 0 ? "inf" : "-inf", format);
    else
        note(book, worksheet_write_number(sheet, row, col, value, format));
}

void sp_workbook_cell_formula(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                              const char *formula, double value, lxw_format *format) {
    if (isfinite(value))
        note(book, worksheet_write_formula_num(sheet, row, col, formula, format, value));
    else
        sp_workbook_cell_words(book, sheet, row, col, formula,
                               isnan(value) ? ""
                               : value > 0  ? "inf"
                                            : "-inf",
                               format);
}

void sp_workbook_cell_words(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                            const char *formula, const char *words, lxw_format *format) {
    note(book, worksheet_write_formula_str(sheet, row, col, formula, format, words));
}

/* --- References --- */

static void name_cell(char cell[CELL_BYTES], const char *sheet, lxw_row_t row, size_t col) {
    char name[LXW_MAX_CELL_NAME_LENGTH];
    lxw_rowcol_to_cell(name, row, (lxw_col_t)col);
    snprintf(cell, CELL_BYTES, "%s%s", sheet, name);
}

static lxw_row_t model_row(const struct sp_workbook *book, const struct sp_centre_row *row) {
    const struct sp_centre *centre = book->centre;
    if (row == &centre->time)
        return SP_WORKBOOK_TIME_ROW;
    if (row == &centre->season)
        return SP_WORKBOOK_SEASON_ROW;
    return book->column_row[row - centre->column];
}

/* Of the opening state, an assumption is that of quarter 1. */
static void name_figure(const struct sp_workbook *book, const struct sp_centre_row *row, size_t t,
                        char cell[CELL_BYTES]) {
    const struct sp_centre *centre = book->centre;
    if (row >= centre->input && row < centre->input + centre->inputs)
        name_cell(cell, "Assumptions!", book->input_row[row - centre->input],
                  SP_WORKBOOK_ASSUMPTIONS_OPENING + (t > 1 ? t : 1));
    else
        name_cell(cell, "", model_row(book, row), SP_WORKBOOK_MODEL_OPENING + t);
}

bool sp_workbook_cell_of_row(const struct sp_workbook *book, const struct sp_centre_formula *formula,
                             size_t t, char text[SP_WORKBOOK_FORMULA_BYTES]) {
    char cell[CELL_BYTES];
    size_t length = 1;
    text[0] = '=';
    for (size_t i = 0; i < formula->terms; i++) {
        const struct sp_centre_term *term = &formula->term[i];
        if (!term->text)
            name_figure(book, term->row, term->before ? t - 1 : t, cell);
        const char *piece = term->text ? term->text : cell;
        if (length + strlen(piece) >= SP_WORKBOOK_FORMULA_BYTES)
            return false;
        strcpy(text + length, piece);
        length += strlen(piece);
    }
    return true;
}

void sp_workbook_cell_of_quarter(const struct sp_workbook *book, const struct sp_centre_row *row, size_t t,
                                 char text[SP_WORKBOOK_FORMULA_BYTES]) {
    text[0] = '=';
    name_cell(text + 1, "Model!", model_row(book, row), SP_WORKBOOK_MODEL_OPENING + t);
}

/* The first and the last quarter of a year. */
static void find_quarters(const struct sp_centre *centre, size_t year, size_t *first, size_t *last) {
    *first = *last = 0;
    for (size_t t = centre->quarters; t > 0; t--)
        if (centre->year_of[t - 1] == year) {
            *last = *last ? *last : t;
            *first = t;
        }
}

/* A part of a year's figure: the sum of a flow, the last of a stock. */
static double year_part(const struct sp_workbook *book, const struct sp_centre_row *row, size_t year,
                        char part[2 * CELL_BYTES + 8]) {
    char from[CELL_BYTES], to[CELL_BYTES];
    size_t first, last;
    double sum = 0;
    find_quarters(book->centre, year, &first, &last);
    name_cell(from, "Model!", model_row(book, row), SP_WORKBOOK_MODEL_OPENING + first);
    if (row->kind != SP_FLOW) {
        name_cell(part, "Model!", model_row(book, row), SP_WORKBOOK_MODEL_OPENING + last);
        return row->value[last];
    }
    name_cell(to, "", model_row(book, row), SP_WORKBOOK_MODEL_OPENING + last);
    snprintf(part, 2 * CELL_BYTES + 8, "SUM(%s:%s)", from, to);
    for (size_t t = first; t <= last; t++)
        sum += row->value[t];
    return sum;
}

void sp_workbook_cell_of_year(const struct sp_workbook *book, const struct sp_centre_row *row, size_t year,
                              char text[SP_WORKBOOK_FORMULA_BYTES], double *value) {
    char over[2 * CELL_BYTES + 8], under[2 * CELL_BYTES + 8];
    if (!row->numerator) {
        *value = year_part(book, row, year, over);
        snprintf(text, SP_WORKBOOK_FORMULA_BYTES, "=%s", over);
        return;
    }
    double numerator = year_part(book, row->numerator, year, over),
           denominator = year_part(book, row->denominator, year, under);
    *value = denominator > 0 ? numerator / denominator : NAN;
    snprintf(text, SP_WORKBOOK_FORMULA_BYTES, "=IF(%s>0,%s/%s,\"\")", under, over, under);
}

const struct sp_centre_row *sp_workbook_cell_find(const struct sp_workbook *book, const char *name) {
    for (size_t c = 0; c < book->centre->columns; c++)
        if (strcmp(book->centre->column[c].name, name) == 0)
            return &book->centre->column[c];
    return NULL;
}
