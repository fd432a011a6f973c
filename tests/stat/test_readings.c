/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The readings of the plan, laid over each of its three scenarios, do what their heads say. Run from the root
 * of the repository; seeds are fixed.
 *
 * In 2026Q2 the milestone's MRR is a range of one and a half times, its users one of twice: what brings the
 * moderate case into the middle leaves the two others at the edges. Therefore these may lie a twentieth
 * outside.
 */
#include "engine/run/run.h"
#include "scenarios/compile.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(readings, .timeout = 240);

enum { MILESTONES = 6, CASES = 3, PATHS = 16384 };

static const char *const cases[CASES] = {"scenarios/conservative.toml", "scenarios/moderate.toml",
                                         "scenarios/optimistic.toml"};

struct range {
    char quarter[8];
    double low, high;
};

/* The rows milestones.QUARTER.QUANTITY of the plan's figures. */
static void read_milestones(const char *quantity, struct range *range) {
    char line[512], found[16], key[32];
    size_t count = 0;
    FILE *file = fopen("scenarios/path-to-scale.csv", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file)) {
        struct range r;
        if (sscanf(line, "milestones.%6[^.].%15[^,],milestones,%31[^,],%*[^,],%*[^,],%lf,%lf", r.quarter,
                   found, key, &r.low, &r.high) == 5 &&
            strcmp(found, quantity) == 0)
            range[count++] = r;
    }
    fclose(file);
    cr_assert_eq(count, MILESTONES);
}

static struct sp_result *run(const char *file, const char *reading) {
    static const char *const set[] = {
        "results.metrics=[\"users\",\"paid\",\"mrr\",\"arpu\",\"revenue.partner\",\"conversion.stock\","
        "\"cost.infrastructure\"]",
        "results.by_tier=[\"users\"]", "paths=16384"};
    struct sp_problems problems = {0};
    struct sp_request request = {
        .scenario = file, .overlay = &reading, .overlays = reading ? 1 : 0, .set = set, .sets = 3};
    struct sp_scenario *scenario = sp_scenario_read(&request, &problems);
    cr_assert_not_null(scenario, "%s, %s: %s", file, reading, problems.count ? problems.items[0].what : "");
    struct sp_plan *plan =
        sp_compile_plan(scenario, &(struct sp_compile_options){.kept_paths = PATHS}, &problems);
    cr_assert_not_null(plan);
    struct sp_result *result = NULL;
    cr_assert_eq(sp_run(plan, &(struct sp_run_options){0}, &problems, &result), 0);
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    sp_problems_free(&problems);
    return result;
}

static size_t find_quarter(const struct sp_result *result, const char *quarter) {
    size_t t = 0;
    while (strcmp(result->axis[SP_AXIS_QUARTER].label[t], quarter) != 0)
        t++;
    return t;
}

