/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether standard errors are true: RM1 is run with 200 seeds, and the spread of every estimate over the
 * seeds is held against the error that the runs report for it.
 *
 * The ratio of the two is judged on its logarithm. Of S seeds, the spread has a relative standard deviation
 * of sqrt((k - 1) / (4 S)), k the kurtosis of the estimate over the seeds (at least 3), and the reported mean
 * error that of its own spread over sqrt S. Limits are 5 of these, and a bias that is stated at each test. Of
 * about 1,000 ratios, one fails by chance for 1 in 1,700 choices of the first seed, which is fixed.
 */
#include "scenarios/compile.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

TestSuite(standard_errors, .timeout = 300);

#ifdef __SANITIZE_ADDRESS__
enum { SEEDS = 30 }; /* slower, and not about numbers: limits are wider with fewer seeds */
#else
enum { SEEDS = 200 };
#endif
enum { FIRST_SEED = 2385 };

struct seen {
    size_t n;
    double value[SEEDS], error[SEEDS];
};

static const enum sp_statistic by_quarter[] = {SP_STATISTIC_MEAN, SP_STATISTIC_SD,  SP_STATISTIC_P5,
                                               SP_STATISTIC_P50,  SP_STATISTIC_P95, SP_STATISTIC_ES5};
static const enum sp_statistic by_tier[] = {SP_STATISTIC_MEAN, SP_STATISTIC_P50, SP_STATISTIC_P95};
enum { BY_QUARTER = 6, BY_TIER = 3, METRICS = 8, QUARTERS = 12, TIERS = 5 };

/* Of all seeds: [metric][quarter][statistic], then [tier][statistic], then [tier] the number of
 * path-quarters. */
struct study {
    struct seen quarter[METRICS][QUARTERS][BY_QUARTER], tier[TIERS][BY_TIER], count[TIERS];
    char name[METRICS][32];
};

static void see(struct seen *seen, const struct sp_estimate *estimate) {
    seen->value[seen->n] = estimate->value;
    seen->error[seen->n++] = estimate->error;
}

static void see_run(struct study *study, const struct sp_result *r) {
    for (size_t m = 0; m < METRICS; m++)
        for (size_t t = 0; t < QUARTERS; t++)
            for (size_t s = 0; s < BY_QUARTER; s++)
                see(&study->quarter[m][t][s],
                    engine_test_estimate(r, SP_AXIS_QUARTER, r->metric[m].name, t, by_quarter[s]));
    for (size_t tier = 0; tier < TIERS; tier++) {
        for (size_t s = 0; s < BY_TIER; s++)
            see(&study->tier[tier][s], engine_test_tier(r, "cost.total", tier, by_tier[s]));
        see(&study->count[tier], engine_test_tier(r, "cost.total", tier, SP_STATISTIC_COUNT));
    }
}

/* One plan, its tables made once, run with one seed after the other. */
static struct study *make_study(const char *paths) {
    struct study *study = calloc(1, sizeof *study);
    struct sp_problems problems = {0};
    struct sp_request request = {.scenario = "tests/bench/rm1.toml", .set = &paths, .sets = 1};
    struct sp_compile_options options = {0};
    struct sp_scenario *scenario = sp_scenario_read(&request, &problems);
    struct sp_plan *plan = scenario ? sp_compile_plan(scenario, &options, &problems) : NULL;
    cr_assert_not_null(plan, "tests run in the root of the repository");
    cr_assert_eq(plan->metrics, METRICS);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        struct sp_result *result;
        plan->seed = FIRST_SEED + seed;
        cr_assert_eq(sp_run(plan, &(struct sp_run_options){0}, &problems, &result), 0);
        for (size_t m = 0; seed == 0 && m < METRICS; m++)
            snprintf(study->name[m], sizeof study->name[m], "%s", result->metric[m].name);
        see_run(study, result);
        sp_result_free(result);
    }
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    return study;
}

/* --- Judging
 * ------------------------------------------------------------------------------------------------ */

struct judgement {
    double ratio, limit; /* of spread to error; 5 of its standard deviations, relative */
};

static struct judgement judge(const struct seen *seen) {
    double n = (double)seen->n, mean = 0, second = 0, fourth = 0, square = 0, spread = 0;
    for (size_t i = 0; i < seen->n; i++) {
        mean += seen->value[i] / n;
        square += seen->error[i] * seen->error[i] / n;
    }
    for (size_t i = 0; i < seen->n; i++) {
        double d = seen->value[i] - mean, e = seen->error[i] * seen->error[i] - square;
        second += d * d / n;
        fourth += d * d * d * d / n;
        spread += e * e / n;
    }
    double kurtosis = fmax(fourth / (second * second), 3);
    double of_spread = (kurtosis - 1) / (4 * n), of_error = spread / (square * square) / (4 * n);
    return (struct judgement){sqrt(second * n / (n - 1) / square), 5 * sqrt(of_spread + of_error)};
}

