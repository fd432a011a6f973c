/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Churn by age of the cohort: against the closed form of Fader and Hardie, against numbers worked out by
 * hand, and that the ages always add up to the payers.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

TestSuite(models_cohorts);

enum { PATHS = 256, QUARTERS = 12 };

/* 1000 payers, all new, and nobody after them. */
#define ONE_COHORT                                                                                           \
    "counts = \"continuous\"\n[start]\nusers = 1e6\npaid = 1000\ncash = 0\n[growth]\nrate_first = 0\n"       \
    "[conversion]\nbasis = \"flow\"\nshare = 0\n"

/* Growing, uncertain, with new payers in every quarter. */
#define GROWING                                                                                              \
    "[start]\nusers = 900.4\npaid = 103.6\ncash = 0\n"                                                       \
    "[growth]\nrate_first = { normal = { mean = 0.3, sd = 0.1 } }\n"                                         \
    "shock = { normal = { mean = 0, sd = 0.2 } }\n[conversion]\nshare = { beta = { a = 20, b = 180 } }\n"

static double survival(double alpha, double beta, double months) {
    return exp(lgamma(alpha + beta) - lgamma(beta) + lgamma(beta + months) - lgamma(alpha + beta + months));
}

static void expect_survival(double alpha, double beta) {
    char text[1024];
    snprintf(text, sizeof text,
             ONE_COHORT "[churn]\nby = \"sbg\"\nalpha = %g\nbeta = %g\nage_classes = 12\nstart_age = 0\n",
             alpha, beta);
    struct paths paths = paths_start(text, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        double expected = 1000 * survival(alpha, beta, 3 * (double)(t + 1));
        cr_expect_float_eq(paths_column(&paths, "paid")[7], expected, 1e-9 * expected, "quarter %zu", t);
    }
    paths_end(&paths);
}

/* The two segments of Fader and Hardie (2007). */
Test(models_cohorts, survival_has_the_closed_form) {
    expect_survival(0.668, 3.806);
    expect_survival(0.704, 1.182);
}

/* Their table 1, segment High End: 86.9 % and 74.3 % alive after 1 and 2 of their periods is the data; the
 * model has 1 - alpha / (alpha + beta) = 0.851 after one. */
Test(models_cohorts, closed_form_is_that_of_the_paper) {
    cr_expect_float_eq(survival(0.668, 3.806, 1), 0.851, 5e-4);
    cr_expect_float_eq(survival(0.704, 1.182, 1), 0.627, 5e-4);
}

static void expect_payers(const char *text, const double *expected, size_t count) {
    struct paths paths = paths_start(text, 64);
    for (size_t t = 0; t < count; t++) {
        sp_block_quarter(paths.block, t);
        double paid = paths_column(&paths, "paid")[0];
        cr_expect_float_eq(paid, expected[t], 1e-9, "quarter %zu: %.12g", t, paid);
    }
    paths_end(&paths);
}

Test(models_cohorts, oldest_age_keeps_its_churn) {
    double second = 1 - survival(1, 2, 6) / survival(1, 2, 3);
    double expected[] = {400, 400 * (1 - second), 400 * (1 - second) * (1 - second)};
    expect_payers(ONE_COHORT "[churn]\nby = \"sbg\"\nalpha = 1\nbeta = 2\nage_classes = 1\nstart_age = 0\n",
                  expected, 3);
}

Test(models_cohorts, profile_by_hand) {
    static const double from_new[] = {500, 400, 360, 324}, from_second[] = {800, 720, 648},
                        from_old[] = {900, 810, 729}, gap[] = {500, 450, 360, 324};
#define BY_PROFILE ONE_COHORT "[churn]\nby = \"profile\"\nquarter_1 = 0.5\nlater = 0.1\n"
    expect_payers(BY_PROFILE "quarter_2 = 0.2\nstart_age = 0\n", from_new, 4);
    expect_payers(BY_PROFILE "quarter_2 = 0.2\nstart_age = 1\n", from_second, 3);
    expect_payers(BY_PROFILE "quarter_2 = 0.2\n", from_old, 3);
    expect_payers(BY_PROFILE "quarter_3 = 0.2\nstart_age = 0\n", gap, 4);
}

/* 1000 payers, 400 of them by the year, 100 of which end in each quarter; a half renews. */
Test(models_cohorts, annual_plans_by_hand) {
    static const double expected[] = {950, 900, 850, 800, 775, 750, 725, 700, 687.5};
    expect_payers(ONE_COHORT "[churn]\nmonthly = 0\nannual_share = 0\nannual_renewal = 0.5\n"
                             "start_annual_share = 0.4\n",
                  expected, 9);
}

