/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stories: the tail and the cap of usage, the spread of sums, lengths, and what is stored.
 */
#include "engine/math/normal.h"
#include "models/spread.h"
#include "models/usage_tail.h"
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

TestSuite(models_usage, .timeout = 60);

enum { PATHS = 16384 };

/* 1,000 users, of whom 250 pay, without change. */
#define STEADY                                                                                               \
    "[time]\nquarters = 3\n[start]\nusers = 1_000\npaid = 250\ncash = 0\n[growth]\nrate_first = 0\n"         \
    "[conversion]\nshare = 0.25\n"

static struct paths run(const char *usage, size_t n) {
    char text[2048];
    snprintf(text, sizeof text, "%s%s", STEADY, usage);
    struct paths paths = paths_start(text, n);
    sp_block_quarter(paths.block, 0);
    return paths;
}

static double sd_of(const struct paths *paths, const char *name) {
    const double *x = paths_column(paths, name);
    double mean = paths_mean(paths, name), sum = 0;
    for (size_t p = 0; p < paths->n; p++)
        sum += (x[p] - mean) * (x[p] - mean);
    return sqrt(sum / (double)(paths->n - 1));
}

static void expect_moments(double mean, double sigma, double cap, double first, double variance) {
    double means[SP_USAGE_PART], sigmas[SP_USAGE_PART], caps[SP_USAGE_PART], m[SP_USAGE_PART],
        v[SP_USAGE_PART];
    for (size_t p = 0; p < SP_USAGE_PART; p++) {
        means[p] = mean;
        sigmas[p] = sigma;
        caps[p] = cap;
    }
    sp_usage_tail_moments(sp_kernels_find(NULL), means, sigmas, caps, m, v);
    cr_expect(fabs(m[5] - first) <= 1e-9 * first, "mean %g, sigma %g, cap %g: %.15g, not %.15g", mean, sigma,
              cap, m[5], first);
    cr_expect(fabs(v[63] - variance) <= 1e-8 * variance + 1e-12,
              "mean %g, sigma %g, cap %g: variance %.15g, not %.15g", mean, sigma, cap, v[63], variance);
}

/* By the trapezoidal rule over z, which for smooth parts converges fast: each side of the cap on its own. */
static double integrate(double mean, double sigma, double cap, int power) {
    double kink = (log(cap / mean) + sigma * sigma / 2) / sigma, sum = 0;
    enum { STEPS = 400000 };
    for (int i = 0; i < STEPS; i++) {
        double low = -12, z = low + (kink - low) * (i + 0.5) / STEPS;
        double x = mean * exp(sigma * z - sigma * sigma / 2);
        sum += pow(x, power) * exp(-z * z / 2) * (kink - low) / STEPS / sqrt(2 * M_PI);
    }
    return sum + pow(cap, power) * erfc(kink / sqrt(2)) / 2;
}

Test(models_usage, capped_moments_are_integrals) {
    static const double cases[][3] = {
        {6.215, 1, 30}, {6.215, 1, 2.385}, {1.5, 1.5, 12}, {0.3, 0.25, 0.31}, {40, 2, 7}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const double *c = cases[i];
        double first = integrate(c[0], c[1], c[2], 1), second = integrate(c[0], c[1], c[2], 2);
        expect_moments(c[0], c[1], c[2], first, second / (first * first) - 1);
    }
}

Test(models_usage, capped_moments_at_the_limits) {
    expect_moments(6.215, 0, 30, 6.215, 0);
    expect_moments(6.215, 0, 2.385, 2.385, 0);
    expect_moments(6.215, 1, 0, 0, 0);
    expect_moments(0, 1, 30, 0, 0);
    expect_moments(6.215, 1, SP_USAGE_UNCAPPED, 6.215, exp(1) - 1);
    expect_moments(6.215, 1, 999999, 6.215, exp(1) - 1);
    expect_moments(1e6, 1, 1e-6, 1e-6, 0);
}

