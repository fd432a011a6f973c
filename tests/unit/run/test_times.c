/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kept paths against the statistics: quarters, fiscal years, horizon.
 */
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(times, .timeout = 60);

enum { PATHS = 300, QUARTERS = 12 };

/* The scenario's fiscal years: 2026Q2 and Q3; then four each; the last two cut short by the horizon. */
static const struct { size_t first, last; } years[] = {{0, 1}, {2, 5}, {6, 9}, {10, 11}};

static struct engine_test_run run_kept(void) {
    return engine_test_run_well(engine_test_scenario(PATHS, "", ""),
                                (struct engine_test_options){.kept = PATHS});
}

static double kept(const struct sp_result *r, const char *metric, size_t t, size_t p) {
    return engine_test_kept(r, metric, t)[p];
}

/* Flows summed, stocks closing. */
static double part_value(const struct sp_result *r, const char *name, size_t first, size_t last, size_t p) {
    double sum = 0;
    if (r->metric[engine_test_metric(r, name)].kind == SP_STOCK)
        return kept(r, name, last, p);
    for (size_t t = first; t <= last; t++)
        sum += kept(r, name, t, p);
    return sum;
}

/* A metric over quarters first .. last on one path; ratios are made of their parts. */
static double period_value(const struct sp_result *r, size_t m, size_t first, size_t last, size_t p) {
    static const char *const ratio[][3] = {{"gross_margin", "gross_profit", "revenue"},
                                           {"gross_margin.paid", "gross_profit.paid", "revenue"},
                                           {"conversion.flow", "paid.new", "users.new"},
                                           {"conversion.stock", "paid", "users"},
                                           {"arpu", "mrr", "paid"},
                                           {"nrr", "arr.retained", "arr.opening"},
                                           {"grr", "arr.kept", "arr.opening"},
                                           {"quick_ratio", "arr.gained", "arr.lost"}};
    const struct sp_metric *metric = &r->metric[m];
    for (size_t i = 0; i < sizeof ratio / sizeof *ratio; i++)
        if (!strcmp(metric->name, ratio[i][0])) {
            double over = part_value(r, ratio[i][1], first, last, p);
            double under = part_value(r, ratio[i][2], first, last, p);
            return under > 0 ? over / under : NAN;
        }
    cr_expect_neq(metric->kind, SP_RATIO, "the parts of %s are not known here", metric->name);
    return part_value(r, metric->name, first, last, p);
}

struct brute {
    double mean, sd, min, max;
    size_t count;
};

static struct brute brute_force(const struct sp_result *r, size_t m, size_t first, size_t last) {
    struct brute b = {.min = INFINITY, .max = -INFINITY};
    double x[PATHS], squares = 0;
    for (size_t p = 0; p < PATHS; p++) {
        double value = period_value(r, m, first, last, p);
        if (!isfinite(value))
            continue;
        x[b.count++] = value;
        b.mean += value;
        b.min = fmin(b.min, value);
        b.max = fmax(b.max, value);
    }
    b.mean /= (double)b.count;
    for (size_t i = 0; i < b.count; i++)
        squares += (x[i] - b.mean) * (x[i] - b.mean);
    b.sd = sqrt(squares / ((double)b.count - 1));
    return b;
}

static void expect_relative(double value, double truth, double tolerance, const char *what,
                            const struct sp_result *r, enum sp_axis_kind axis, size_t m, size_t time) {
    cr_expect(fabs(value - truth) <= tolerance * fabs(truth) || (isnan(value) && isnan(truth)),
              "%s of %s in %s: %.17g, not %.17g", what, r->metric[m].name, r->axis[axis].label[time], value,
              truth);
}