/* All new payers pay by the year: those of quarter t first leave in quarter t + 4. */
Test(models_cohorts, annual_plans_last_a_year) {
    struct paths paths =
        paths_start("counts = \"continuous\"\n[start]\nusers = 1000\npaid = 0\ncash = 0\n"
                    "[growth]\nrate_first = 0.1\n[conversion]\nbasis = \"flow\"\nshare = 0.5\n"
                    "[churn]\nmonthly = 0.9\nannual_share = 1\nannual_renewal = 0.25\n",
                    64);
    double fresh[QUARTERS];
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        double ends = t < 4 ? 0 : fresh[t - 4] + (t < 8 ? 0 : 0.25 * fresh[t - 8]);
        fresh[t] = paths_column(&paths, "paid.new")[0];
        cr_expect_float_eq(paths_column(&paths, "paid.churned")[0], 0.75 * ends, 1e-9, "quarter %zu", t);
    }
    paths_end(&paths);
}

/* paid.new, paid.age.*, paid.annual.* */
static double sum_of_ages(const struct paths *paths, size_t p) {
    double sum = paths_column(paths, "paid.new")[p];
    for (int i = 1; i <= 64; i++) {
        char age[32], year[32];
        snprintf(age, sizeof age, "paid.age.%d", i);
        snprintf(year, sizeof year, "paid.annual.%d", i);
        sum += paths_column(paths, age) ? paths_column(paths, age)[p] : 0;
        sum += paths_column(paths, year) ? paths_column(paths, year)[p] : 0;
    }
    return sum;
}

static void expect_sums(const char *text, bool whole) {
    struct paths paths = paths_start(text, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        const double *paid = paths_column(&paths, "paid");
        for (size_t p = 0; p < PATHS; p++) {
            double sum = sum_of_ages(&paths, p);
            cr_expect_float_eq(sum, paid[p], whole ? 0 : 1e-9 * paid[p]);
            cr_expect(!whole || paid[p] == floor(paid[p]));
        }
    }
    paths_end(&paths);
}

Test(models_cohorts, ages_add_up_to_payers) {
    static const char *const churn[] = {
        "[churn]\nby = \"sbg\"\nalpha = 0.78\nbeta = { uniform = { min = 0.5, max = 2 } }\n",
        "[churn]\nby = \"sbg\"\nalpha = 0.78\nbeta = 0.88\nage_classes = 1\nstart_age = 0\n",
        "[churn]\nby = \"sbg\"\nalpha = 0.78\nbeta = 0.88\nannual_share = 0.4\nannual_renewal = 0.3\n"
        "start_annual_share = 0.4\n",
        "[churn]\nby = \"profile\"\nquarter_1 = 0.7\nquarter_2 = 0.4\nlater = 0.2\nstart_age = 1\n",
        "[churn]\nmonthly = 0.05\nannual_share = 0.3\nannual_renewal = 0.5\n"};
    for (size_t i = 0; i < sizeof churn / sizeof *churn; i++) {
        char text[2048];
        snprintf(text, sizeof text, "counts = \"continuous\"\n" GROWING "%s", churn[i]);
        expect_sums(text, false);
        snprintf(text, sizeof text, GROWING "%s", churn[i]);
        expect_sums(text, true);
    }
}

/* Churn that does not go with age is the same with cohorts as without. */
Test(models_cohorts, constant_needs_no_cohorts) {
    struct paths plain = paths_start("counts = \"continuous\"\n" GROWING "[churn]\nmonthly = 0.05\n", PATHS);
    struct paths aged = paths_start("counts = \"continuous\"\n" GROWING
                                    "[churn]\nmonthly = 0.05\nannual_share = 0\nannual_renewal = 1\n",
                                    PATHS);
    cr_expect_null(paths_column(&plain, "paid.age.1"));
    cr_expect_null(paths_column(&plain, "paid.annual.1"));
    cr_expect_not_null(paths_column(&aged, "paid.age.1"));
    cr_expect_null(paths_column(&aged, "paid.age.2"));
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(plain.block, t);
        sp_block_quarter(aged.block, t);
        for (size_t p = 0; p < PATHS; p++) {
            double paid = paths_column(&plain, "paid")[p];
            cr_expect_float_eq(paths_column(&aged, "paid")[p], paid, 1e-9 * paid);
        }
    }
    paths_end(&plain);
    paths_end(&aged);
}

/* What a choice does not use is told and does no harm; what it needs has to be given. */
Test(models_cohorts, fields_go_with_the_choice) {
    cr_expect_str_eq(paths_problems(GROWING "[churn]\nmonthly = 0.05\nalpha = 1\n"),
                     "alpha is not used: it needs churn.by = sbg");
    cr_expect_str_eq(paths_problems(GROWING "[churn]\nmonthly = 0.05\nannual_renewal = 1\n"),
                     "annual_renewal is not used: it needs churn.annual_share");
    const char *told = paths_problems(GROWING "[churn]\nby = \"sbg\"\nalpha = 1\n");
    cr_expect(strstr(told, "churn.beta is missing") && !strstr(told, "monthly"), "%s", told);
    told = paths_problems(GROWING "[churn]\nmonthly = 0.05\n[change.a]\nof = [\"churn.alpha\"]\ntimes = 2\n");
    cr_expect(strstr(told, "which is no assumption of this scenario"), "%s", told);
}
