/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stories cost: levers, retries, errors in total or by cause, jumps of prices, vendors of voices.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(models_ai_voice, .timeout = 60);

enum { PATHS = 16384 };

/* 750 free users make 4,500 stories a quarter, 250 payers 3,000. */
#define STEADY                                                                                               \
    "[time]\nquarters = 4\n[start]\nusers = 1_000\npaid = 250\ncash = 0\n[growth]\nrate_first = 0\n"         \
    "[conversion]\nshare = 0.25\n[usage]\nfree_monthly = 2\npaid_monthly = 4\n"
#define AI "[ai]\ncost_free = 0.155\ncost_paid = 1.01\n"
static const double unlevered = 4500 * 0.155 + 3000 * 1.01;

static double value_of(const char *text, const char *column, size_t quarter) {
    struct paths paths = paths_start(text, 64);
    for (size_t t = 0; t <= quarter; t++)
        sp_block_quarter(paths.block, t);
    double value = paths_column(&paths, column)[17];
    paths_end(&paths);
    return value;
}

static void expect(const char *text, const char *column, size_t quarter, double truth) {
    double value = value_of(text, column, quarter);
    cr_expect(fabs(value - truth) <= 1e-11 * fabs(truth), "%s: %.17g, not %.17g", column, value, truth);
}

Test(models_ai_voice, levers_by_hand) {
    expect(STEADY AI, "cost.ai", 0, unlevered);
    expect(STEADY AI "cache_share = 0.3\n", "cost.ai", 0, unlevered * (1 - 0.3 * 0.9));
    expect(STEADY AI "batch_share = 0.25\nbatch_saving = 0.4\n", "cost.ai", 0, unlevered * 0.9);
    expect(STEADY AI "cheaper_share = 0.5\ncheaper_price = 0.2\n", "cost.ai", 0, unlevered * 0.6);
    expect(STEADY AI "cache_share = 0.3\nbatch_share = 0.25\nbatch_saving = 0.4\ncheaper_share = 0.5\n"
                     "cheaper_price = 0.2\nretries = 0.12\nprice_drift = -0.1\n",
           "cost.ai", 1, unlevered * 0.73 * 0.9 * 0.6 * 1.12 * exp(-0.2));
    expect(STEADY AI "cache_share = 1\ncache_saving = 1\n", "cost.ai", 0, 0);
}

Test(models_ai_voice, levers_start_on_schedule) {
    static const char text[] =
        STEADY AI "cheaper_price = 0.2\n"
                  "cheaper_share = { at = { \"2026Q1\" = 0, \"2026Q3\" = 0.5 } }\n"
                  "[change.cache]\nof = \"ai.cache_share\"\nset = 0.4\nfrom = \"2026Q4\"\n";
    expect(text, "cost.ai", 1, unlevered);
    expect(text, "cost.ai", 2, unlevered * 0.6);
    expect(text, "cost.ai", 3, unlevered * 0.6 * (1 - 0.4 * 0.9));
}

Test(models_ai_voice, length_acts_on_ai_and_voice_alike) {
    static const char text[] =
        STEADY "length = 1.385\n" AI "[voice]\ncost_free = 0.02\ncost_paid = 0.9\nshare_paid = 0.5\n";
    expect(text, "cost.ai", 0, 1.385 * unlevered);
    expect(text, "cost.voice", 0, 1.385 * (4500 * 0.02 + 3000 * 0.5 * 0.9));
}

/* A total factor holds the length of stories, for AI; voice has its own. */
Test(models_ai_voice, error_in_total_or_by_causes) {
    static const char text[] = STEADY "length = 1.385\n" AI "error = \"total\"\nerror_factor = 1.17\n"
                                      "[voice]\ncost_free = 0.02\ncost_paid = 0.9\n";
    expect(text, "cost.ai", 0, 1.17 * unlevered);
    expect(text, "cost.voice", 0, 1.385 * (4500 * 0.02 + 3000 * 0.9));
}

Test(models_ai_voice, nothing_is_said_twice) {
    cr_expect_str_eq(
        paths_problems(STEADY AI "error = \"total\"\nerror_factor = 1.17\nretries = 0.1\n"),
        "retries with ai.error = \"total\" would count the same thing twice; remove it, or choose "
        "ai.error = \"causes\"");
    cr_expect(strstr(paths_problems(STEADY AI "error_factor = 1.17\n"), "choose ai.error = \"total\""));
    cr_expect(strstr(paths_problems(STEADY AI "error = \"total\"\n"), "ai.error_factor is missing"));
}

/* Jumps are Poisson: after four quarters with 0.85 a year, the logarithm of the index has the mean
 * 0.85 ln 0.65 and the variance 0.85 ln^2 0.65. */
Test(models_ai_voice, prices_jump) {
    struct paths paths = paths_start(STEADY AI "jump_per_year = 0.85\njump_factor = 0.65\n", PATHS);
    for (size_t t = 0; t < 4; t++)
        sp_block_quarter(paths.block, t);
    const double *index = paths_column(&paths, "ai.price_index");
    double jump = log(0.65), sum = 0, squares = 0, none = 0;
    for (size_t p = 0; p < PATHS; p++) {
        double jumps = log(index[p]) / jump;
        cr_assert_float_eq(jumps, round(jumps), 1e-9);
        sum += jumps;
        squares += jumps * jumps;
        none += jumps < 0.5;
    }
    double mean = sum / PATHS, variance = squares / PATHS - mean * mean;
    cr_expect_float_eq(mean, 0.85, 5 * sqrt(0.85 / PATHS));
    cr_expect_float_eq(variance, 0.85, 5 * sqrt((0.85 + 2 * 0.85 * 0.85) / PATHS));
    cr_expect_float_eq(none / PATHS, exp(-0.85), 5 * sqrt(0.43 * 0.57 / PATHS));
    paths_end(&paths);
}

