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
static inline void exp_pair(const f64x4 *a, const f64x4 *b, const f64x4 *r, f64x4 *sum) {
    fused(b, r, a, sum);
}

/* 1 + (r + r^2 (1/2! + r/3! + ..)): the large terms are added last, so that they round once. What is in the
 * brackets goes by pairs (Estrin's scheme), so that its steps need not wait for each other. */
static inline void exp_series(const f64x4 *high, const f64x4 *low, f64x4 *sum) {
    static const double inverse_factorial[] = {
        1.0 / 2,     1.0 / 6,      1.0 / 24,      1.0 / 120,      1.0 / 720,       1.0 / 5040,
        1.0 / 40320, 1.0 / 362880, 1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
    const f64x4 zero = {0};
    f64x4 pair[6], r = *high + *low, r2 = r * r, r4 = r2 * r2, r8 = r4 * r4, rest;
#pragma GCC unroll 6
    for (int i = 0; i < 6; i++) {
        f64x4 even = zero + inverse_factorial[2 * i], odd = zero + inverse_factorial[2 * i + 1];
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

/* 2^k of whole numbers within -1022 .. 1023, by the exponent's bits. */
static inline f64x4 *exp_power_of_two(const u64x4 *k, f64x4 *power) {
    *power = (f64x4)((*k + 1023) << 52);
    return power;
}

static inline void exp_four(const double *x, double *out) {
    const f64x4 zero = {0}, round = zero + 0x1.8p52, inverse_ln2 = zero + 0x1.71547652b82fep+0;
    const f64x4 ln2_high = zero + 0x1.62e42fefa38p-1, ln2_low = zero + 0x1.ef35793c7673p-45;
    const f64x4 highest = zero + 710.0, lowest = zero - 746.0;
    f64x4 value = *(const f64x4_at *)x, shifted, high, low, power, result;
    /* Beyond these the result is infinity or 0 all the same. */
    i64x4 is_above = value > highest, is_below = value < lowest;
    choose(&is_above, &highest, &value, &value);
    choose(&is_below, &lowest, &value, &value);
    fused(&value, &inverse_ln2, &round, &shifted);
    f64x4 minus_whole = round - shifted;
    fused(&minus_whole, &ln2_high, &value, &high); /* exact: ln2_high ends in zeros */
    low = minus_whole * ln2_low;
    exp_series(&high, &low, &result);
    /* Unsigned, because NaN gives any k at all. half is k / 2 rounded down. */
    u64x4 k = (u64x4)shifted - (u64x4)round, half = ((k + 2048) >> 1) - 1024, rest = k - half;
    result *= *exp_power_of_two(&half, &power);
    result *= *exp_power_of_two(&rest, &power);
    *(f64x4_at *)out = result;
}

/* What is left over below four goes through the same lanes, so that it has the same bits. */
static void exponential(const double *x, double *out, size_t n) {
    size_t whole = n / 4 * 4;
    for (size_t i = 0; i < whole; i += 4)
        exp_four(x + i, out + i);
    if (whole == n)
        return;
    double rest[4] = {0};
    memcpy(rest, x + whole, (n - whole) * sizeof *x);
    exp_four(rest, rest);
    memcpy(out + whole, rest, (n - whole) * sizeof *x);
}

#endif
