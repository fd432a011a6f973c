/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moments in lanes, and histogram bins. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_ACCUMULATE_H
#define SP_ENGINE_MATH_KERNEL_ACCUMULATE_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

#include <float.h>

/* --- Moments: lanes 0..3 in one vector, 4..7 in another --- */

struct moment_vectors {
    f64x4 sum, square, low, high;
    i64x4 missing; /* - values that are not finite */
};

static inline void moments_load(const struct sp_moment_lanes *lanes, int first, struct moment_vectors *v) {
    v->sum = *(const f64x4_at *)(lanes->sum + first);
    v->square = *(const f64x4_at *)(lanes->square + first);
    v->low = *(const f64x4_at *)(lanes->low + first);
    v->high = *(const f64x4_at *)(lanes->high + first);
    v->missing = (i64x4){0};
}

static inline uint64_t moments_store(const struct moment_vectors *v, struct sp_moment_lanes *lanes,
                                     int first) {
    *(f64x4_at *)(lanes->sum + first) = v->sum;
    *(f64x4_at *)(lanes->square + first) = v->square;
    *(f64x4_at *)(lanes->low + first) = v->low;
    *(f64x4_at *)(lanes->high + first) = v->high;
    return (uint64_t) - (v->missing[0] + v->missing[1] + v->missing[2] + v->missing[3]);
}

/* Values that are not finite change nothing but the count of the missing. */
static inline void moments_add(struct moment_vectors *v, double centre, const double *x) {
    const f64x4 zero = {0}, largest = zero + DBL_MAX;
    f64x4 value = *(const f64x4_at *)x, d;
    i64x4 finite = (value <= largest) & (value >= -largest);
    d = (f64x4)((i64x4)(value - centre) & finite);
    v->sum += d;
    v->square += d * d;
    i64x4 is_lower = finite & (value < v->low), is_higher = finite & (value > v->high);
    choose(&is_lower, &value, &v->low, &v->low);
    choose(&is_higher, &value, &v->high, &v->high);
    v->missing += ~finite;
}

/* The last values, fewer than there are lanes: the rest is filled up with NaN, which counts nowhere. */
static inline void moments_add_rest(struct moment_vectors v[2], double centre, const double *x, size_t n) {
    double rest[SP_LANES];
    for (size_t i = 0; i < SP_LANES; i++)
        rest[i] = i < n ? x[i] : __builtin_nan("");
    moments_add(&v[0], centre, rest);
    moments_add(&v[1], centre, rest + 4);
}

static void moments(struct sp_moment_lanes *lanes, double centre, const double *x, size_t n) {
    struct moment_vectors v[2];
    size_t whole = n / SP_LANES * SP_LANES, counted = whole;
    moments_load(lanes, 0, &v[0]);
    moments_load(lanes, 4, &v[1]);
    for (size_t p = 0; p < whole; p += SP_LANES) {
        moments_add(&v[0], centre, x + p);
        moments_add(&v[1], centre, x + p + 4);
    }
    if (whole < n) {
        moments_add_rest(v, centre, x + whole, n - whole);
        counted += SP_LANES;
    }
    uint64_t missing = moments_store(&v[0], lanes, 0);
    missing += moments_store(&v[1], lanes, 4);
    lanes->count += counted - missing;
}

/* --- Histogram bins --- */

/* The bins of four values, as they are described in kernels.h. */
static inline void bins_four(double centre, double inverse_scale, const double *x, uint32_t *bin) {
    const f64x4 zero = {0}, last = zero + ((double)(1 << SP_HISTOGRAM_OCTAVES) - 0.5);
    const i64x4 no_sign = (i64x4){0} + INT64_MAX, trash = (i64x4){0} + SP_HISTOGRAM_BINS;
    f64x4 value = *(const f64x4_at *)x, d = value - centre,
          y = (f64x4)((i64x4)d & no_sign) * inverse_scale + 1.0;
    i64x4 is_inside = y < last, is_below = d < zero, is_number = value == value;
    choose(&is_inside, &y, &last, &y);
    i64x4 step = (i64x4)((u64x4)y >> (52 - SP_HISTOGRAM_BITS)) - (1023 << SP_HISTOGRAM_BITS);
    i64x4 index = SP_HISTOGRAM_HALF + ((step ^ is_below)); /* below: HALF - 1 - step */
    index = (index & is_number) | (trash & ~is_number);
    *(u32x4_at *)bin = __builtin_convertvector(index, u32x4);
}

static void bins(double centre, double inverse_scale, const double *x, uint32_t *bin, size_t n) {
    size_t whole = n / 4 * 4;
    for (size_t i = 0; i < whole; i += 4)
        bins_four(centre, inverse_scale, x + i, bin + i);
    if (whole == n)
        return;
    double rest[4] = {0};
    uint32_t rest_bin[4];
    memcpy(rest, x + whole, (n - whole) * sizeof *x);
    bins_four(centre, inverse_scale, rest, rest_bin);
    memcpy(bin + whole, rest_bin, (n - whole) * sizeof *bin);
}

#endif
