/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moments in lanes, and histogram bins. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_ACCUMULATE_H
#define SP_ENGINE_MATH_KERNEL_ACCUMULATE_H

#include "engine/math/kernel_choose.h"

#include <float.h>

/* Has a line of what is worked on next fetched: rows of values lie in memory, and a loop that does little
 * else than read one would mostly wait. */
static inline void fetch_eight(const double *next) {
    __builtin_prefetch(next, 0, 2);
}

/* --- Moments: one vector of lanes, or two --- */

enum { VECTORS = SP_LANES / WIDTH };

struct moment_vectors {
    f64v sum, square, low, high;
};

static inline void moments_load(const struct sp_moment_lanes *lanes, struct moment_vectors v[VECTORS]) {
    for (int i = 0; i < VECTORS; i++) {
        v[i].sum = *(const f64v_at *)(lanes->sum + i * WIDTH);
        v[i].square = *(const f64v_at *)(lanes->square + i * WIDTH);
        v[i].low = *(const f64v_at *)(lanes->low + i * WIDTH);
        v[i].high = *(const f64v_at *)(lanes->high + i * WIDTH);
    }
}

static inline void moments_store(const struct moment_vectors v[VECTORS], struct sp_moment_lanes *lanes) {
    for (int i = 0; i < VECTORS; i++) {
        *(f64v_at *)(lanes->sum + i * WIDTH) = v[i].sum;
        *(f64v_at *)(lanes->square + i * WIDTH) = v[i].square;
        *(f64v_at *)(lanes->low + i * WIDTH) = v[i].low;
        *(f64v_at *)(lanes->high + i * WIDTH) = v[i].high;
    }
}

/* d is the distance to the centre. */
static inline void moments_add(struct moment_vectors *v, const f64v *value, const f64v *d) {
    v->sum += *d;
    v->square += *d * *d;
    lesser(value, &v->low, &v->low);
    greater(value, &v->high, &v->high);
}

/* Values that are not finite change nothing: they add 0, and NaN is neither lower nor higher. */
static inline void moments_add_finite(struct moment_vectors *v, double centre, const double *x,
                                      i64v *missing) {
    const f64v zero = {0}, largest = zero + DBL_MAX;
    f64v value = *(const f64v_at *)x, d;
    i64v is_finite = (value <= largest) & (value >= -largest);
    d = (f64v)((i64v)(value - centre) & is_finite);
    value = (f64v)((i64v)value | ~is_finite);
    moments_add(v, &value, &d);
    *missing -= ~is_finite;
}

static inline void moments_add_eight(struct moment_vectors v[VECTORS], double centre, const double *x,
                                     i64v *missing) {
    for (int i = 0; i < VECTORS; i++)
        moments_add_finite(&v[i], centre, x + i * WIDTH, missing);
}

static inline void moments_end(const struct moment_vectors v[VECTORS], const i64v *missing, size_t n,
                               struct sp_moment_lanes *lanes) {
    moments_store(v, lanes);
    lanes->count += (n + SP_LANES - 1) / SP_LANES * SP_LANES;
    for (int i = 0; i < WIDTH; i++)
        lanes->count -= (uint64_t)(*missing)[i];
}

/* The last values, fewer than there are lanes, are filled up with NaN, which counts nowhere. */
static inline void moments_add_rest(struct moment_vectors v[VECTORS], double centre, const double *x,
                                    size_t n, i64v *missing) {
    double rest[SP_LANES];
    for (size_t i = 0; i < SP_LANES; i++)
        rest[i] = i < n ? x[i] : __builtin_nan("");
    moments_add_eight(v, centre, rest, missing);
}

static void moments(struct sp_moment_lanes *lanes, double centre, const double *x, size_t n) {
    struct moment_vectors v[VECTORS];
    i64v missing = {0};
    size_t whole = n / SP_LANES * SP_LANES;
    moments_load(lanes, v);
    for (size_t p = 0; p < whole; p += SP_LANES)
        moments_add_eight(v, centre, x + p, &missing);
    if (whole < n)
        moments_add_rest(v, centre, x + whole, n - whole, &missing);
    moments_end(v, &missing, n, lanes);
}

/* --- Moments, and the values but for a common one --- */

static size_t sift(struct sp_moment_lanes *lanes, double centre, double common, const double *x,
                   const double *next, double *others, size_t n) {
    struct moment_vectors v[VECTORS];
    i64v missing = {0};
    size_t whole = n / SP_LANES * SP_LANES, found = 0;
    uint64_t bits;
    memcpy(&bits, &common, sizeof bits);
    moments_load(lanes, v);
    for (size_t p = 0; p < whole; p += SP_LANES) {
        fetch_eight(next + p);
        moments_add_eight(v, centre, x + p, &missing);
        found += leave_out_eight(bits, x + p, others + found);
    }
    if (whole < n) {
        moments_add_rest(v, centre, x + whole, n - whole, &missing);
        found += leave_out(bits, x + whole, others + found, n - whole);
    }
    moments_end(v, &missing, n, lanes);
    return found;
}

