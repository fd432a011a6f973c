/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/quantile.h"
#include "tests/support/engine_test_table.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

TestSuite(quantile, .timeout = 20);

/* The data sets as tests/vectors/r_quantiles/datasets.txt has them. */
static const struct {
    const char *name;
    size_t n;
    double x[10];
} sets[] = {
    {"hf5", 5, {1, 2, 3, 4, 5}},
    {"one", 1, {42}},
    {"two", 2, {-1, 3}},
    {"ties", 8, {0, 0, 0, 0, 3, 3, 3, 3}},
    {"mixed", 10, {2.5, -1e9, 7, 7, 7, 0, 1e9, 3.25, -4, 11}},
    {"w10", 10, {.1391, .2534, .0031, .9812, .5023, .4711, .8841, .6622, .1009, .7575}},
};

static size_t fill(const char *name, double x[1001]) {
    if (!strcmp(name, "big")) {
        for (size_t k = 1; k <= 1001; k++)
            x[1001 - k] = (double)(k * k);
        return 1001;
    }
    size_t i = 0;
    while (i < sizeof sets / sizeof *sets && strcmp(sets[i].name, name) != 0)
        i++;
    cr_assert_lt(i, sizeof sets / sizeof *sets, "%s", name);
    memcpy(x, sets[i].x, sizeof sets[i].x);
    return sets[i].n;
}

/* R prints 17 digits; the last place of the larger neighbour is allowed for. */
Test(quantile, type_7_is_that_of_r) {
    static double x[1001];
    size_t rows;
    struct engine_test_row *row = engine_test_rows("tests/vectors/r_quantiles/type7.csv", &rows);
    cr_assert_eq(rows, 133);
    for (size_t i = 0; i < rows; i++) {
        size_t n = fill(row[i].text[0], x);
        sp_quantile_sort(x, n);
        double q = sp_quantile_sorted(x, n, row[i].number[1]), truth = row[i].number[2];
        double largest = fmax(fabs(x[0]), fabs(x[n - 1]));
        cr_expect(fabs(q - truth) <= fmax(4e-16 * fabs(truth), 2e-16 * largest),
                  "%s, p = %s: %.17g, not %.17g", row[i].text[0], row[i].text[1], q, truth);
    }
    free(row);
}

Test(quantile, sort_puts_all_in_order) {
    double x[] = {3, -INFINITY, 2.385, -0.0, 0.0, 3, INFINITY, -1e-300, 1e300};
    sp_quantile_sort(x, 9);
    for (size_t i = 1; i < 9; i++)
        cr_expect_leq(x[i - 1], x[i]);
    cr_expect_eq(x[8], INFINITY);
    cr_expect_eq(x[0], -INFINITY);
}

/* Many values go another way; it must come to the same. */
Test(quantile, many_values_are_sorted_as_few_are) {
    enum { N = 4099 };
    static double few[N], many[N], scratch[N];
    uint64_t state = 2385;
    for (size_t n = 250; n <= N; n += 641) {
        for (size_t i = 0; i < n; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            double u = (double)(state >> 11) * 0x1p-53 - 0.5;
            few[i] = i % 5 == 0 ? floor(9 * u) : i % 5 == 1 ? 1e300 * u : i % 5 == 2 ? 1e-300 * u : 2.385 + u;
        }
        few[7] = INFINITY, few[11] = -INFINITY, few[13] = 0x1p-1074;
        memcpy(many, few, n * sizeof *few);
        sp_quantile_sort(few, n);
        sp_quantile_sort_many(many, scratch, n);
        for (size_t i = 0; i < n; i++)
            cr_assert_eq(few[i], many[i], "%zu of %zu", i, n);
    }
}

Test(quantile, values_that_share_their_bytes_stay_where_they_are) {
    double equal[300], scratch[300];
    for (size_t i = 0; i < 300; i++)
        equal[i] = -2.385;
    sp_quantile_sort_many(equal, scratch, 300);
    for (size_t i = 0; i < 300; i++)
        cr_expect_eq(equal[i], -2.385);
}

Test(quantile, values_in_clusters_within_clusters_are_sorted) {
    enum { N = 3000 };
    static double x[N], sorted[N], scratch[N];
    uint64_t state = 2385;
    for (size_t i = 0; i < N; i++) {
        state = state * UINT64_C(6364136223846793005) + 1;
        double fine = (double)(state >> 40) * 0x1p-24,
               width = (double[]){1e9, 1e-3, 1e-13, 0}[state >> 33 & 3];
        x[i] = sorted[i] = (state >> 35 & 1 ? -7.25 : 2.385) + width * fine;
    }
    x[17] = sorted[17] = -0.0, x[1234] = sorted[1234] = INFINITY;
    sp_quantile_sort(sorted, N);
    sp_quantile_sort_many(x, scratch, N);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(x[i], sorted[i], "%zu", i);
}
