/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values by label (tiers): counts, extremes, and sums of paths. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_LABELS_H
#define SP_ENGINE_MATH_KERNEL_LABELS_H

#include "engine/math/kernel_accumulate.h"

/* --- The values but for a common one, and their labels --- */

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

/* --- Counts and extremes --- */

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
    bool are_all;            /* there are no more labels; else they are not held */
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

#endif
