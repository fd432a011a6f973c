/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bills that are not paid at once: against numbers worked out by hand, and in cash.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

TestSuite(models_payables);

/* 300 a month of hosting, a part of it opex, and a certain loss of 77.5 in every quarter. */
#define COSTS                                                                                                \
    "counts = \"continuous\"\n[growth]\nrate_first = 0\n[tier.only]\nfrom = 0\nmonthly = 300\n"              \
    "[component.cogs]\nshare = 0.6\n[component.opex]\nshare = 0.4\naccount = \"opex.tools\"\n"               \
    "[risk.loss]\nper_quarter = 1\ncost = 77.5\n[start]\nusers = 10\ncash = 1000\n"

static void expect(const char *more, const double *payables, const double *cash, size_t count) {
    char text[1024];
    snprintf(text, sizeof text, COSTS "%s", more);
    struct paths paths = paths_start(text, 64);
    for (size_t t = 0; t < count; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, "payables")[7], payables[t], 1e-9, "quarter %zu", t);
        cr_expect_float_eq(paths_column(&paths, "cash")[7], cash[t], 1e-9, "quarter %zu", t);
    }
    paths_end(&paths);
}

Test(models_payables, by_hand) {
    double open = 540 * 36.5 / 91.25 + 360 * 18.25 / 91.25 + 77.5 * 73 / 91.25;
    const double payables[] = {open, open, open};
    const double cash[] = {1000 - 977.5 + open - 12.25, 1000 - 2 * 977.5 + open - 12.25,
                           1000 - 3 * 977.5 + open - 12.25};
    expect("payables = 12.25\n[payables]\ndays = 36.5\ndays_opex = 18.25\ndays_one_off = 73\n", payables,
           cash, 3);
}

/* No days: cash is what it is without the mechanism. A whole quarter: cash is a quarter behind. */
Test(models_payables, none_and_all) {
    const double none[] = {0, 0}, at_once[] = {22.5, -955};
    expect("[payables]\ndays = 0\n", none, at_once, 2);
    const double all[] = {977.5, 977.5}, behind[] = {1000, 22.5};
    expect("[payables]\ndays = 91.25\ndays_opex = 91.25\ndays_one_off = 91.25\n", all, behind, 2);
}

Test(models_payables, days_are_those_of_a_quarter) {
    cr_expect_str_eq(paths_problems(COSTS "[payables]\ndays = 92\n"),
                     "payables.days must be within 0 .. 91.25 days, got 92");
}
