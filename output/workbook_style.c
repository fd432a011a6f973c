/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/workbook_parts.h"

#include <math.h>
#include <string.h>

/* Colours that a projector does not wash out: blue on yellow for what may be changed, black for what follows,
 * brown on grey for what does not. */
struct look {
    lxw_color_t font, fill; /* fill 0: none */
    bool italic, bold;
};
static const struct look looks[SP_WORKBOOK_STYLES] = {
    [SP_WORKBOOK_PLAIN] = {0x000000, 0, false, false},
    [SP_WORKBOOK_INPUT] = {0x0000C0, 0xFFF2CC, false, false},
    [SP_WORKBOOK_LIVE] = {0x000000, 0, false, false},
    [SP_WORKBOOK_VALUE] = {0x843C0C, 0xE7E6E6, true, false},
    [SP_WORKBOOK_SIMULATED] = {0x375623, 0xE2EFDA, false, false},
    [SP_WORKBOOK_STRONG] = {0x000000, 0, false, true},
};
static const char *const numbers[SP_WORKBOOK_NUMBERS] = {
    [SP_WORKBOOK_TEXT] = "General",
    [SP_WORKBOOK_WHOLE] = "#,##0;[Red]-#,##0",
    [SP_WORKBOOK_CENTS] = "#,##0.00;[Red]-#,##0.00",
    [SP_WORKBOOK_DECIMALS] = "0.0000;[Red]-0.0000",
    [SP_WORKBOOK_PERCENT] = "0.0%;[Red]-0.0%",
};

static lxw_format *make_format(const struct sp_workbook *book, const struct look *look, const char *number) {
    lxw_format *format = workbook_add_format(book->file);
    format_set_num_format(format, number);
    format_set_font_color(format, look->font);
    if (look->fill) {
        format_set_pattern(format, LXW_PATTERN_SOLID);
        format_set_bg_color(format, look->fill);
    }
    if (look->italic)
        format_set_italic(format);
    if (look->bold)
        format_set_bold(format);
    return format;
}

static void make_formats(struct sp_workbook *book) {
    static const struct look header = {0xFFFFFF, 0x1F3864, false, true}, note = {0x404040, 0, true, false},
                             heading = {0x1F3864, 0xD9E2F3, false, true};
    for (int s = 0; s < SP_WORKBOOK_STYLES; s++)
        for (int n = 0; n < SP_WORKBOOK_NUMBERS; n++)
            book->format[s][n] = make_format(book, &looks[s], numbers[n]);
    book->header = make_format(book, &header, "General");
    format_set_text_wrap(book->header);
    book->period = make_format(book, &header, "General");
    format_set_align(book->period, LXW_ALIGN_RIGHT);
    format_set_text_wrap(book->period);
    book->note = make_format(book, &note, "General");
    book->heading = make_format(book, &heading, "General");
    book->title = make_format(book, &looks[SP_WORKBOOK_STRONG], "General");
    format_set_font_size(book->title, 16);
}

/* Columns stand together by mechanism, with a heading line before each. */
static int place_rows(struct sp_workbook *book) {
    const struct sp_centre *centre = book->centre;
    const char *mechanism = "";
    lxw_row_t row = SP_WORKBOOK_SEASON_ROW + 1;
    book->input_row = sp_arena_array(centre->arena, centre->inputs + 1, sizeof *book->input_row);
    book->column_row = sp_arena_array(centre->arena, centre->columns + 1, sizeof *book->column_row);
    if (!book->input_row || !book->column_row)
        return -1;
    for (size_t i = 0; i < centre->inputs; i++)
        book->input_row[i] = (lxw_row_t)(4 + i);
    for (size_t c = 0; c < centre->columns; c++) {
        row += strcmp(mechanism, centre->column[c].mechanism) != 0;
        mechanism = centre->column[c].mechanism;
        book->column_row[c] = row++;
    }
    return 0;
}

/* Equal inputs give equal bytes: the date of making is always the same. */
static void set_properties(const struct sp_workbook *book) {
    enum { DAY = 86400, DATE = 14610 }; /* 2010-01-01 */
    lxw_doc_properties properties = {.title = sp_arena_text(book->centre->arena, book->centre->title),
                                     .created = (time_t)DATE * DAY};
    workbook_set_properties(book->file, &properties);
}

int sp_workbook_style_open(struct sp_workbook *book, const char *path) {
    if (place_rows(book) || !(book->file = workbook_new(path)))
        return -1;
    book->books = workbook_add_worksheet(book->file, "Books");
    book->simulation = book->simulated ? workbook_add_worksheet(book->file, "Simulation") : NULL;
    book->model = workbook_add_worksheet(book->file, "Model");
    book->assumptions = workbook_add_worksheet(book->file, "Assumptions");
    book->check = workbook_add_worksheet(book->file, "Check");
    make_formats(book);
    set_properties(book);
    return 0;
}

/* --- Units --- */

const char *sp_workbook_style_unit(const struct sp_workbook *book, const char *unit) {
    const char *currency = book->centre->currency;
    if (strncmp(unit, "USD", 3) != 0 || !currency)
        return strcmp(unit, "1") == 0 ? "" : unit;
    const char *made = sp_arena_format(book->centre->arena, "%s%s", currency, unit + 3);
    return made ? made : unit;
}

static bool is_of(const char *unit, const char *const *list) {
    while (*list && strcmp(unit, *list) != 0)
        list++;
    return *list != NULL;
}

enum sp_workbook_number sp_workbook_style_number(const struct sp_workbook *book,
                                                 const struct sp_centre_row *row) {
    static const char *const counts[] = {"users",    "payers",  "stories",     "events",
                                         "payments", "quarter", "probability", NULL};
    const char *unit = row->unit, *currency = book->centre->currency ? book->centre->currency : "USD";
    bool is_money = strncmp(unit, currency, strlen(currency)) == 0 || strncmp(unit, "USD", 3) == 0;
    const char *per = strchr(unit, '/');
    double largest = 0;
    for (size_t t = 0; t <= book->centre->quarters; t++)
        largest = fabs(row->value[t]) > largest ? fabs(row->value[t]) : largest;
    if (is_of(unit, counts))
        return SP_WORKBOOK_WHOLE;
    if (is_money && (!per || strcmp(per, "/year") == 0 || largest >= 1000))
        return SP_WORKBOOK_WHOLE;
    if (is_money && strcmp(per, "/story") == 0)
        return SP_WORKBOOK_DECIMALS;
    if (strcmp(unit, "1") == 0)
        return row->kind == SP_RATIO ? SP_WORKBOOK_PERCENT : SP_WORKBOOK_DECIMALS;
    return is_money || !per ? SP_WORKBOOK_CENTS : SP_WORKBOOK_DECIMALS;
}

lxw_col_t sp_workbook_style_header(struct sp_workbook *book, lxw_worksheet *sheet, lxw_row_t row,
                                   const char *const *titles, bool years) {
    const struct sp_centre *centre = book->centre;
    lxw_col_t col = 0;
    for (; titles[col]; col++)
        sp_workbook_cell_text(book, sheet, row, col, titles[col], book->header);
    for (size_t t = 0; t < centre->quarters; t++)
        sp_workbook_cell_text(book, sheet, row, col++, centre->quarter[t], book->period);
    for (size_t y = 0; years && y < centre->years; y++) {
        const char *label = sp_arena_format(centre->arena, "FY %s", centre->year[y]);
        sp_workbook_cell_text(book, sheet, row, col++, label, book->period);
    }
    return col;
}
