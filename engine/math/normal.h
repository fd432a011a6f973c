/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The standard normal law for single numbers, with fixed bits: its quantile function and its tail.
 */
#ifndef SP_ENGINE_MATH_NORMAL_H
#define SP_ENGINE_MATH_NORMAL_H

#include "engine/math/elementary.h"

#include <math.h>
#include <stdbool.h>

/* z with P(Z <= z) = u, for 1e-300 <= u < 1; relative error below 1e-14. Rational approximations in three
 * regions, with the coefficients of algorithm AS 241 (PPND16): M. J. Wichura, Applied Statistics 37 (1988),
 * 477-484. */
double sp_normal_quantile(double u);

/* The same for tails from SP_NORMAL_NEAR on, of both sides, without branches, so that loops become vectors.
 */
#define SP_NORMAL_NEAR 1.5e-11
static inline double sp_normal_quantile_near(double u) {
    /* In x = 0.180625 - (u - 1/2)^2 where |u - 1/2| <= 0.425, else in x = r - 1.6 for r = sqrt(-ln of the
     * tail)
     * <= 5. One rational function, of the region's coefficients: a division takes as long as ten sums. */
    static const double near_over[] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                       1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                       4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                       3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double near_under[] = {1.0,
                                        4.2313330701600911252e+1,
                                        6.8718700749205790830e+2,
                                        5.3941960214247511077e+3,
                                        2.1213794301586595867e+4,
                                        3.9307895800092710610e+4,
                                        2.8729085735721942674e+4,
                                        5.2264952788528545610e+3};
    static const double tail_over[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                       5.76949722146069140550e0,  3.64784832476320460504e0,
                                       1.27045825245236838258e0,  2.41780725177450611770e-1,
                                       2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double tail_under[] = {1.0,
                                        2.05319162663775882187e0,
                                        1.67638483018380384940e0,
                                        6.89767334985100004550e-1,
                                        1.48103976427480074590e-1,
                                        1.51986665636164571966e-2,
                                        5.47593808499534494600e-4,
                                        1.05075007164441684324e-9};
    double over[8], under[8], q = u - 0.5, rest = q < 0 ? u : 1 - u, r = sqrt(-sp_elementary_log(rest));
    bool is_near = fabs(q) <= 0.425;
    for (int i = 0; i < 8; i++) {
        over[i] = is_near ? near_over[i] : tail_over[i];
        under[i] = is_near ? near_under[i] : tail_under[i];
    }
    double x = is_near ? 0.180625 - q * q : r - 1.6, side = is_near ? q : q < 0 ? -1 : 1;
    return side * (sp_elementary_series(over, 8, x) / sp_elementary_series(under, 8, x));
}

/* P(Z > z), given gauss = e^(-z^2 / 2), so that a loop over arrays can take the exp of kernels.h and become
 * vectors. Relative error below 1e-8 for z <= 37, absolute error below 1e-15. The rational approximation of
 * algorithm 5666 of J. F. Hart et al., Computer Approximations (1968); beyond 7.07 a continued fraction. */
static inline double sp_normal_upper(double z, double gauss) {
    static const double over[] = {220.206867912376, 221.213596169931,  112.079291497871,    33.912866078383,
                                  6.37396220353165, 0.700383064443688, 3.52624965998911e-2, 0};
    static const double under[] = {440.413735824752, 793.826512519948, 637.333633378831, 296.564248779674,
                                   86.7807322029461, 16.064177579207,  1.75566716318264, 8.83883476483184e-2};
    double a = z < 0 ? -z : z, near_over = sp_elementary_series(over, 8, a),
           near_under = sp_elementary_series(under, 8, a);
    /* a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65)))) = fifth / fourth. */
    double first = a + 0.65, second = a * first + 4, third = a * second + 3 * first;
    double fourth = a * third + 2 * second, fifth = a * fourth + third;
    bool is_near = a < 7.07106781186547;
    double tail = gauss * (is_near ? near_over : fourth) / (is_near ? near_under : fifth * 2.506628274631);
    return z < 0 ? 1 - tail : tail;
}

#endif
