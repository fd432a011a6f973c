/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/workbook_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- One cell --- */

static lxw_format *format_of(const struct sp_workbook *book, const struct sp_centre_row *row,
                             enum sp_workbook_style style) {
    return book->format[style][sp_workbook_style_number(book, row)];
}

/* A ratio is made of its parts, as the engine makes it. */
static bool write_ratio(const struct sp_workbook *book, const struct sp_centre_row *row, size_t t,
                        char *text) {
    char over[64], under[64], part[SP_WORKBOOK_FORMULA_BYTES];
    sp_workbook_cell_of_quarter(book, row->numerator, t, part);
    snprintf(over, sizeof over, "%s", strchr(part, '!') + 1);
    sp_workbook_cell_of_quarter(book, row->denominator, t, part);
    snprintf(under, sizeof under, "%s", strchr(part, '!') + 1);
    snprintf(text, SP_WORKBOOK_FORMULA_BYTES, "=IF(%s>0,%s/%s,\"\")", under, over, under);
    return true;
}

static bool find_formula(const struct sp_workbook *book, const struct sp_centre_row *row, size_t t,
                         char *text) {
    if (row->numerator)
        return t > 0 && write_ratio(book, row, t, text);
    const struct sp_centre_formula *formula = t == 0 ? row->opening : row->formula;
    return formula && sp_workbook_cell_of_row(book, formula, t, text);
}

/* What it differs by from the engine, where it is money. */
static void write_difference(struct sp_workbook *book, const struct sp_centre_row *row, size_t t,
                             lxw_row_t at) {
    char text[SP_WORKBOOK_FORMULA_BYTES], cell[LXW_MAX_CELL_NAME_LENGTH];
    if (!isfinite(row->value[t]))
        return;
    lxw_rowcol_to_cell(cell, book->column_row[row - book->centre->column],
                       (lxw_col_t)(SP_WORKBOOK_MODEL_OPENING + t));
    /* What is undefined once an assumption is changed differs by all of the engine's figure. */
    snprintf(text, sizeof text, "=IF(ISNUMBER(Model!%s),Model!%s,0)-(%.17g)", cell, cell, row->value[t]);
    sp_workbook_cell_formula(book, book->check, at, (lxw_col_t)(1 + t), text, 0,
                             book->format[SP_WORKBOOK_LIVE][SP_WORKBOOK_CENTS]);
}

static void write_figures(struct sp_workbook *book, const struct sp_centre_row *row, lxw_row_t at) {
    char text[SP_WORKBOOK_FORMULA_BYTES];
    for (size_t t = row->has_opening ? 0 : 1; t <= book->centre->quarters; t++) {
        lxw_col_t col = (lxw_col_t)(SP_WORKBOOK_MODEL_OPENING + t);
        bool is_live = find_formula(book, row, t, text);
        lxw_format *format = format_of(book, row, is_live ? SP_WORKBOOK_LIVE : SP_WORKBOOK_VALUE);
        if (is_live)
            sp_workbook_cell_formula(book, book->model, at, col, text, row->value[t], format);
        else
            sp_workbook_cell_number(book, book->model, at, col, row->value[t], format);
    }
}

/* --- The sheet Model --- */

static void write_column(struct sp_workbook *book, const struct sp_centre_row *row, lxw_row_t at) {
    bool is_live = row->formula || row->numerator;
    lxw_format *plain = book->format[SP_WORKBOOK_PLAIN][SP_WORKBOOK_TEXT];
    sp_workbook_cell_text(book, book->model, at, 0, row->name, row->internal ? book->note : plain);
    sp_workbook_cell_text(book, book->model, at, 1, sp_workbook_style_unit(book, row->unit), plain);
    sp_workbook_cell_text(book, book->model, at, 2, row->sentence, book->note);
    sp_workbook_cell_text(book, book->model, at, 3, is_live ? "formula" : "engine's figures",
                          book->format[is_live ? SP_WORKBOOK_PLAIN : SP_WORKBOOK_VALUE][SP_WORKBOOK_TEXT]);
    write_figures(book, row, at);
}