/* --- Histogram bins --- */

/* What turns values into slots. It is handed over as a copy, which counts that are written cannot change. */
struct binning {
    double centre, inverse_scale;
    struct sp_bin_window window;
    bool has_last; /* the last bin of a side is in the window, which few have */
};

static inline struct binning binning_of(double centre, double inverse_scale, struct sp_bin_window window) {
    bool has_last = window.first == 0 || window.first + window.count >= SP_HISTOGRAM_BINS;
    return (struct binning){centre, inverse_scale, window, has_last};
}

/* For y from 1 on, its upper half shows the exponent and the first bits of the mantissa: `step`, in which the
 * bias of exponents counts too. bin = HALF + step, below the centre HALF - 1 - step; slot = bin - first. */
static inline void bins_index(uint32_t first, const f64v *d, const f64v *y, u32v *slot) {
    enum { MANTISSA = 52 - 32, BIAS = 1023 << SP_HISTOGRAM_BITS };
    const f64v zero = {0};
    const u32v none = {0}, above = none + SP_HISTOGRAM_HALF - BIAS - first,
               below = none + SP_HISTOGRAM_HALF - 1 + BIAS - first;
    u32v step;
    upper_halves(y, &step);
    step >>= MANTISSA - SP_HISTOGRAM_BITS;
#ifdef __AVX512F__
    __mmask8 is_below = _mm512_cmp_pd_mask((__m512d)*d, (__m512d)zero, _CMP_LT_OQ);
    *slot = (u32v)_mm256_mask_sub_epi32((__m256i)(step + above), is_below, (__m256i)below, (__m256i)step);
#else
    f64v is_below = (f64v)(*d < zero);
    u32v mask;
    upper_halves(&is_below, &mask);
    *slot = ((step + above) & ~mask) | ((below - step) & mask);
#endif
}

/* How far values at distances d from the centre lie, in scales and beyond 1. What is farther out than all
 * bins is held to the last one, if it is in the window. */
static inline void bins_reach(const struct binning *binning, const f64v *d, f64v *y) {
    const f64v zero = {0}, last = zero + ((double)(1 << SP_HISTOGRAM_OCTAVES) - 0.5);
    const i64v no_sign = (i64v){0} + INT64_MAX;
    *y = (f64v)((i64v)*d & no_sign) * binning->inverse_scale + 1.0;
    if (binning->has_last)
        lesser(&last, y, y);
}

/* The slots of values at distances d, as they are described in kernels.h. Below the window they would be
 * negative, that is, very large, and that of NaN would be beyond all: they are held to the last. So is what
 * lies farther out than all bins, unless a last bin takes it. */
static inline void bins_slots(const struct binning *binning, const f64v *d, const f64v *y, u32v *slot) {
    const u32v outside = (u32v){0} + binning->window.count;
    bins_index(binning->window.first, d, y, slot);
    lesser_whole(slot, &outside, slot);
}

static inline void bins_lanes(const struct binning *binning, const f64v *d, u32v *slot) {
    f64v y;
    bins_reach(binning, d, &y);
    bins_slots(binning, d, &y, slot);
}

static void bins(double centre, double inverse_scale, struct sp_bin_window window, const double *x,
                 uint32_t *slot, size_t n) {
    const struct binning binning = binning_of(centre, inverse_scale, window);
    size_t whole = n / WIDTH * WIDTH;
    u32v found;
    for (size_t i = 0; i < whole; i += WIDTH) {
        f64v d = *(const f64v_at *)(x + i) - centre;
        bins_lanes(&binning, &d, &found);
        *(u32v_at *)(slot + i) = found;
    }
    if (whole == n)
        return;
    f64v rest = {0};
    memcpy(&rest, x + whole, (n - whole) * sizeof *x);
    rest -= centre;
    bins_lanes(&binning, &rest, &found);
    memcpy(slot + whole, &found, (n - whole) * sizeof *slot);
}

/* --- Both at once --- */

enum { PIECE = 64 };

/* Eight values on their way: fetched, and those before them as distances from the centre. */
struct passing {
    f64v value[VECTORS], d[VECTORS], y[VECTORS];
};

static inline void pass_fetch(struct passing *passing, const double *x) {
#pragma GCC unroll 2
    for (int i = 0; i < VECTORS; i++) {
        passing->value[i] = *(const f64v_at *)(x + i * WIDTH);
#ifdef __AVX512F__
        __asm__("" : "+v"(passing->value[i])); /* or else gcc fetches it where it is needed, and twice */
#endif
    }
}

