/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Philox4x32-10: 16 counters make the words of 64 paths. Part of kernels_level.c.
 *
 * With AVX2 every lane of a vector is a counter, each 32-bit word in a 64-bit lane, because the products are
 * 64 bits wide. Elsewhere one counter at a time: gcc 12 makes wrong code of the vectors where it has to split
 * them.
 */
#ifndef SP_ENGINE_MATH_KERNEL_PHILOX_H
#define SP_ENGINE_MATH_KERNEL_PHILOX_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

enum { PHILOX_ROUNDS = 10 };

/* The second word of the counter: the group's high bits and the quarter. */
static inline uint32_t philox_second_word(const struct sp_philox_counter *counter, uint64_t group) {
    return (uint32_t)(group >> 32 << 16) | counter->quarter;
}

#ifdef __AVX2__

static const uint64_t PHILOX_FIRST = 0xD2511F53, PHILOX_THIRD = 0xCD9E8D57; /* multipliers of these words */

/* The round keys, and the product of the first counter's first word. */
struct philox_keys {
    uint64_t key[PHILOX_ROUNDS][2], product;
};

/* Counters of one call differ in the first word only. What the others come to before they meet it, in the
 * first three rounds, is the same for all: it goes into the keys. */
static inline void philox_fold(const struct sp_philox_counter *counter, struct philox_keys *keys) {
    uint64_t product1 = counter->name * PHILOX_THIRD;
    uint64_t first = (product1 >> 32) ^ philox_second_word(counter, counter->group) ^ keys->key[0][0];
    uint64_t product0 = first * PHILOX_FIRST;
    keys->key[0][1] ^= counter->index;
    keys->key[1][0] ^= (uint32_t)product1;
    keys->key[1][1] ^= product0 >> 32;
    keys->key[2][1] ^= (uint32_t)product0;
}

/* A call of its own: within a loop's function gcc would put the keys together lane by lane. */
__attribute__((noinline)) static void philox_expand(uint64_t seed, struct philox_keys *keys) {
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        keys->key[round][0] = key0;
        keys->key[round][1] = key1;
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
}

/* Keys for the counters of one call, of which only the first word differs. */
static inline void philox_prepare(const struct sp_philox_counter *counter, struct philox_keys *keys) {
    philox_expand(counter->key, keys);
    philox_fold(counter, keys);
    keys->product = (uint32_t)counter->group * PHILOX_FIRST;
}

static inline void philox_multiply(const u64v *x, uint64_t multiplier, u64v *product) {
    const u64v zero = {0}, other = zero + multiplier;
#ifdef __AVX512F__
    *product = (u64v)_mm512_mul_epu32((__m512i)*x, (__m512i)other);
#else
    *product = (u64v)_mm256_mul_epu32((__m256i)*x, (__m256i)other);
#endif
}

/* High halves of lanes hold rubbish between rounds: the product takes the low halves alone. */
static inline void philox_round(u64v x[4], const uint64_t key[2]) {
    u64v product0, product1;
    philox_multiply(&x[0], PHILOX_FIRST, &product0);
    philox_multiply(&x[2], PHILOX_THIRD, &product1);
    x[0] = (product1 >> 32) ^ x[1] ^ key[0];
    x[2] = (product0 >> 32) ^ x[3] ^ key[1];
    x[1] = product1;
    x[3] = product0;
}

/* The first three rounds, from the product of the first word, with folded keys. */
static inline void philox_start(const struct philox_keys *keys, const u64v *product, u64v x[4]) {
    x[2] = (*product >> 32) ^ keys->key[0][1];
    philox_multiply(&x[2], PHILOX_THIRD, &x[1]);
    x[0] = (x[1] >> 32) ^ keys->key[1][0];
    x[2] = *product ^ keys->key[1][1];
    x[3] = (u64v){0};
    philox_round(x, keys->key[2]);
}

/* The low halves of both in turn: even, odd, .. */
static inline void philox_low(const u64v *even, const u64v *odd, u64v *words) {
#ifdef __AVX512F__
    *words = (u64v)_mm512_mask_shuffle_epi32((__m512i)*even, 0xAAAA, (__m512i)*odd, _MM_PERM_CCAA);
#else
    *words = (u64v)_mm256_blend_epi32((__m256i)*even, (__m256i)(*odd << 32), 0xAA);
#endif
}