static void expect_period(const struct sp_result *r, enum sp_axis_kind axis, size_t time, size_t first,
                          size_t last) {
    for (size_t m = 0; m < r->metrics; m++) {
        const struct sp_estimate *e =
            engine_test_estimate(r, axis, r->metric[m].name, time, SP_STATISTIC_COUNT);
        struct brute b = brute_force(r, m, first, last);
        expect_relative(e[SP_STATISTIC_COUNT].value, (double)b.count, 0, "count", r, axis, m, time);
        expect_relative(e[SP_STATISTIC_UNDEFINED].value, 1 - (double)b.count / PATHS, 1e-12, "undefined", r,
                        axis, m, time);
        if (b.count == 0)
            continue;
        expect_relative(e[SP_STATISTIC_MIN].value, b.min, 1e-14, "min", r, axis, m, time);
        expect_relative(e[SP_STATISTIC_MAX].value, b.max, 1e-14, "max", r, axis, m, time);
        if (r->metric[m].ranked) {
            cr_expect(isnan(e[SP_STATISTIC_MEAN].value) && isnan(e[SP_STATISTIC_SD].value));
            continue;
        }
        if (r->metric[m].kind != SP_RATIO)
            expect_relative(e[SP_STATISTIC_MEAN].value, b.mean, 1e-11, "mean", r, axis, m, time);
        if (b.count > 1 && b.sd > 1e-9 * fabs(b.mean))
            expect_relative(e[SP_STATISTIC_SD].value, b.sd, 1e-9, "sd", r, axis, m, time);
    }
}

Test(times, quarters_are_those_of_the_kept_paths) {
    struct engine_test_run run = run_kept();
    cr_assert_eq(run.result->kept_paths, PATHS);
    for (size_t t = 0; t < QUARTERS; t++)
        expect_period(run.result, SP_AXIS_QUARTER, t, t, t);
    engine_test_free(&run);
}

Test(times, fiscal_years_sum_flows_and_close_stocks) {
    struct engine_test_run run = run_kept();
    cr_assert_eq(run.result->axis[SP_AXIS_YEAR].count, 4);
    for (size_t y = 0; y < 4; y++) {
        cr_expect_str_eq(run.result->axis[SP_AXIS_YEAR].label[y],
                         ((const char *[]){"2026", "2027", "2028", "2029"})[y]);
        cr_expect_eq(run.result->axis[SP_AXIS_YEAR].quarters[y], (int)(years[y].last - years[y].first + 1));
        expect_period(run.result, SP_AXIS_YEAR, y, years[y].first, years[y].last);
    }
    engine_test_free(&run);
}

Test(times, the_horizon_is_one_period) {
    struct engine_test_run run = run_kept();
    cr_expect_str_eq(run.result->axis[SP_AXIS_HORIZON].label[0], "2026Q2..2029Q1");
    expect_period(run.result, SP_AXIS_HORIZON, 0, 0, QUARTERS - 1);
    engine_test_free(&run);
}

/* The mean of a ratio is the ratio of the means of its parts, never the mean of ratios; its error is that of
 * a ratio estimator. */
Test(times, ratio_means_are_ratios_of_sums) {
    struct engine_test_run run = run_kept();
    const struct sp_result *r = run.result;
    for (size_t t = 0; t < QUARTERS; t++) {
        const double *above = engine_test_kept(r, "gross_profit", t),
                     *below = engine_test_kept(r, "revenue", t);
        const struct sp_estimate *e =
            engine_test_estimate(r, SP_AXIS_QUARTER, "gross_margin", t, SP_STATISTIC_MEAN);
        double sum[2] = {0}, squares = 0;
        for (size_t p = 0; p < PATHS; p++) {
            sum[0] += above[p];
            sum[1] += below[p];
        }
        for (size_t p = 0; p < PATHS; p++)
            squares += pow(above[p] - sum[0] / sum[1] * below[p], 2);
        cr_expect_float_eq(e->value, sum[0] / sum[1], 1e-12);
        /* the engine takes residuals around the ratio of its pilot */
        cr_expect_float_eq(e->error / (sqrt(squares / (PATHS - 1.0) / PATHS) / (sum[1] / PATHS)), 1, 0.05);
    }
    engine_test_free(&run);
}

/* --- Tiers
 * ---------------------------------------------------------------------------------------------------- */

static size_t tier_of(double users) {
    return users >= 1e11 ? 3 : users >= 1e4 ? 2 : users >= 1e3 ? 1 : 0;
}

