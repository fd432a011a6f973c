/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * e^x. x = k ln 2 + r with |r| <= ln 2 / 2, and r in two parts, of which the larger is exact; e^r by its
 * Taylor series to r^13 (the rest is below 5e-18); times 2^k in two halves, so that results near the ends of
 * the range are right. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_EXP_H
#define SP_ENGINE_MATH_KERNEL_EXP_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

/* sum = a + b r. */
static inline void exp_pair(const f64v *a, const f64v *b, const f64v *r, f64v *sum) {
    fused(b, r, a, sum);
}

/* 1 + (r + r^2 (1/2! + r/3! + ..)): the large terms are added last, so that they round once. What is in the
 * brackets goes by pairs (Estrin's scheme), so that its steps need not wait for each other. */
static inline void exp_series(const f64v *high, const f64v *low, f64v *sum) {
    static const double inverse_factorial[] = {
        1.0 / 2,     1.0 / 6,      1.0 / 24,      1.0 / 120,      1.0 / 720,       1.0 / 5040,
        1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
    const f64v zero = {0};
    f64v pair[6], r = *high + *low, r2 = r * r, r4 = r2 * r2, r8 = r4 * r4, rest;
#pragma GCC unroll 6
    for (int i = 0; i < 6; i++) {
        f64v even = zero + inverse_factorial[2 * i], odd = zero + inverse_factorial[2 * i + 1];
        exp_pair(&even, &odd, &r, &pair[i]);
    }
    exp_pair(&pair[0], &pair[1], &r2, &pair[0]);
    exp_pair(&pair[2], &pair[3], &r2, &pair[2]);
    exp_pair(&pair[4], &pair[5], &r2, &pair[4]);
    exp_pair(&pair[0], &pair[2], &r4, &rest);
    exp_pair(&rest, &pair[4], &r8, &rest);
    exp_pair(low, &rest, &r2, &rest);
    *sum = (*high + rest) + 1.0;
}

static inline void exp_lanes(const double *x, double *out) {
    const f64v zero = {0}, round = zero + 0x1.8p52, inverse_ln2 = zero + 0x1.71547652b82fep+0;
    const f64v ln2_high = zero + 0x1.62e42fefa38p-1, ln2_low = zero + 0x1.ef35793c7673p-45;
    const f64v highest = zero + 710.0, lowest = zero - 746.0;
    f64v value = *(const f64v_at *)x, shifted, high, low, result;
    /* Beyond these the result is infinity or 0 all the same; NaN stays. */
    lesser(&highest, &value, &value);
    greater(&lowest, &value, &value);
    fused(&value, &inverse_ln2, &round, &shifted);
    f64v k = shifted - round, minus_k = round - shifted;
    fused(&minus_k, &ln2_high, &value, &high); /* exact: ln2_high ends in zeros */
    low = minus_k * ln2_low;
    exp_series(&high, &low, &result);
    times_power_of_two(&result, &k);
    *(f64v_at *)out = result;
}

/* What is left over goes through the same lanes, so that it has the same bits. */
static void exponential(const double *x, double *out, size_t n) {
    size_t whole = n / WIDTH * WIDTH;
    for (size_t i = 0; i < whole; i += WIDTH)
        exp_lanes(x + i, out + i);
    if (whole == n)
        return;
    double rest[WIDTH] = {0};
    memcpy(rest, x + whole, (n - whole) * sizeof *x);
    exp_lanes(rest, rest);
    memcpy(out + whole, rest, (n - whole) * sizeof *x);
}

#endif
