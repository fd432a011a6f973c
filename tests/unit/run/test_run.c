/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What may never change a result, and what must.
 */
#include "engine/base/error.h"
#include "engine/base/hash.h"
#include "engine/random/stream.h"
#include "tests/support/engine_test_random.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(run, .timeout = 120);

typedef struct engine_test_options options;

/* Bytes of all estimates of an axis. */
static size_t estimates_size(const struct sp_result *r, int axis) {
    return r->metrics * r->axis[axis].count * SP_STATISTICS * sizeof(struct sp_estimate);
}

static void expect_same(const struct sp_result *a, const struct sp_result *b, const char *what) {
    const struct sp_variant_result *x = &a->variant[0], *y = &b->variant[0];
    const struct sp_category_view *view = &a->category[0];
    for (int axis = 0; axis < SP_AXES; axis++)
        cr_expect_arr_eq(x->estimate[axis], y->estimate[axis], estimates_size(a, axis), "%s", what);
    cr_expect_arr_eq(x->by_category[0], y->by_category[0],
                     view->metrics * view->labels * SP_STATISTICS * sizeof(struct sp_estimate), "%s", what);
    for (size_t i = 0; i < x->counts; i++)
        cr_expect_eq(x->count[i].count, y->count[i].count, "%s: %s", what, x->count[i].name);
    cr_expect_eq(a->fingerprint, b->fingerprint, "%s", what);
    cr_expect_eq(a->table_hash, b->table_hash, "%s", what);
}

/* Threads, blocks and the processor's level change no bit; 20000 paths are two batches, the last cut short.
 */
Test(run, how_it_is_run_changes_nothing) {
    const char *text = engine_test_scenario(20000, "", "");
    struct engine_test_run first = engine_test_run_well(text, (options){.threads = 1});
    static const options ways[] = {{.threads = 2},
                                   {.threads = 7, .block = 64},
                                   {.threads = 1, .block = 192},
                                   {.threads = 2, .block = 1 << 14}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct engine_test_run other = engine_test_run_well(text, ways[i]);
        expect_same(first.result, other.result, "threads and blocks");
        engine_test_free(&other);
    }
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        struct engine_test_run other = engine_test_run_well(text, (options){.level = (*level)->level});
        expect_same(first.result, other.result, (*level)->level);
        engine_test_free(&other);
    }
    engine_test_free(&first);
}

Test(run, a_level_that_is_not_there_is_refused) {
    struct engine_test_run run = engine_test_run(engine_test_scenario(64, "", ""), (options){.level = "v9"});
    cr_expect_eq(run.error, SP_ERROR_USAGE);
    cr_expect_not_null(strstr(engine_test_problem(&run), "'v9'"));
    engine_test_free(&run);
}

/* --- Numbers of paths
 * ---------------------------------------------------------------------------------------- */

static uint64_t histogram_total(const struct sp_histogram_view *view) {
    uint64_t sum = 0;
    for (size_t i = 0; i < view->bins; i++)
        sum += view->count[i];
    for (size_t i = 0; i < view->atoms; i++)
        sum += view->atom_count[i];
    return sum;
}

/* The mean over the kept paths, which are all paths here. */
static void expect_mean(const struct sp_result *r, const char *metric, size_t t, size_t n) {
    const double *x = engine_test_kept(r, metric, t);
    const struct sp_estimate *e = engine_test_estimate(r, SP_AXIS_QUARTER, metric, t, SP_STATISTIC_COUNT);
    double mean = 0, low = INFINITY, high = -INFINITY;
    for (size_t p = 0; p < n; p++) {
        mean += x[p] / (double)n;
        low = fmin(low, x[p]);
        high = fmax(high, x[p]);
    }
    cr_expect_eq(e[SP_STATISTIC_COUNT].value, (double)n);
    cr_expect_float_eq(e[SP_STATISTIC_MEAN].value, mean, 1e-11 * fabs(mean), "%s of %zu paths", metric, n);
    cr_expect(e[SP_STATISTIC_MIN].value == low && e[SP_STATISTIC_MAX].value == high, "%s of %zu", metric, n);
    for (int s = SP_STATISTIC_P1; s <= SP_STATISTIC_P99; s++)
        cr_expect(e[s].value >= e[s - 1].value, "%s of %zu paths: %s falls", metric, n,
                  sp_result_statistic_name((enum sp_statistic)s));
    cr_expect(n > 1 ? e[SP_STATISTIC_MEAN].error > 0 : isnan(e[SP_STATISTIC_MEAN].error), "%zu paths", n);
}

