/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What becomes of a path without cash. Equations: models/README.md, Cash.
 */
#include "tests/support/engine_test_run.h"
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(insolvency, .timeout = 60);

static const char base[] =
    "counts = \"continuous\"\naccrual = \"end\"\n"
    "time = { first = \"2026Q1\", quarters = 5 }\n"
    "[start]\nusers = 1000\npaid = 100\ncash = 500\n"
    "[growth]\nrate_first = 0.1\n[conversion]\nbasis = \"flow\"\nshare = 0\n"
    "[revenue]\nprice = 1\n[overheads]\nmonthly = 200\n[payables]\ndays = 0\ndays_opex = 45.625\n"
    "[round.late]\nquarter = 4\nsize = 1_000\n";

/* 300 earned and 600 spent a quarter, half of it paid in the next: cash is 500, 200 (600 / 2 is not paid
 * yet), .. */
static void expect(const char *more, const char *column, const double *expected) {
    struct paths paths = paths_start(engine_test_text("%s%s", base, more), 64);
    for (size_t t = 0; t < 5; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, column)[7], expected[t], 1e-9, "%s%s in quarter %zu: %g",
                           more, column, t, paths_column(&paths, column)[7]);
    }
    paths_end(&paths);
}

Test(insolvency, by_default_it_goes_on) {
    expect("", "cash", (double[]){500, 200, -100, 600, 300});
    expect("[cash]\ninsolvency = \"continue\"\n", "cash", (double[]){500, 200, -100, 600, 300});
}

/* It stops after the third quarter: then the last bills are paid, and nothing else happens; no round closes.
 */
Test(insolvency, it_can_stop) {
    const char *stop = "[cash]\ninsolvency = \"stop\"\n";
    expect(stop, "cash", (double[]){500, 200, -100, -400, -400});
    expect(stop, "mrr", (double[]){100, 100, 100, 0, 0});
    expect(stop, "revenue", (double[]){300, 300, 300, 0, 0});
    expect(stop, "cost.total", (double[]){600, 600, 600, 0, 0});
    expect(stop, "users", (double[]){1000 * exp(0.1), 1000 * exp(0.2), 1000 * exp(0.3), 0, 0});
    expect(stop, "cash.ran_out", (double[]){0, 0, 1, 1, 1});
    expect(stop, "cash.lowest_quarter", (double[]){1, 2, 3, 4, 4});
}

/* Only paths without cash stop; the others have the same bits as ever. */
Test(insolvency, others_do_not_notice) {
    const char *uneven = "[risk.x]\nper_quarter = 0.2\ncost = 700\n";
    struct paths on = paths_start(engine_test_text("%s%s", base, uneven), 1024);
    struct paths off =
        paths_start(engine_test_text("%s%s[cash]\ninsolvency = \"stop\"\n", base, uneven), 1024);
    size_t alive = 0;
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(on.block, t);
        sp_block_quarter(off.block, t);
        for (size_t p = 0; p < 1024; p++)
            if (paths_column(&off, "cash.ran_out")[p] == 0) {
                cr_assert_eq(paths_column(&on, "cash")[p], paths_column(&off, "cash")[p]);
                alive++;
            }
    }
    cr_expect_gt(alive, 1024);
    paths_end(&on);
    paths_end(&off);
}
