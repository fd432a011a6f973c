/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Moments in lanes, and histogram bins. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_ACCUMULATE_H
#define SP_ENGINE_MATH_KERNEL_ACCUMULATE_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

#include <float.h>

/* Has a line of what is worked on next fetched: rows of values lie in memory, and a loop that does little
 * else than read one would mostly wait. */
static inline void fetch_eight(const double *next) {
    __builtin_prefetch(next, 0, 2);
}

/* --- Lanes that are chosen, put side by side: AVX-512 has instructions for it --- */

#if defined __AVX2__ && !defined __AVX512F__

/* For each set of four lanes: these lanes first, each in two halves. */
static const uint8_t first_lanes[16][8] = {
    {0, 0, 0, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0, 0, 0}, {2, 3, 0, 0, 0, 0, 0, 0}, {0, 1, 2, 3, 0, 0, 0, 0},
    {4, 5, 0, 0, 0, 0, 0, 0}, {0, 1, 4, 5, 0, 0, 0, 0}, {2, 3, 4, 5, 0, 0, 0, 0}, {0, 1, 2, 3, 4, 5, 0, 0},
    {6, 7, 0, 0, 0, 0, 0, 0}, {0, 1, 6, 7, 0, 0, 0, 0}, {2, 3, 6, 7, 0, 0, 0, 0}, {0, 1, 2, 3, 6, 7, 0, 0},
    {4, 5, 6, 7, 0, 0, 0, 0}, {0, 1, 4, 5, 6, 7, 0, 0}, {2, 3, 4, 5, 6, 7, 0, 0}, {0, 1, 2, 3, 4, 5, 6, 7},
};

/* Writes four values, the chosen ones first; how many these are. */
static inline size_t pick_four(const double *x, unsigned set, double *out) {
    __m256i lanes = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)first_lanes[set]));
    __m256 value = _mm256_loadu_ps((const float *)x);
    _mm256_storeu_ps((float *)out, _mm256_permutevar8x32_ps(value, lanes));
    return (size_t)__builtin_popcount(set);
}

static inline void pick_four_labels(const uint16_t *label, unsigned set, uint16_t *out) {
    __m128i lanes = _mm_loadl_epi64((const __m128i *)first_lanes[set]);
    _mm_storel_epi64((__m128i *)out, _mm_shuffle_epi8(_mm_loadl_epi64((const __m128i *)label), lanes));
}

/* Those of four values whose bits are others. */
static inline unsigned find_others(uint64_t common, const double *x) {
    __m256i value = _mm256_loadu_si256((const __m256i *)x);
    __m256i same = _mm256_cmpeq_epi64(value, _mm256_set1_epi64x((long long)common));
    return ~(unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(same)) & 15;
}

#endif

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

/* --- Values but for a common one --- */

static inline size_t leave_out(uint64_t common, const double *x, double *others, size_t n) {
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, x + i, sizeof bits);
        others[found] = x[i];
        found += bits != common;
    }
    return found;
}

static inline size_t leave_out_eight(uint64_t common, const double *x, double *others) {
#ifdef __AVX512F__
    __m512i value = _mm512_loadu_si512(x);
    __mmask8 is_other = _mm512_cmpneq_epi64_mask(value, _mm512_set1_epi64((long long)common));
    _mm512_storeu_si512(others, _mm512_maskz_compress_epi64(is_other, value));
    return (size_t)__builtin_popcount(is_other);
#elif defined __AVX2__
    size_t found = pick_four(x, find_others(common, x), others);
    return found + pick_four(x + 4, find_others(common, x + 4), others + found);
#else
    return leave_out(common, x, others, 8);
#endif
}

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

/* --- Values but for a common one, and their labels --- */

static inline size_t leave_out_labels(uint64_t common, const double *x, const uint16_t *label, double *others,
                                      uint16_t *other_label, size_t n) {
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, x + i, sizeof bits);
        others[found] = x[i];
        other_label[found] = label[i];
        found += bits != common;
    }
    return found;
}