static bool is_atom(const struct sp_histogram_view *view, double x) {
    for (size_t i = 0; i < view->atoms; i++)
        if (view->atom[i] == x)
            return true;
    return false;
}

/* Each bin counts the values in it that are no atoms; the last one has both its edges. */
static void expect_bins(const struct sp_result *r, const char *metric, size_t quarter, size_t n) {
    const double *x = engine_test_kept(r, metric, quarter);
    const struct sp_histogram_view *view =
        &r->variant[0].histogram[SP_AXIS_QUARTER][engine_test_metric(r, metric) * 12 + quarter];
    for (size_t i = 0; i < view->bins; i++) {
        bool is_last = i + 1 == view->bins;
        uint64_t found = 0;
        for (size_t p = 0; p < n; p++)
            found += x[p] >= view->edge[i] &&
                     (x[p] < view->edge[i + 1] || (is_last && x[p] == view->edge[i + 1])) &&
                     !is_atom(view, x[p]);
        cr_assert_eq(view->count[i], found, "%s of %zu paths: bin %zu", metric, n, i);
        cr_assert_lt(view->edge[i], view->edge[i + 1]);
        cr_assert(view->count[i] > 0 || (i > 0 && !is_last && view->count[i - 1] > 0),
                  "%s of %zu paths: bin %zu is empty", metric, n, i);
    }
}

static void expect_paths(size_t n) {
    struct engine_test_run run = engine_test_run_well(engine_test_scenario(n, "", ""), (options){.kept = n});
    const struct sp_result *r = run.result;
    double quarters = 0, occupied = 0;
    expect_mean(r, "users", 0, n);
    expect_mean(r, "cash", 11, n);
    expect_mean(r, "cost.total", 5, n);
    expect_bins(r, "users", 5, n);
    expect_bins(r, "cash", 11, n);
    expect_bins(r, "mrr", 3, n);
    for (size_t tier = 0; tier < 4; tier++) {
        quarters += engine_test_tier(r, "cash", tier, SP_STATISTIC_COUNT)->value;
        occupied += r->variant[0].passage[0].occupancy[7 * 4 + tier].value;
    }
    cr_expect_eq(quarters, 12.0 * (double)n, "%zu paths", n);
    cr_expect_float_eq(occupied, 1, 1e-12);
    for (size_t i = 0; i < r->metrics * 12; i++) {
        double defined = r->variant[0].estimate[SP_AXIS_QUARTER][i * SP_STATISTICS].value;
        double total = (double)histogram_total(&r->variant[0].histogram[SP_AXIS_QUARTER][i]);
        bool has_ranks = r->metric[i / 12].ranked; /* they are among the atoms, and undefined */
        cr_assert(total == defined || (has_ranks && total > defined && total <= (double)n));
    }
    engine_test_free(&run);
}

Test(run, any_number_of_paths) {
    static const size_t numbers[] = {1, 2, 63, 64, 65, 1000, 1025, 16384, 16385};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_paths(numbers[i]);
}

/* --- Draws stay where they are
 * ------------------------------------------------------------------------------- */

static void expect_kept_equal(const struct sp_result *a, const struct sp_result *b, const char *metric,
                              bool equal) {
    size_t n = a->kept_paths < b->kept_paths ? a->kept_paths : b->kept_paths, different = 0;
    for (size_t t = 0; t < 12; t++)
        different +=
            memcmp(engine_test_kept(a, metric, t), engine_test_kept(b, metric, t), n * sizeof(double)) != 0;
    cr_expect_eq(different == 0, equal, "%s differs in %zu quarters", metric, different);
}

