/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/workbook_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 9, NAMES = 2 }; /* the header's row; columns before the quarters */

struct line {
    const char *column, *label;
};
static const struct line lines[] = {
    {"users", "Monthly active users"},
    {"paid", "Payers"},
    {"mrr", "Monthly recurring revenue"},
    {"revenue", "Revenue"},
    {"cogs", "Cost of revenue"},
    {"gross_profit", "Gross profit"},
    {"gross_margin", "Gross margin"},
    {"opex", "Operating expenses"},
    {"operating_result", "Operating result"},
    {"one_off", "One-off costs"},
    {"cost.total", "All costs"},
    {"net_burn", "Net burn"},
    {"financing", "Financing"},
    {"cash", "Cash"},
};

struct statistic {
    enum sp_statistic statistic;
    const char *label;
};
static const struct statistic statistics[] = {{SP_STATISTIC_MEAN, "   mean of the simulation"},
                                              {SP_STATISTIC_P10, "   P10: one future in ten is below"},
                                              {SP_STATISTIC_P50, "   P50: the median"},
                                              {SP_STATISTIC_P90, "   P90: one future in ten is above"}};
enum { STATISTICS = sizeof statistics / sizeof *statistics };

/* --- Head --- */

#define TIES "ties to the engine within one cent"

/* Whether the sheet still says what the engine has found. */
static void write_tie(struct sp_workbook *book) {
    char text[256], last[LXW_MAX_CELL_NAME_LENGTH];
    lxw_rowcol_to_cell(last, book->check_last, (lxw_col_t)(1 + book->centre->quarters));
    sp_workbook_cell_text(book, book->books, 3, 0, "Largest difference from the engine", NULL);
    snprintf(text, sizeof text, "=MAX(MAX(Check!C5:%s),-MIN(Check!C5:%s))", last, last);
    sp_workbook_cell_formula(book, book->books, 3, 1, text, 0,
                             book->format[SP_WORKBOOK_STRONG][SP_WORKBOOK_CENTS]);
    sp_workbook_cell_words(book, book->books, 3, 2,
                           "=IF(B4<0.01,\"" TIES
                           "\",\"assumptions were changed: these are no longer the engine's "
                           "figures\")",
                           TIES, book->note);
}

static size_t count_values(const struct sp_centre *centre) {
    size_t count = 0;
    for (size_t c = 0; c < centre->columns; c++)
        count += !centre->column[c].formula && !centre->column[c].numerator;
    return count;
}

static void write_legend(struct sp_workbook *book) {
    static const struct {
        enum sp_workbook_style style;
        const char *text;
    } legend[] = {{SP_WORKBOOK_INPUT, "input: change it in Assumptions"},
                  {SP_WORKBOOK_STRONG, "formula: follows the inputs"},
                  {SP_WORKBOOK_VALUE, "engine's figure: does not follow"},
                  {SP_WORKBOOK_SIMULATED, "simulation: does not follow"}};
    for (lxw_col_t i = 0; i < sizeof legend / sizeof *legend; i++) {
        lxw_col_t col = i == 0 ? 0 : (lxw_col_t)(3 * i - 1);
        worksheet_merge_range(book->books, 6, col, 6, (lxw_col_t)(i == 0 ? col + 1 : col + 2), legend[i].text,
                              book->format[legend[i].style][SP_WORKBOOK_TEXT]);
    }
}

