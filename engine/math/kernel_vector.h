/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lanes in GNU C vectors: eight at a time where the processor has AVX-512, else four, which the compiler
 * splits where it must. Only the operations that it does not find by itself are spelled out for x86. Part of
 * kernels_level.c.
 *
 * Vectors are handed over by address, because how they are passed differs between the levels.
 */
#ifndef SP_ENGINE_MATH_KERNEL_VECTOR_H
#define SP_ENGINE_MATH_KERNEL_VECTOR_H

#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#ifdef __AVX512F__
enum { WIDTH = 8 };
#define LANE_NUMBERS                                                                                         \
    { 0, 1, 2, 3, 4, 5, 6, 7 }
typedef uint64_t u64v __attribute__((vector_size(64)));
typedef int64_t i64v __attribute__((vector_size(64)));
typedef double f64v __attribute__((vector_size(64)));
typedef uint32_t u32v __attribute__((vector_size(32)));
typedef uint16_t u16v __attribute__((vector_size(16)));
#else
enum { WIDTH = 4 };
#define LANE_NUMBERS                                                                                         \
    { 0, 1, 2, 3 }
typedef uint64_t u64v __attribute__((vector_size(32)));
typedef int64_t i64v __attribute__((vector_size(32)));
typedef double f64v __attribute__((vector_size(32)));
typedef uint32_t u32v __attribute__((vector_size(16)));
typedef uint16_t u16v __attribute__((vector_size(8)));
#endif

/* The same at any address: a load through these is one instruction, where memcpy may become two. */
#ifdef __AVX512F__
typedef double f64v_at __attribute__((vector_size(64), aligned(8), may_alias));
typedef uint32_t u32v_at __attribute__((vector_size(32), aligned(4), may_alias));
#else
typedef double f64v_at __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint32_t u32v_at __attribute__((vector_size(16), aligned(4), may_alias));
#endif

/* Rows of four coefficients, on every level. */
typedef double f64x4 __attribute__((vector_size(32)));
typedef double f64x4_at __attribute__((vector_size(32), aligned(8), may_alias));
typedef int32_t i32x4_at __attribute__((vector_size(16), aligned(4), may_alias));
typedef int32_t i32v_at __attribute__((vector_size(WIDTH * sizeof(int32_t)), aligned(4), may_alias));

/* sum = a x b + c, rounded once. */
static inline void fused(const f64v *a, const f64v *b, const f64v *c, f64v *sum) {
#if defined __AVX512F__
    *sum = (f64v)_mm512_fmadd_pd((__m512d)*a, (__m512d)*b, (__m512d)*c);
#elif defined __FMA__
    *sum = (f64v)_mm256_fmadd_pd((__m256d)*a, (__m256d)*b, (__m256d)*c);
#else
    for (int i = 0; i < WIDTH; i++)
        (*sum)[i] = __builtin_fma((*a)[i], (*b)[i], (*c)[i]);
#endif
}

/* Signed whole numbers as doubles. */
static inline void as_doubles(const void *whole, f64v *real) {
#if defined __AVX512F__
    *real = (f64v)_mm512_cvtepi32_pd((__m256i) * (const i32v_at *)whole);
#elif defined __AVX2__
    *real = (f64v)_mm256_cvtepi32_pd((__m128i) * (const i32v_at *)whole);
#else
    *real = __builtin_convertvector(*(const i32v_at *)whole, f64v);
#endif
}

/* Lane by lane: a where the mask is all ones, else b. */
static inline void choose(const i64v *mask, const f64v *a, const f64v *b, f64v *chosen) {
    *chosen = (f64v)(((i64v)*a & *mask) | ((i64v)*b & ~*mask));
}

/* a < b ? a : b, so b where either is NaN. */
static inline void lesser(const f64v *a, const f64v *b, f64v *least) {
#if defined __AVX512F__
    *least = (f64v)_mm512_min_pd((__m512d)*a, (__m512d)*b);
#elif defined __AVX2__
    *least = (f64v)_mm256_min_pd((__m256d)*a, (__m256d)*b);
#else
    i64v mask = *a < *b;
    choose(&mask, a, b, least);
#endif
}

/* a > b ? a : b, so b where either is NaN. */
static inline void greater(const f64v *a, const f64v *b, f64v *most) {
#if defined __AVX512F__
    *most = (f64v)_mm512_max_pd((__m512d)*a, (__m512d)*b);
#elif defined __AVX2__
    *most = (f64v)_mm256_max_pd((__m256d)*a, (__m256d)*b);
#else
    i64v mask = *a > *b;
    choose(&mask, a, b, most);
#endif
}

/* The lesser of whole numbers. */
static inline void lesser_whole(const u32v *a, const u32v *b, u32v *least) {
#if defined __AVX512F__
    *least = (u32v)_mm256_min_epu32((__m256i)*a, (__m256i)*b);
#elif defined __x86_64__
    *least = (u32v)_mm_min_epu32((__m128i)*a, (__m128i)*b);
#else
    u32v mask = (u32v)(*a < *b);
    *least = (*a & mask) | (*b & ~mask);
#endif
}

/* The upper 32 bits of each lane. */
static inline void upper_halves(const f64v *x, u32v *high) {
#ifdef __AVX2__
    typedef uint32_t halves __attribute__((vector_size(sizeof(f64v))));
#ifdef __AVX512F__
    *high = __builtin_shufflevector((halves)*x, (halves)*x, 1, 3, 5, 7, 9, 11, 13, 15);
#else
    *high = __builtin_shufflevector((halves)*x, (halves)*x, 1, 3, 5, 7);
#endif
#else
    *high = __builtin_convertvector((u64v)*x >> 32, u32v);
#endif
}

/* The greater of whole numbers. */
static inline void greater_whole(const u32v *a, const u32v *b, u32v *most) {
#if defined __AVX512F__
    *most = (u32v)_mm256_max_epu32((__m256i)*a, (__m256i)*b);
#elif defined __x86_64__
    *most = (u32v)_mm_max_epu32((__m128i)*a, (__m128i)*b);
#else
    u32v mask = (u32v)(*a > *b);
    *most = (*a & mask) | (*b & ~mask);
#endif
}

#endif
