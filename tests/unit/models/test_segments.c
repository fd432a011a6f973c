/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Segments: against numbers worked out by hand, that they add up to the whole, and their limits.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

TestSuite(models_segments);

enum { PATHS = 192, QUARTERS = 12 };

/* 200 payers; nobody comes and, without churn, nobody leaves. */
#define STILL                                                                                                \
    "counts = \"continuous\"\n[start]\nusers = 1e6\npaid = 200\ncash = 0\n[growth]\nrate_first = 0\n"        \
    "[conversion]\nbasis = \"flow\"\nshare = 0\n[revenue]\nprice = 10.5\n"                                   \
    "[usage]\nfree_monthly = 0\npaid_monthly = 4.25\n"

#define GROWING                                                                                              \
    "[start]\nusers = 900\npaid = 103\ncash = 0\n"                                                           \
    "[growth]\nrate_first = { normal = { mean = 0.3, sd = 0.2 } }\n"                                         \
    "[conversion]\nshare = { beta = { a = 20, b = 180 } }\n"                                                 \
    "[revenue]\nprice = { lognormal = { median = 12.385, sigma = 0.2 } }\n"                                  \
    "[usage]\nfree_monthly = 1.1\npaid_monthly = { gamma = { shape = 4, scale = 2 } }\n"

#define THREE                                                                                                \
    "[segment.families]\nshare = { beta = { a = 8, b = 2 } }\n"                                              \
    "[segment.educators]\nshare = { beta = { a = 2, b = 8 } }\nprice = 7.125\nusage = 6.3\nchurn = 0.5\n"    \
    "[segment.enterprise]\nshare = 0.02\nprice = { lognormal = { median = 500, sigma = 0.5 } }\n"            \
    "usage = { uniform = { min = 5, max = 50 } }\nchurn = { uniform = { min = 0.1, max = 2 } }\n"

static const char *const names[] = {"families", "educators", "enterprise"};

static void expect(const struct paths *paths, const char *name, double truth) {
    const double *x = paths_column(paths, name);
    cr_assert_not_null(x, "%s", name);
    cr_expect(fabs(x[0] - truth) <= 1e-12 * fabs(truth), "%s: %.15g, not %.15g", name, x[0], truth);
}

/* Average price 0.75 x 10.5 + 0.25 x 61.7; usage 0.75 x 1 + 0.25 x 3.4 = 1.6; churn 0.75 x 1 + 0.25 x 0.2. */
Test(models_segments, by_hand) {
    struct paths paths = paths_start(STILL "[churn]\nmonthly = 0.06\n[segment.a]\nshare = 0.75\n[segment.b]\n"
                                           "share = 0.25\nprice = 61.7\nusage = 3.4\nchurn = 0.2\n",
                                     64);
    double price = 0.75 * 10.5 + 0.25 * 61.7, stay = 1 - 0.06 * 0.8;
    double paid = 200 * stay * stay * stay, stories = 3 * 4.25 * 1.6 * (200 + paid) / 2;
    sp_block_quarter(paths.block, 0);
    expect(&paths, "paid", paid);
    expect(&paths, "paid.segment.a", 0.75 * paid);
    expect(&paths, "paid.segment.b", 0.25 * paid);
    expect(&paths, "paid.churned", 200 - paid);
    expect(&paths, "paid.churned.segment.a", (200 - paid) * 0.75 / 0.8);
    expect(&paths, "paid.churned.segment.b", (200 - paid) * 0.05 / 0.8);
    expect(&paths, "mrr", paid * price);
    expect(&paths, "mrr.segment.a", paid * 0.75 * 10.5);
    expect(&paths, "mrr.segment.b", paid * 0.25 * 61.7);
    expect(&paths, "revenue.segment.b", 3 * (200 + paid) / 2 * 0.25 * 61.7);
    expect(&paths, "stories.paid", stories);
    expect(&paths, "stories.segment.a", stories * 0.75 / 1.6);
    expect(&paths, "stories.segment.b", stories * 0.85 / 1.6);
    paths_end(&paths);
}

static void expect_sum(const struct paths *paths, const char *whole) {
    const double *x = paths_column(paths, whole);
    for (size_t p = 0; p < PATHS; p++) {
        const char *of = whole[0] == 's' ? "stories" : whole; /* stories.paid */
        double sum = 0;
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
            char name[64];
            snprintf(name, sizeof name, "%s.segment.%s", of, names[i]);
            cr_assert_not_null(paths_column(paths, name), "%s", name);
            sum += paths_column(paths, name)[p];
        }
        cr_expect(fabs(sum - x[p]) <= 1e-12 * x[p], "%s on path %zu: %.15g of %.15g", whole, p, sum, x[p]);
    }
}

