/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whole runs against formulas. Every check is at 5 standard errors, 5.7e-7 to fail by chance; all of this
 * file (about 300) fail by chance in 1 of 6,000 choices of the seed, which is fixed.
 */
#include "engine/random/law.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(closed_forms, .timeout = 120);

enum { PATHS = 1 << 18 };

static const struct {
    enum sp_statistic statistic;
    double p;
} quantiles[] = {{SP_STATISTIC_P1, 0.01},  {SP_STATISTIC_P5, 0.05},  {SP_STATISTIC_P10, 0.1},
                 {SP_STATISTIC_P25, 0.25}, {SP_STATISTIC_P50, 0.5},  {SP_STATISTIC_P75, 0.75},
                 {SP_STATISTIC_P90, 0.9},  {SP_STATISTIC_P95, 0.95}, {SP_STATISTIC_P99, 0.99}};

static void expect_near(double value, double truth, double error, const char *what, size_t t) {
    cr_expect_lt(fabs(value - truth), 5 * error, "%s in quarter %zu: %.10g, not %.10g: %.2f standard errors",
                 what, t, value, truth, (value - truth) / error);
}

/* Mean, sd and percentiles of a metric that has this law; standard errors by the law, not by the run, with
 * that of the sd (of kurtosis k) left out when k is NAN. */
static void expect_law(const struct sp_result *r, const char *metric, size_t t, const struct sp_law *law,
                       double k) {
    const struct sp_estimate *e = engine_test_estimate(r, SP_AXIS_QUARTER, metric, t, SP_STATISTIC_COUNT);
    double sd = sp_law_sd(law), root = sqrt((double)PATHS);
    expect_near(e[SP_STATISTIC_MEAN].value, sp_law_mean(law), sd / root, metric, t);
    cr_expect_float_eq(e[SP_STATISTIC_MEAN].error / (sd / root), 1, 0.1, "%s", metric);
    if (!isnan(k))
        expect_near(e[SP_STATISTIC_SD].value, sd, sd * sqrt((k - 1) / 4) / root, metric, t);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        double p = quantiles[i].p, x = sp_law_quantile(law, p, 1 - p);
        double error = sqrt(p * (1 - p)) / root / sp_law_density(law, x);
        const struct sp_estimate *q = &e[quantiles[i].statistic];
        expect_near(q->value, x, error, metric, t);
        cr_expect(q->error > 0.7 * error && q->error < 1.4 * error, "%s: P%g has an error of %g, not %g",
                  metric, 100 * p, q->error, error);
    }
}

/* log users_t is normal with mean log 500 + t m and variance t^2 s^2 + t e^2. */
Test(closed_forms, users_are_lognormal) {
    struct engine_test_run run =
        engine_test_run_well("paths = 262144\ncounts = \"continuous\"\nseed = 2385\n[time]\nquarters = "
                             "12\n[start]\nusers = 500\ncash = 0\n"
                             "[growth]\nrate_first = { normal = { mean = 0.15, sd = 0.03 } }\n"
                             "shock = { normal = { mean = 0, sd = 0.08 } }\n",
                             (struct engine_test_options){0});
    for (size_t t = 0; t < 12; t++) {
        double n = (double)t + 1, sigma = sqrt(n * n * 0.03 * 0.03 + n * 0.08 * 0.08), w = exp(sigma * sigma);
        struct sp_law law = {SP_LAW_LOGNORMAL, {log(500) + n * 0.15, sigma}};
        expect_law(run.result, "users", t, &law, w * w * w * w + 2 * w * w * w + 3 * w * w - 3);
    }
    engine_test_free(&run);
}

/* With growth fixed, new payers are a beta share of known new users. */
Test(closed_forms, new_payers_are_beta) {
    struct engine_test_run run = engine_test_run_well(
        "paths = 262144\ncounts = \"continuous\"\nseed = 7\n[time]\nquarters = 3\n[start]\nusers = "
        "1000\npaid = 0\ncash = 0\n"
        "[growth]\nrate_first = 0.25\n[conversion]\nbasis = \"flow\"\nshare = { beta = { a = 20, b = 180 } "
        "}\n",
        (struct engine_test_options){0});
    for (size_t t = 0; t < 3; t++) {
        struct sp_law law = {SP_LAW_BETA, {20, 180, 0, 1000 * (exp(0.25 * ((double)t + 1)) - 1)}};
        double a = 20, b = 180, s = a + b;
        double excess = 6 * ((a - b) * (a - b) * (s + 1) - a * b * (s + 2)) / (a * b * (s + 2) * (s + 3));
        expect_law(run.result, "paid", t, &law, 3 + excess);
    }
    engine_test_free(&run);
}

/* E (1 - m)^n for a beta churn m. */
static double survival(double a, double b, double n) {
    return exp(lgamma(b + n) - lgamma(b) + lgamma(a + b) - lgamma(a + b + n));
}

