/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/pooled.h"
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(pooled, .timeout = 20);

enum { PATHS = 1000, MOST = 12 };

/* Paths with 0 .. 12 quarters in the tier, and values around 1e6. */
static void fill(double s[PATHS], double n[PATHS], double centre, struct sp_pooled *pooled) {
    static uint32_t words[PATHS * (MOST + 1)];
    engine_test_words(3, 4, words, PATHS * (MOST + 1));
    sp_pooled_clear(pooled);
    for (size_t p = 0; p < PATHS; p++) {
        const uint32_t *w = words + p * (MOST + 1);
        s[p] = 0;
        n[p] = w[0] % (MOST + 1);
        for (size_t q = 0; q < n[p]; q++)
            s[p] += 1e6 + 2.385e4 * (w[1 + q] * 0x1p-32) * (1 + n[p]) - centre;
        pooled->quarters += (uint64_t)n[p];
        pooled->sum += s[p];
        pooled->sum_squares += s[p] * s[p];
        pooled->cross += s[p] * n[p];
        pooled->number_squares += n[p] * n[p];
    }
}

/* sum S / sum N, with the error of a ratio: sqrt(n / (n - 1) sum (S - r N)^2) / sum N. */
Test(pooled, mean_and_error_by_brute_force) {
    static double s[PATHS], n[PATHS];
    struct sp_pooled pooled;
    double centre = 1.07e6, error, sum_s = 0, sum_n = 0, squares = 0;
    fill(s, n, centre, &pooled);
    for (size_t p = 0; p < PATHS; p++) {
        sum_s += s[p];
        sum_n += n[p];
    }
    for (size_t p = 0; p < PATHS; p++)
        squares += (s[p] - sum_s / sum_n * n[p]) * (s[p] - sum_s / sum_n * n[p]);
    double mean = sp_pooled_mean(&pooled, centre, PATHS, &error);
    cr_expect_float_eq(mean, centre + sum_s / sum_n, 1e-12 * mean);
    cr_expect_float_eq(error / (sqrt(squares * PATHS / (PATHS - 1.0)) / sum_n), 1, 1e-10);
}

Test(pooled, count_error_by_brute_force) {
    static double s[PATHS], n[PATHS];
    struct sp_pooled pooled;
    double sum = 0, squares = 0;
    fill(s, n, 0, &pooled);
    for (size_t p = 0; p < PATHS; p++)
        sum += n[p] / PATHS;
    for (size_t p = 0; p < PATHS; p++)
        squares += (n[p] - sum) * (n[p] - sum);
    cr_expect_float_eq(sp_pooled_count_error(&pooled, PATHS) / sqrt(squares * PATHS / (PATHS - 1.0)), 1,
                       1e-10);
}

Test(pooled, nothing_has_no_mean) {
    struct sp_pooled pooled, more;
    double error = 7;
    sp_pooled_clear(&pooled);
    cr_expect(isnan(sp_pooled_mean(&pooled, 3, 100, &error)) && isnan(error));
    cr_expect(isnan(sp_pooled_count_error(&pooled, 1)));
    cr_expect_eq(sp_pooled_count_error(&pooled, 100), 0);
    more = (struct sp_pooled){1, 2.385, 5.688225, 2.385, 1, 2.385, 2.385};
    sp_pooled_merge(&pooled, &more);
    cr_expect_eq(sp_pooled_mean(&pooled, 10, 1, &error), 12.385);
    cr_expect(isnan(error), "one path has no error");
    cr_expect(pooled.low == 2.385 && pooled.high == 2.385);
}

/* sqrt(G / (G - 1) sum w^2 (g - v)^2) / sum w; merged sums are the sums of all. */
Test(pooled, group_error_by_brute_force) {
    static const double weight[] = {512, 490.5, 3, 777, 250, 1e3},
                        value[] = {0.1, -0.3, 9, 0.2385, 0.05, -0.11};
    struct sp_group_sums first = {0}, second = {0};
    double squares = 0, weights = 0, overall = 0.031;
    for (size_t i = 0; i < 6; i++) {
        sp_pooled_group_add(i < 4 ? &first : &second, weight[i], value[i]);
        squares += weight[i] * weight[i] * (value[i] - overall) * (value[i] - overall);
        weights += weight[i];
    }
    sp_pooled_group_merge(&first, &second);
    cr_expect_eq(first.groups, 6);
    cr_expect_float_eq(sp_pooled_group_error(&first, overall) / (sqrt(squares * 6 / 5) / weights), 1, 1e-12);
}

Test(pooled, fewer_than_two_groups_have_no_error) {
    struct sp_group_sums sums = {0};
    cr_expect(isnan(sp_pooled_group_error(&sums, 0)));
    sp_pooled_group_add(&sums, 64, 0.5);
    cr_expect(isnan(sp_pooled_group_error(&sums, 0.5)));
    sp_pooled_group_add(&sums, 64, 0.5);
    cr_expect_eq(sp_pooled_group_error(&sums, 0.5), 0);
}

/* A power of two, 64 .. batch, that leaves 16 groups where there are paths for it. */
Test(pooled, group_size) {
    static const uint64_t known[][2] = {{1, 64},        {63, 64},        {1023, 64},
                                        {1024, 64},     {2047, 64},      {2048, 128},
                                        {16384, 1024},  {16385, 1024},   {131072, 8192},
                                        {262143, 8192}, {262144, 16384}, {UINT64_C(1) << 40, 16384}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        cr_expect_eq(sp_pooled_group_size(known[i][0], 16384), known[i][1], "%zu paths", (size_t)known[i][0]);
}
