/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moments in lanes, and histogram bins. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_ACCUMULATE_H
#define SP_ENGINE_MATH_KERNEL_ACCUMULATE_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

#include <float.h>

static inline void moments_add(struct sp_moment_lanes *lanes, int lane, double centre, double x) {
    int finite = __builtin_fabs(x) <= DBL_MAX;
    double d = finite ? x - centre : 0.0;
    lanes->sum[lane] += d;
    lanes->square[lane] += d * d;
    lanes->low[lane] = finite && x < lanes->low[lane] ? x : lanes->low[lane];
    lanes->high[lane] = finite && x > lanes->high[lane] ? x : lanes->high[lane];
}

static inline size_t count_finite(const double *x, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += __builtin_fabs(x[i]) <= DBL_MAX;
    return count;
}

static void moments(struct sp_moment_lanes *lanes, double centre, const double *x, size_t n) {
    struct sp_moment_lanes local = *lanes;
    size_t whole = n / SP_LANES * SP_LANES;
    for (size_t p = 0; p < whole; p += SP_LANES)
        for (int lane = 0; lane < SP_LANES; lane++)
            moments_add(&local, lane, centre, x[p + (size_t)lane]);
    for (size_t p = whole; p < n; p++)
        moments_add(&local, (int)(p - whole), centre, x[p]);
    local.count += count_finite(x, n);
    *lanes = local;
}

static void bins(double centre, double inverse_scale, const double *x, uint32_t *bin, size_t n) {
    const double last = (double)(1 << SP_HISTOGRAM_OCTAVES) - 0.5;
    for (size_t i = 0; i < n; i++) {
        double d = x[i] - centre, y = __builtin_fabs(d) * inverse_scale + 1.0;
        y = y < last ? y : last;
        uint64_t bits;
        memcpy(&bits, &y, sizeof bits);
        int32_t step = (int32_t)(bits >> (52 - SP_HISTOGRAM_BITS)) - (1023 << SP_HISTOGRAM_BITS);
        int32_t index = d < 0 ? SP_HISTOGRAM_HALF - 1 - step : SP_HISTOGRAM_HALF + step;
        bin[i] = (uint32_t)(x[i] != x[i] ? SP_HISTOGRAM_BINS : index);
    }
}

#endif
