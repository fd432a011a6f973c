/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The standard normal law for single numbers, with fixed bits: its quantile function and its tail.
 */
#ifndef SP_ENGINE_MATH_NORMAL_H
#define SP_ENGINE_MATH_NORMAL_H

#include "engine/math/elementary.h"

/* z with P(Z <= z) = u, for 1e-300 <= u < 1; relative error below 1e-14. */
double sp_normal_quantile(double u);

/* P(Z > z), given gauss = e^(-z^2 / 2), so that a loop over arrays can take the exp of kernels.h and become
 * vectors. Relative error below 1e-8 for z <= 37, absolute error below 1e-15. The rational approximation of
 * algorithm 5666 of J. F. Hart et al., Computer Approximations (1968); beyond 7.07 a continued fraction. */
static inline double sp_normal_upper(double z, double gauss) {
    static const double over[] = {220.206867912376, 221.213596169931,  112.079291497871,    33.912866078383,
                                  6.37396220353165, 0.700383064443688, 3.52624965998911e-2, 0};
    static const double under[] = {440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674,
                                   86.7807322029461, 16.064177579207,  1.75566716318264, 8.83883476483184e-2};
    double a = z < 0 ? -z : z;
    double near = gauss * sp_elementary_series(over, 8, a) / sp_elementary_series(under, 8, a);
    double far = gauss / ((a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65))))) * 2.506628274631);
    double tail = a < 7.07106781186547 ? near : far;
    return z < 0 ? 1 - tail : tail;
}

#endif
