/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/hash.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(hash, .timeout = 20);

/* Published by Landon Curt Noll with the algorithm (test_fnv.c: FNV-1a of the text without its end). */
static const struct {
    const char *text;
    uint32_t hash32;
    uint64_t hash64;
} known[] = {
    {"", 0x811c9dc5, 0xcbf29ce484222325},       {"a", 0xe40c292c, 0xaf63dc4c8601ec8c},
    {"b", 0xe70c2de5, 0xaf63df4c8601f1a5},      {"c", 0xe60c2c52, 0xaf63de4c8601eff2},
    {"fo", 0x6222e842, 0x08985907b541d342},     {"foo", 0xa9f37ed7, 0xdcb27518fed9d577},
    {"foob", 0x3f5076ef, 0xdd120e790c2512af},   {"fooba", 0x39aaa18a, 0xcac165afa2fef40a},
    {"foobar", 0xbf9cf968, 0x85944171f73967e8},
};

Test(hash, published_answers) {
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *text = known[i].text;
        cr_expect_eq(sp_hash32_text(text), known[i].hash32, "%s", text);
        cr_expect_eq(sp_hash64_bytes(SP_HASH64_START, text, strlen(text)), known[i].hash64, "%s", text);
    }
}

/* Bytes above 127 count as they are, and a NUL in the middle ends nothing. */
Test(hash, all_bytes_count) {
    unsigned char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    uint64_t whole = sp_hash64_bytes(SP_HASH64_START, bytes, 256), expected = SP_HASH64_START;
    for (int i = 0; i < 256; i++)
        expected = (expected ^ (uint64_t)i) * 1099511628211u;
    cr_expect_eq(whole, expected);
    cr_expect_eq(sp_hash64_bytes(sp_hash64_bytes(SP_HASH64_START, bytes, 37), bytes + 37, 219), whole);
    cr_expect_eq(sp_hash32_text("\xC3\xA4"), ((0x811c9dc5u ^ 0xC3u) * 16777619u ^ 0xA4u) * 16777619u);
}

static uint64_t plain_mix(uint64_t hash, uint64_t word) {
    uint64_t mixed = (hash ^ word) * 1099511628211u;
    return mixed ^ (mixed >> 32);
}

/* As the header states it, a byte at a time. */
static uint64_t plain_lanes(uint64_t hash, const unsigned char *bytes, size_t size) {
    size_t words = (size + 63) / 64 * 8;
    uint64_t lane[8];
    for (size_t j = 0; j < 8; j++)
        lane[j] = hash + j;
    for (size_t i = 0; i < words; i++) {
        uint64_t word = 0;
        for (size_t k = 0; k < 8; k++)
            word |= 8 * i + k < size ? (uint64_t)bytes[8 * i + k] << 8 * k : 0;
        lane[i % 8] = plain_mix(lane[i % 8], word);
    }
    for (size_t j = 0; j < 8; j++)
        hash = plain_mix(hash, lane[j]);
    return plain_mix(hash, size);
}

Test(hash, lanes_are_as_stated) {
    unsigned char bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(37 * i + 11);
    for (size_t size = 0; size <= sizeof bytes; size++)
        cr_expect_eq(sp_hash64_lanes(SP_HASH64_START, bytes, size), plain_lanes(SP_HASH64_START, bytes, size),
                     "%zu", size);
}

/* Every single bit counts, also the highest of a word, and zeros at the end. */
Test(hash, lanes_see_every_bit) {
    unsigned char bytes[150] = {0};
    uint64_t whole = sp_hash64_lanes(SP_HASH64_START, bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        cr_expect_neq(sp_hash64_lanes(SP_HASH64_START, bytes, sizeof bytes), whole, "%zu", bit);
        bytes[bit / 8] = 0;
    }
    cr_expect_neq(sp_hash64_lanes(SP_HASH64_START, bytes, sizeof bytes - 1), whole);
}

/* As the header states it, a byte at a time. */
static uint64_t plain_piece(uint64_t place, const unsigned char *bytes, size_t size) {
    uint64_t sum = 0;
    for (size_t i = 0; i < (size + 7) / 8; i++) {
        uint64_t word = (place + i + 1) * 0x9e3779b97f4a7c15u;
        for (size_t k = 0; k < 8; k++)
            word += 8 * i + k < size ? (uint64_t)bytes[8 * i + k] << 8 * k : 0;
        word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9u;
        word = (word ^ word >> 27) * 0x94d049bb133111ebu;
        sum += word ^ word >> 31;
    }
    return sum;
}

Test(hash, pieces_are_as_stated) {
    unsigned char bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(37 * i + 11);
    for (size_t size = 0; size <= sizeof bytes; size++)
        cr_expect_eq(sp_hash64_piece(7, bytes, size), plain_piece(7, bytes, size), "%zu", size);
    /* The first outputs of SplitMix64 for seed 0 are those of zeros. */
    cr_expect_eq(sp_hash64_mix(0x9e3779b97f4a7c15u), 0xe220a8397b1dcdafu);
    cr_expect_eq(sp_hash64_piece(0, (uint64_t[2]){0}, 16), 0xe220a8397b1dcdafu + 0x6e789e6aa1b965f4u);
}

Test(hash, pieces_add_up_in_any_order) {
    unsigned char bytes[397];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * i >> 3);
    uint64_t whole = sp_hash64_piece(0, bytes, sizeof bytes);
    for (size_t words = 0; words < sizeof bytes / 8; words++)
        cr_expect_eq(sp_hash64_piece(words, bytes + 8 * words, sizeof bytes - 8 * words) +
                         sp_hash64_piece(0, bytes, 8 * words),
                     whole, "%zu", words);
}

/* Every single bit counts, and so does a bit that moves to another word, or changes in two. */
Test(hash, pieces_see_bits_and_places) {
    enum { WORDS = 24 };
    uint64_t words[WORDS] = {0}, whole = sp_hash64_piece(0, words, sizeof words), one[WORDS][64];
    for (size_t i = 0; i < WORDS; i++)
        for (size_t bit = 0; bit < 64; bit++) {
            words[i] = UINT64_C(1) << bit;
            one[i][bit] = sp_hash64_piece(0, words, sizeof words);
            cr_expect_neq(one[i][bit], whole);
            for (size_t j = 0; j < i; j++) {
                cr_expect_neq(one[j][bit], one[i][bit], "%zu %zu %zu", i, j, bit);
                cr_expect_neq(one[j][bit] - whole, whole - one[i][bit], "%zu %zu %zu", i, j, bit);
            }
            words[i] = 0;
        }
    cr_expect_neq(sp_hash64_piece(1, words, sizeof words), whole);
}