static void write_head(struct sp_workbook *book) {
    char text[512];
    const struct sp_centre *centre = book->centre;
    const char *currency = centre->currency ? centre->currency : "USD";
    sp_workbook_cell_text(book, book->books, 0, 0, centre->title ? centre->title : centre->name, book->title);
    snprintf(text, sizeof text,
             "One path with every assumption at its median. Amounts in %s. People are not rounded; "
             "events happen only when their probability is above one half.",
             currency);
    sp_workbook_cell_text(book, book->books, 1, 0, text, book->note);
    snprintf(text, sizeof text,
             "%zu of %zu columns of the model are live formulas, %zu are the engine's figures.",
             centre->columns - count_values(centre), centre->columns, count_values(centre));
    sp_workbook_cell_text(book, book->books, 4, 0, text, book->note);
    if (book->simulated)
        snprintf(text, sizeof text, "Beside each line: the simulation, %" PRIu64 " paths, seed %" PRIu64 ".",
                 book->simulated->paths, book->simulated->seed);
    else
        snprintf(text, sizeof text, "No simulation stands beside it.");
    sp_workbook_cell_text(book, book->books, 2, 0, text, book->note);
    write_tie(book);
    write_legend(book);
}

/* --- Lines --- */

static void write_live(struct sp_workbook *book, const struct sp_centre_row *row,
                       enum sp_workbook_number number, lxw_row_t at) {
    char text[SP_WORKBOOK_FORMULA_BYTES];
    double value;
    lxw_col_t col = NAMES;
    for (size_t t = 1; t <= book->centre->quarters; t++) {
        sp_workbook_cell_of_quarter(book, row, t, text);
        sp_workbook_cell_formula(book, book->books, at, col++, text, row->value[t],
                                 book->format[SP_WORKBOOK_STRONG][number]);
    }
    for (size_t y = 0; y < book->centre->years; y++) {
        sp_workbook_cell_of_year(book, row, y, text, &value);
        sp_workbook_cell_formula(book, book->books, at, col++, text, value,
                                 book->format[SP_WORKBOOK_STRONG][number]);
    }
}

static void write_simulated(struct sp_workbook *book, const char *column, const struct statistic *statistic,
                            enum sp_workbook_number number, lxw_row_t at) {
    lxw_format *format = book->format[SP_WORKBOOK_SIMULATED][number];
    lxw_col_t col = NAMES;
    sp_workbook_cell_text(book, book->books, at, 0, statistic->label, book->note);
    for (size_t t = 0; t < book->centre->quarters; t++)
        sp_workbook_cell_number(
            book, book->books, at, col++,
            sp_workbook_simulation_find(book, column, SP_AXIS_QUARTER, t, statistic->statistic), format);
    for (size_t y = 0; y < book->centre->years; y++)
        sp_workbook_cell_number(
            book, book->books, at, col++,
            sp_workbook_simulation_find(book, column, SP_AXIS_YEAR, y, statistic->statistic), format);
}

static lxw_row_t write_line(struct sp_workbook *book, const struct line *line, lxw_row_t at) {
    const struct sp_centre_row *row = sp_workbook_cell_find(book, line->column);
    if (!row)
        return at;
    enum sp_workbook_number number = sp_workbook_style_number(book, row);
    sp_workbook_cell_text(book, book->books, at, 0, line->label, book->heading);
    sp_workbook_cell_text(book, book->books, at, 1, sp_workbook_style_unit(book, row->unit), book->heading);
    write_live(book, row, number, at++);
    for (size_t s = 0; book->simulated && s < STATISTICS; s++)
        write_simulated(book, line->column, &statistics[s], number, at++);
    return at;
}

void sp_workbook_books_write(struct sp_workbook *book) {
    static const char *const titles[] = {"Every assumption at its median", "Unit", NULL};
    lxw_row_t at = HEADER + 1;
    write_head(book);
    lxw_col_t last = sp_workbook_style_header(book, book->books, HEADER, titles, true);
    worksheet_set_column(book->books, 0, 0, 36, NULL);
    worksheet_set_column(book->books, 1, 1, 12, NULL);
    worksheet_set_column(book->books, 2, (lxw_col_t)(last - 1), 13, NULL);
    worksheet_freeze_panes(book->books, HEADER + 1, NAMES);
    worksheet_set_landscape(book->books);
    worksheet_fit_to_pages(book->books, 1, 0);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        at = write_line(book, &lines[i], at);
    worksheet_activate(book->books);
}
