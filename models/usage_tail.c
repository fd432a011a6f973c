/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * With k = ln(cap / mean) and F(z) = P(Z > z): the part of E min(X, cap)^i below the cap is
 * mean^i e^(i (i - 1) sigma^2 / 2) F((2i - 1) sigma / 2 - k / sigma), i = 1, 2; that of the cap is
 * cap^i F(k / sigma + sigma / 2).
 */
#include "models/usage_tail.h"

#include "engine/math/normal.h"

#include <math.h>

enum { PART = SP_USAGE_PART };

/* P(Z > z) of an array; z may lie anywhere: beyond 37 nothing is left. */
static void fill_upper(const struct sp_kernels *kernels, const double *z, double *out) {
    double gauss[PART], held[PART];
    for (size_t p = 0; p < PART; p++) {
        held[p] = z[p] < -37 ? -37 : z[p] > 37 ? 37 : z[p];
        gauss[p] = -0.5 * held[p] * held[p];
    }
    kernels->exp(gauss, gauss, PART);
    for (size_t p = 0; p < PART; p++)
        out[p] = sp_normal_upper(held[p], gauss[p]);
}

/* k / sigma, with k held to +-600; of paths on which mean or cap is 0, anything. */
static void fill_ratio(const double *mean, const double *cap, const double *sigma, double *out) {
    for (size_t p = 0; p < PART; p++) {
        double times = mean[p] > 0 ? cap[p] / mean[p] : 1;
        out[p] = sp_elementary_log(times < 1e-260 ? 1e-260 : times > 1e260 ? 1e260 : times) / sigma[p];
    }
}

/* P(Z > side x ratio + halves sigma / 2), with the ratio k / sigma. */
static void fill_part(const struct sp_kernels *kernels, const double *ratio, const double *sigma, double side,
                      double halves, double *out) {
    double z[PART];
    for (size_t p = 0; p < PART; p++)
        z[p] = side * ratio[p] + halves * 0.5 * sigma[p];
    fill_upper(kernels, z, out);
}

/* A sigma so small that the law is a point is treated as one a little larger. */
static void fill_sigma(const double *sigma, double *out, double *exp_square) {
    for (size_t p = 0; p < PART; p++) {
        out[p] = sigma[p] > 1e-9 ? sigma[p] : 1e-9;
        exp_square[p] = sigma[p] * sigma[p];
    }
}

SP_WIDE void sp_usage_tail_moments(const struct sp_kernels *kernels, const double *mean, const double *sigma,
                                   const double *cap, double *capped_mean, double *relative_variance) {
    double spread[PART], growth[PART], ratio[PART], first_below[PART], second_below[PART], above[PART];
    fill_sigma(sigma, spread, growth);
    kernels->exp(growth, growth, PART);
    fill_ratio(mean, cap, spread, ratio);
    fill_part(kernels, ratio, spread, -1, 1, first_below);
    fill_part(kernels, ratio, spread, -1, 3, second_below);
    fill_part(kernels, ratio, spread, 1, 1, above);
    for (size_t p = 0; p < PART; p++) {
        double first = mean[p] * first_below[p] + cap[p] * above[p];
        double second = mean[p] * mean[p] * growth[p] * second_below[p] + cap[p] * cap[p] * above[p];
        double uncapped = mean[p], m = cap[p] < SP_USAGE_UNCAPPED ? first : uncapped;
        m = uncapped > 0 ? m : 0;
        m = cap[p] > 0 ? m : 0;
        double square = m > 0 ? m * m : 1, capped_excess = second / square - 1, excess = growth[p] - 1;
        excess = cap[p] < SP_USAGE_UNCAPPED ? capped_excess : excess;
        excess = excess > 0 ? excess : 0;
        excess = uncapped > 0 ? excess : 0;
        capped_mean[p] = m;
        relative_variance[p] = cap[p] > 0 ? excess : 0;
    }
}
