/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * e^x = 2^k e^r. x = k ln 2 + r with k in eighths and |r| <= ln 2 / 16; k ln 2 in two parts, of which the
 * larger is exact. 2^k for the eighths is looked up, and what its rounding has left out goes into r; e^r is
 * the polynomial of degree 7 that is off least where it is off most (3e-18 of e^r); times 2^k for the whole
 * part in two halves, so that results near the ends of the range are right. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_EXP_H
#define SP_ENGINE_MATH_KERNEL_EXP_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

enum { EIGHTHS = 8, EIGHTH_BITS = 3 };

/* Added to this, a number is rounded to eighths, which its last bits count. */
static const double exp_round = 0x1.8p49;

/* 2^0, 2^(1/8) .. 2^(7/8). */
_Alignas(64) static const double exp_eighth[EIGHTHS] = {
    1.0,
    0x1.172b83c7d517bp+0,
    0x1.306fe0a31b715p+0,
    0x1.4bfdad5362a27p+0,
    0x1.6a09e667f3bcdp+0,
    0x1.8ace5422aa0dbp+0,
    0x1.ae89f995ad3adp+0,
    0x1.d5818dcfba487p+0,
};

/* ln(2^(i/8) / exp_eighth[i]). */
_Alignas(64) static const double exp_eighth_rest[EIGHTHS] = {
    0,
    -0x1.01b15eaa59348p-55,
    0x1.34d754db0abb6p-55,
    0x1.690cebb7aafb0p-56,
    -0x1.3b3efbf5e2229p-54,
    0x1.db72fc1f0eab4p-55,
    0x1.c1a7792cb3387p-55,
    0x1.4a385a63d07a7p-56,
};

/* What e^x is made of: k as it was rounded, 2^k for its eighths, and r. */
struct exp_lanes {
    f64v rounded, power, r;
};

/* 2^k for the eighths that k has beyond its whole part, which is rounded down, and the rest of it. */
static inline void exp_look_up(const f64v *rounded, f64v *power, f64v *rest) {
#ifdef __AVX512F__
    *power = (f64v)_mm512_permutexvar_pd((__m512i)*rounded, _mm512_load_pd(exp_eighth));
    *rest = (f64v)_mm512_permutexvar_pd((__m512i)*rounded, _mm512_load_pd(exp_eighth_rest));
#else
    const double *p = exp_eighth, *r = exp_eighth_rest;
    u64v place = (u64v)*rounded & (EIGHTHS - 1);
    uint64_t i = place[0], j = place[1], k = place[2], l = place[3];
    *power = (f64v){p[i], p[j], p[k], p[l]};
    *rest = (f64v){r[i], r[j], r[k], r[l]};
#endif
}

static inline void exp_reduce(const double *x, struct exp_lanes *lanes) {
    const f64v zero = {0}, round = zero + exp_round, inverse_ln2 = zero + 0x1.71547652b82fep+0;
    const f64v ln2_high = zero + 0x1.62e42fefa38p-1, ln2_low = zero + 0x1.ef35793c7673p-45;
    const f64v highest = zero + 710.0, lowest = zero - 746.0;
    f64v value = *(const f64v_at *)x, high, low;
    /* Beyond these the result is infinity or 0 all the same; NaN stays. */
    lesser(&highest, &value, &value);
    greater(&lowest, &value, &value);
    fused(&value, &inverse_ln2, &round, &lanes->rounded);
    f64v minus_k = round - lanes->rounded;
    fused(&minus_k, &ln2_high, &value, &high); /* exact: ln2_high ends in zeros */
    exp_look_up(&lanes->rounded, &lanes->power, &low);
    fused(&minus_k, &ln2_low, &low, &low);
    lanes->r = high + low;
}

/* e^r - 1. Pairs of powers need not wait for each other; the large terms are added last. */
static inline void exp_series(const f64v *r, f64v *sum) {
    const f64v zero = {0}, c2 = zero + 0x1.000000000010bp-1, c3 = zero + 0x1.5555555555132p-3,
               c4 = zero + 0x1.55555548101fbp-5, c5 = zero + 0x1.11111125d5f6cp-7,
               c6 = zero + 0x1.6c1cbd30732d5p-10, c7 = zero + 0x1.a0163a26154efp-13;
    f64v r2 = *r * *r, from_2, from_4, from_6;
    fused(&c7, r, &c6, &from_6);
    fused(&c5, r, &c4, &from_4);
    fused(&c3, r, &c2, &from_2);
    fused(&from_6, &r2, &from_4, &from_4);
    fused(&from_4, &r2, &from_2, &from_2);
    fused(&from_2, &r2, r, sum);
}

/* x 2^k, rounded once, for the whole part of k. */
static inline void exp_scale(const f64v *rounded, f64v *x) {
#ifdef __AVX512F__
    *x = (f64v)_mm512_scalef_pd((__m512d)*x, (__m512d)(*rounded - exp_round));
#else
    /* By the exponent's bits, in two halves, of which the first rounds nothing. Unsigned, because NaN gives
     * any k at all. half is k / 2 rounded down. */
    const f64v round = (f64v){0} + exp_round;
    u64v k = (u64v)*rounded - (u64v)round + (2048 << EIGHTH_BITS);
    u64v whole = (k >> EIGHTH_BITS) - 2048, half = (k >> (EIGHTH_BITS + 1)) - 1024;
    *x *= (f64v)((half + 1023) << 52);
    *x *= (f64v)((whole - half + 1023) << 52);
#endif
}

static inline void exp_value(const struct exp_lanes *lanes, double *out) {
    f64v sum, result;
    exp_series(&lanes->r, &sum);
    fused(&lanes->power, &sum, &lanes->power, &result);
    exp_scale(&lanes->rounded, &result);
    *(f64v_at *)out = result;
}

/* n is a multiple of WIDTH, and not 0. Values are made one step behind, so that they need not wait for their
 * parts. */
static inline void exp_whole(const double *x, double *out, size_t n) {
    struct exp_lanes lanes, next;
    exp_reduce(x, &lanes);
    for (size_t i = WIDTH; i < n; i += WIDTH) {
        exp_reduce(x + i, &next);
        exp_value(&lanes, out + i - WIDTH);
        lanes = next;
    }
    exp_value(&lanes, out + n - WIDTH);
}

/* What is left over goes through the same lanes, so that it has the same bits. */
static void exponential(const double *x, double *out, size_t n) {
    size_t whole = n / WIDTH * WIDTH;
    if (whole > 0)
        exp_whole(x, out, whole);
    if (whole == n)
        return;
    double rest[WIDTH] = {0};
    memcpy(rest, x + whole, (n - whole) * sizeof *x);
    exp_whole(rest, rest, WIDTH);
    memcpy(out + whole, rest, (n - whole) * sizeof *x);
}

#endif
