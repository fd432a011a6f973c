/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/quantile.h"
#include "tests/support/engine_test_table.h"

#include <criterion/criterion.h>
#include <math.h>
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
