/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payers who come back, and what winning payers costs.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(models_reactivation);

enum { PATHS = 1 << 12, QUARTERS = 12 };

#define STILL                                                                                                \
    "[start]\nusers = 1e6\npaid = 1000\ncash = 0\n[growth]\nrate_first = 0\n"                                \
    "[conversion]\nbasis = \"flow\"\nshare = 0\n"
#define GROWING                                                                                              \
    "[start]\nusers = 900.4\npaid = 103.6\ncash = 0\n"                                                       \
    "[growth]\nrate_first = { normal = { mean = 0.3, sd = 0.1 } }\n"                                         \
    "shock = { normal = { mean = 0, sd = 0.2 } }\n[conversion]\nshare = { beta = { a = 20, b = 180 } }\n"

/* A quarter of those who will be back comes in each of the four quarters after they left. */
Test(models_reactivation, by_hand) {
    struct paths paths = paths_start(
        "counts = \"continuous\"\n" STILL "[churn]\nmonthly = 0.0719\nreactivation = 0.236\n", 64);
    double hazard = 1 - pow(1 - 0.0719, 3), paid = 1000, left[QUARTERS];
    for (size_t t = 0; t < QUARTERS; t++) {
        double back = 0;
        for (size_t ago = 1; ago <= 4 && ago <= t; ago++)
            back += 0.236 / 4 * left[t - ago];
        left[t] = hazard * paid;
        paid += back - left[t];
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, "paid.reactivated")[0], back, 1e-9);
        cr_expect_float_eq(paths_column(&paths, "paid.churned")[0], left[t], 1e-9);
        cr_expect_float_eq(paths_column(&paths, "paid")[0], paid, 1e-9);
    }
    paths_end(&paths);
}

/* Everybody leaves at once; all come back within the year, and leave again a quarter later. */
Test(models_reactivation, all_come_back) {
    struct paths paths = paths_start(STILL "[churn]\nmonthly = 1\nreactivation = 1\n[change.stop]\n"
                                           "of = [\"churn.reactivation\"]\nset = 0\nfrom = \"2026Q2\"\n",
                                     PATHS);
    static double sum[PATHS];
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < PATHS; p++)
            sum[p] += paths_column(&paths, "paid.reactivated")[p];
        double mean = paths_mean(&paths, "paid.reactivated");
        cr_expect(t == 0 || t > 4 ? mean == 0 : fabs(mean - 250) < 5 * sqrt(1000 * 0.1875 / PATHS), "%g",
                  mean);
    }
    for (size_t p = 0; p < PATHS; p++)
        cr_expect_eq(sum[p], 1000);
    paths_end(&paths);
}

/* 400 on annual plans, of whom 100 end in a quarter and do not renew; the others stay. */
Test(models_reactivation, annual_plans_have_a_share_of_their_own) {
    struct paths paths = paths_start(
        "counts = \"continuous\"\n" STILL "[churn]\nmonthly = 0\nannual_share = 0\nannual_renewal = 0\n"
        "start_annual_share = 0.4\nreactivation = 0.2\nannual_reactivation = 0.05\n",
        64);
    for (size_t t = 0; t < 5; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, "paid.reactivated")[0], 100 * 0.05 / 4 * (double)t, 1e-9);
    }
    paths_end(&paths);
}

static double sum_of_ages(const struct paths *paths, size_t p) {
    double sum = paths_column(paths, "paid.new")[p] + paths_column(paths, "paid.reactivated")[p];
    for (int i = 1; i <= 8; i++) {
        char age[32], year[32];
        snprintf(age, sizeof age, "paid.age.%d", i);
        snprintf(year, sizeof year, "paid.annual.%d", i);
        sum += paths_column(paths, age) ? paths_column(paths, age)[p] : 0;
        sum += paths_column(paths, year) ? paths_column(paths, year)[p] : 0;
    }
    return sum;
}

