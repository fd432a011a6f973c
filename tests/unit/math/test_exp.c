/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

TestSuite(exponential, .timeout = 60);

enum { MOST = 1 << 17 };

/* How far y is from e^x, in units of the last place of a double of that size. */
static double ulps_off(double x, double y) {
    long double truth = expl((long double)x);
    int exponent = truth > 0 ? ilogbl(truth) : DBL_MIN_EXP - 1;
    if (exponent < DBL_MIN_EXP - 1)
        exponent = DBL_MIN_EXP - 1;
    return (double)(fabsl((long double)y - truth) / scalbnl(1, exponent - (DBL_MANT_DIG - 1)));
}

/* Over the whole range in which e^x is a number, subnormal ones included; a step that hits no round one. */
static size_t fill_grid(double *x) {
    size_t n = 0;
    for (double at = -746; at < 709.7827 && n < MOST - 64; at += 0.01234567)
        x[n++] = at;
    for (int e = -60; e < 9 && n < MOST - 2; e++) {
        x[n++] = ldexp(1.234567, e);
        x[n++] = -ldexp(1.234567, e);
    }
    return n;
}

Test(exponential, is_below_one_ulp) {
    static double x[MOST], y[MOST];
    size_t n = fill_grid(x);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        double worst = 0, at = 0;
        (*level)->exp(x, y, n);
        for (size_t i = 0; i < n; i++)
            if (!(ulps_off(x[i], y[i]) <= worst)) {
                worst = ulps_off(x[i], y[i]);
                at = x[i];
            }
        cr_expect_lt(worst, 1, "level %s: %g ulp at %.17g", (*level)->level, worst, at);
        cr_log_info("level %s: worst %.3f ulp at %.17g", (*level)->level, worst, at);
    }
}

/* Where the two halves of the range reduction meet, the error is largest. */
Test(exponential, is_below_one_ulp_where_it_changes_octaves) {
    static double x[8192], y[8192];
    size_t n = 0;
    for (int k = -1070; k <= 1023; k += 3)
        for (int side = -1; side <= 1; side++)
            x[n++] = ((double)k + 0.5) * log(2) * (1 + side * 1e-9);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        (*level)->exp(x, y, n);
        for (size_t i = 0; i < n; i++)
            cr_assert_lt(ulps_off(x[i], y[i]), 1, "level %s at %.17g", (*level)->level, x[i]);
    }
}

/* Half way between two eighths of an octave, where the power that is looked up changes: what its rounding has
 * left out must not be missing, which would be up to 0.44 ulp more. */
Test(exponential, is_near_the_truth_where_its_power_changes) {
    static double x[8192], y[8192];
    size_t n = 0;
    for (int eighths = -8168; eighths <= 8184; eighths += 7)
        for (int side = -1; side <= 1; side++)
            x[n++] = ((double)eighths + 0.5) / 8 * log(2) * (1 + side * 1e-9);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        (*level)->exp(x, y, n);
        for (size_t i = 0; i < n; i++)
            cr_assert_lt(ulps_off(x[i], y[i]), 0.6, "level %s at %.17g", (*level)->level, x[i]);
    }
}

Test(exponential, ends_of_the_range) {
    const double x[] = {0,
                        -0.0,
                        709.782712893383,
                        709.7827128933841,
                        710,
                        1e308,
                        INFINITY,
                        -INFINITY,
                        -1e308,
                        -745.133219101941,
                        -745.13321910194122,
                        -745.14,
                        -746,
                        -1000,
                        NAN,
                        -NAN,
                        DBL_MIN,
                        -DBL_MIN,
                        5e-324,
                        1e-17,
                        -1e-17};
    const double expected[] = {1,
                               1,
                               1.797693134862243e308,
                               INFINITY,
                               INFINITY,
                               INFINITY,
                               INFINITY,
                               0,
                               0,
                               4.9406564584124654e-324,
                               0,
                               0,
                               0,
                               0,
                               NAN,
                               NAN,
                               1,
                               1,
                               1,
                               1,
                               1};
    enum { COUNT = sizeof x / sizeof *x };
    double y[COUNT];
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        (*level)->exp(x, y, COUNT);
        for (int i = 0; i < COUNT; i++)
            if (isnan(expected[i]))
                cr_expect(isnan(y[i]), "level %s: e^%g is %g", (*level)->level, x[i], y[i]);
            else if (i == 2)
                cr_expect(isfinite(y[i]) && ulps_off(x[i], y[i]) < 1, "level %s: e^%g is %g", (*level)->level,
                          x[i], y[i]);
            else
                cr_expect_eq(y[i], expected[i], "level %s: e^%.17g is %g", (*level)->level, x[i], y[i]);
    }
}

/* Arguments found by trying 10^8 of them, with which an exponential of 1.06 ulp has been seen. */
Test(exponential, is_below_one_ulp_at_the_worst_arguments) {
    static const double x[] = {480.00466356943008,  66.890096036714866,  75.208499097867417,
                               -50.945541506552672, -50.945300752711596, -316.41945050528767,
                               58.573221722402323,  -439.10051258959265, -89.068342406974324,
                               -204.76582720099088, 64.849264726742931,  -435.60417119218306,
                               -44.669582636991414, 242.98772445625124,  -15.289519815691555};
    enum { COUNT = sizeof x / sizeof *x };
    double y[COUNT];
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        (*level)->exp(x, y, COUNT);
        for (int i = 0; i < COUNT; i++)
            cr_expect_lt(ulps_off(x[i], y[i]), 1, "level %s: %.3f ulp at %.17g", (*level)->level,
                         ulps_off(x[i], y[i]), x[i]);
    }
}

/* All levels give the same bits; at any length, and in place, each value has the bits that it has alone. */
Test(exponential, has_the_same_bits_at_any_level_and_length) {
    static double x[MOST], first[MOST], y[MOST], in_place[40];
    const struct sp_kernels *const *level = engine_test_levels();
    size_t n = fill_grid(x);
    (*level)->exp(x, first, n);
    for (; *level; level++) {
        (*level)->exp(x, y, n);
        cr_assert_arr_eq(y, first, n * sizeof *y, "level %s", (*level)->level);
        for (size_t length = 0; length <= 19; length++) {
            memcpy(in_place, x + 60001, sizeof in_place);
            (*level)->exp(in_place, in_place, length);
            for (size_t i = 0; i < 40; i++)
                cr_assert_eq(in_place[i], i < length ? first[60001 + i] : x[60001 + i],
                             "level %s, length %zu", (*level)->level, length);
        }
    }
}
