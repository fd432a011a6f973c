/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/calendar.h"

#include <criterion/criterion.h>
#include <time.h>

TestSuite(calendar, .timeout = 20);

Test(calendar, bad_texts_are_refused) {
    static const char *const bad[] = {
        "",        "2026",    "2026Q",   "2026Q0",  "2026Q5",  "2026q1",   "2026Q1 ", " 2026Q1", "2026-Q1",
        "2026Q11", "226Q1",   "02026Q1", "1899Q4",  "3000Q1",  "0000Q1",   "9999Q4",  "-026Q1",  "+026Q1",
        "2O26Q1",  "20 6Q1",  "2026Q\n", "2026 Q1", "Q1 2026", "2026Q1\n", "20.6Q1",  "2026Qa",  "0x26Q1",
        "２026Q1", "2026Q１", "20261",   "2026QQ1", "2026Q/",  "2026Q:",   "Q12026",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int quarter = -77;
        cr_expect_eq(sp_calendar_parse(bad[i], &quarter), -1, "'%s' gives %d", bad[i], quarter);
        cr_expect_eq(quarter, -77, "'%s' wrote to quarter", bad[i]);
    }
}

Test(calendar, every_quarter_goes_to_text_and_back) {
    char text[SP_QUARTER_TEXT];
    int quarter;
    for (int q = 4 * 1900; q <= 4 * 2999 + 3; q++) {
        sp_calendar_print(q, text);
        cr_assert_eq(sp_calendar_parse(text, &quarter), 0, "%s", text);
        cr_assert_eq(quarter, q);
    }
    sp_calendar_print(4 * 2026 + 2, text);
    cr_expect_str_eq(text, "2026Q3");
}

/* Against the C library's calendar: the last day of a quarter is the day before the next one's first. */
Test(calendar, last_day_is_the_one_of_the_c_library) {
    for (int q = 4 * 1900; q <= 4 * 2999 + 3; q++) {
        struct tm next = {.tm_year = (q + 1) / 4 - 1900, .tm_mon = 3 * ((q + 1) % 4), .tm_mday = 1};
        long days = (long)(timegm(&next) / 86400) - 1;
        cr_assert_eq(sp_calendar_last_day(q), days, "quarter %d: %d, not %ld", q, sp_calendar_last_day(q),
                     days);
    }
}

Test(calendar, last_day_of_known_dates) {
    cr_expect_eq(sp_calendar_last_day(4 * 1970), 89);        /* 1970-03-31 */
    cr_expect_eq(sp_calendar_last_day(4 * 1969 + 3), -1);    /* 1969-12-31 */
    cr_expect_eq(sp_calendar_last_day(4 * 2000), 11047);     /* 2000-03-31: leap, though a century */
    cr_expect_eq(sp_calendar_last_day(4 * 1900), -25478);    /* 1900-03-31: no leap year */
    cr_expect_eq(sp_calendar_last_day(4 * 2026 + 3), 20818); /* 2026-12-31 */
    cr_expect_eq(sp_calendar_last_day(4 * 2028 + 3), 21549); /* 2028-12-31: leap */
    cr_expect_eq(sp_calendar_last_day(4 * 2028), 21274);     /* 2028-03-31 */
}

/* The fiscal year is the calendar year in which it ends. */
Test(calendar, fiscal_years) {
    static const struct {
        int quarter, last, year;
    } known[] = {
        {0, 3, 2026}, {1, 3, 2026}, {2, 3, 2026}, {3, 3, 2026}, /* ends in December */
        {0, 0, 2026}, {1, 0, 2027}, {2, 0, 2027}, {3, 0, 2027}, /* ends in March: Japan, India */
        {0, 1, 2026}, {1, 1, 2026}, {2, 1, 2027}, {3, 1, 2027}, /* ends in June: Australia */
        {0, 2, 2026}, {1, 2, 2026}, {2, 2, 2026}, {3, 2, 2027}, /* ends in September: United States */
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_expect_eq(sp_calendar_fiscal_year(4 * 2026 + known[i].quarter, known[i].last), known[i].year,
                     "Q%d, years end with Q%d", known[i].quarter + 1, known[i].last + 1);
}
