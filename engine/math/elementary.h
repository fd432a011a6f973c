/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * e^x and ln x of single numbers, with fixed bits: they decide how many people a path has, and the last bits
 * of a C library's functions differ between machines. Only + - x / in a stated order, which IEEE 754 fixes.
 * For arrays there is the exp of kernels.h, which is faster (and has other last bits).
 */
#ifndef SP_ENGINE_MATH_ELEMENTARY_H
#define SP_ENGINE_MATH_ELEMENTARY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* coefficient[0] + coefficient[1] x + .., an even number of them: even and odd powers in two sums, so that
 * they need not wait for each other. */
static inline double sp_elementary_series(const double *coefficient, size_t count, double x) {
    double even = coefficient[count - 2], odd = coefficient[count - 1], square = x * x;
    for (size_t i = count - 2; i > 0; i -= 2) {
        even = even * square + coefficient[i - 2];
        odd = odd * square + coefficient[i - 1];
    }
    return odd * x + even;
}

/* ln x for normal x > 0, to about 1 ulp, near 1 too. x = 2^k m with m within sqrt(1/2) .. sqrt(2);
 * ln m = 2 artanh(s) with s = (m - 1) / (m + 1), whose series ends where the rest is below 1e-18. */
static inline double sp_elementary_log(double x) {
    static const double odd[] = {1.0,      1.0 / 3,  1.0 / 5,  1.0 / 7,  1.0 / 9,  1.0 / 11,
                                 1.0 / 13, 1.0 / 15, 1.0 / 17, 1.0 / 19, 1.0 / 21, 1.0 / 23};
    const int64_t root_half = 0x3FE6A09E667F3BCD, exponent = (int64_t)1 << 52;
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t k = (bits - root_half) >> 52;
    bits -= k * exponent;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1) / (m + 1), high = (double)k * 0x1.62e42feep-1, low = (double)k * 0x1.a39ef35793c76p-33;
    return high + (2 * s * sp_elementary_series(odd, sizeof odd / sizeof *odd, s * s) + low);
}

/* ln(1 - x) for 0 <= x < 1, without loss for small x: what 1 - x has rounded off is put back. By the inverse,
 * which whoever needs x / (1 - x) too then has. */
static inline double sp_elementary_log_rest(double x) {
    double rest = 1 - x;
    return sp_elementary_log(rest) - ((rest - 1) + x) * (1 / rest);
}

/* e^x for -700 <= x <= 700, to about 1 ulp. x = k ln 2 + r; e^r by its Taylor series. */
static inline double sp_elementary_exp(double x) {
    static const double inverse_factorial[] = {1.0,
                                               1.0,
                                               1.0 / 2,
                                               1.0 / 6,
                                               1.0 / 24,
                                               1.0 / 120,
                                               1.0 / 720,
                                               1.0 / 5040,
                                               1.0 / 40320,
                                               1.0 / 362880,
                                               1.0 / 3628800,
                                               1.0 / 39916800,
                                               1.0 / 479001600,
                                               1.0 / 6227020800};
    const double round = 0x1.8p52;
    double k = (x * 0x1.71547652b82fep+0 + round) - round;
    double r = (x - k * 0x1.62e42feep-1) - k * 0x1.a39ef35793c76p-33, power;
    int64_t bits = (int64_t)((uint64_t)((int64_t)k + 1023) << 52);
    memcpy(&power, &bits, sizeof power);
    return power *
           sp_elementary_series(inverse_factorial, sizeof inverse_factorial / sizeof *inverse_factorial, r);
}

#endif