/* The high halves. */
static inline void philox_high(const u64v *even, const u64v *odd, u64v *words) {
#ifdef __AVX512F__
    *words = (u64v)_mm512_mask_shuffle_epi32((__m512i)*odd, 0x5555, (__m512i)*even, _MM_PERM_DDBB);
#else
    *words = (u64v)_mm256_blend_epi32((__m256i)*odd, (__m256i)(*even >> 32), 0x55);
#endif
}

/* The last round of a pair, on the words put together: so every half is moved once. */
static inline void philox_finish(u64v even[4], u64v odd[4], const uint64_t key[2], u64v out[4]) {
#pragma GCC unroll 2
    for (int i = 0; i < 2; i++) {
        u64v even_product, odd_product, high, word;
        philox_multiply(&even[2 - 2 * i], i ? PHILOX_FIRST : PHILOX_THIRD, &even_product);
        philox_multiply(&odd[2 - 2 * i], i ? PHILOX_FIRST : PHILOX_THIRD, &odd_product);
        philox_high(&even_product, &odd_product, &high);
        philox_low(&even[2 * i + 1], &odd[2 * i + 1], &word);
        out[2 * i] = high ^ word ^ (key[i] | key[i] << 32);
        philox_low(&even_product, &odd_product, &out[2 * i + 1]);
    }
}

/* A pair of vectors holds PAIR counters in turn, even ones and odd ones; word w of counter j belongs to
 * words[16 w + j]. */
enum { PAIR = 2 * WIDTH };

static inline void philox_store(size_t pair, const u64v out[4], uint32_t *words) {
    words += pair * PAIR / 16 * 64 + pair * PAIR % 16;
#pragma GCC unroll 4
    for (int w = 0; w < 4; w++)
        memcpy(words + 16 * w, &out[w], sizeof out[w]);
}

/* Several pairs at once, independent of each other, keep the processor busy while products come. */
__attribute__((always_inline)) static inline void philox_pairs(const struct philox_keys *keys, size_t pair,
                                                               size_t pairs, uint32_t *words) {
    const u64v lane = LANE_NUMBERS;
    u64v even[2][4], odd[2][4], out[4];
#pragma GCC unroll 2
    for (size_t i = 0; i < pairs; i++) {
        u64v product = (keys->product + (pair + i) * PAIR * PHILOX_FIRST) + 2 * PHILOX_FIRST * lane;
        philox_start(keys, &product, even[i]);
        product += PHILOX_FIRST;
        philox_start(keys, &product, odd[i]);
    }
#pragma GCC unroll 10
    for (int round = 3; round < PHILOX_ROUNDS - 1; round++)
#pragma GCC unroll 2
        for (size_t i = 0; i < pairs; i++) {
            philox_round(even[i], keys->key[round]);
            philox_round(odd[i], keys->key[round]);
        }
#pragma GCC unroll 2
    for (size_t i = 0; i < pairs; i++) {
        philox_finish(even[i], odd[i], keys->key[PHILOX_ROUNDS - 1], out);
        philox_store(pair + i, out, words);
    }
}

/* Without a change of the second word. */
static void philox_same(const struct sp_philox_counter *counter, uint32_t *words, size_t n) {
    enum { AT_ONCE = WIDTH == 8 ? 2 : 1 }; /* AVX-512 has the registers for it */
    struct philox_keys keys;
    size_t pairs = n / 4 / PAIR, done = 0;
    philox_prepare(counter, &keys);
    for (; done + AT_ONCE <= pairs; done += AT_ONCE)
        philox_pairs(&keys, done, AT_ONCE, words);
    if (done < pairs)
        philox_pairs(&keys, done, 1, words);
}