Test(run, a_path_does_not_depend_on_the_number_of_paths) {
    struct engine_test_run few =
        engine_test_run_well(engine_test_scenario(100, "", ""), (options){.kept = 100});
    struct engine_test_run many =
        engine_test_run_well(engine_test_scenario(5000, "", ""), (options){.kept = 2000});
    cr_expect_eq(many.result->kept_paths, 2000);
    for (size_t m = 0; m < few.result->metrics; m++)
        expect_kept_equal(few.result, many.result, few.result->metric[m].name, true);
    for (size_t i = 0; i < few.result->inputs; i++)
        cr_expect_arr_eq(engine_test_kept_input(few.result, few.result->input[i]),
                         engine_test_kept_input(many.result, few.result->input[i]), 100 * sizeof(double));
    engine_test_free(&few);
    engine_test_free(&many);
}

Test(run, a_new_risk_leaves_all_other_draws) {
    static const char extra[] = "[risk.audit]\nper_quarter = { uniform = { min = 0.1, max = 0.4 } }\n"
                                "cost = { normal = { mean = 7_000, sd = 500 } }\n";
    struct engine_test_run without =
        engine_test_run_well(engine_test_scenario(512, "", ""), (options){.kept = 512});
    struct engine_test_run with =
        engine_test_run_well(engine_test_scenario(512, "", extra), (options){.kept = 512});
    for (size_t m = 0; m < without.result->metrics; m++) {
        const char *name = without.result->metric[m].name;
        bool follows = !strcmp(name, "cost.total") || !strcmp(name, "cost.risk") ||
                       !strcmp(name, "net_burn") || !strncmp(name, "cash", 4) || !strcmp(name, "one_off") ||
                       !strncmp(name, "runway", 6) || !strcmp(name, "funding_need") ||
                       !strcmp(name, "burn_multiple") || strstr(name, ".cash_at_entry");
        if (!follows)
            expect_kept_equal(without.result, with.result, name, true);
    }
    expect_kept_equal(without.result, with.result, "cost.total", false);
    expect_kept_equal(without.result, with.result, "cash", false);
    engine_test_free(&without);
    engine_test_free(&with);
}

/* A kept input is the quantile of the word that the layout gives it. */
Test(run, inputs_are_the_words_of_their_streams) {
    const char *more =
        "[change.prices]\nof = [\"ai.cost_paid\"]\ntimes = { uniform = { min = 1, max = 2.385 } }\n";
    struct engine_test_run run = engine_test_run_well(
        engine_test_scenario(70, "seed = \"18446744073709551615\"", more), (options){.kept = 70});
    const double *voice = engine_test_kept_input(run.result, "voice.cost_paid");
    const double *times = engine_test_kept_input(run.result, "change.prices.times");
    for (size_t p = 0; p < 70; p++) {
        double u =
            (engine_test_word(UINT64_MAX, sp_hash32_text("voice.cost_paid"), p, 0xFFFF, 0) + 0.5) * 0x1p-32;
        double v = (engine_test_word(UINT64_MAX, sp_hash32_text("change.prices.times"), p, 0xFFFF, 0) + 0.5) *
                   0x1p-32;
        cr_expect_eq(voice[p], fma(1.4 - 0.6, u, 0.6));
        cr_expect_eq(times[p], fma(2.385 - 1, v, 1));
    }
    engine_test_free(&run);
}

Test(run, a_stream_keeps_its_draws_under_another_name) {
    static const char set[] = "[time]\nquarters = 2\n[start]\ncash = 1\n[risk.%s]\nper_quarter = 1\n"
                              "cost = { gamma = { shape = 4, scale = 7 }%s }\n";
    struct engine_test_run old =
        engine_test_run_well(engine_test_text(set, "old", ""), (options){.kept = 64});
    struct engine_test_run new = engine_test_run_well(
        engine_test_text(set, "new", ", stream = \"risk.old.cost\""), (options){.kept = 64});
    cr_expect_arr_eq(engine_test_kept(old.result, "cost.risk.old", 1),
                     engine_test_kept(new.result, "cost.risk.new", 1), 64 * sizeof(double));
    engine_test_free(&old);
    engine_test_free(&new);
}

