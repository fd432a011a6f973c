/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(philox, .timeout = 60);

struct answer {
    int rounds;
    uint32_t counter[4], key[2], out[4];
};

/* The known answers of Random123 (tests/vectors/README.md). */
static size_t read_answers(struct answer *answer, size_t most) {
    char line[256];
    size_t count = 0;
    FILE *file = fopen("tests/vectors/random123/philox4x32.txt", "r");
    cr_assert_not_null(file, "tests run in the root of the repository");
    while (count < most && fgets(line, sizeof line, file)) {
        struct answer *a = &answer[count];
        count += sscanf(line, "philox4x32 %d %x %x %x %x %x %x %x %x %x %x", &a->rounds, &a->counter[0],
                        &a->counter[1], &a->counter[2], &a->counter[3], &a->key[0], &a->key[1], &a->out[0],
                        &a->out[1], &a->out[2], &a->out[3]) == 11;
    }
    fclose(file);
    return count;
}

Test(philox, the_plain_twin_knows_all_answers) {
    struct answer answer[8];
    uint32_t out[4];
    cr_assert_eq(read_answers(answer, 8), 6);
    for (size_t i = 0; i < 6; i++) {
        engine_test_philox(answer[i].rounds, answer[i].counter, answer[i].key, out);
        cr_expect_arr_eq(out, answer[i].out, sizeof out, "answer %zu", i);
    }
}

/* A counter of the layout that has the words of the known answer in one of its 16 places. */
static void expect_answer(const struct sp_kernels *kernels, const struct answer *answer) {
    uint32_t words[64];
    struct sp_philox_counter counter = {
        .key = (uint64_t)answer->key[1] << 32 | answer->key[0],
        .group = ((uint64_t)(answer->counter[1] >> 16) << 32 | answer->counter[0]) & ~UINT64_C(15),
        .quarter = (uint16_t)answer->counter[1],
        .name = answer->counter[2],
        .index = answer->counter[3],
    };
    kernels->philox(&counter, words, 64);
    for (size_t w = 0; w < 4; w++)
        cr_expect_eq(words[16 * w + answer->counter[0] % 16], answer->out[w], "level %s, word %zu",
                     kernels->level, w);
}

Test(philox, every_level_knows_the_answers) {
    struct answer answer[8];
    size_t answers = read_answers(answer, 8), tried = 0;
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t i = 0; i < answers; i++)
            if (answer[i].rounds == 10) {
                expect_answer(*level, &answer[i]);
                tried++;
            }
    cr_expect_geq(tried, 3);
}

static const struct sp_philox_counter counters[] = {
    {0, 0, 0, 0, 0},
    {1, 16, 11, 0x811c9dc5, 0},
    {0xdeadbeefcafef00d, (UINT64_C(1) << 32) - 16, 0xFFFF, 0xFFFFFFFF, 1},
    {UINT64_MAX, (UINT64_C(1) << 48) - 4096, 0xFFFF, 7, 0xFFFFFFFF},
    {UINT64_C(1) << 32, UINT64_C(0x123456789A0), 399, 0x80000000, 0x80000000},
    {2385, UINT64_C(3) << 32, 0xFFFE, 0x00010000, 2},
    {UINT64_C(1) << 63, (UINT64_C(1) << 38) - 1024, 0x8000, 0xFFFF0000, 3},
};

/* Words by the twin, from the counter's group on: path p of group 16 (p div 64) + p mod 16. */
static uint32_t twin(const struct sp_philox_counter *counter, size_t p) {
    uint64_t path = counter->group * 4 + p;
    return engine_test_word(counter->key, counter->name, path, counter->quarter, counter->index);
}

Test(philox, every_level_is_the_twin_word_by_word) {
    static uint32_t words[16384];
    static const size_t sizes[] = {64, 128, 192, 1024, 16384};
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t c = 0; c < sizeof counters / sizeof *counters; c++)
            for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                memset(words, 0xA5, sizeof words);
                (*level)->philox(&counters[c], words, sizes[s]);
                for (size_t p = 0; p < sizes[s]; p++)
                    cr_assert_eq(words[p], twin(&counters[c], p),
                                 "level %s, counter %zu, %zu words, word %zu", (*level)->level, c, sizes[s],
                                 p);
            }
}

/* Paths one after the other, few, all over the place, the same twice; every count from 0 on. */
static size_t choose(size_t kind, uint16_t *path, size_t n) {
    for (size_t i = 0; i < n + SP_SELECT_MORE; i++)
        path[i] = (uint16_t)(kind == 0 ? i : kind == 1 ? 63 - i % 64 : kind == 2 ? i * 2385 % 16384 : 4095);
    return n;
}

Test(philox, chosen_words_are_those_of_their_paths) {
    static uint16_t path[256 + SP_SELECT_MORE];
    static uint32_t words[256 + SP_SELECT_MORE + 1];
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (size_t c = 0; c < sizeof counters / sizeof *counters; c++)
            for (size_t n = 0; n <= 256; n += n < 40 ? 1 : 36) {
                memset(words, 0xA5, sizeof words);
                (*level)->philox_chosen(&counters[c], path, words, choose((c + n) % 4, path, n));
                for (size_t i = 0; i < n; i++)
                    cr_assert_eq(words[i], twin(&counters[c], path[i]), "level %s, counter %zu, path %u",
                                 (*level)->level, c, path[i]);
                cr_assert_eq(words[n + SP_SELECT_MORE], 0xA5A5A5A5);
            }
}

/* It writes n words and no more. */
Test(philox, nothing_is_written_beyond) {
    uint32_t words[128 + 16];
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        memset(words, 0xA5, sizeof words);
        (*level)->philox(&counters[1], words, 128);
        for (size_t p = 128; p < 144; p++)
            cr_assert_eq(words[p], 0xA5A5A5A5);
    }
}
