/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(draw_kernels, .timeout = 60);

enum { WORDS = 4096 };

/* Random words of all sizes of tail, with the ends and their neighbours first. */
static void fill_words(uint32_t words[WORDS]) {
    static const uint32_t edge[] = {0,          1,          2,          3,          15,         16,
                                    17,         0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFF,
                                    0xFFFFFFFE, 0xFFFFFFF0, 0xFFFFFFEF, 0x40000000, 0x3FFFFFFF, 0xC0000000};
    engine_test_words(2385, 77, words, WORDS);
    for (size_t i = WORDS / 2; i < WORDS; i++)
        words[i] = engine_test_tail_word(words[i], (int)(i % 32), i / 32 % 2);
    memcpy(words, edge, sizeof edge);
}

static double uniform_of(uint32_t word) {
    return ((double)word + 0.5) * 0x1p-32;
}

/* --- Tables --- */

/* Coefficients that no rounding treats kindly. */
static void fill_rows(struct sp_table_rows *rows) {
    uint32_t word[4];
    for (uint32_t i = 0; i < 2 * SP_TABLE_ROWS; i++) {
        engine_test_philox(10, (uint32_t[]){i, 0, 0, 0}, (uint32_t[]){5, 6}, word);
        for (int c = 0; c < 4; c++)
            rows->row[i / SP_TABLE_ROWS][i % SP_TABLE_ROWS][c] = (uniform_of(word[c]) - 0.5) * 2.385;
    }
}

/* The value of word k: its tail is v 2^-33 with v = 2 min(k, not k) + 1; octave, step and place in the step
 * are read off v by dividing. */
static double table_twin(const struct sp_table_rows *rows, double shift, double scale, uint32_t k) {
    int side = k >= 0x80000000, octave;
    double v = 2.0 * (side ? ~k : k) + 1, mantissa = 2 * frexp(v, &octave);
    double steps = (mantissa - 1) * SP_TABLE_STEPS, step = floor(steps), position = steps - step;
    const double *c = rows->row[side][(octave - 1) * SP_TABLE_STEPS + (int)step];
    return fma(fma(fma(fma(c[3], position, c[2]), position, c[1]), position, c[0]), scale, shift);
}

Test(draw_kernels, table_is_its_twin) {
    static struct sp_table_rows rows;
    static uint32_t words[WORDS];
    static double out[WORDS];
    fill_rows(&rows);
    fill_words(words);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t n = 4; n <= WORDS; n = n < 64 ? n + 4 : 8 * n) {
            (*level)->table(&rows, -0.7, 1e3 / 3, words, out, n);
            for (size_t p = 0; p < n; p++)
                cr_assert_eq(out[p], table_twin(&rows, -0.7, 1e3 / 3, words[p]), "level %s, n %zu, word %x",
                             (*level)->level, n, words[p]);
        }
}

/* --- Exact laws --- */

Test(draw_kernels, uniform_is_its_twin) {
    static uint32_t words[WORDS];
    static double out[WORDS];
    static const double bounds[][2] = {{0, 1}, {-2.385, 7.1}, {1e9, 1e9 + 1}, {-1e-300, 1e300}};
    static const size_t sizes[] = {1, 2, 3, 5, 7, 9, 63, 65, WORDS - 1, WORDS};
    fill_words(words);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t i = 0; i < 40; i++) {
            double low = bounds[i % 4][0], high = bounds[i % 4][1], width = high - low;
            size_t n = sizes[i / 4];
            (*level)->uniform(low, high, words, out, n);
            for (size_t p = 0; p < n; p++)
                cr_assert_eq(out[p], fma(width, uniform_of(words[p]), low), "level %s, n %zu, word %x",
                             (*level)->level, n, words[p]);
        }
}

static double triangular_twin(double low, double mode, double high, double u) {
    if (u < (mode - low) / (high - low))
        return low + sqrt(u * ((high - low) * (mode - low)));
    return high - sqrt((1.0 - u) * ((high - low) * (high - mode)));
}

Test(draw_kernels, triangular_is_its_twin) {
    static uint32_t words[WORDS];
    static double out[WORDS];
    static const double shapes[][3] = {
        {0.1, 0.15, 0.25}, {-3, -3, 2.385}, {0, 7, 7}, {1e6, 1e6 + 0.3, 1e6 + 1}};
    static const size_t sizes[] = {1, 3, 5, 7, 66, WORDS - 1, WORDS};
    fill_words(words);
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t i = 0; i < 28; i++) {
            const double *x = shapes[i % 4];
            size_t n = sizes[i / 4];
            (*level)->triangular(x[0], x[1], x[2], words, out, n);
            for (size_t p = 0; p < n; p++) {
                cr_assert_eq(out[p], triangular_twin(x[0], x[1], x[2], uniform_of(words[p])),
                             "level %s, n %zu, word %x", (*level)->level, n, words[p]);
                cr_assert(out[p] >= x[0] && out[p] <= x[2]);
            }
        }
}
