/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole people: whole on every path, right on the average, with the right spread, and drawn apart from
 * everything else.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

TestSuite(stat_counts);

enum { PATHS = 1 << 16, QUARTERS = 12 };

/* Rates are certain, so that only counting differs between paths. */
#define CERTAIN(paid) "[start]\nusers = 5000\npaid = " #paid "\ncash = 0\n[growth]\nrate_first = 0.2\n"

static double variance(const struct paths *paths, const char *name) {
    const double *x = paths_column(paths, name);
    double mean = paths_mean(paths, name), sum = 0;
    for (size_t p = 0; p < paths->n; p++)
        sum += (x[p] - mean) * (x[p] - mean);
    return sum / (double)(paths->n - 1);
}

static void expect_whole(const struct paths *paths) {
    static const char *const people[] = {"users", "users.new", "paid", "paid.new", "paid.churned", "free"};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        for (size_t p = 0; p < paths->n; p++) {
            double x = paths_column(paths, people[i])[p];
            cr_assert(x >= 0 && x == floor(x), "%s is %g", people[i], x);
        }
}

/* The mean over paths is the continuous model's, within 5 standard errors and the rounding of users. */
static void expect_mean(const struct paths *whole, const struct paths *exact, const char *name) {
    double error = sqrt(variance(whole, name) / PATHS), expected = paths_column(exact, name)[0];
    cr_expect_float_eq(paths_mean(whole, name), expected, 5 * error + 1e-4 * expected, "%s: %.9g, not %.9g",
                       name, paths_mean(whole, name), expected);
}

static void compare(const char *text) {
    char continuous[2048];
    snprintf(continuous, sizeof continuous, "counts = \"continuous\"\n%s", text);
    struct paths whole = paths_start(text, PATHS), exact = paths_start(continuous, 64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(whole.block, t);
        sp_block_quarter(exact.block, t);
        expect_whole(&whole);
        expect_mean(&whole, &exact, "paid");
        expect_mean(&whole, &exact, "paid.churned");
    }
    paths_end(&whole);
    paths_end(&exact);
}

Test(stat_counts, flow) {
    compare(CERTAIN(300) "[conversion]\nbasis = \"flow\"\nshare = 0.07\n[churn]\nmonthly = 0.04\n");
}

Test(stat_counts, stock) {
    compare(CERTAIN(300) "[conversion]\nbasis = \"stock\"\nshare = 0.08\n[churn]\nmonthly = 0.04\n");
}

Test(stat_counts, cohorts) {
    compare(CERTAIN(300) "[conversion]\nbasis = \"flow\"\nshare = 0.07\n"
                         "[churn]\nby = \"sbg\"\nalpha = 0.78\nbeta = 0.88\n");
}

/* 144 opening annual plans: 36 in each quarter of the year, without rounding. */
Test(stat_counts, annual_plans) {
    compare(CERTAIN(300) "[conversion]\nbasis = \"flow\"\nshare = 0.07\n[churn]\nby = \"profile\"\n"
                         "quarter_1 = 0.6\nlater = 0.2\nannual_share = 0.4\nannual_renewal = 0.3\n"
                         "start_annual_share = 0.48\n");
}

/* Without new payers those who are left are binomial themselves. */
Test(stat_counts, spread_is_binomial) {
    struct paths paths = paths_start(CERTAIN(300) "[conversion]\nbasis = \"flow\"\nshare = 0\n"
                                                  "[churn]\nmonthly = 0.04\n",
                                     PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        double stay = pow(0.96, 3 * (double)(t + 1)), expected = 300 * stay * (1 - stay);
        cr_expect_float_eq(variance(&paths, "paid") / expected, 1, 5 * sqrt(2.0 / PATHS));
    }
    paths_end(&paths);
}

/* What happens in different ages is independent: the variance of payers is that of separate people. */
Test(stat_counts, spread_of_cohorts_is_binomial) {
    struct paths paths = paths_start(CERTAIN(300) "[conversion]\nbasis = \"flow\"\nshare = 0.05\n"
                                                  "[churn]\nby = \"profile\"\nquarter_1 = 0.5\nlater = 0.5\n",
                                     PATHS);
    double opening = 1, expected = 0, users = 5000;
    double stay[QUARTERS];
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        double fresh = paths_column(&paths, "users")[0] - users;
        users += fresh;
        opening *= 0.5;
        stay[t] = fresh;
        expected = 300 * opening * (1 - opening);
        for (size_t s = 0; s <= t; s++) {
            double still = 0.05 * pow(0.5, (double)(t - s));
            expected += stay[s] * still * (1 - still);
        }
        cr_expect_float_eq(variance(&paths, "paid") / expected, 1, 5 * sqrt(2.0 / PATHS));
    }
    paths_end(&paths);
}

/* Counting changes no draw of anything else: users differ by rounding alone. */
Test(stat_counts, leaves_other_draws_alone) {
#define UNCERTAIN                                                                                            \
    "[start]\nusers = 1e6\npaid = 1e5\ncash = 0\n[growth]\nrate_first = { normal = { mean = 0.2, sd = 0.1 "  \
    "} }\n"                                                                                                  \
    "shock = { normal = { mean = 0, sd = 0.1 } }\n[conversion]\nshare = { beta = { a = 20, b = 180 } }\n"    \
    "[churn]\nmonthly = { beta = { a = 8, b = 152 } }\n"
    struct paths whole = paths_start(UNCERTAIN, 1024),
                 exact = paths_start("counts = \"continuous\"\n" UNCERTAIN, 1024);
    cr_expect_eq(whole.plan->variant[0].variables, exact.plan->variant[0].variables + 2);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(whole.block, t);
        sp_block_quarter(exact.block, t);
        for (size_t p = 0; p < 1024; p++) {
            double users = paths_column(&exact, "users")[p], paid = paths_column(&exact, "paid")[p];
            cr_expect_float_eq(paths_column(&whole, "users")[p], users, 1e-5 * users);
            cr_expect_float_eq(paths_column(&whole, "paid")[p], paid, 8 * sqrt(paid));
        }
    }
    paths_end(&whole);
    paths_end(&exact);
}
