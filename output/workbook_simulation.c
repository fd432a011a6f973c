/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/workbook_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static size_t find_metric(const struct sp_result *result, const char *name) {
    size_t m = 0;
    while (m < result->metrics && strcmp(result->metric[m].name, name) != 0)
        m++;
    return m;
}

double sp_workbook_simulation_find(const struct sp_workbook *book, const char *metric, enum sp_axis_kind axis,
                                   size_t time, enum sp_statistic statistic) {
    const struct sp_result *result = book->simulated;
    size_t m = result ? find_metric(result, metric) : 0;
    if (!result || m == result->metrics)
        return NAN;
    size_t at = (m * result->axis[axis].count + time) * SP_STATISTICS + (size_t)statistic;
    return result->variant[0].estimate[axis][at].value;
}

static const enum sp_statistic shown[] = {SP_STATISTIC_MEAN, SP_STATISTIC_P10, SP_STATISTIC_P50,
                                          SP_STATISTIC_P90};
enum { SHOWN = sizeof shown / sizeof *shown };

/* This path is live; the mean less it is what the averages hide. */
static void write_line(struct sp_workbook *book, const struct sp_centre_row *row, enum sp_axis_kind axis,
                       size_t time, lxw_row_t at) {
    char text[SP_WORKBOOK_FORMULA_BYTES];
    lxw_worksheet *sheet = book->simulation;
    enum sp_workbook_number number = sp_workbook_style_number(book, row);
    double value = row->value[time + 1],
           mean = sp_workbook_simulation_find(book, row->name, axis, time, shown[0]);
    if (axis == SP_AXIS_QUARTER)
        sp_workbook_cell_of_quarter(book, row, time + 1, text);
    else
        sp_workbook_cell_of_year(book, row, time, text, &value);
    sp_workbook_cell_text(book, sheet, at, 0, row->name, NULL);
    sp_workbook_cell_text(book, sheet, at, 1, sp_workbook_style_unit(book, row->unit), NULL);
    sp_workbook_cell_text(book, sheet, at, 2,
                          axis == SP_AXIS_QUARTER
                              ? book->centre->quarter[time]
                              : sp_arena_format(book->centre->arena, "FY %s", book->centre->year[time]),
                          NULL);
    sp_workbook_cell_formula(book, sheet, at, 3, text, value, book->format[SP_WORKBOOK_STRONG][number]);
    for (lxw_col_t i = 0; i < SHOWN; i++)
        sp_workbook_cell_number(book, sheet, at, (lxw_col_t)(4 + i),
                                sp_workbook_simulation_find(book, row->name, axis, time, shown[i]),
                                book->format[SP_WORKBOOK_SIMULATED][number]);
    snprintf(text, sizeof text, "=IF(AND(ISNUMBER(D%u),ISNUMBER(E%u)),E%u-D%u,\"\")", at + 1, at + 1, at + 1,
             at + 1);
    sp_workbook_cell_formula(book, sheet, at, 8, text, mean - value, book->format[SP_WORKBOOK_LIVE][number]);
}

static void write_head(struct sp_workbook *book) {
    static const char *const titles[] = {"Metric",
                                         "Unit",
                                         "Period",
                                         "Every assumption at its median",
                                         "Mean of the simulation",
                                         "P10",
                                         "P50",
                                         "P90",
                                         "Mean less this path"};
    enum { TITLES = sizeof titles / sizeof *titles };
    lxw_worksheet *sheet = book->simulation;
    sp_workbook_cell_text(book, sheet, 0, 0, "Simulation: what one path of medians hides", book->title);
    sp_workbook_cell_text(
        book, sheet, 1, 0,
        "A plan made of middle values is not the middle of what may happen: costs that jump, events "
        "and thresholds move the mean. P10 to P90 holds 80 % of simulated futures.",
        book->note);
    for (lxw_col_t i = 0; i < TITLES; i++)
        sp_workbook_cell_text(book, sheet, 3, i, titles[i], i < 3 ? book->header : book->period);
    worksheet_set_column(sheet, 0, 0, 34, NULL);
    worksheet_set_column(sheet, 1, 2, 13, NULL);
    worksheet_set_column(sheet, 3, TITLES - 1, 17, NULL);
    worksheet_set_row(sheet, 3, 32, NULL);
    worksheet_freeze_panes(sheet, 4, 1);
}

void sp_workbook_simulation_write(struct sp_workbook *book) {
    const struct sp_centre *centre = book->centre;
    lxw_row_t at = 4;
    write_head(book);
    for (size_t c = 0; c < centre->columns; c++) {
        const struct sp_centre_row *row = &centre->column[c];
        if (row->internal || find_metric(book->simulated, row->name) == book->simulated->metrics)
            continue;
        for (size_t t = 0; t < centre->quarters; t++)
            write_line(book, row, SP_AXIS_QUARTER, t, at++);
        for (size_t y = 0; y < centre->years; y++)
            write_line(book, row, SP_AXIS_YEAR, y, at++);
    }
    worksheet_autofilter(book->simulation, 3, 0, at > 4 ? at - 1 : 4, 8);
}