static void expect_roll(const char *text, bool whole, bool aged) {
    struct paths paths = paths_start(text, PATHS);
    static double before[PATHS];
    for (size_t p = 0; p < PATHS; p++)
        before[p] = whole ? 104 : 103.6;
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < PATHS; p++) {
            double paid = paths_column(&paths, "paid")[p], back = paths_column(&paths, "paid.reactivated")[p];
            double fresh = paths_column(&paths, "paid.new")[p],
                   left = paths_column(&paths, "paid.churned")[p];
            double slack = whole ? 0 : 1e-9 * (paid + before[p]);
            cr_assert_float_eq(before[p] + fresh + back - left, paid, slack);
            cr_assert(paid <= paths_column(&paths, "users")[p] * (1 + 1e-12) && fresh >= 0 && back >= 0);
            cr_assert(!whole || back == floor(back));
            if (aged)
                cr_assert_float_eq(sum_of_ages(&paths, p), paid, slack);
            before[p] = paid;
        }
    }
    paths_end(&paths);
}

Test(models_reactivation, payers_roll_forward) {
    static const char *const churn[] = {
        "[churn]\nmonthly = 0.1\nreactivation = 0.2\n", "[churn]\nmonthly = 1\nreactivation = 1\n",
        "[churn]\nby = \"sbg\"\nalpha = 0.78\nbeta = 0.88\nannual_share = 0.4\nannual_renewal = 0.3\n"
        "start_annual_share = 0.4\nreactivation = { uniform = { min = 0, max = 1 } }\n"};
    for (size_t i = 0; i < sizeof churn / sizeof *churn; i++) {
        char text[2048];
        snprintf(text, sizeof text, GROWING "%s", churn[i]);
        expect_roll(text, true, i == 2);
        snprintf(text, sizeof text, "counts = \"continuous\"\n" GROWING "%s", churn[i]);
        expect_roll(text, false, i == 2);
    }
}

/* On the stock basis those who come back count toward the share. */
Test(models_reactivation, counts_toward_the_share) {
    struct paths paths = paths_start("counts = \"continuous\"\n[start]\nusers = 5000\npaid = 500\ncash = 0\n"
                                     "[growth]\nrate_first = 0\n[conversion]\nshare = 0.1\n"
                                     "[churn]\nmonthly = 0.1\nreactivation = 0.2\n",
                                     64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, "paid")[0], 500, 1e-9);
        cr_expect_float_eq(paths_column(&paths, "paid.new")[0] + paths_column(&paths, "paid.reactivated")[0],
                           500 * (1 - 0.9 * 0.9 * 0.9), 1e-9);
    }
    paths_end(&paths);
}

/* --- Acquisition --- */

#define BUYING GROWING "[acquisition]\ncost_each = 97.35\nfixed_monthly = 412.5\n"

static void expect_cost(const char *text) {
    struct paths paths = paths_start(text, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < PATHS; p++) {
            double cost = paths_column(&paths, "cost.acquisition")[p];
            double bought = paths_column(&paths, "paid.new.bought")[p];
            cr_assert_float_eq(cost, bought * 97.35 + 3 * 412.5, 1e-9 * cost);
            cr_assert_float_eq(paths_column(&paths, "cost.total")[p], cost, 1e-9 * cost);
            cr_assert_eq(paths_column(&paths, "cogs")[p], 0);
            cr_assert(bought >= 0 && bought <= paths_column(&paths, "paid.new")[p]);
        }
    }
    paths_end(&paths);
}

Test(models_reactivation, acquisition_costs_what_is_bought) {
    struct paths paths = paths_start("counts = \"continuous\"\n" BUYING "paid_share = 0.385\n", 64);
    sp_block_quarter(paths.block, 0);
    double fresh = paths_column(&paths, "paid.new")[0];
    cr_expect_float_eq(paths_column(&paths, "cost.acquisition")[0], fresh * 0.385 * 97.35 + 1237.5, 1e-9);
    paths_end(&paths);
    expect_cost(BUYING "paid_share = 0.385\n");
    expect_cost(BUYING "paid_share = 0\n");
    expect_cost(BUYING "paid_share = 1\n");
}