static void expect_sums(const char *text) {
    static const char *const wholes[] = {"paid", "paid.churned", "mrr", "revenue", "stories.paid"};
    struct paths paths = paths_start(text, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
            expect_sum(&paths, wholes[i]);
    }
    paths_end(&paths);
}

Test(models_segments, add_up_to_the_whole) {
    expect_sums(GROWING THREE "[churn]\nmonthly = 0.05\n");
    expect_sums("counts = \"continuous\"\naccrual = \"end\"\n" GROWING THREE "[churn]\nmonthly = 0.05\n");
    expect_sums(GROWING THREE "[churn]\nby = \"sbg\"\nalpha = 0.78\nbeta = 0.88\nannual_share = 0.4\n"
                              "annual_renewal = 0.3\nstart_annual_share = 0.4\n");
}

/* Shares, prices and multipliers that are all 0: the parts are even, or go by numbers of payers. */
Test(models_segments, add_up_when_all_is_zero) {
    expect_sums(GROWING THREE
                "[churn]\nmonthly = 0.05\n[change.none]\nof = [\"segment.families.share\", "
                "\"segment.educators.share\", \"segment.enterprise.share\", \"segment.educators.usage\", "
                "\"segment.enterprise.usage\", \"segment.families.usage\", \"segment.families.churn\", "
                "\"segment.educators.churn\", \"segment.enterprise.churn\", \"revenue.price\", "
                "\"segment.educators.price\", \"segment.enterprise.price\"]\nset = 0\n");
}

/* The multiplier cannot make more leave than there are, by month, by age or when a year ends. */
Test(models_segments, everybody_churns) {
    static const char *const churn[] = {"[churn]\nmonthly = 0.5\n",
                                        "[churn]\nby = \"profile\"\nquarter_1 = 0.5\nlater = 0.4\n",
                                        "[churn]\nby = \"sbg\"\nalpha = 0.78\nbeta = 0.88\n"};
    for (size_t i = 0; i < sizeof churn / sizeof *churn; i++) {
        char text[2048];
        snprintf(text, sizeof text, STILL "%s[segment.all]\nshare = 1\nchurn = 1e6\n", churn[i]);
        struct paths paths = paths_start(text, 64);
        sp_block_quarter(paths.block, 0);
        cr_expect_eq(paths_column(&paths, "paid.churned")[0], 200);
        cr_expect_eq(paths_column(&paths, "paid.segment.all")[0], 0);
        paths_end(&paths);
    }
    struct paths paths = paths_start(STILL "[churn]\nmonthly = 0\nannual_share = 1\nannual_renewal = 0.75\n"
                                           "start_annual_share = 1\n[segment.all]\nshare = 1\nchurn = 1.6\n",
                                     64);
    sp_block_quarter(paths.block,
                     0); /* a quarter of them come to the end of their year; 0.4 of these leave */
    cr_expect_float_eq(paths_column(&paths, "paid.churned")[0], 50 * 0.25 * 1.6, 1e-12);
    paths_end(&paths);
}

/* One segment that is like all payers changes nothing. */
Test(models_segments, one_like_all_is_no_segment) {
    static const char *const same[] = {"users", "paid", "paid.churned", "mrr", "revenue", "stories"};
    struct paths plain = paths_start(GROWING "[churn]\nmonthly = 0.05\n", PATHS);
    struct paths split = paths_start(GROWING "[churn]\nmonthly = 0.05\n[segment.all]\nshare = 1\n", PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(plain.block, t);
        sp_block_quarter(split.block, t);
        for (size_t i = 0; i < sizeof same / sizeof *same; i++)
            for (size_t p = 0; p < PATHS; p++)
                cr_expect_eq(paths_column(&plain, same[i])[p], paths_column(&split, same[i])[p], "%s",
                             same[i]);
    }
    paths_end(&plain);
    paths_end(&split);
}

/* What is not in the scenario has no parts either. */
Test(models_segments, parts_go_with_the_whole) {
    struct paths paths = paths_start("[start]\nusers = 10\npaid = 1\ncash = 0\n[growth]\nrate_first = 0\n"
                                     "[conversion]\nshare = 0.1\n[segment.all]\nshare = 1\n",
                                     64);
    cr_expect_not_null(paths_column(&paths, "paid.segment.all"));
    cr_expect_null(paths_column(&paths, "paid.churned.segment.all"));
    cr_expect_null(paths_column(&paths, "mrr.segment.all"));
    cr_expect_null(paths_column(&paths, "revenue.segment.all"));
    cr_expect_null(paths_column(&paths, "stories.segment.all"));
    paths_end(&paths);
    cr_expect_str_eq(paths_problems(GROWING "[segment.a]\nshare = 0.5\n[segment.b]\nshare = 0.6\n"),
                     "the shares of all segments must add up to 1; they add up to 1.1");
}
