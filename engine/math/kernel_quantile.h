/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From random words to values, by the quantile function. Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_QUANTILE_H
#define SP_ENGINE_MATH_KERNEL_QUANTILE_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

enum { ROW_BITS = 5, STEP_BITS = 4, SIDE_BIT = 9 };
_Static_assert(4 * sizeof(double) == 1 << ROW_BITS && SP_TABLE_STEPS == 1 << STEP_BITS &&
                   SP_TABLE_ROWS == 1 << SIDE_BIT,
               "bits");

/* The tail of word k is m = min(k, 2^32 - 1 - k), its probability (m + 1/2) 2^-32 = v 2^-34 with v = 4m + 2.
 * As a double, v shows its octave as exponent, the step as the first bits of its mantissa, and the position
 * within the step as the bits after these. Taken with its sign, k is m or - (m + 1), and 4k + 2 is v or - v:
 * the sign is the side. */
static inline void table_tail(const uint32_t *words, uint64_t *tail) {
#ifdef __AVX512F__
    /* In halves: processors that work on halves take three steps to widen the whole. */
    const __m256d four = _mm256_set1_pd(4.0), two = _mm256_set1_pd(2.0);
#pragma GCC unroll 2
    for (int i = 0; i < WIDTH; i += 4) {
        __m256d k = _mm256_cvtepi32_pd((__m128i) * (const i32x4_at *)(words + i));
        *(f64x4_at *)(tail + i) = (f64x4)_mm256_fmadd_pd(k, four, two);
    }
#else
    const f64v zero = {0}, four = zero + 4.0, two = zero + 2.0;
    f64v k;
    as_doubles(words, &k);
    fused(&k, &four, &two, &k);
    memcpy(tail, &k, sizeof k);
#endif
}

/* Where the row is, in bytes from the first: side, octave, step. The exponent of v is 1 to 32, of which the
 * encoding 1024 to 1055 shows 0 to 31 in its low bits. The last 19 bits of v are 0, those of the offset too.
 * (Processors with AVX-512 are quick to pick bits; some with AVX2 are not.) */
static inline uint64_t table_offset(uint64_t tail) {
    enum { LAST = SP_TABLE_ROWS - 1 };
#ifdef __AVX512F__
    return _pext_u64(tail, UINT64_C(1) << 63 | (uint64_t)LAST << (52 - STEP_BITS) | ((1 << ROW_BITS) - 1));
#else
    return (tail >> (52 - STEP_BITS - ROW_BITS) & (LAST << ROW_BITS)) |
           (tail >> (63 - SIDE_BIT - ROW_BITS) & (SP_TABLE_ROWS << ROW_BITS));
#endif
}

/* The bits after the step, as the last ones of a number from SP_TABLE_STEPS up, are the position within it.
 */
static inline void table_position(const u64v *tail, f64v *position) {
    const u64v none = {0}, after = none + (UINT64_MAX >> (64 - 52 + STEP_BITS));
    const f64v steps = (f64v)none + SP_TABLE_STEPS;
    *position = (f64v)((*tail & after) | (u64v)steps) - steps;
}

static inline const f64x4_at *table_row(const void *rows, uint64_t offset) {
    return (const f64x4_at *)(const void *)((const char *)rows + offset);
}

#ifdef __AVX512F__

/* Two rows in one vector. */
static inline __m512d table_pair(const void *rows, uint64_t first, uint64_t second) {
    __m512d pair = _mm512_castpd256_pd512((__m256d)*table_row(rows, first));
    return _mm512_insertf64x4(pair, (__m256d)*table_row(rows, second), 1);
}

/* Eight rows of four coefficients, of which each vector has two, turned so that each holds one power for the
 * eight values. Rows 0 and 2, 1 and 3, .. are paired, so that after neighbours have met only whole quarters
 * change places. */
static inline void table_turn(const __m512d pair[4], f64v power[4]) {
    __m512d even_low = _mm512_unpacklo_pd(pair[0], pair[1]), even_high = _mm512_unpacklo_pd(pair[2], pair[3]);
    __m512d odd_low = _mm512_unpackhi_pd(pair[0], pair[1]), odd_high = _mm512_unpackhi_pd(pair[2], pair[3]);
    power[3] = (f64v)_mm512_shuffle_f64x2(odd_low, odd_high, 0xDD);
    power[2] = (f64v)_mm512_shuffle_f64x2(even_low, even_high, 0xDD);
    power[1] = (f64v)_mm512_shuffle_f64x2(odd_low, odd_high, 0x88);
    power[0] = (f64v)_mm512_shuffle_f64x2(even_low, even_high, 0x88);
}