/* The second word changes with every 2^32 counters. */
static void philox(const struct sp_philox_counter *counter, uint32_t *words, size_t n) {
    size_t same = (size_t)((UINT64_C(1) << 32) - (uint32_t)counter->group) * 4;
    if (n <= same) {
        philox_same(counter, words, n);
        return;
    }
    struct sp_philox_counter next = *counter;
    next.group += same / 4;
    philox_same(counter, words, same);
    philox(&next, words + same, n - same);
}

/* Chosen paths: every lane has a counter of its own, of which one word is wanted. */
struct philox_lanes {
    u64v x[4], word;
};

static inline void philox_choose(const struct sp_philox_counter *counter, const uint16_t *path,
                                 struct philox_lanes *lanes) {
    const u64v zero = {0};
    u16v number;
    memcpy(&number, path, sizeof number);
    u64v p = __builtin_convertvector(number, u64v);
    u64v group = counter->group + (p >> 6 << 4) + (p & 15);
    lanes->x[0] = group;
    lanes->x[1] = (group >> 32 << 16) | counter->quarter;
    lanes->x[2] = zero + counter->name;
    lanes->x[3] = zero + counter->index;
    lanes->word = p >> 4 & 3;
}

static inline void philox_store_word(const struct philox_lanes *lanes, uint32_t *words) {
    u64v word = lanes->x[0];
#pragma GCC unroll 4
    for (uint64_t w = 1; w < 4; w++) {
        u64v is_it = (u64v)(lanes->word == w);
        word = (lanes->x[w] & is_it) | (word & ~is_it);
    }
    *(u32v_at *)words = __builtin_convertvector(word, u32v);
}

static void philox_chosen(const struct sp_philox_counter *counter, const uint16_t *path, uint32_t *words,
                          size_t n) {
    enum { AT_ONCE = 2 };
    struct philox_keys keys;
    struct philox_lanes lanes[AT_ONCE];
    philox_expand(counter->key, &keys);
    for (size_t first = 0; first < n; first += AT_ONCE * WIDTH) {
#pragma GCC unroll 2
        for (size_t i = 0; i < AT_ONCE; i++)
            philox_choose(counter, path + first + i * WIDTH, &lanes[i]);
#pragma GCC unroll 10
        for (int round = 0; round < PHILOX_ROUNDS; round++)
#pragma GCC unroll 2
            for (size_t i = 0; i < AT_ONCE; i++)
                philox_round(lanes[i].x, keys.key[round]);
#pragma GCC unroll 2
        for (size_t i = 0; i < AT_ONCE; i++)
            philox_store_word(&lanes[i], words + first + i * WIDTH);
    }
}

#else

static inline void philox_round(uint32_t x[4], uint32_t key0, uint32_t key1) {
    uint64_t product0 = (uint64_t)x[0] * 0xD2511F53, product1 = (uint64_t)x[2] * 0xCD9E8D57;
    x[0] = (uint32_t)(product1 >> 32) ^ x[1] ^ key0;
    x[2] = (uint32_t)(product0 >> 32) ^ x[3] ^ key1;
    x[1] = (uint32_t)product1;
    x[3] = (uint32_t)product0;
}

static inline void philox_one(const struct sp_philox_counter *counter, uint64_t group, uint32_t x[4]) {
    uint32_t key0 = (uint32_t)counter->key, key1 = (uint32_t)(counter->key >> 32);
    x[0] = (uint32_t)group;
    x[1] = philox_second_word(counter, group);
    x[2] = counter->name;
    x[3] = counter->index;
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        philox_round(x, key0, key1);
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
}

static void philox(const struct sp_philox_counter *counter, uint32_t *words, size_t n) {
    for (size_t p = 0; p < n; p += 64)
        for (size_t j = 0; j < 16; j++) {
            uint32_t x[4];
            philox_one(counter, counter->group + p / 4 + j, x);
            for (size_t w = 0; w < 4; w++)
                words[p + 16 * w + j] = x[w];
        }
}

static void philox_chosen(const struct sp_philox_counter *counter, const uint16_t *path, uint32_t *words,
                          size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t x[4], p = path[i];
        philox_one(counter, counter->group + p / 64 * 16 + p % 16, x);
        words[i] = x[p % 64 / 16];
    }
}

#endif

#endif