static void expect_tier(const struct sp_result *r, const char *metric, size_t tier) {
    double sum = 0, squares = 0, count = 0, low = INFINITY, high = -INFINITY;
    for (size_t t = 0; t < QUARTERS; t++)
        for (size_t p = 0; p < PATHS; p++) {
            double x = kept(r, metric, t, p);
            if (tier_of(kept(r, "users", t, p)) != tier)
                continue;
            count++;
            sum += x;
            squares += x * x;
            low = fmin(low, x);
            high = fmax(high, x);
        }
    const struct sp_estimate *e = engine_test_tier(r, metric, tier, SP_STATISTIC_COUNT);
    cr_expect_eq(e[SP_STATISTIC_COUNT].value, count, "%s in tier %zu", metric, tier);
    if (count == 0)
        return;
    double mean = sum / count, sd = sqrt((squares - count * mean * mean) / (count - 1));
    cr_expect_float_eq(e[SP_STATISTIC_MEAN].value, mean, 1e-9 * fabs(mean), "%s in tier %zu", metric, tier);
    cr_expect_float_eq(e[SP_STATISTIC_SD].value, sd, 5e-3 * sd, "%s in tier %zu", metric, tier);
    cr_expect(e[SP_STATISTIC_MIN].value == low && e[SP_STATISTIC_MAX].value == high, "%s", metric);
}

Test(times, tiers_pool_the_quarters_spent_in_them) {
    struct engine_test_run run = run_kept();
    for (size_t tier = 0; tier < 4; tier++) {
        expect_tier(run.result, "cost.total", tier);
        expect_tier(run.result, "users", tier);
        expect_tier(run.result, "mrr", tier);
    }
    engine_test_free(&run);
}

Test(times, a_tier_never_entered_is_empty) {
    struct engine_test_run run = run_kept();
    const struct sp_passage_view *view = &run.result->variant[0].passage[0];
    const struct sp_estimate *e = engine_test_tier(run.result, "cost.total", 3, SP_STATISTIC_COUNT);
    cr_expect_eq(e[SP_STATISTIC_COUNT].value, 0);
    for (int s = SP_STATISTIC_MEAN; s < SP_STATISTICS; s++)
        cr_expect(isnan(e[s].value) && isnan(e[s].error), "%s of nothing is %g",
                  sp_result_statistic_name((enum sp_statistic)s), e[s].value);
    cr_expect_eq(view->entry[3 * (QUARTERS + 1) + QUARTERS].value, 1, "never");
    cr_expect_eq(view->dwell[3 * (QUARTERS + 1)].value, 1);
    cr_expect_eq(view->quarters[3].value, 0);
    cr_expect_eq(view->still_inside[3].value, 0);
    engine_test_free(&run);
}

/* Passage against the kept users. */
Test(times, passage_is_that_of_the_kept_paths) {
    struct engine_test_run run = run_kept();
    const struct sp_result *r = run.result;
    const struct sp_passage_view *view = &r->variant[0].passage[0];
    double inside[4] = {0}, spent[4] = {0}, fell[4] = {0};
    for (size_t p = 0; p < PATHS; p++) {
        size_t before = tier_of(engine_test_kept_input(r, "start.users")[p]);
        bool has_fallen[4] = {false};
        for (size_t t = 0; t < QUARTERS; t++) {
            size_t now = tier_of(kept(r, "users", t, p));
            spent[now]++;
            if (now < before)
                has_fallen[before] = true;
            before = now;
        }
        inside[before]++;
        for (size_t tier = 0; tier < 4; tier++)
            fell[tier] += has_fallen[tier];
    }
    cr_expect_gt(fell[1], 5, "the test needs some that fall back");
    for (size_t tier = 0; tier < 4; tier++) {
        cr_expect_float_eq(view->still_inside[tier].value, inside[tier] / PATHS, 1e-12);
        cr_expect_float_eq(view->quarters[tier].value, spent[tier] / PATHS, 1e-12);
        cr_expect_float_eq(view->fell_back[tier].value, fell[tier] / PATHS, 1e-12);
    }
    engine_test_free(&run);
}