static inline size_t leave_out_eight_labels(uint64_t common, const double *x, const uint16_t *label,
                                            double *others, uint16_t *other_label) {
#ifdef __AVX512F__
    __m512i value = _mm512_loadu_si512(x);
    __mmask8 is_other = _mm512_cmpneq_epi64_mask(value, _mm512_set1_epi64((long long)common));
    __m256i labels = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)label));
    _mm512_storeu_si512(others, _mm512_maskz_compress_epi64(is_other, value));
    _mm_storeu_si128((__m128i *)other_label,
                     _mm256_cvtepi32_epi16(_mm256_maskz_compress_epi32(is_other, labels)));
    return (size_t)__builtin_popcount(is_other);
#elif defined __AVX2__
    size_t found = 0;
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
        unsigned set = find_others(common, x + i);
        pick_four_labels(label + i, set, other_label + found);
        found += pick_four(x + i, set, others + found);
    }
    return found;
#else
    return leave_out_labels(common, x, label, others, other_label, 8);
#endif
}

static size_t sift_labels(double common, const double *x, const double *next, const uint16_t *label,
                          double *others, uint16_t *other_label, size_t n) {
    size_t whole = n / 8 * 8, found = 0;
    uint64_t bits;
    memcpy(&bits, &common, sizeof bits);
    for (size_t p = 0; p < whole; p += 8) {
        fetch_eight(next + p);
        found += leave_out_eight_labels(bits, x + p, label + p, others + found, other_label + found);
    }
    return found +
           leave_out_labels(bits, x + whole, label + whole, others + found, other_label + found, n - whole);
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

static inline void pass_on(struct passing *passing, const struct binning *binning) {
#pragma GCC unroll 2
    for (int i = 0; i < VECTORS; i++) {
        passing->d[i] = passing->value[i] - binning->centre;
        bins_reach(binning, &passing->d[i], &passing->y[i]);
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

static inline bool is_any(const u32v *slot, uint32_t which) {
    bool found = false;
    for (int i = 0; i < WIDTH; i++)
        found |= (*slot)[i] == which;
    return found;
}

static inline bool is_any_of(const uint32_t *slot, uint32_t which, size_t n) {
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found |= slot[i] == which;
    return found;
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

static inline void pass_moments(struct passing *passing, const struct binning *binning,
                                struct moment_vectors v[VECTORS]) {
    pass_on(passing, binning);
#pragma GCC unroll 2
    for (int i = 0; i < VECTORS; i++)
        moments_add(&v[i], &passing->value[i], &passing->d[i]);
}

/* Slots wait for as many values as a piece has until they are counted. */
enum { WAITING = 2 * PIECE };

/* A round fetches the next eight values, adds those fetched before to the lanes, finds the slots of those
 * before these, and counts some from a piece ago (`count` NULL: there are none). So no round waits for what
 * it does itself: a processor goes on only so far while its oldest step is not done, and half as far when
 * another thread shares the core. */
__attribute__((always_inline)) static inline void tally_rounds(struct moment_vectors v[VECTORS],
                                                               struct passing *passing,
                                                               const struct binning *binning, const double *x,
                                                               const double *next, uint32_t slot[WAITING],
                                                               uint16_t *count, size_t first, size_t end) {
    for (size_t i = first; i < end; i += 8) {
        pass_slots(passing, binning, slot + (i - 8) % WAITING);
        pass_moments(passing, binning, v);
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
    pass_moments(&passing, &binning, v);
    pass_fetch(&passing, x + 8);
    tally_rounds(v, &passing, &binning, x, next, slot, NULL, 8, end < PIECE ? end : PIECE);
    tally_rounds(v, &passing, &binning, x, next, slot, count, PIECE, end);
    pass_slots(&passing, &binning, slot + (end - 8) % WAITING);
    pass_moments(&passing, &binning, v);
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

/* --- By label --- */

static inline void widen(struct sp_label_extremes *extremes, double x, uint16_t label) {
    if (x < extremes->low[label] && x >= -DBL_MAX)
        extremes->low[label] = x;
    if (x > extremes->high[label] && x <= DBL_MAX)
        extremes->high[label] = x;
}

static void widen_all(struct sp_label_extremes *extremes, const double *x, const uint16_t *label, size_t n) {
    for (size_t i = 0; i < n; i++)
        widen(extremes, x[i], label[i]);
}

/* The extremes of all labels, held for a piece. They are rarely reached: eight values are compared with what
 * they were, and all of a piece are looked at one by one where any is beyond. */
struct held_extremes {
#if defined __AVX512F__
    __m512d low[2], high[2];
#elif defined __AVX2__
    __m256i low[2], high[2]; /* of eight labels, the lower halves and the upper ones */
    bool are_all;
#endif
    const struct sp_label_extremes *extremes;
};

#if defined __AVX2__ && !defined __AVX512F__
/* Of eight numbers, their lower halves and their upper ones. */
static inline void hold_halves(const double *x, __m256i half[2]) {
    __m256 first = _mm256_loadu_ps((const float *)x), second = _mm256_loadu_ps((const float *)(x + 4));
    half[0] = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(first, second, 0x88)), 0xD8);
    half[1] = _mm256_permute4x64_epi64(_mm256_castps_si256(_mm256_shuffle_ps(first, second, 0xDD)), 0xD8);
}

/* The numbers of four labels; `place` holds each twice. */
static inline __m256d look_up(const __m256i half[2], __m256i place) {
    return _mm256_castsi256_pd(_mm256_blend_epi32(_mm256_permutevar8x32_epi32(half[0], place),
                                                  _mm256_permutevar8x32_epi32(half[1], place), 0xAA));
}
#endif

static inline void extremes_hold(const struct sp_label_rows *rows, struct held_extremes *held) {
    const struct sp_label_extremes *extremes = rows->extremes;
    held->extremes = extremes;
#if defined __AVX512F__
    _Static_assert(SP_LABELS == 16, "two vectors");
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        held->low[i] = _mm512_loadu_pd(extremes->low + 8 * i);
        held->high[i] = _mm512_loadu_pd(extremes->high + 8 * i);
    }
#elif defined __AVX2__
    hold_halves(extremes->low, held->low);
    hold_halves(extremes->high, held->high);
    held->are_all = rows->labels <= 8;
#endif
}

static inline unsigned are_beyond_one_by_one(const struct sp_label_extremes *extremes, const double *x,
                                             const uint16_t *label) {
    unsigned beyond = 0;
    for (int i = 0; i < 8; i++)
        beyond |= (x[i] < extremes->low[label[i]]) | (x[i] > extremes->high[label[i]]);
    return beyond;
}

/* Not 0 where any of eight values is beyond the extremes of its label. */
static inline unsigned are_beyond(const struct held_extremes *held, const double *x, const uint16_t *label) {
#ifdef __AVX512F__
    __m512i place = _mm512_cvtepu16_epi64(_mm_loadu_si128((const __m128i *)label));
    __m512d value = _mm512_loadu_pd(x), low = _mm512_permutex2var_pd(held->low[0], place, held->low[1]),
            high = _mm512_permutex2var_pd(held->high[0], place, held->high[1]);
    return (unsigned)_mm512_cmp_pd_mask(value, low, _CMP_LT_OQ) |
           (unsigned)_mm512_cmp_pd_mask(value, high, _CMP_GT_OQ);
#elif defined __AVX2__
    __m256d beyond = _mm256_setzero_pd();
    if (!held->are_all)
        return are_beyond_one_by_one(held->extremes, x, label);
#pragma GCC unroll 2
    for (int i = 0; i < 8; i += 4) {
        __m256i place = _mm256_cvtepu16_epi64(_mm_loadl_epi64((const __m128i *)(label + i)));
        place = _mm256_shuffle_epi32(place, 0xA0);
        __m256d value = _mm256_loadu_pd(x + i);
        beyond = _mm256_or_pd(beyond, _mm256_cmp_pd(value, look_up(held->low, place), _CMP_LT_OQ));
        beyond = _mm256_or_pd(beyond, _mm256_cmp_pd(value, look_up(held->high, place), _CMP_GT_OQ));
    }
    return (unsigned)_mm256_movemask_pd(beyond);
#else
    return are_beyond_one_by_one(held->extremes, x, label);
#endif
}

/* slot[i] becomes the place in the rows. */
static inline void to_label_rows(uint32_t length, const uint16_t *label, uint32_t *slot) {
    for (int i = 0; i < 8; i++)
        slot[i] += label[i] * length;
}

static inline void slots_of_eight(const struct binning *binning, const double *x, uint32_t *slot,
                                  u32v *last) {
    for (int i = 0; i < VECTORS; i++) {
        f64v d = *(const f64v_at *)(x + i * WIDTH) - binning->centre;
        u32v found;
        bins_lanes(binning, &d, &found);
        greater_whole(&found, last, last);
        *(u32v_at *)(slot + i * WIDTH) = found;
    }
}

static void count_labels(const struct sp_label_rows *rows, const double *x, const uint16_t *label,
                         const uint32_t *slot, size_t n) {
    const struct sp_label_rows copy = *rows; /* which counts that are written cannot change */
    size_t whole = n / PIECE * PIECE;
    uint32_t place[PIECE];
    for (size_t first = 0; first < whole; first += PIECE) {
        struct held_extremes held;
        unsigned beyond = 0;
        extremes_hold(&copy, &held);
        memcpy(place, slot + first, sizeof place);
        for (size_t i = 0; i < PIECE; i += 8) {
            to_label_rows(copy.length, label + first + i, place + i);
            beyond |= are_beyond(&held, x + first + i, label + first + i);
        }
        for (size_t i = 0; i < PIECE; i += 8)
            count_eight(place + i, copy.count);
        if (beyond)
            widen_all(copy.extremes, x + first, label + first, PIECE);
    }
    for (size_t p = whole; p < n; p++)
        copy.count[label[p] * copy.length + slot[p]]++;
    widen_all(copy.extremes, x + whole, label + whole, n - whole);
}

/* The places of a piece; meanwhile those of the piece `before` are counted (NULL: there is none). */
__attribute__((always_inline)) static inline void tally_label_piece(const struct sp_label_rows *rows,
                                                                    const struct binning *binning,
                                                                    const double *x, const double *next,
                                                                    const uint16_t *label, uint32_t *place,
                                                                    const uint32_t *before, u32v *last) {
    struct held_extremes held;
    unsigned beyond = 0;
    extremes_hold(rows, &held);
    for (size_t i = 0; i < PIECE; i += 8) {
        fetch_eight(next + i);
        beyond |= are_beyond(&held, x + i, label + i);
        slots_of_eight(binning, x + i, place + i, last);
        to_label_rows(rows->length, label + i, place + i);
        if (before)
            count_eight(before + i, rows->count);
    }
    if (beyond)
        widen_all(rows->extremes, x, label, PIECE);
}

/* As tally_whole, but in two steps: places are found while those of the piece before are counted. */
static bool tally_label_pieces(const struct sp_label_rows rows, const struct binning binning, const double *x,
                               const double *next, const uint16_t *label, size_t pieces) {
    uint32_t place[2][PIECE];
    u32v last = {0};
    tally_label_piece(&rows, &binning, x, next, label, place[0], NULL, &last);
    for (size_t piece = 1; piece < pieces; piece++) {
        size_t p = piece * PIECE;
        tally_label_piece(&rows, &binning, x + p, next + p, label + p, place[piece % 2],
                          place[(piece - 1) % 2], &last);
    }
    for (size_t i = 0; i < PIECE; i += 8)
        count_eight(place[(pieces - 1) % 2] + i, rows.count);
    return is_any(&last, binning.window.count);
}

static bool tally_labels(const struct sp_label_rows *rows, double centre, double inverse_scale,
                         struct sp_bin_window window, const double *x, const double *next,
                         const uint16_t *label, size_t n) {
    const struct binning binning = binning_of(centre, inverse_scale, window);
    size_t pieces = n / PIECE, whole = pieces * PIECE;
    uint32_t slot[PIECE];
    bool is_outside = pieces > 0 && tally_label_pieces(*rows, binning, x, next, label, pieces);
    bins(centre, inverse_scale, window, x + whole, slot, n - whole);
    count_labels(rows, x + whole, label + whole, slot, n - whole);
    return is_any_of(slot, window.count, n - whole) || is_outside;
}

/* --- Sums of paths --- */

struct path_vectors {
    f64v sum, square, cross;
};

static inline void paths_load(const struct sp_path_lanes *lanes, struct path_vectors v[VECTORS]) {
    for (int i = 0; i < VECTORS; i++) {
        v[i].sum = *(const f64v_at *)(lanes->sum + i * WIDTH);
        v[i].square = *(const f64v_at *)(lanes->square + i * WIDTH);
        v[i].cross = *(const f64v_at *)(lanes->cross + i * WIDTH);
    }
}

static inline void paths_store(const struct path_vectors v[VECTORS], struct sp_path_lanes *lanes) {
    for (int i = 0; i < VECTORS; i++) {
        *(f64v_at *)(lanes->sum + i * WIDTH) = v[i].sum;
        *(f64v_at *)(lanes->square + i * WIDTH) = v[i].square;
        *(f64v_at *)(lanes->cross + i * WIDTH) = v[i].cross;
    }
}

static inline double path_sum(const struct sp_path_sums *sums, uint16_t which, size_t p) {
    return sums->label[p] == which ? sums->here[p] : sums->left[sums->place[p]];
}

#if defined __AVX2__ && !defined __AVX512F__
/* Four values where 16 bits of the mask are set, else 0. */
static inline __m256d only(__m128i mask, const double *x) {
    return _mm256_and_pd(_mm256_castsi256_pd(_mm256_cvtepi16_epi64(mask)), _mm256_loadu_pd(x));
}
#endif

/* Most have not been in the label at all. */
static inline void path_sums_of_eight(const struct sp_path_sums *sums, uint16_t which, size_t p,
                                      double *sum) {
#ifdef __AVX512F__
    __m256i place = _mm256_loadu_si256((const __m256i *)(sums->place + p));
    __mmask8 is_here = _mm_cmpeq_epi16_mask(_mm_loadu_si128((const __m128i *)(sums->label + p)),
                                            _mm_set1_epi16((short)which));
    __mmask8 has_left = _mm256_test_epi32_mask(place, place) & ~is_here;
    __m512d here = _mm512_maskz_loadu_pd(is_here, sums->here + p);
    if (has_left)
        here = _mm512_mask_i32gather_pd(here, has_left, place, sums->left, sizeof *sum);
    _mm512_storeu_pd(sum, here);
#elif defined __AVX2__
    __m128i is_here =
        _mm_cmpeq_epi16(_mm_loadu_si128((const __m128i *)(sums->label + p)), _mm_set1_epi16((short)which));
    __m256i place = _mm256_loadu_si256((const __m256i *)(sums->place + p));
    _mm256_storeu_pd(sum, only(is_here, sums->here + p));
    _mm256_storeu_pd(sum + 4, only(_mm_unpackhi_epi64(is_here, is_here), sums->here + p + 4));
    if (!_mm256_testc_si256(_mm256_cvtepi16_epi32(is_here), place))
        for (size_t i = 0; i < SP_LANES; i++)
            sum[i] = path_sum(sums, which, p + i);
#else
    for (size_t i = 0; i < SP_LANES; i++)
        sum[i] = path_sum(sums, which, p + i);
#endif
}

static inline void paths_add_eight(struct path_vectors v[VECTORS], const double *sum,
                                   const uint16_t *number) {
    int32_t whole[SP_LANES];
    for (int i = 0; i < SP_LANES; i++)
        whole[i] = number[i];
    for (int i = 0; i < VECTORS; i++) {
        f64v s = *(const f64v_at *)(sum + i * WIDTH), n;
        as_doubles(whole + i * WIDTH, &n);
        v[i].sum += s;
        v[i].square += s * s;
        v[i].cross += s * n;
    }
}

static void add_paths(const struct sp_path_sums *sums, uint16_t which, const double *next, size_t n,
                      struct sp_path_lanes *lanes) {
    struct path_vectors v[VECTORS];
    size_t whole = n / SP_LANES * SP_LANES;
    double sum[SP_LANES];
    paths_load(lanes, v);
    for (size_t p = 0; p < whole; p += SP_LANES) {
        fetch_eight(next + p);
        path_sums_of_eight(sums, which, p, sum);
        paths_add_eight(v, sum, sums->number + p);
    }
    paths_store(v, lanes);
    for (size_t p = whole; p < n; p++) {
        double s = path_sum(sums, which, p);
        lanes->sum[p % SP_LANES] += s;
        lanes->square[p % SP_LANES] += s * s;
        lanes->cross[p % SP_LANES] += s * sums->number[p];
    }
}

/* --- Paths in one label --- */

/* One after the other, without a branch: each is written, and written over unless it counts. */
static inline size_t select_rest(const uint16_t *label, uint16_t here, uint16_t *path, size_t first, size_t n,
                                 size_t found) {
    for (size_t p = first; p < n; p++) {
        path[found] = (uint16_t)p;
        found += label[p] == here;
    }
    return found;
}

static size_t select_label(const uint16_t *label, uint16_t here, uint16_t *path, size_t n) {
    size_t found = 0, done = 0;
#ifdef __AVX512F__
    __m512i number = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    for (; done + 16 <= n; done += 16) {
        __m256i labels = _mm256_loadu_si256((const __m256i *)(label + done));
        __mmask16 is_here = _mm256_cmpeq_epi16_mask(labels, _mm256_set1_epi16((short)here));
        __m256i chosen = _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(is_here, number));
        _mm256_storeu_si256((__m256i *)(path + found), chosen);
        found += (size_t)__builtin_popcount(is_here);
        number = _mm512_add_epi32(number, _mm512_set1_epi32(16));
    }
#endif
    return select_rest(label, here, path, done, n, found);
}

/* --- Values of the paths in one label --- */

static inline size_t pick_rest(const double *x, const uint16_t *label, uint16_t here, double *out,
                               size_t first, size_t n, size_t found) {
    for (size_t p = first; p < n; p++) {
        out[found] = x[p];
        found += label[p] == here;
    }
    return found;
}

static size_t pick(const double *x, const uint16_t *label, uint16_t here, double *out, size_t n) {
    size_t found = 0, done = 0;
#if defined __AVX512F__
    for (; done + 8 <= n; done += 8) {
        __m128i labels = _mm_loadu_si128((const __m128i *)(label + done));
        __mmask8 is_here = _mm_cmpeq_epi16_mask(labels, _mm_set1_epi16((short)here));
        _mm512_storeu_pd(out + found, _mm512_maskz_compress_pd(is_here, _mm512_loadu_pd(x + done)));
        found += (size_t)__builtin_popcount(is_here);
    }
#elif defined __AVX2__
    for (; done + 8 <= n; done += 8) {
        __m128i labels = _mm_loadu_si128((const __m128i *)(label + done));
        __m128i is_here = _mm_cmpeq_epi16(labels, _mm_set1_epi16((short)here));
        unsigned set = (unsigned)_mm_movemask_epi8(_mm_packs_epi16(is_here, is_here)) & 255;
        found += pick_four(x + done, set & 15, out + found);
        found += pick_four(x + done + 4, set >> 4, out + found);
    }
#endif
    return pick_rest(x, label, here, out, done, n, found);
}

#endif
