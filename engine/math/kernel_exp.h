/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * e^x. x = k ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor series to r^13 (the rest is below 5e-18); times
 * 2^k in two halves, so that results near the ends of the range are right. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_EXP_H
#define SP_ENGINE_MATH_KERNEL_EXP_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

static inline double exp_power_of_two(int64_t k) {
    uint64_t bits = (uint64_t)(k + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

static inline double exp_series(double r) {
    static const double inverse_factorial[] = {1.0 / 6227020800,
                                               1.0 / 479001600,
                                               1.0 / 39916800,
                                               1.0 / 3628800,
                                               1.0 / 362880,
                                               1.0 / 40320,
                                               1.0 / 5040,
                                               1.0 / 720,
                                               1.0 / 120,
                                               1.0 / 24,
                                               1.0 / 6,
                                               1.0 / 2,
                                               1.0,
                                               1.0};
    double sum = inverse_factorial[0];
    for (int i = 1; i < 14; i++)
        sum = __builtin_fma(sum, r, inverse_factorial[i]);
    return sum;
}

static inline double exp_one(double x) {
    const double round = 0x1.8p52, ln2_high = 0x1.62e42fefa39efp-1, ln2_low = 0x1.abc9e3b39803fp-56;
    double inside = x > 710.0 ? 710.0 : x < -746.0 ? -746.0 : x; /* beyond: infinity and 0 all the same */
    double shifted = __builtin_fma(inside, 0x1.71547652b82fep+0, round);
    double whole = shifted - round;
    double r = __builtin_fma(-whole, ln2_low, __builtin_fma(-whole, ln2_high, inside));
    int64_t k, zero;
    memcpy(&k, &shifted, sizeof k);
    memcpy(&zero, &round, sizeof zero);
    k -= zero;
    int64_t half = (k + 2048) / 2 - 1024; /* k / 2 rounded down, without a signed shift */
    return exp_series(r) * exp_power_of_two(half) * exp_power_of_two(k - half);
}

static void exponential(const double *x, double *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = exp_one(x[i]);
}

#endif
