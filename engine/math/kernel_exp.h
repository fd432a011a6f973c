/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * e^x. x = k ln 2 + r with |r| <= ln 2 / 2, and r in two parts, of which the larger is exact; e^r by the
 * polynomial of degree 11 that is off least where it is off most (4e-18 of e^r, which is what the Taylor
 * series has at degree 13); times 2^k in two halves, so that results near the ends of the range are right.
 * Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_EXP_H
#define SP_ENGINE_MATH_KERNEL_EXP_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

/* 1 + (r + r^2 q(r)): the large terms are added last, so that they round once. The even and the odd powers of
 * q need not wait for each other. */
static inline void exp_series(const f64v *high, const f64v *low, f64v *sum) {
    static const double q[] = {0x1.000000000000ap-1,  0x1.5555555555503p-3,  0x1.5555555550605p-5,
                               0x1.1111111124d25p-7,  0x1.6c16c184b5dd1p-10, 0x1.a01a013d676e3p-13,
                               0x1.a019988acae78p-16, 0x1.71def3a0c5693p-19, 0x1.28aedb1465d76p-22,
                               0x1.add8b7306ab5ep-26};
    enum { LAST = sizeof q / sizeof *q - 1 };
    const f64v zero = {0};
    f64v r = *high + *low, r2 = r * r, even = zero + q[LAST - 1], odd = zero + q[LAST], rest;
#pragma GCC unroll 4
    for (int i = LAST - 3; i >= 0; i -= 2) {
        f64v next_even = zero + q[i], next_odd = zero + q[i + 1];
        fused(&even, &r2, &next_even, &even);
        fused(&odd, &r2, &next_odd, &odd);
    }
    fused(&odd, &r, &even, &rest);
    fused(&rest, &r2, low, &rest);
    *sum = (*high + rest) + 1.0;
}

/* What e^x is made of. */
struct exp_lanes {
    f64v high, low, k;
};

static inline void exp_reduce(const double *x, struct exp_lanes *lanes) {
    const f64v zero = {0}, round = zero + 0x1.8p52, inverse_ln2 = zero + 0x1.71547652b82fep+0;
    const f64v ln2_high = zero + 0x1.62e42fefa38p-1, ln2_low = zero + 0x1.ef35793c7673p-45;
    const f64v highest = zero + 710.0, lowest = zero - 746.0;
    f64v value = *(const f64v_at *)x, shifted;
    /* Beyond these the result is infinity or 0 all the same; NaN stays. */
    lesser(&highest, &value, &value);
    greater(&lowest, &value, &value);
    fused(&value, &inverse_ln2, &round, &shifted);
    f64v minus_k = round - shifted;
    lanes->k = shifted - round;
    fused(&minus_k, &ln2_high, &value, &lanes->high); /* exact: ln2_high ends in zeros */
    lanes->low = minus_k * ln2_low;
}

static inline void exp_value(const struct exp_lanes *lanes, double *out) {
    f64v result;
    exp_series(&lanes->high, &lanes->low, &result);
    times_power_of_two(&result, &lanes->k);
    *(f64v_at *)out = result;
}

/* n is a multiple of WIDTH, and not 0. Values are made one step behind, so that they need not wait for their
 * parts. */
static inline void exp_whole(const double *x, double *out, size_t n) {
    struct exp_lanes lanes, next;
    exp_reduce(x, &lanes);
    for (size_t i = WIDTH; i < n; i += WIDTH) {
        exp_reduce(x + i, &next);
        exp_value(&lanes, out + i - WIDTH);
        lanes = next;
    }
    exp_value(&lanes, out + n - WIDTH);
}

/* What is left over goes through the same lanes, so that it has the same bits. */
static void exponential(const double *x, double *out, size_t n) {
    size_t whole = n / WIDTH * WIDTH;
    if (whole > 0)
        exp_whole(x, out, whole);
    if (whole == n)
        return;
    double rest[WIDTH] = {0};
    memcpy(rest, x + whole, (n - whole) * sizeof *x);
    exp_whole(rest, rest, WIDTH);
    memcpy(out + whole, rest, (n - whole) * sizeof *x);
}

#endif
