/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/calendar.h"

#include <stdio.h>
#include <string.h>

int sp_calendar_parse(const char *text, int *quarter) {
    if (strlen(text) != 6 || strspn(text, "0123456789") != 4 || text[4] != 'Q' || text[5] < '1' ||
        text[5] > '4')
        return -1;
    int year = 0;
    for (int i = 0; i < 4; i++)
        year = 10 * year + text[i] - '0';
    if (year < 1900 || year > 2999)
        return -1;
    *quarter = 4 * year + text[5] - '1';
    return 0;
}

void sp_calendar_print(int quarter, char text[SP_QUARTER_TEXT]) {
    unsigned year = (unsigned)quarter / 4 % 10000;
    snprintf(text, SP_QUARTER_TEXT, "%04uQ%c", year, (char)('1' + quarter % 4));
}

int sp_calendar_fiscal_year(int quarter, int last) {
    return (quarter + 3 - last) / 4;
}

int sp_calendar_last_day(int quarter) {
    static const int day_of_year[4] = {90, 181, 273, 365}; /* of 31 March, ... in a year of 365 days */
    int year = quarter / 4;
    int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int before = year - 1;
    int days = 365 * (year - 1970) + (before / 4 - 1969 / 4) - (before / 100 - 1969 / 100) +
               (before / 400 - 1969 / 400);
    return days + day_of_year[quarter % 4] + leap - 1;
}
