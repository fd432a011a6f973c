/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/moments.h"
#include "tests/support/engine_test_table.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(moments, .timeout = 60);

/* The moments of x[n], in batches of `batch` values that are filled by blocks of 8 and merged pairwise as a
 * tree, or one after the other. */
static struct sp_moments collect(const double *x, size_t n, double centre) {
    struct sp_moment_lanes lanes;
    sp_moments_clear(&lanes);
    for (size_t done = 0; done < n; done += 64)
        sp_kernels_find(NULL)->moments(&lanes, centre, x + done, n - done < 64 ? n - done : 64);
    return sp_moments_collect(&lanes, centre);
}

static struct sp_moments tree(const double *x, size_t n, size_t batch, double centre) {
    if (n <= batch)
        return collect(x, n, centre);
    size_t half = (n / batch + 1) / 2 * batch;
    struct sp_moments left = tree(x, half, batch, centre), right = tree(x + half, n - half, batch, centre);
    sp_moments_merge(&left, &right);
    return left;
}

static struct sp_moments chain(const double *x, size_t n, size_t batch, double centre) {
    struct sp_moments all = {.low = INFINITY, .high = -INFINITY};
    for (size_t done = 0; done < n; done += batch) {
        struct sp_moments more = collect(x + done, n - done < batch ? n - done : batch, centre);
        sp_moments_merge(&all, &more);
    }
    return all;
}

/* Certified values are given to 15 digits. What numbers of this size lose as doubles (1000000.2 is none), the
 * sd loses times mean / sd: with many batches the means of which are merged, or when the numbers themselves
 * are rounded (NumAcc3, NumAcc4). */
static void expect_certified(const struct engine_test_row *row, const struct sp_moments *m, bool merged,
                             const char *how) {
    double mean = row->number[2], sd = row->number[3], tolerance = 1e-13;
    if (merged || !strncmp(row->text[0], "NumAcc", 6))
        tolerance += 0x1p-52 * fabs(mean) / sd;
    cr_expect_eq(m->count, (uint64_t)row->number[1], "%s %s", row->text[0], how);
    cr_expect(fabs(m->mean - mean) <= 1e-14 * fabs(mean), "%s %s: mean %.17g", row->text[0], how, m->mean);
    cr_expect(fabs(sp_moments_sd(m) - sd) <= tolerance * sd, "%s %s: sd %.17g is %.2g off", row->text[0], how,
              sp_moments_sd(m), fabs(sp_moments_sd(m) / sd - 1));
}

static void expect_set(const struct engine_test_row *row) {
    static const size_t batches[] = {1, 7, 8, 64, 100, 5000};
    char path[128];
    size_t n;
    snprintf(path, sizeof path, "tests/vectors/nist_strd/%s.values", row->text[0]);
    double *x = engine_test_numbers(path, &n), centre = n > 5 ? (x[0] + x[1] + x[2] + x[3]) / 4 : x[0];
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        struct sp_moments as_tree = tree(x, n, batches[b], centre),
                          as_chain = chain(x, n, batches[b], centre);
        expect_certified(row, &as_tree, batches[b] < n, "as a tree");
        expect_certified(row, &as_chain, batches[b] < n, "as a chain");
    }
    free(x);
}

Test(moments, nist_strd) {
    size_t rows;
    struct engine_test_row *row = engine_test_rows("tests/vectors/nist_strd/certified.csv", &rows);
    cr_assert_eq(rows, 9);
    for (size_t i = 0; i < rows; i++)
        expect_set(&row[i]);
    free(row);
}

/* A centre far off costs digits, but not the sign: no variance is below zero. */
Test(moments, a_constant_far_from_the_centre_has_no_spread) {
    double x[100];
    for (size_t i = 0; i < 100; i++)
        x[i] = 1e8 + 1 / 3.0;
    struct sp_moments m = collect(x, 100, -2.385);
    cr_expect_geq(m.squares, 0);
    cr_expect_lt(sp_moments_sd(&m), 1);
    m = collect(x, 100, x[0]);
    cr_expect_eq(m.mean, x[0]);
    cr_expect_eq(sp_moments_sd(&m), 0);
}

Test(moments, few_values) {
    const double x[] = {2.385, -1.5};
    struct sp_moments none = collect(x, 0, 7), one = collect(x, 1, 7), two = collect(x, 2, 7), copy;
    cr_expect_eq(none.count, 0);
    cr_expect(isinf(none.low) && none.low > 0 && isinf(none.high) && none.high < 0);
    cr_expect(isnan(sp_moments_sd(&none)));
    cr_expect_eq(one.count, 1);
    cr_expect_float_eq(one.mean, 2.385, 1e-15);
    cr_expect(isnan(sp_moments_sd(&one)), "one value has no spread");
    cr_expect_float_eq(sp_moments_sd(&two), (2.385 + 1.5) / sqrt(2), 1e-14);
    cr_expect(two.low == -1.5 && two.high == 2.385);
    copy = two;
    sp_moments_merge(&copy, &none);
    cr_expect_arr_eq(&copy, &two, sizeof two, "merging nothing changes nothing");
    sp_moments_merge(&none, &two);
    cr_expect_arr_eq(&none, &two, sizeof two);
}

/* Values whose squares are beyond the range have a spread that is not zero. */
Test(moments, a_spread_beyond_the_range_is_not_zero) {
    const double x[] = {1e200, 2e200, 5e200, -1e200};
    struct sp_moments m = collect(x, 4, 2e200);
    cr_expect(!(sp_moments_sd(&m) <= 1e100), "sd %g of values around 1e200", sp_moments_sd(&m));
}
