/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quarters. A quarter is a whole number, 4 x year + (0..3), so that the next quarter is one more; in text it
 * is "2026Q1". Years 1900 to 2999.
 */
#ifndef SP_ENGINE_BASE_CALENDAR_H
#define SP_ENGINE_BASE_CALENDAR_H

enum { SP_QUARTER_TEXT = 7 }; /* "2026Q1" and its end */

/* Reads "2026Q1" into *quarter. 0, or -1 when `text` is anything else. */
int sp_calendar_parse(const char *text, int *quarter);

void sp_calendar_print(int quarter, char text[SP_QUARTER_TEXT]);

/* The fiscal year a quarter belongs to, when fiscal years end with quarter `last` (0..3) of the calendar
 * year: the calendar year in which that fiscal year ends. */
int sp_calendar_fiscal_year(int quarter, int last);

/* Days from 1970-01-01 to the last day of the quarter (Gregorian). */
int sp_calendar_last_day(int quarter);

#endif
