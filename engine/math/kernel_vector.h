/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Four lanes at a time, in GNU C vectors: the compiler splits or widens them to what the processor has. Only
 * the two operations that it does not find by itself are spelled out for x86. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_VECTOR_H
#define SP_ENGINE_MATH_KERNEL_VECTOR_H

#include <stdint.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

typedef uint64_t u64x4 __attribute__((vector_size(32)));
typedef int64_t i64x4 __attribute__((vector_size(32)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef double f64x4 __attribute__((vector_size(32)));

/* The same at any address: a load through these is one instruction, where memcpy may become two. */
typedef double f64x4_at __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint32_t u32x4_at __attribute__((vector_size(16), aligned(4), may_alias));

/* sum = a x b + c, rounded once. */
static inline void fused(const f64x4 *a, const f64x4 *b, const f64x4 *c, f64x4 *sum) {
#ifdef __FMA__
    *sum = (f64x4)_mm256_fmadd_pd((__m256d)*a, (__m256d)*b, (__m256d)*c);
#else
    for (int i = 0; i < 4; i++)
        (*sum)[i] = __builtin_fma((*a)[i], (*b)[i], (*c)[i]);
#endif
}

/* Lane by lane: a where the mask is all ones, else b. */
static inline void choose(const i64x4 *mask, const f64x4 *a, const f64x4 *b, f64x4 *chosen) {
    *chosen = (f64x4)(((i64x4)*a & *mask) | ((i64x4)*b & ~*mask));
}

/* Whole numbers below 2^52 to doubles, exactly: the bits are put behind the exponent of 2^52. */
static inline void whole_to_double(const u64x4 *whole, f64x4 *real) {
    const u64x4 exponent = {0x4330000000000000, 0x4330000000000000, 0x4330000000000000, 0x4330000000000000};
    *real = (f64x4)(*whole | exponent) - 0x1p52;
}

#endif