/* To the lanes with those that were fetched. */
static inline void pass_on(struct passing *passing, const struct binning *binning,
                           struct moment_vectors v[VECTORS]) {
#pragma GCC unroll 2
    for (int i = 0; i < VECTORS; i++) {
        passing->d[i] = passing->value[i] - binning->centre;
        bins_reach(binning, &passing->d[i], &passing->y[i]);
        moments_add(&v[i], &passing->value[i], &passing->d[i]);
    }
}

static inline void pass_slots(const struct passing *passing, const struct binning *binning, uint32_t *slot) {
#pragma GCC unroll 2
    for (int i = 0; i < VECTORS; i++) {
        u32v found;
        bins_slots(binning, &passing->d[i], &passing->y[i], &found);
        *(u32v_at *)(slot + i * WIDTH) = found;
    }
}

/* Slots are fetched in pairs: loads and stores are what it takes time for. */
static inline void count_eight(const uint32_t *slot, uint16_t *count) {
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
        uint64_t pair;
        memcpy(&pair, slot + i, sizeof pair);
        count[(uint32_t)pair]++;
        count[pair >> 32]++;
    }
    /* Or else gcc keeps the new counts in vectors for the next round, and takes half as long again. */
    __asm__ volatile("" ::: "memory");
}

static inline int sums_are_finite(const struct sp_moment_lanes *lanes) {
    double sum = 0;
    for (int lane = 0; lane < SP_LANES; lane++)
        sum += lanes->sum[lane] - lanes->sum[lane]; /* NaN unless finite */
    return sum == 0;
}

/* What is left over. */
static void tally_rest(struct sp_moment_lanes *lanes, const struct binning *binning, const double *x,
                       uint16_t *count, size_t n) {
    uint32_t slot[PIECE];
    moments(lanes, binning->centre, x, n);
    bins(binning->centre, binning->inverse_scale, binning->window, x, slot, n);
    for (size_t i = 0; i < n; i++)
        count[slot[i]]++;
}

/* Slots wait for as many values as a piece has until they are counted. */
enum { WAITING = 2 * PIECE };

/* A round fetches the next eight values, adds those fetched before to the lanes, finds the slots of those
 * before these, and counts some from a piece ago (`count` NULL: there are none). So no round waits for what
 * it does itself: a processor goes on only so far while its oldest step is not done, and less far when
 * another thread shares the core. */
__attribute__((always_inline)) static inline void tally_rounds(struct moment_vectors v[VECTORS],
                                                               struct passing *passing,
                                                               const struct binning *binning, const double *x,
                                                               const double *next, uint32_t slot[WAITING],
                                                               uint16_t *count, size_t first, size_t end) {
    for (size_t i = first; i < end; i += 8) {
        pass_slots(passing, binning, slot + (i - 8) % WAITING);
        pass_on(passing, binning, v);
        pass_fetch(passing, x + i + 8);
        fetch_eight(next + i);
        if (count)
            count_eight(slot + (i - PIECE) % WAITING, count);
    }
}

/* n is a multiple of PIECE, and not 0. */
static void tally_whole(struct moment_vectors v[VECTORS], const struct binning binning, const double *x,
                        const double *next, uint16_t *count, size_t n) {
    _Alignas(64) uint32_t slot[WAITING];
    struct passing passing;
    size_t end = n - 8;
    fetch_eight(next);
    pass_fetch(&passing, x);
    pass_on(&passing, &binning, v);
    pass_fetch(&passing, x + 8);
    tally_rounds(v, &passing, &binning, x, next, slot, NULL, 8, end < PIECE ? end : PIECE);
    tally_rounds(v, &passing, &binning, x, next, slot, count, PIECE, end);
    pass_slots(&passing, &binning, slot + (end - 8) % WAITING);
    pass_on(&passing, &binning, v);
    fetch_eight(next + end);
    pass_slots(&passing, &binning, slot + end % WAITING);
    for (size_t i = end < PIECE ? 0 : end - PIECE; i < n; i += 8)
        count_eight(slot + i % WAITING, count);
}

/* Values are taken to be finite, which nearly all are; when the sums tell otherwise, they are added again. */
static bool tally(struct sp_moment_lanes *lanes, double centre, double inverse_scale,
                  struct sp_bin_window window, const double *x, const double *next, uint16_t *count,
                  size_t n) {
    const struct binning binning = binning_of(centre, inverse_scale, window);
    size_t whole = n / PIECE * PIECE;
    uint16_t outside = count[window.count];
    if (whole > 0) {
        struct moment_vectors v[VECTORS];
        struct sp_moment_lanes before = *lanes;
        moments_load(lanes, v);
        tally_whole(v, binning, x, next, count, whole);
        moments_store(v, lanes);
        lanes->count += whole;
        if (!sums_are_finite(lanes)) {
            *lanes = before;
            moments(lanes, centre, x, whole);
        }
    }
    if (whole < n)
        tally_rest(lanes, &binning, x + whole, count, n - whole);
    return count[window.count] != outside;
}

#endif