Test(models_usage, normal_tail_is_that_of_erfc) {
    for (double z = -37; z <= 37; z += 0.0137) {
        double truth = erfc(z / sqrt(2)) / 2, found = sp_normal_upper(z, exp(-z * z / 2));
        cr_assert(fabs(found - truth) <= fmin(2e-8 * truth, 1e-8 * truth + 1e-15), "%g: %.17g, not %.17g", z,
                  found, truth);
    }
}

Test(models_usage, caps_hold_without_a_tail) {
    struct paths paths =
        run("[usage]\nfree_monthly = 2.385\npaid_monthly = 7.5\npaid_cap = 4.25\nfree_cap = 0\n", 64);
    cr_expect_float_eq(paths_column(&paths, "stories.paid")[7], 3 * 4.25 * 250, 1e-9);
    cr_expect_eq(paths_column(&paths, "stories.free")[7], 0);
    cr_expect_float_eq(paths_column(&paths, "stories")[7], 3 * 4.25 * 250, 1e-9);
    paths_end(&paths);
}

/* The mean of N users is not moved by the tail; the relative spread is that of one over sqrt(N). */
Test(models_usage, a_tail_spreads_the_sum_by_the_root_of_the_users) {
    struct paths paths = run("[usage]\nfree_monthly = 1.5\npaid_monthly = 6.215\npaid_tail = 1.1\n", PATHS);
    double mean = 3 * 6.215 * 250, cv = sqrt((exp(1.21) - 1) / 250), error = cv / sqrt(PATHS);
    cr_expect_float_eq(paths_mean(&paths, "stories.paid") / mean, 1, 5 * error);
    cr_expect_float_eq(sd_of(&paths, "stories.paid") / mean / cv, 1, 5 / sqrt(2.0 * PATHS) * 1.5);
    cr_expect_float_eq(paths_mean(&paths, "stories.free"), 3 * 1.5 * 750, 1e-9, "free users are alike");
    paths_end(&paths);
}

Test(models_usage, a_cap_cuts_mean_and_spread) {
    struct paths paths =
        run("[usage]\nfree_monthly = 1.5\npaid_monthly = 6.215\npaid_tail = 1\npaid_cap = 9.5\n", PATHS);
    double first = integrate(6.215, 1, 9.5, 1), second = integrate(6.215, 1, 9.5, 2);
    double cv = sqrt((second / first / first - 1) / 250);
    cr_expect_float_eq(paths_mean(&paths, "stories.paid") / (750 * first), 1, 5 * cv / sqrt(PATHS));
    cr_expect_float_eq(sd_of(&paths, "stories.paid") / (750 * first) / cv, 1, 0.045);
    for (size_t p = 0; p < PATHS; p++)
        cr_assert_leq(paths_column(&paths, "stories.paid")[p], 3 * 9.5 * 250 * (1 + 1e-12));
    paths_end(&paths);
}

Test(models_usage, without_whole_people_a_tail_has_its_mean_alone) {
    struct paths paths = paths_start("counts = \"continuous\"\n" STEADY
                                     "[usage]\nfree_monthly = 1.5\npaid_monthly = 6.215\npaid_tail = 1\n"
                                     "paid_cap = 9.5\nlength = 1\nlength_cv = 2\n",
                                     64);
    sp_block_quarter(paths.block, 0);
    cr_expect_float_eq(paths_column(&paths, "stories.paid")[9] / (750 * integrate(6.215, 1, 9.5, 1)), 1,
                       1e-9);
    cr_expect_eq(paths_column(&paths, "stories.paid.length")[9], 1);
    paths_end(&paths);
}

