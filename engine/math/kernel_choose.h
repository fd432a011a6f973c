/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Values and paths that are chosen, put side by side in their order. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_CHOOSE_H
#define SP_ENGINE_MATH_KERNEL_CHOOSE_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

/* --- AVX-512 has instructions for it; with AVX2, a table --- */

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

#ifdef __AVX512F__
/* The chosen ones of the 16 numbers from `first` on; how many. */
static inline size_t put_chosen(__mmask16 is_chosen, size_t first, uint16_t *path) {
    __m512i number = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    number = _mm512_add_epi32(number, _mm512_set1_epi32((int)first));
    __m256i chosen = _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(is_chosen, number));
    _mm256_storeu_si256((__m256i *)path, chosen);
    return (size_t)__builtin_popcount(is_chosen);
}
#endif

static size_t select_label(const uint16_t *label, uint16_t here, uint16_t *path, size_t n) {
    size_t found = 0, done = 0;
#ifdef __AVX512F__
    for (; done + 16 <= n; done += 16) {
        __m256i labels = _mm256_loadu_si256((const __m256i *)(label + done));
        __mmask16 is_here = _mm256_cmpeq_epi16_mask(labels, _mm256_set1_epi16((short)here));
        found += put_chosen(is_here, done, path + found);
    }
#endif
    return select_rest(label, here, path, done, n, found);
}

/* --- Paths where something is not 0 --- */

static size_t select_where(const double *x, uint16_t *path, size_t n) {
    size_t found = 0, done = 0;
#ifdef __AVX512F__
    const __m512d zero = _mm512_setzero_pd();
    for (; done + 16 <= n; done += 16) {
        __mmask8 low = _mm512_cmp_pd_mask(_mm512_loadu_pd(x + done), zero, _CMP_NEQ_UQ);
        __mmask8 high = _mm512_cmp_pd_mask(_mm512_loadu_pd(x + done + 8), zero, _CMP_NEQ_UQ);
        found += put_chosen((__mmask16)(low | high << 8), done, path + found);
    }
#endif
    for (; done < n; done++) {
        path[found] = (uint16_t)done;
        found += x[done] != 0;
    }
    return found;
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