static void write_time(struct sp_workbook *book, const struct sp_centre_row *row, const char *name,
                       lxw_row_t at) {
    lxw_format *format = book->format[SP_WORKBOOK_PLAIN][SP_WORKBOOK_WHOLE];
    sp_workbook_cell_text(book, book->model, at, 0, name, book->note);
    for (size_t t = 0; t <= book->centre->quarters; t++)
        sp_workbook_cell_number(book, book->model, at, (lxw_col_t)(SP_WORKBOOK_MODEL_OPENING + t),
                                row->value[t], format);
}

static void write_head(struct sp_workbook *book) {
    static const char *const titles[] = {"Column", "Unit", "What it is", "Cells are", "Opening", NULL};
    lxw_worksheet *sheet = book->model;
    sp_workbook_cell_text(book, sheet, 0, 0, "Model: every column, quarter by quarter", book->title);
    sp_workbook_cell_text(
        book, sheet, 1, 0,
        "Black: a formula over assumptions and other columns. Brown on grey: the engine's figure; "
        "it does not follow when an assumption is changed.",
        book->note);
    lxw_col_t last = sp_workbook_style_header(book, sheet, 3, titles, false);
    worksheet_set_column(sheet, 0, 0, 34, NULL);
    worksheet_set_column(sheet, 1, 1, 12, NULL);
    worksheet_set_column(sheet, 2, 2, 44, NULL);
    worksheet_set_column(sheet, 3, 3, 16, NULL);
    worksheet_set_column(sheet, 4, (lxw_col_t)(last - 1), 13, NULL);
    worksheet_freeze_panes(sheet, 4, 1);
    write_time(book, &book->centre->time, "number of the quarter", SP_WORKBOOK_TIME_ROW);
    write_time(book, &book->centre->season, "quarter of the calendar year", SP_WORKBOOK_SEASON_ROW);
}

static void write_heading(struct sp_workbook *book, const char *mechanism, lxw_row_t at) {
    size_t last = SP_WORKBOOK_MODEL_OPENING + book->centre->quarters;
    for (size_t col = 0; col <= last; col++)
        sp_workbook_cell_text(book, book->model, at, (lxw_col_t)col, col == 0 ? mechanism : "",
                              book->heading);
}

/* --- The sheet Check --- */

static void write_check_head(struct sp_workbook *book) {
    static const char *const titles[] = {"Column", "Opening", NULL};
    sp_workbook_cell_text(book, book->check, 0, 0, "Check: each amount of money less the engine's figure",
                          book->title);
    sp_workbook_cell_text(book, book->check, 1, 0,
                          "All are 0 until an assumption is changed; then, what the change does.",
                          book->note);
    lxw_col_t last = sp_workbook_style_header(book, book->check, 3, titles, false);
    worksheet_set_column(book->check, 0, 0, 34, NULL);
    worksheet_set_column(book->check, 1, (lxw_col_t)(last - 1), 13, NULL);
    worksheet_freeze_panes(book->check, 4, 1);
}

static void write_checks(struct sp_workbook *book) {
    lxw_row_t at = 4;
    write_check_head(book);
    for (size_t c = 0; c < book->centre->columns; c++) {
        const struct sp_centre_row *row = &book->centre->column[c];
        bool is_money = strcmp(row->unit, book->centre->currency ? book->centre->currency : "USD") == 0;
        if (!is_money || !row->formula)
            continue;
        sp_workbook_cell_text(book, book->check, at, 0, row->name, NULL);
        for (size_t t = 1; t <= book->centre->quarters; t++)
            write_difference(book, row, t, at);
        book->check_last = at++;
    }
}

void sp_workbook_model_write(struct sp_workbook *book) {
    const char *mechanism = "";
    write_head(book);
    for (size_t c = 0; c < book->centre->columns; c++) {
        const struct sp_centre_row *row = &book->centre->column[c];
        if (strcmp(mechanism, row->mechanism) != 0)
            write_heading(book, row->mechanism, book->column_row[c] - 1);
        mechanism = row->mechanism;
        write_column(book, row, book->column_row[c]);
    }
    write_checks(book);
}
