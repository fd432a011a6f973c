/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/workbook_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *or_nothing(const char *text) {
    return text ? text : "";
}

/* A text that spreadsheets take: long ones (tables of data) are cut. */
static const char *shorten(const struct sp_workbook *book, const char *text) {
    enum { MOST = 400 };
    if (!text || strlen(text) <= MOST)
        return or_nothing(text);
    const char *made = sp_arena_format(book->centre->arena, "%.*s ..", MOST, text);
    return or_nothing(made);
}

static const char *where(const struct sp_workbook *book, const struct sp_origin *origin) {
    if (!origin->given)
        return "default";
    const char *made =
        origin->line ? sp_arena_format(book->centre->arena, "%s:%d", or_nothing(origin->file), origin->line)
                     : origin->file;
    return or_nothing(made);
}

static const char *grade(const struct sp_workbook *book, const struct sp_origin *origin) {
    if (!origin->placeholder)
        return or_nothing(origin->grade);
    return or_nothing(sp_arena_format(book->centre->arena, "%s placeholder", or_nothing(origin->grade)));
}

/* What is known of its source. */
static void write_origin(struct sp_workbook *book, const struct sp_origin *origin, lxw_row_t at) {
    lxw_format *plain = book->format[SP_WORKBOOK_PLAIN][SP_WORKBOOK_TEXT];
    const char *source = or_nothing(origin->source ? origin->source : origin->note);
    const char *const text[] = {shorten(book, origin->value), grade(book, origin), or_nothing(origin->row),
                                shorten(book, source), where(book, origin)};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        sp_workbook_cell_text(book, book->assumptions, at, (lxw_col_t)(2 + i), text[i], plain);
}

/* As many digits as the value asks for: inputs of one unit may be of any size. */
static enum sp_workbook_number number_of(double value) {
    if (value == rint(value))
        return SP_WORKBOOK_WHOLE;
    return fabs(value) < 10 ? SP_WORKBOOK_DECIMALS : SP_WORKBOOK_CENTS;
}

/* A value that stays is given once: the cells after it refer to it, so that one change changes all. */
static void write_value(struct sp_workbook *book, const struct sp_centre_row *row, size_t t, lxw_row_t at) {
    lxw_col_t col = (lxw_col_t)(SP_WORKBOOK_ASSUMPTIONS_OPENING + t);
    enum sp_workbook_number number = number_of(row->value[t]);
    bool stays = t > 1 && row->value[t] == row->value[t - 1];
    char cell[LXW_MAX_CELL_NAME_LENGTH], text[LXW_MAX_CELL_NAME_LENGTH + 1];
    enum sp_workbook_style style = !row->is_used ? SP_WORKBOOK_VALUE
                                   : stays       ? SP_WORKBOOK_LIVE
                                                 : SP_WORKBOOK_INPUT;
    if (!stays) {
        sp_workbook_cell_number(book, book->assumptions, at, col, row->value[t], book->format[style][number]);
        return;
    }
    lxw_rowcol_to_cell(cell, at, (lxw_col_t)(col - 1));
    snprintf(text, sizeof text, "=%s", cell);
    sp_workbook_cell_formula(book, book->assumptions, at, col, text, row->value[t],
                             book->format[style][number]);
}

static void write_row(struct sp_workbook *book, const struct sp_centre_row *row, lxw_row_t at) {
    lxw_format *plain = book->format[SP_WORKBOOK_PLAIN][SP_WORKBOOK_TEXT];
    sp_workbook_cell_text(book, book->assumptions, at, 0, row->name, plain);
    sp_workbook_cell_text(book, book->assumptions, at, 1, sp_workbook_style_unit(book, row->unit), plain);
    if (row->origin)
        write_origin(book, row->origin, at);
    for (size_t t = 1; !row->text && t <= book->centre->quarters; t++)
        if (!isnan(row->value[t]))
            write_value(book, row, t, at);
}

void sp_workbook_assumptions_write(struct sp_workbook *book) {
    static const char *const titles[] = {"Assumption",      "Unit",   "As written",      "Grade",
                                         "Row of the plan", "Source", "Where it stands", NULL};
    lxw_worksheet *sheet = book->assumptions;
    sp_workbook_cell_text(book, sheet, 0, 0, "Assumptions: the values in force, quarter by quarter",
                          book->title);
    sp_workbook_cell_text(
        book, sheet, 1, 0,
        "Blue on yellow: change these. Black: the same as the quarter before; write over it to "
        "change it from that quarter on. Brown on grey: no formula refers to it. What changes, events and "
        "policies do to them is in the values already.",
        book->note);
    lxw_col_t last = sp_workbook_style_header(book, sheet, 3, titles, false);
    static const double width[] = {34, 14, 38, 13, 26, 30, 20};
    for (lxw_col_t col = 0; titles[col]; col++)
        worksheet_set_column(sheet, col, col, width[col], NULL);
    worksheet_set_column(sheet, SP_WORKBOOK_ASSUMPTIONS_OPENING + 1, (lxw_col_t)(last - 1), 13, NULL);
    worksheet_freeze_panes(sheet, 4, 1);
    for (size_t i = 0; i < book->centre->inputs; i++)
        write_row(book, &book->centre->input[i], book->input_row[i]);
}