/* Nobody comes: after t quarters a cohort has 5000 (1 - m)^(3 t) left (the shifted beta-geometric law). */
Test(closed_forms, cohorts_survive) {
    struct engine_test_run run = engine_test_run_well(
        "paths = 262144\ncounts = \"continuous\"\nseed = 11\n[time]\nquarters = 12\n[start]\nusers = "
        "20000\npaid = 5000\ncash = 0\n"
        "[growth]\nrate_first = 0\n[churn]\nmonthly = { beta = { a = 1.215, b = 24.785 } }\n"
        "[conversion]\nbasis = \"flow\"\nshare = 0.1\n",
        (struct engine_test_options){0});
    struct sp_law churn = {SP_LAW_BETA, {1.215, 24.785, 0, 1}};
    for (size_t t = 0; t < 12; t++) {
        const struct sp_estimate *e =
            engine_test_estimate(run.result, SP_AXIS_QUARTER, "paid", t, SP_STATISTIC_COUNT);
        double n = 3 * ((double)t + 1), mean = survival(1.215, 24.785, n);
        double variance = survival(1.215, 24.785, 2 * n) - mean * mean;
        expect_near(e[SP_STATISTIC_MEAN].value, 5000 * mean, 5000 * sqrt(variance / PATHS), "paid", t);
        for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
            double p = quantiles[i].p, m = sp_law_quantile(&churn, 1 - p, p);
            double slope = n * pow(1 - m, n - 1),
                   error = sqrt(p * (1 - p) / PATHS) / sp_law_density(&churn, m) * slope;
            expect_near(e[quantiles[i].statistic].value, 5000 * pow(1 - m, n), 5000 * error, "paid", t);
        }
    }
    engine_test_free(&run);
}

/* Each law through the price of one payer; by quarter, so that twelve samples are drawn. */
Test(closed_forms, every_law_arrives_in_a_metric) {
    static const struct {
        const char *text;
        struct sp_law law;
        double kurtosis;
    } laws[] = {
        {"uniform = { min = 0.7, max = 2.385 }", {SP_LAW_UNIFORM, {0.7, 2.385}}, 1.8},
        {"triangular = { min = 0.1, mode = 0.15, max = 0.25 }", {SP_LAW_TRIANGULAR, {0.1, 0.15, 0.25}}, 2.4},
        {"normal = { mean = 20, sd = 2 }", {SP_LAW_NORMAL, {20, 2}}, 3},
        {"gamma = { shape = 4, scale = 0.5 }", {SP_LAW_GAMMA, {4, 0.5}}, 3 + 6 / 4.0},
        {"lognormal = { median = 15, sigma = 0.1 }",
         {SP_LAW_LOGNORMAL, {2.7080502011022101, 0.1}},
         3.1623239},
        {"pert = { min = 0.7, mode = 1, max = 1.6 }",
         {SP_LAW_BETA, {1 + 4 * 0.3 / 0.9, 1 + 4 * 0.6 / 0.9, 0.7, 1.6}},
         NAN},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct engine_test_run run = engine_test_run_well(
            engine_test_text("paths = 262144\ncounts = \"continuous\"\nseed = 5\n[time]\nquarters = "
                             "2\n[start]\nusers = 1\npaid = 1\ncash = 0\n"
                             "[growth]\nrate_first = 0\n[conversion]\nshare = 1\n[revenue]\n"
                             "price = { %s, each = \"quarter\" }\n",
                             laws[i].text),
            (struct engine_test_options){0});
        for (size_t t = 0; t < 2; t++)
            expect_law(run.result, "mrr", t, &laws[i].law, laws[i].kurtosis);
        engine_test_free(&run);
    }
}

/* Events of a risk over a year of four quarters: binomial; and the share of paths that ran out of cash. */
Test(closed_forms, risks_are_binomial) {
    struct engine_test_run run = engine_test_run_well(
        "paths = 262144\ncounts = \"continuous\"\nseed = 13\n[time]\nquarters = 4\n[start]\ncash = "
        "150\n[risk.outage]\nper_quarter = 0.07\n"
        "cost = 100\n",
        (struct engine_test_options){0});
    const struct sp_estimate *events =
        engine_test_estimate(run.result, SP_AXIS_YEAR, "risk.outage.events", 0, SP_STATISTIC_COUNT);
    double q = 0.93, none = q * q * q * q, one = 4 * 0.07 * q * q * q, sd = sqrt(4 * 0.07 * q);
    expect_near(events[SP_STATISTIC_MEAN].value, 0.28, sd / 512, "events", 0);
    cr_expect_float_eq(events[SP_STATISTIC_SD].value, sd, 5 * 0.01 * sd);
    const struct sp_estimate *out =
        engine_test_estimate(run.result, SP_AXIS_QUARTER, "cash.ran_out", 3, SP_STATISTIC_MEAN);
    double ruin = 1 - none - one;
    expect_near(out->value, ruin, sqrt(ruin * (1 - ruin)) / 512, "cash.ran_out", 3);
    cr_expect_float_eq(out->error / (sqrt(ruin * (1 - ruin)) / 512), 1, 0.05);
    engine_test_free(&run);
}