static inline void table_load(const void *rows, const uint64_t offset[8], f64v power[4]) {
    __m512d pair[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        pair[i] = table_pair(rows, offset[i / 2 * 4 + i % 2], offset[i / 2 * 4 + i % 2 + 2]);
    table_turn(pair, power);
}

/* Each offset is made where it is used: eight at a time would need too many registers. */
static inline void table_load_tails(const void *rows, const uint64_t tail[8], f64v power[4]) {
    __m512d pair[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        const uint64_t *first = tail + i / 2 * 4 + i % 2;
        pair[i] = table_pair(rows, table_offset(first[0]), table_offset(first[2]));
    }
    table_turn(pair, power);
}

#else

/* The same of four rows. */
static inline void table_load(const void *rows, const uint64_t offset[4], f64v power[4]) {
    f64v r[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        r[i] = *table_row(rows, offset[i]);
    f64v a = __builtin_shufflevector(r[0], r[1], 0, 4, 2, 6),
         b = __builtin_shufflevector(r[2], r[3], 0, 4, 2, 6);
    f64v c = __builtin_shufflevector(r[0], r[1], 1, 5, 3, 7),
         d = __builtin_shufflevector(r[2], r[3], 1, 5, 3, 7);
    power[0] = __builtin_shufflevector(a, b, 0, 1, 4, 5);
    power[1] = __builtin_shufflevector(c, d, 0, 1, 4, 5);
    power[2] = __builtin_shufflevector(a, b, 2, 3, 6, 7);
    power[3] = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

static inline void table_load_tails(const void *rows, const uint64_t tail[4], f64v power[4]) {
    uint64_t offset[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++)
        offset[i] = table_offset(tail[i]);
    table_load(rows, offset, power);
}

#endif

/* The cubic at the position: the first power's coefficient is added last. */
static inline void table_cubic(const f64v power[4], const f64v *position, f64v *value) {
    fused(&power[3], position, &power[2], value);
    fused(value, position, &power[1], value);
    fused(value, position, &power[0], value);
}

/* What WIDTH values are made of. */
struct table_lanes {
    f64v power[4], position;
};

static inline void table_fetch(const struct sp_table_rows *table, const uint64_t *tail,
                               struct table_lanes *lanes) {
    u64v tails;
    table_load_tails(table->row, tail, lanes->power);
    memcpy(&tails, tail, sizeof tails);
    table_position(&tails, &lanes->position);
}

static inline void table_value(const struct table_lanes *lanes, const f64v *shift, const f64v *scale,
                               double *out) {
    f64v value;
    table_cubic(lanes->power, &lanes->position, &value);
    fused(&value, scale, shift, &value);
    *(f64v_at *)out = value;
}

enum { STRETCH = 128 };

#ifdef __AVX512F__

/* n is a multiple of WIDTH, and not 0. There are registers enough for three things at a time, none of which
 * waits for another: tails, AHEAD of what is loaded, so that the processor knows all addresses early; rows;
 * and the values of the rows that were loaded last. */
static inline void table_whole(const struct sp_table_rows *table, double shift, double scale,
                               const uint32_t *words, double *out, size_t n) {
    enum { AHEAD = STRETCH / 2 };
    const f64v zero = {0}, shifts = zero + shift, scales = zero + scale;
    _Alignas(64) uint64_t tail[STRETCH]; /* in turn */
    struct table_lanes lanes, next;
    for (size_t p = 0; p <= AHEAD && p < n; p += WIDTH)
        table_tail(words + p, tail + p);
    table_fetch(table, tail, &lanes);
    for (size_t p = WIDTH; p < n; p += WIDTH) {
        table_fetch(table, tail + p % STRETCH, &next);
        if (p + AHEAD < n)
            table_tail(words + p + AHEAD, tail + (p + AHEAD) % STRETCH);
        table_value(&lanes, &shifts, &scales, out + p - WIDTH);
        lanes = next;
    }
    table_value(&lanes, &shifts, &scales, out + n - WIDTH);
}

#else

/* One stretch, n of it. First all tails, then what is there: the processor can then load many rows at once,
 * because it knows all addresses early. */
static inline void table_stretch(const struct sp_table_rows *table, double shift, double scale,
                                 const uint32_t *words, double *out, size_t n) {
    const f64v zero = {0}, shifts = zero + shift, scales = zero + scale;
    uint64_t tail[STRETCH];
    struct table_lanes lanes;
    for (size_t p = 0; p < n; p += WIDTH)
        table_tail(words + p, tail + p);
    for (size_t p = 0; p < n; p += WIDTH) {
        table_fetch(table, tail + p, &lanes);
        table_value(&lanes, &shifts, &scales, out + p);
    }
}

static inline void table_whole(const struct sp_table_rows *table, double shift, double scale,
                               const uint32_t *words, double *out, size_t n) {
    for (size_t p = 0; p < n; p += STRETCH)
        table_stretch(table, shift, scale, words + p, out + p, n - p < STRETCH ? n - p : STRETCH);
}

#endif

/* What is left over goes through the same lanes. */
static void table(const struct sp_table_rows *table, double shift, double scale, const uint32_t *words,
                  double *out, size_t n) {
    size_t whole = n / WIDTH * WIDTH;
    if (whole > 0)
        table_whole(table, shift, scale, words, out, whole);
    if (whole == n)
        return;
    uint32_t rest[WIDTH] = {0};
    double value[WIDTH];
    memcpy(rest, words + whole, (n - whole) * sizeof *words);
    table_whole(table, shift, scale, rest, value, WIDTH);
    memcpy(out + whole, value, (n - whole) * sizeof *out);
}

/* Where z lies among the rows, as above. Values beyond the ends are held there. */
static inline void normal_position(const double *z, u64v *offset, f64v *position) {
    const f64v zero = {0}, low = zero - SP_NORMAL_REACH, high = zero + (SP_NORMAL_REACH - 0x1p-40);
    f64v value = *(const f64v_at *)z;
    greater(&value, &low, &value);
    lesser(&value, &high, &value);
    f64v steps = (value - low) * (SP_NORMAL_STEPS / (2.0 * SP_NORMAL_REACH));
    f64v whole = (steps + 0x1p52) - 0x1p52; /* rounds to the nearest whole number */
    i64v is_above = whole > steps;
    whole += (f64v)(is_above & (i64v)(zero - 1.0));
    *offset = ((u64v)(whole + 0x1p52) & UINT32_MAX) * (4 * sizeof(double));
    *position = steps - whole;
}

/* From P(Z <= z) to words: rounding to the nearest takes the whole part. */
static inline void normal_word(const double *probability, uint32_t *words) {
    const f64v zero = {0}, last = zero + 0xFFFFFFFF;
    f64v value = *(const f64v_at *)probability * 0x1p32 - 0.5;
    greater(&value, &zero, &value);
    lesser(&value, &last, &value);
    *(u32v_at *)words = __builtin_convertvector((u64v)(value + 0x1p52) & UINT32_MAX, u32v);
}

/* One stretch, n of it, in passes as in table(). */
static inline void normal_stretch(const struct sp_normal_rows *rows, const double *z, uint32_t *words,
                                  size_t n) {
    uint64_t offset[STRETCH];
    double value[STRETCH];
    for (size_t p = 0; p < n; p += WIDTH) {
        u64v where;
        f64v position;
        normal_position(z + p, &where, &position);
        memcpy(offset + p, &where, sizeof where);
        *(f64v_at *)(value + p) = position;
    }
    for (size_t p = 0; p < n; p += WIDTH) {
        f64v power[4], position = *(const f64v_at *)(value + p), probability;
        table_load(rows->row, offset + p, power);
        table_cubic(power, &position, &probability);
        *(f64v_at *)(value + p) = probability;
    }
    for (size_t p = 0; p < n; p += WIDTH)
        normal_word(value + p, words + p);
}

static void normal_words(const struct sp_normal_rows *rows, const double *z, uint32_t *words, size_t n) {
    for (size_t p = 0; p < n; p += STRETCH)
        normal_stretch(rows, z + p, words + p, n - p < STRETCH ? n - p : STRETCH);
}

/* By way of a signed number, which processors widen faster. */
static inline double word_to_uniform(uint32_t word) {
    return ((double)(int32_t)(word ^ 0x80000000) + (0x1p31 + 0.5)) * 0x1p-32;
}

static void uniform(double low, double high, const uint32_t *words, double *out, size_t n) {
    double width = high - low;
    for (size_t p = 0; p < n; p++)
        out[p] = __builtin_fma(width, word_to_uniform(words[p]), low);
}

/* With the root after the choice: gcc would make `low + root` or `high - root` two roots. */
static void triangular(double low, double mode, double high, const uint32_t *words, double *out, size_t n) {
    double left = (high - low) * (mode - low), right = (high - low) * (high - mode);
    double at_mode = (mode - low) / (high - low);
    for (size_t p = 0; p < n; p++) {
        double u = word_to_uniform(words[p]);
        double area = u < at_mode ? u * left : (1.0 - u) * right;
        double end = u < at_mode ? low : high, side = u < at_mode ? 1 : -1;
        out[p] = end + side * __builtin_sqrt(area);
    }
}

#endif
