/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/stream.h"

#include "engine/base/hash.h"
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(stream, .timeout = 60);

enum { BATCH = 1 << 14 };

static void words_of(uint64_t seed, const char *name, uint64_t first, int quarter, uint32_t *words,
                     size_t n) {
    struct sp_stream stream = {seed, sp_hash32_text(name)};
    sp_stream_words(sp_kernels_find(NULL), stream, first, quarter, 0, words, n);
}

/* A path has its word wherever the block begins, and it is the word of the layout. */
Test(stream, a_path_has_its_word_in_any_block) {
    static uint32_t whole[4096], part[4096];
    uint64_t first = (UINT64_C(1) << 34) - 2048; /* groups pass 2^32 within */
    words_of(2385, "growth.rate_first", first, 5, whole, 4096);
    for (size_t p = 0; p < 4096; p++)
        cr_assert_eq(whole[p], engine_test_word(2385, sp_hash32_text("growth.rate_first"), first + p, 5, 0));
    for (size_t start = 0; start < 4096; start += 64) {
        words_of(2385, "growth.rate_first", first + start, 5, part, 4096 - start);
        cr_assert_arr_eq(part, whole + start, (4096 - start) * sizeof *part, "block at %zu", start);
    }
}

/* The four words of one counter serve paths p, p + 16, p + 32, p + 48. */
Test(stream, four_words_are_four_paths) {
    uint32_t words[64], out[4];
    words_of(UINT64_C(0x0123456789abcdef), "churn.monthly", 128, SP_STREAM_PER_PATH, words, 64);
    for (uint32_t p = 0; p < 16; p++) {
        uint32_t counter[4] = {32 + p, 0xFFFF, sp_hash32_text("churn.monthly"), 0};
        engine_test_philox(10, counter, (uint32_t[]){0x89abcdef, 0x01234567}, out);
        for (size_t w = 0; w < 4; w++)
            cr_expect_eq(words[p + 16 * w], out[w]);
    }
}

/* Seeds that other programs confuse: 0 and 1, those beyond 32 bits, the largest. */
static const uint64_t odd_seeds[] = {0,
                                     1,
                                     2,
                                     4357,
                                     (UINT64_C(1) << 31) - 1,
                                     UINT64_C(1) << 31,
                                     UINT32_MAX,
                                     UINT64_C(1) << 32,
                                     (UINT64_C(1) << 32) + 1,
                                     UINT64_C(1) << 33,
                                     (UINT64_C(1) << 63) - 1,
                                     UINT64_C(1) << 63,
                                     UINT64_MAX - 1,
                                     UINT64_MAX};
enum { ODD_SEEDS = sizeof odd_seeds / sizeof *odd_seeds };

static size_t equal_words(const uint32_t *a, const uint32_t *b, size_t n) {
    size_t equal = 0;
    for (size_t i = 0; i < n; i++)
        equal += a[i] == b[i];
    return equal;
}

/* Of 91 pairs x 1024 words, 2e-5 are expected to be equal by chance: one is a 1 in 50,000 event. */
Test(stream, odd_seeds_have_their_own_words) {
    static uint32_t words[ODD_SEEDS][1024];
    for (size_t i = 0; i < ODD_SEEDS; i++) {
        words_of(odd_seeds[i], "x", 0, SP_STREAM_PER_PATH, words[i], 1024);
        for (size_t j = 0; j < i; j++)
            cr_expect_eq(equal_words(words[i], words[j], 1024), 0, "seeds %zu and %zu", i, j);
    }
}

static int compare_words(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* No (seed, name) is another's (seed + 1, other name). Two equal among 4096 of 64 bits: 1 in 2 x 10^12. */
Test(stream, seeds_and_names_do_not_alias) {
    static uint64_t first[64 * 64];
    uint32_t words[64];
    char name[32];
    for (size_t i = 0; i < 64 * 64; i++) {
        snprintf(name, sizeof name, "risk.%zu.occurs", i % 64);
        words_of(i / 64, name, 0, SP_STREAM_PER_PATH, words, 64);
        first[i] = (uint64_t)words[0] << 32 | words[16];
    }
    qsort(first, 64 * 64, sizeof *first, compare_words);
    for (size_t i = 1; i < 64 * 64; i++)
        cr_assert_neq(first[i], first[i - 1]);
}

static double correlation(const uint32_t *a, const uint32_t *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (a[i] * 0x1p-32 - 0.5) * (b[i] * 0x1p-32 - 0.5);
    return 12 * sum / (double)n;
}

/* |r| < 5 / sqrt n for all 2016 pairs of 64 neighbouring seeds: a false alarm in 1 of 900 sets of words. */
Test(stream, neighbouring_seeds_are_not_correlated) {
    static uint32_t words[64][4096];
    for (size_t i = 0; i < 64; i++)
        words_of(1000 + i, "growth.shock", 0, 3, words[i], 4096);
    for (size_t i = 0; i < 64; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect_lt(fabs(correlation(words[i], words[j], 4096)), 5 / sqrt(4096), "seeds %zu, %zu", i, j);
}

/* The first word over 10^5 seeds is uniform: Kolmogorov and Smirnov, D sqrt n < 2.74 (5.7e-7). */
Test(stream, the_first_word_is_uniform_over_seeds) {
    enum { SEEDS = 100000 };
    static uint64_t first[SEEDS];
    uint32_t words[64];
    double worst = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        words_of(seed, "growth.rate_first", 0, SP_STREAM_PER_PATH, words, 64);
        first[seed] = words[0];
    }
    qsort(first, SEEDS, sizeof *first, compare_words);
    for (size_t i = 0; i < SEEDS; i++)
        worst = fmax(worst, fabs((double)first[i] * 0x1p-32 - ((double)i + 0.5) / SEEDS));
    cr_expect_lt(worst * sqrt(SEEDS), 2.74, "D sqrt n = %g", worst * sqrt(SEEDS));
}

/* Batches, quarters and per-path draws are streams apart; 16384 x 6 words: one equal by chance in 40,000. */
Test(stream, batches_and_quarters_are_apart) {
    static uint32_t words[4][BATCH];
    words_of(1, "x", 0, SP_STREAM_PER_PATH, words[0], BATCH);
    words_of(1, "x", BATCH, SP_STREAM_PER_PATH, words[1], BATCH);
    words_of(1, "x", 0, 0, words[2], BATCH);
    words_of(1, "x", 0, 1, words[3], BATCH);
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect_leq(equal_words(words[i], words[j], BATCH), 0, "%zu and %zu", i, j);
}