#define VENDORS                                                                                              \
    STEADY "[voice]\nby = \"vendor\"\nshare_free = 0.5\nshare_paid = 0.75\n"                                 \
           "[vendor.polly]\nplan = \"free\"\ncost = 0.0215\n"                                                \
           "[vendor.eleven]\nplan = \"paid\"\ncost = 0.915\nshare = 0.6\nprice_drift = -0.1\n"               \
           "[vendor.both]\nplan = \"all\"\ncost = 0.3\nshare = 0.25\naccount = \"opex.trial\"\n"

Test(models_ai_voice, vendors_by_hand) {
    double polly = 4500 * 0.5 * 1 / 1.25 * 0.0215, eleven = 3000 * 0.75 * 0.6 / 0.85 * 0.915 * exp(-0.2);
    double both = (4500 * 0.5 * 0.25 / 1.25 + 3000 * 0.75 * 0.25 / 0.85) * 0.3;
    expect(VENDORS, "cost.voice.polly", 1, polly);
    expect(VENDORS, "cost.voice.eleven", 1, eleven);
    expect(VENDORS, "cost.voice.both", 1, both);
    expect(VENDORS, "cost.voice", 1, polly + eleven + both);
    expect(VENDORS, "cost.total", 1, polly + eleven + both);
    expect(VENDORS, "cogs", 1, polly + eleven);
    expect(VENDORS, "vendor.eleven.price_index", 1, exp(-0.2));
}

Test(models_ai_voice, voice_grows_by_schedule_and_ramp) {
    static const char text[] =
        STEADY "[voice]\ncost_free = 0\ncost_paid = 0.9\nshare_paid = 0.2\n[change.adoption]\n"
               "of = \"voice.share_paid\"\nplus = 0.6\nramp = 3\n";
    expect(text, "cost.voice", 0, 3000 * 0.4 * 0.9);
    expect(text, "cost.voice", 1, 3000 * 0.6 * 0.9);
    expect(text, "cost.voice", 3, 3000 * 0.8 * 0.9);
}

Test(models_ai_voice, shares_of_none_and_all) {
    expect(STEADY "[voice]\ncost_free = 0.02\ncost_paid = 0.9\nshare_free = 0\nshare_paid = 0\n",
           "cost.voice", 0, 0);
    expect(STEADY
           "[voice]\nby = \"vendor\"\nshare_free = 0\n[vendor.a]\nplan = \"paid\"\ncost = 2.385\nshare = 0\n",
           "cost.voice", 0, 3000 * 2.385);
}

/* Parts add up to the whole on every path, with everything uncertain. */
Test(models_ai_voice, vendors_add_up) {
    struct paths paths = paths_start(
        STEADY
        "paid_tail = 1\nfree_tail = 1.2\nfree_cap = 5\nlength = { lognormal = { median = 1, sigma = 0.2 } }\n"
        "length_cv = 0.5\n[voice]\nby = \"vendor\"\nshare_paid = { uniform = { min = 0, max = 1 } }\n"
        "[vendor.a]\ncost = { lognormal = { median = 0.5, sigma = 1 } }\nshare = { uniform = { min = 0, max "
        "= 1 } }\n"
        "jump_per_year = 2\njump_factor = { lognormal = { median = 0.8, sigma = 0.4 } }\n"
        "[vendor.b]\nplan = \"paid\"\ncost = 0.7\nshare = { uniform = { min = 0, max = 1 } }\n"
        "price_drift = { normal = { mean = 0, sd = 0.1 } }\n[vendor.c]\nplan = \"free\"\ncost = 0.1\n",
        1024);
    for (size_t t = 0; t < 4; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < 1024; p++) {
            double all = paths_column(&paths, "cost.voice")[p];
            double parts = paths_column(&paths, "cost.voice.a")[p] + paths_column(&paths, "cost.voice.b")[p] +
                           paths_column(&paths, "cost.voice.c")[p];
            cr_assert(all > 0 && fabs(parts - all) <= 1e-9 * all);
        }
    }
    paths_end(&paths);
}

Test(models_ai_voice, vendors_are_told_wrong) {
    cr_expect_str_eq(paths_problems(STEADY "[voice]\nby = \"vendor\"\n"),
                     "voice.by = \"vendor\" needs at least one table [vendor.NAME]");
    cr_expect_str_eq(
        paths_problems(STEADY "[voice]\nby = \"vendor\"\n[vendor.a]\nplan = \"paid\"\ncost = 1\n"),
        "voice.share_free: no vendor voices these stories; add one with plan = \"free\", or set it to 0");
    cr_expect_str_eq(paths_problems(STEADY "[voice]\ncost_free = 1\ncost_paid = 1\n[vendor.a]\ncost = 1\n"),
                     "[vendor] is not used: it needs voice.by = \"vendor\"");
}