/* Where a ratio is undefined on some path-quarters of a tier, the others still have a spread. */
Test(times, undefined_ratios_do_not_spoil_a_tier) {
    struct engine_test_run run = engine_test_run_well(
        engine_test_scenario(PATHS, "",
                             "[change.shut]\nof = [\"revenue.price\"]\nset = 0\nuntil = \"2026Q3\"\n"),
        (struct engine_test_options){.kept = PATHS});
    const struct sp_estimate *e = engine_test_tier(run.result, "gross_margin", 0, SP_STATISTIC_COUNT);
    double count = 0, sum = 0, squares = 0;
    for (size_t t = 0; t < QUARTERS; t++)
        for (size_t p = 0; p < PATHS; p++) {
            double x = kept(run.result, "gross_margin", t, p);
            if (tier_of(kept(run.result, "users", t, p)) != 0 || isnan(x))
                continue;
            count++;
            sum += x;
            squares += x * x;
        }
    double mean = sum / count, sd = sqrt((squares - count * mean * mean) / (count - 1));
    cr_expect_eq(e[SP_STATISTIC_COUNT].value, count);
    cr_expect_gt(e[SP_STATISTIC_UNDEFINED].value, 0.01);
    cr_expect(fabs(e[SP_STATISTIC_SD].value - sd) < 0.05 * sd, "sd %g, not %g", e[SP_STATISTIC_SD].value, sd);
    cr_expect(isfinite(e[SP_STATISTIC_SD].error));
    cr_expect(isfinite(e[SP_STATISTIC_P50].error) && isfinite(e[SP_STATISTIC_MEAN].value));
    engine_test_free(&run);
}

/* --- What [results] times leaves out --- */

static struct engine_test_run run_times(const char *times) {
    const char *more = engine_test_text("[results]\ntimes = [%s]\n", times);
    return engine_test_run_well(engine_test_scenario(3000, "", more), (struct engine_test_options){0});
}

static void expect_axis(const struct sp_result *all, const struct sp_result *some, enum sp_axis_kind axis,
                        bool is_kept) {
    const struct sp_variant_result *a = &all->variant[0], *b = &some->variant[0];
    size_t values = all->metrics * all->axis[axis].count;
    cr_expect_eq(some->axis[axis].count, is_kept ? all->axis[axis].count : 0);
    cr_expect_str_eq(some->axis[axis].name, all->axis[axis].name);
    if (!is_kept)
        return;
    cr_expect_arr_eq(a->estimate[axis], b->estimate[axis],
                     values * SP_STATISTICS * sizeof(struct sp_estimate));
    for (size_t i = 0; i < values; i++) {
        const struct sp_histogram_view *x = &a->histogram[axis][i], *y = &b->histogram[axis][i];
        cr_assert(x->bins == y->bins && x->atoms == y->atoms);
        cr_expect_arr_eq(x->count, y->count, x->bins * sizeof *x->count);
        cr_expect_arr_eq(x->atom_count, y->atom_count, x->atoms * sizeof *x->atom_count);
    }
}

/* What is left is the same, bit for bit; how paths move through tiers goes with the horizon. */
static void expect_times(const struct sp_result *all, const char *times, bool year, bool horizon) {
    struct engine_test_run run = run_times(times);
    const struct sp_variant_result *a = &all->variant[0], *b = &run.result->variant[0];
    const struct sp_category_view *tier = &all->category[0];
    size_t shares = all->axis[SP_AXIS_QUARTER].count * tier->labels;
    expect_axis(all, run.result, SP_AXIS_QUARTER, true);
    expect_axis(all, run.result, SP_AXIS_YEAR, year);
    expect_axis(all, run.result, SP_AXIS_HORIZON, horizon);
    cr_expect_arr_eq(a->by_category[0], b->by_category[0],
                     tier->metrics * tier->labels * SP_STATISTICS * sizeof(struct sp_estimate));
    cr_expect_eq(b->passage[0].occupancy != NULL, horizon, "%s", times);
    if (horizon) {
        cr_expect_arr_eq(a->passage[0].occupancy, b->passage[0].occupancy,
                         shares * sizeof(struct sp_estimate));
        cr_expect_arr_eq(a->passage[0].quarters, b->passage[0].quarters,
                         tier->labels * sizeof(struct sp_estimate));
    }
    engine_test_free(&run);
}

Test(times, what_is_left_out_changes_nothing_else) {
    struct engine_test_run all =
        engine_test_run_well(engine_test_scenario(3000, "", ""), (struct engine_test_options){0});
    cr_expect_eq(all.result->axis[SP_AXIS_YEAR].count, 4);
    cr_expect_eq(all.result->axis[SP_AXIS_HORIZON].count, 1);
    expect_times(all.result, "\"quarter\", \"year\", \"horizon\"", true, true);
    expect_times(all.result, "\"quarter\"", false, false);
    expect_times(all.result, "\"year\", \"quarter\"", true, false);
    expect_times(all.result, "\"quarter\", \"horizon\"", false, true);
    engine_test_free(&all);
}