/* --- Failure
 * ------------------------------------------------------------------------------------------------- */

/* 1e12 users, 10 a quarter on the log scale, pass 1.8e308 in quarter 69 (10 x 69 + 27.6 > 709.8). */
Test(run, overflow_is_told_with_metric_quarter_and_path) {
    struct engine_test_run run =
        engine_test_run("paths = 100\n[time]\nfirst = \"2026Q1\"\nquarters = 100\n[start]\n"
                        "users = 1e12\ncash = 0\n[growth]\nrate_first = 5\nshock = 5\n",
                        (options){0});
    cr_expect_eq(run.error, SP_ERROR_NUMERIC);
    cr_expect_null(run.result);
    const char *what = engine_test_problem(&run);
    cr_expect_not_null(strstr(what, "users is inf in 2043Q1 on path 0;"), "%s", what);
    engine_test_free(&run);
}

/* Only some paths overflow: the one named is one of them, though it is not the first. */
Test(run, overflow_names_a_path_that_does) {
    struct engine_test_run run = engine_test_run(
        "paths = 5000\nseed = 7\n[time]\nquarters = 70\n[start]\nusers = 1e12\ncash = 0\n[growth]\n"
        "rate_first = { uniform = { min = -5, max = 5 } }\nshock = 5\n",
        (options){0});
    unsigned long long path = 0;
    cr_assert_eq(run.error, SP_ERROR_NUMERIC, "%s", engine_test_problem(&run));
    const char *at = strstr(engine_test_problem(&run), "on path ");
    cr_assert(at && sscanf(at, "on path %llu", &path) == 1);
    double u = (engine_test_word(7, sp_hash32_text("growth.rate_first"), path, 0xFFFF, 0) + 0.5) * 0x1p-32;
    cr_expect_gt(70 * (-5 + 10 * u + 5) + log(1e12), 709.7, "path %llu has a rate of %g", path, -5 + 10 * u);
    engine_test_free(&run);
}

/* Between 1e154 and 1e308 values are finite but their squares are not: never a spread of 0. */
Test(run, values_whose_squares_overflow_have_a_spread) {
    struct engine_test_run run = engine_test_run(
        "paths = 100\n[time]\nquarters = 40\n[start]\nusers = 1e12\ncash = 0\n[growth]\nrate_first = 5\n"
        "shock = { uniform = { min = 4, max = 5 } }\n",
        (options){0});
    if (run.result) {
        const struct sp_estimate *sd =
            engine_test_estimate(run.result, SP_AXIS_QUARTER, "users", 39, SP_STATISTIC_SD);
        cr_expect_gt(sd->value, 1e150, "sd of users around 1e180: %g", sd->value);
    } else
        cr_expect_eq(run.error, SP_ERROR_NUMERIC);
    engine_test_free(&run);
}

/* Tiers are followed as bits of 16: more of them are refused, or counted right. */
Test(run, seventeen_tiers) {
    char text[2048] =
        "paths = 64\n[time]\nquarters = 3\n[start]\nusers = 1\ncash = 0\n[growth]\nrate_first = 2.5\n";
    for (size_t i = 0, at = strlen(text); i < 20; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "[tier.t%zu]\nfrom = %zu\nmonthly = 1\n", i,
                               10 * i);
    struct engine_test_run run = engine_test_run(text, (options){0});
    if (!run.plan) /* users: 12.2, 148, 1808: tiers 1, 14, 19 */
        cr_expect_eq(run.error, SP_ERROR_SCENARIO, "%s", engine_test_problem(&run));
    else {
        const struct sp_passage_view *view = &run.result->variant[0].passage[0];
        for (size_t tier = 0; tier < 20; tier++)
            cr_expect_eq(view->skipped[tier].value, tier != 0 && tier != 1 && tier != 14 && tier != 19,
                         "tier %zu", tier);
    }
    engine_test_free(&run);
}
