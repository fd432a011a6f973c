/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From random words to values, by the quantile function. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_QUANTILE_H
#define SP_ENGINE_MATH_KERNEL_QUANTILE_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

/* The tail of word k is m = min(k, 2^32 - 1 - k), its probability (m + 1/2) 2^-32 = v 2^-33 with v = 2m + 1.
 * As a double, v shows its octave as exponent, the step as the first bits of its mantissa, and the position
 * within the step as the bits after these. */
static inline void table_position(const uint32_t *words, u64x4 *row, f64x4 *position) {
    const u64x4 one = {1, 1, 1, 1}, mantissa = one * 0xFFFFFFFFFFFFF, exponent = one * 0x3FF0000000000000;
    u32x4 word = *(const u32x4_at *)words;
    u64x4 k = __builtin_convertvector(word, u64x4), side = k >> 31;
    u64x4 v = 2 * (k ^ (side * UINT32_MAX)) + 1;
    f64x4 real;
    whole_to_double(&v, &real);
    u64x4 bits = (u64x4)real;
    *row = (bits >> 48) - (1023 * SP_TABLE_STEPS) + side * SP_TABLE_ROWS;
    *position = (f64x4)((bits << 4 & mantissa) | exponent) - 1.0;
}

/* Four rows of four coefficients, turned so that each vector holds one power for the four values. */
static inline void table_load(const double (*rows)[4], const u64x4 *row, f64x4 power[4]) {
    f64x4 r[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        r[i] = *(const f64x4_at *)rows[(*row)[i]];
    f64x4 a = __builtin_shufflevector(r[0], r[1], 0, 4, 2, 6),
          b = __builtin_shufflevector(r[2], r[3], 0, 4, 2, 6);
    f64x4 c = __builtin_shufflevector(r[0], r[1], 1, 5, 3, 7),
          d = __builtin_shufflevector(r[2], r[3], 1, 5, 3, 7);
    power[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    power[1] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    power[2] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    power[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

static void table(const struct sp_table_rows *table, double shift, double scale, const uint32_t *words,
                  double *out, size_t n) {
    const f64x4 shifts = {shift, shift, shift, shift}, scales = {scale, scale, scale, scale};
    for (size_t p = 0; p < n; p += 4) {
        u64x4 row;
        f64x4 position, power[4], value;
        table_position(words + p, &row, &position);
        table_load(table->row[0], &row, power);
        fused(&power[3], &position, &power[2], &value);
        fused(&value, &position, &power[1], &value);
        fused(&value, &position, &power[0], &value);
        fused(&value, &scales, &shifts, &value);
        *(f64x4_at *)(out + p) = value;
    }
}

/* Where z lies among the rows: the row, and the position within it. Values beyond the ends are held there. */
static inline void normal_position(const double *z, u64x4 *row, f64x4 *position) {
    const f64x4 zero = {0}, low = zero - SP_NORMAL_REACH, high = zero + (SP_NORMAL_REACH - 0x1p-40);
    f64x4 value = *(const f64x4_at *)z;
    i64x4 is_inside = value > low, is_below_end = value < high;
    choose(&is_inside, &value, &low, &value);
    choose(&is_below_end, &value, &high, &value);
    f64x4 steps = (value - low) * (SP_NORMAL_STEPS / (2.0 * SP_NORMAL_REACH));
    f64x4 shifted = steps + 0x1p52; /* rounds to the nearest whole number, in the low bits */
    f64x4 whole = shifted - 0x1p52;
    i64x4 is_above = whole > steps;
    f64x4 one_less = whole - 1.0;
    choose(&is_above, &one_less, &whole, &whole);
    shifted = whole + 0x1p52;
    *row = (u64x4)shifted & 0xFFFFFFFF;
    *position = steps - whole;
}

static void normal_words(const struct sp_normal_rows *rows, const double *z, uint32_t *words, size_t n) {
    const f64x4 zero = {0}, first = zero, last = zero + 0xFFFFFFFF;
    for (size_t p = 0; p < n; p += 4) {
        u64x4 row;
        f64x4 position, power[4], value;
        normal_position(z + p, &row, &position);
        table_load(rows->row, &row, power);
        fused(&power[3], &position, &power[2], &value);
        fused(&value, &position, &power[1], &value);
        fused(&value, &position, &power[0], &value);
        value = value * 0x1p32 - 0.5; /* so that rounding to the nearest takes the whole part */
        i64x4 is_above = value > first, is_below = value < last;
        choose(&is_above, &value, &first, &value);
        choose(&is_below, &value, &last, &value);
        *(u32x4_at *)(words + p) = __builtin_convertvector((u64x4)(value + 0x1p52) & 0xFFFFFFFF, u32x4);
    }
}

static inline double word_to_uniform(uint32_t word) {
    return ((double)word + 0.5) * 0x1p-32;
}

static void uniform(double low, double high, const uint32_t *words, double *out, size_t n) {
    double width = high - low;
    for (size_t p = 0; p < n; p++)
        out[p] = __builtin_fma(width, word_to_uniform(words[p]), low);
}

static void triangular(double low, double mode, double high, const uint32_t *words, double *out, size_t n) {
    double left = (high - low) * (mode - low), right = (high - low) * (high - mode);
    double at_mode = (mode - low) / (high - low);
    for (size_t p = 0; p < n; p++) {
        double u = word_to_uniform(words[p]);
        double area = u < at_mode ? u * left : (1.0 - u) * right;
        double root = __builtin_sqrt(area);
        out[p] = u < at_mode ? low + root : high - root;
    }
}

#endif