static bool is_true(struct judgement judgement, double bias) {
    double off = log(judgement.ratio);
    return fabs(off) <= judgement.limit + bias;
}

static double geometric_mean(const double *ratio, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += log(ratio[i]) / (double)n;
    return exp(sum);
}

static void expect_metric(const struct study *study, size_t m, size_t s, double bias) {
    double ratio[QUARTERS];
    const char *statistic = sp_result_statistic_name(by_quarter[s]);
    for (size_t t = 0; t < QUARTERS; t++) {
        struct judgement j = judge(&study->quarter[m][t][s]);
        ratio[t] = j.ratio;
        cr_expect(is_true(j, bias), "%s of %s in quarter %zu: spread is %.3f of the error, within %.3f",
                  statistic, study->name[m], t, j.ratio, j.limit + bias);
    }
    cr_log_info("%s of %s: spread is %.3f of the error", statistic, study->name[m],
                geometric_mean(ratio, QUARTERS));
}

/* How many z = (value - mean) / error are within 1.96. */
static size_t covered(const struct seen *seen) {
    double mean = 0;
    size_t count = 0;
    for (size_t i = 0; i < seen->n; i++)
        mean += seen->value[i] / (double)seen->n;
    for (size_t i = 0; i < seen->n; i++)
        count += fabs(seen->value[i] - mean) < 1.96 * seen->error[i];
    return count;
}

/* 95 % of intervals hold the truth. Metrics and quarters of one seed go together, so the 200 seeds alone
 * count: 5 sqrt(0.95 x 0.05 / 200) = 0.077 for 200. `expected` is less where the error itself is uncertain.
 */
static void expect_coverage(double share, double expected, const char *what) {
    cr_expect(fabs(share - expected) < 5 * sqrt(0.95 * 0.05 / SEEDS),
              "%s: %.3f of intervals hold the truth, not %.3f", what, share, expected);
    cr_log_info("%s: %.3f of intervals hold the truth", what, share);
}

static void expect_quarters_covered(const struct study *study, size_t s) {
    size_t count = 0;
    for (size_t m = 0; m < METRICS; m++)
        for (size_t t = 0; t < QUARTERS; t++)
            count += covered(&study->quarter[m][t][s]);
    expect_coverage((double)count / (METRICS * QUARTERS * SEEDS), 0.95,
                    sp_result_statistic_name(by_quarter[s]));
}

/* --- Tests
 * --------------------------------------------------------------------------------------------------- */

/* Path-quarters that a percentile of a group needs before groups can tell its error: 20 beyond it. The
 * highest tiers of RM1 have fewer at 2^13 paths. */
static double needed(enum sp_statistic statistic) {
    return statistic == SP_STATISTIC_P95 ? 20 / 0.05 : 20 / 0.5;
}

static double mean_of(const double *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i] / (double)n;
    return sum;
}

/* Of tiers: 16 groups tell the error of a percentile with 15 degrees of freedom, so that 93 % are covered.
 * A percentile of a small group is a little off that of all, and no more than 10 % of bias comes from it. */
static void expect_tier(const struct study *study, size_t tier, size_t s) {
    const struct seen *seen = &study->tier[tier][s];
    struct judgement j = judge(seen);
    const char *what = engine_test_text("%s of cost in tier %zu", sp_result_statistic_name(by_tier[s]), tier);
    cr_log_info("%s: spread is %.3f of the error", what, j.ratio);
    cr_expect(is_true(j, s == 0 ? 0.03 : 0.1), "%s: spread is %.3f of the error, within %.3f", what, j.ratio,
              j.limit + 0.1);
    expect_coverage((double)covered(seen) / SEEDS, s == 0 ? 0.95 : 0.931, what);
}

static void expect_tiers(const struct study *study) {
    size_t tried = 0;
    for (size_t tier = 0; tier < TIERS; tier++) {
        double count = mean_of(study->count[tier].value, SEEDS);
        for (size_t s = 0; s < BY_TIER; s++)
            if (count / 16 >= needed(by_tier[s])) {
                expect_tier(study, tier, s);
                tried++;
            }
        if (count > 1000)
            cr_expect(is_true(judge(&study->count[tier]), 0.03),
                      "count in tier %zu: spread is %.3f of the error", tier,
                      judge(&study->count[tier]).ratio);
        cr_log_info("tier %zu: %.0f path-quarters", tier, count);
    }
    cr_expect_geq(tried, 9);
}

/* By quarter: formulas for n paths, read off the bins, with 3 % of bias. */
Test(standard_errors, are_true) {
    struct study *study = make_study("paths=8192");
    for (size_t s = 0; s < BY_QUARTER; s++) {
        for (size_t m = 0; m < METRICS; m++)
            expect_metric(study, m, s, 0.03);
        expect_quarters_covered(study, s);
    }
    expect_tiers(study);
    free(study);
}