Test(models_usage, lengths_average_out_over_stories) {
    struct paths paths =
        run("[usage]\nfree_monthly = 0.02\npaid_monthly = 2.5\nlength = 1.25\nlength_cv = 0.8\n", PATHS);
    double free_cv = 0.8 / sqrt(3 * 0.02 * 750), paid_cv = 0.8 / sqrt(3 * 2.5 * 250);
    cr_expect_float_eq(paths_mean(&paths, "stories.free.length") / 1.25, 1, 5 * free_cv / sqrt(PATHS));
    cr_expect_float_eq(sd_of(&paths, "stories.free.length") / 1.25 / free_cv, 1, 0.045);
    cr_expect_float_eq(sd_of(&paths, "stories.paid.length") / 1.25 / paid_cv, 1, 0.045);
    paths_end(&paths);
}

Test(models_usage, nobody_makes_no_stories) {
    struct paths paths = paths_start(
        "[start]\nusers = 0\npaid = 0\ncash = 0\n[growth]\nrate_first = 0.3\n[conversion]\nshare = 0.1\n"
        "[usage]\nfree_monthly = 2\npaid_monthly = 3\nfree_tail = 1\npaid_tail = 2\npaid_cap = 5\nlength = "
        "2.385\n"
        "length_cv = 0.4\n[ai]\ncost_free = 1\ncost_paid = 1\n[voice]\ncost_free = 1\ncost_paid = 1\n",
        64);
    sp_block_quarter(paths.block, 0);
    cr_expect_eq(paths_column(&paths, "stories")[3], 0);
    cr_expect_float_eq(paths_column(&paths, "stories.paid.length")[3], 2.385, 1e-12);
    cr_expect_eq(paths_column(&paths, "cost.total")[3], 0);
    paths_end(&paths);
}

/* S = S kept + stories, by hand. */
Test(models_usage, stories_are_stored) {
    struct paths paths = paths_start(STEADY "[usage]\nfree_monthly = 0\npaid_monthly = 2\nkept = 0.75\n", 64);
    static const double expected[] = {1500, 2625, 3468.75};
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, "stories.stored")[1], expected[t], 1e-9);
    }
    paths_end(&paths);
}

/* Switching tail, cap and length on moves no other draw. */
Test(models_usage, other_draws_stay) {
    static const char base[] =
        "[usage]\nfree_monthly = { lognormal = { median = 1.5, sigma = 0.6 } }\npaid_monthly = 6\n"
        "[ai]\ncost_free = { lognormal = { median = 0.15, sigma = 0.5 } }\ncost_paid = 1\n";
    char more[1024];
    snprintf(more, sizeof more, "%s[voice]\ncost_free = 1\ncost_paid = 1\n", base);
    struct paths plain = run(base, 256), other = run(more, 256);
    for (size_t p = 0; p < 256; p++)
        cr_expect_eq(paths_column(&plain, "cost.ai")[p], paths_column(&other, "cost.ai")[p]);
    paths_end(&other);
    other = run("[usage]\npaid_tail = 1\npaid_cap = 1e6\nfree_monthly = { lognormal = { median = 1.5, sigma "
                "= 0.6 } }\npaid_monthly = 6\n"
                "[ai]\ncost_free = { lognormal = { median = 0.15, sigma = 0.5 } }\ncost_paid = "
                "0\njump_per_year = 1\njump_factor = 1\n",
                256);
    struct paths without =
        run("[usage]\nfree_monthly = { lognormal = { median = 1.5, sigma = 0.6 } }\npaid_monthly = 6\n"
            "[ai]\ncost_free = { lognormal = { median = 0.15, sigma = 0.5 } }\ncost_paid = 0\n",
            256);
    for (size_t p = 0; p < 256; p++) {
        cr_expect_eq(paths_column(&without, "stories.free")[p], paths_column(&other, "stories.free")[p]);
        cr_expect_eq(paths_column(&without, "cost.ai")[p], paths_column(&other, "cost.ai")[p]);
        cr_expect_neq(paths_column(&without, "stories.paid")[p], paths_column(&other, "stories.paid")[p]);
    }
    paths_end(&without);
    paths_end(&other);
    paths_end(&plain);
}
