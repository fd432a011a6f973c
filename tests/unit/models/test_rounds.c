/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rounds: when they close, whether they do, and what runway makes of them.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(models_rounds);

/* 23,850 are burnt every quarter. */
#define BURN "[start]\nusers = 10\ncash = 31_000\n[growth]\nrate_first = 0\n[overheads]\nmonthly = 7_950\n"

static const double *column(const struct paths *paths, const char *name) {
    const double *x = paths_column(paths, name);
    cr_assert_not_null(x, "no column %s", name);
    return x;
}

Test(models_rounds, close_once_in_their_quarter) {
    struct paths paths = paths_start(BURN "[round.first]\nquarter = 2.9\nsize = 41_000\ncommitted = true\n"
                                          "[round.late]\nquarter = 4\nsize = 53_000\n"
                                          "[round.never]\nquarter = 1\nsize = 1e6\nprobability = 0\n",
                                     64);
    double cash = 31000;
    for (int t = 0; t < 7; t++) {
        double first = t == 1 ? 41000 : 0, late = t == 3 ? 53000 : 0;
        sp_block_quarter(paths.block, (size_t)t);
        cash += first + late - 23850;
        cr_expect_eq(column(&paths, "financing.first")[9], first);
        cr_expect_eq(column(&paths, "financing")[9], first + late);
        cr_expect_eq(column(&paths, "financing.never")[9], 0);
        cr_expect_eq(column(&paths, "round.late.closed")[9], t >= 3);
        cr_expect_eq(column(&paths, "net_burn")[9], 23850);
        cr_expect_float_eq(column(&paths, "cash")[9], cash, 1e-9);
        cr_expect_eq(column(&paths, "funding_need")[9], 23850 * (t + 1));
        /* without the late round 72,000 are there, which last for 3.018.. quarters */
        cr_expect_float_eq(t < 3 ? 0 : column(&paths, "runway")[9], t < 3 ? 0 : 3 * 72000 / 23850.0, 1e-9);
    }
    paths_end(&paths);
}

/* A quarter that changes later closes nothing twice; one that is in the past closes at once. */
Test(models_rounds, quarters_may_change) {
    struct paths paths =
        paths_start(BURN "[round.a]\nquarter = { at = { \"2026Q1\" = 2, \"2026Q4\" = 5 } }\nsize = 41_000\n"
                         "[round.b]\nquarter = { at = { \"2026Q1\" = 9, \"2026Q3\" = 1 } }\nsize = 53_000\n",
                    64);
    for (int t = 0; t < 8; t++) {
        sp_block_quarter(paths.block, (size_t)t);
        cr_expect_eq(column(&paths, "financing.a")[3], t == 1 ? 41000 : 0);
        cr_expect_eq(column(&paths, "financing.b")[3], t == 2 ? 53000 : 0);
    }
    paths_end(&paths);
}

Test(models_rounds, as_often_as_their_probability) {
    struct paths paths = paths_start(
        BURN "[round.a]\nquarter = { uniform = { min = 1, max = 5 } }\nsize = 1\nprobability = 0.37\n",
        65536);
    for (int t = 0; t < 6; t++) {
        double truth = 0.37 * fmin((t + 1) / 4.0, 1);
        sp_block_quarter(paths.block, (size_t)t);
        double share = paths_mean(&paths, "round.a.closed");
        cr_expect_float_eq(share, truth, 5 * sqrt(truth * (1 - truth) / 65536), "%d: %g", t, share);
    }
    paths_end(&paths);
}

Test(models_rounds, mistakes_are_told) {
    cr_expect_not_null(strstr(paths_problems(BURN "[round.a]\nsize = 1\n"), "round.a.quarter is missing"));
    cr_expect_not_null(
        strstr(paths_problems(BURN "[round.a]\nsize = 1\nquarter = 1\ncommitted = \"perhaps\"\n"),
               "choose one of \"false\", \"true\""));
}