static double median(const struct sp_result *result, const char *metric, const char *quarter) {
    return engine_test_estimate(result, SP_AXIS_QUARTER, metric, find_quarter(result, quarter),
                                SP_STATISTIC_P50)
        ->value;
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of what subscriptions and partners pay a month, path by path. */
static double median_with_partners(const struct sp_result *result, const char *quarter) {
    static double sum[PATHS];
    size_t t = find_quarter(result, quarter);
    const double *mrr = engine_test_kept(result, "mrr", t);
    const double *partner = engine_test_kept(result, "revenue.partner", t);
    for (size_t p = 0; p < PATHS; p++)
        sum[p] = mrr[p] + partner[p] / 3;
    qsort(sum, PATHS, sizeof *sum, compare);
    return (sum[PATHS / 2 - 1] + sum[PATHS / 2]) / 2;
}

/* The moderate case within the range; the others up to a twentieth beyond. */
static void expect_within(double value, const struct range *range, int which, const char *what) {
    double slack = which == 1 ? 1 : 1.05;
    cr_expect(value >= range->low / slack && value <= range->high * slack, "%s, %s, %s: %g, not in %g .. %g",
              cases[which], what, range->quarter, value, range->low, range->high);
}

static void expect_medians(const struct sp_result *result, int which, const char *metric,
                           const char *quantity) {
    struct range range[MILESTONES];
    read_milestones(quantity, range);
    for (size_t i = 0; i < MILESTONES; i++)
        expect_within(median(result, metric, range[i].quarter), &range[i], which, metric);
}

static double middle(const struct range *range) {
    return sqrt(range->low * range->high);
}

/* As the plan is written, no case comes near the milestones' MRR: that is the contradiction. */
Test(readings, without_any_the_mrr_is_far_below) {
    struct range range[MILESTONES];
    read_milestones("mrr", range);
    for (int i = 0; i < CASES; i++) {
        struct sp_result *result = run(cases[i], NULL);
        for (size_t m = 0; m < MILESTONES; m++)
            cr_expect_lt(2 * median(result, "mrr", range[m].quarter), range[m].low);
        sp_result_free(result);
    }
}

Test(readings, implied_price_meets_users_payers_and_mrr) {
    for (int i = 0; i < CASES; i++) {
        struct sp_result *result = run(cases[i], "scenarios/reading/implied-price.toml");
        expect_medians(result, i, "users", "users");
        expect_medians(result, i, "paid", "paid");
        expect_medians(result, i, "mrr", "mrr");
        sp_result_free(result);
    }
}

/* What a payer pays is the quotient of the milestones' middles, within a tenth. */
Test(readings, implied_price_is_mrr_over_payers) {
    struct range mrr[MILESTONES], paid[MILESTONES];
    read_milestones("mrr", mrr);
    read_milestones("paid", paid);
    struct sp_result *result = run(cases[1], "scenarios/reading/implied-price.toml");
    for (size_t m = 0; m < MILESTONES; m++) {
        double implied = middle(&mrr[m]) / middle(&paid[m]);
        cr_expect_lt(fabs(median(result, "arpu", mrr[m].quarter) / implied - 1), 0.12, "%s: %g, implied %g",
                     mrr[m].quarter, median(result, "arpu", mrr[m].quarter), implied);
    }
    sp_result_free(result);
}

Test(readings, implied_payers_meets_users_and_mrr_at_the_price) {
    struct range paid[MILESTONES];
    read_milestones("paid", paid);
    for (int i = 0; i < CASES; i++) {
        struct sp_result *result = run(cases[i], "scenarios/reading/implied-payers.toml");
        expect_medians(result, i, "users", "users");
        expect_medians(result, i, "mrr", "mrr");
        for (size_t m = 0; m < MILESTONES; m++) {
            double arpu = median(result, "arpu", paid[m].quarter);
            cr_expect(arpu > 12 && arpu < 15, "%s: ARPU %g", paid[m].quarter, arpu);
            cr_expect_gt(median(result, "paid", paid[m].quarter), 2 * paid[m].high);
        }
        sp_result_free(result);
    }
}

Test(readings, other_revenue_meets_mrr_with_users_payers_and_price_as_they_are) {
    struct range mrr[MILESTONES];
    read_milestones("mrr", mrr);
    for (int i = 0; i < CASES; i++) {
        struct sp_result *plain = run(cases[i], NULL);
        struct sp_result *result = run(cases[i], "scenarios/reading/other-revenue.toml");
        expect_medians(result, i, "users", "users");
        for (size_t m = 0; m < MILESTONES; m++) {
            const char *quarter = mrr[m].quarter;
            expect_within(median_with_partners(result, quarter), &mrr[m], i, "mrr + revenue.partner / 3");
            cr_expect_lt(fabs(median(result, "arpu", quarter) / median(plain, "arpu", quarter) - 1), 0.02);
            cr_expect_lt(fabs(median(result, "paid", quarter) / median(plain, "paid", quarter) - 1), 0.05);
        }
        sp_result_free(plain);
        sp_result_free(result);
    }
}

static double estimate(const struct sp_result *result, const char *metric, enum sp_statistic statistic) {
    return engine_test_estimate(result, SP_AXIS_QUARTER, metric, find_quarter(result, "2027Q4"), statistic)
        ->value;
}

/* Share of payers by the month who are left after a year, path by path, in order. */
static const double *find_alive(const struct sp_result *result) {
    static double alive[PATHS];
    const double *alpha = engine_test_kept_input(result, "churn.alpha");
    const double *beta = engine_test_kept_input(result, "churn.beta");
    for (size_t p = 0; p < PATHS; p++) {
        alive[p] = 1;
        for (int month = 0; month < 12; month++)
            alive[p] *= (beta[p] + month) / (alpha[p] + beta[p] + month);
    }
    qsort(alive, PATHS, sizeof *alive, compare);
    return alive;
}

/* P10, P50 and P90 of the share of users who pay, and those of payers who stay a year; on the same
 * draws the cost of infrastructure is that of its table times 1.12 exp(0.28^2 / 2) on average. */
Test(readings, industry_benchmarks_are_met) {
    for (int i = 0; i < CASES; i++) {
        struct sp_result *plain = run(cases[i], NULL);
        struct sp_result *result = run(cases[i], "scenarios/reading/industry-benchmarks.toml");
        expect_medians(result, i, "users", "users");
        cr_expect_float_eq(estimate(result, "conversion.stock", SP_STATISTIC_P10), 0.02, 0.004);
        cr_expect_float_eq(estimate(result, "conversion.stock", SP_STATISTIC_P50), 0.045, 0.005);
        cr_expect_float_eq(estimate(result, "conversion.stock", SP_STATISTIC_P90), 0.10, 0.01);
        const double *alive = find_alive(result);
        cr_expect_float_eq(alive[PATHS / 10], 0.05, 0.01);
        cr_expect_float_eq(alive[PATHS / 2], 0.11, 0.01);
        cr_expect_float_eq(alive[PATHS / 10 * 9], 0.20, 0.015);
        cr_expect_float_eq(estimate(result, "cost.infrastructure", SP_STATISTIC_MEAN) /
                               estimate(plain, "cost.infrastructure", SP_STATISTIC_MEAN),
                           1.165, 0.03);
        sp_result_free(plain);
        sp_result_free(result);
    }
}
