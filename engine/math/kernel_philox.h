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

/* The round keys, the same in all lanes. */
struct philox_keys {
    u64v key[PHILOX_ROUNDS][2];
};

static inline void philox_expand(uint64_t seed, struct philox_keys *keys) {
    const u64v zero = {0};
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        keys->key[round][0] = zero + key0;
        keys->key[round][1] = zero + key1;
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
}

static inline void philox_multiply(const u64v *x, uint32_t multiplier, u64v *product) {
    const u64v zero = {0}, other = zero + multiplier;
#ifdef __AVX512F__
    *product = (u64v)_mm512_mul_epu32((__m512i)*x, (__m512i)other);
#else
    *product = (u64v)_mm256_mul_epu32((__m256i)*x, (__m256i)other);
#endif
}

/* High halves of lanes hold rubbish between rounds: the product takes the low halves alone. */
static inline void philox_round(u64v x[4], const u64v key[2]) {
    u64v product0, product1;
    philox_multiply(&x[0], 0xD2511F53, &product0);
    philox_multiply(&x[2], 0xCD9E8D57, &product1);
    x[0] = (product1 >> 32) ^ x[1] ^ key[0];
    x[2] = (product0 >> 32) ^ x[3] ^ key[1];
    x[1] = product1;
    x[3] = product0;
}

/* A pair of vectors holds PAIR counters in turn, even ones and odd ones, so that their words fall into place
 * when the second is put into the first's high halves; word w of counter j belongs to words[16 w + j]. */
enum { PAIR = 2 * WIDTH };

static inline void philox_start(const struct sp_philox_counter *counter, size_t pair, u64v even[4],
                                u64v odd[4]) {
    const u64v lane = LANE_NUMBERS;
    uint64_t group = counter->group + pair * PAIR;
    even[0] = 2 * lane + (uint32_t)group;
    odd[0] = even[0] + 1;
    even[1] = odd[1] = (u64v){0} + philox_second_word(counter, group);
    even[2] = odd[2] = (u64v){0} + counter->name;
    even[3] = odd[3] = (u64v){0} + counter->index;
}

static inline void philox_store(size_t pair, const u64v even[4], const u64v odd[4], uint32_t *words) {
    words += pair * PAIR / 16 * 64 + pair * PAIR % 16;
#pragma GCC unroll 4
    for (int w = 0; w < 4; w++) {
        u64v both = (even[w] & UINT32_MAX) | (odd[w] << 32);
        memcpy(words + 16 * w, &both, sizeof both);
    }
}

/* Several pairs at once, independent of each other, keep the processor busy while products come. */
__attribute__((always_inline)) static inline void philox_pairs(const struct sp_philox_counter *counter,
                                                               const struct philox_keys *keys, size_t pair,
                                                               size_t pairs, uint32_t *words) {
    u64v even[2][4], odd[2][4];
#pragma GCC unroll 2
    for (size_t i = 0; i < pairs; i++)
        philox_start(counter, pair + i, even[i], odd[i]);
#pragma GCC unroll 10
    for (int round = 0; round < PHILOX_ROUNDS; round++)
#pragma GCC unroll 2
        for (size_t i = 0; i < pairs; i++) {
            philox_round(even[i], keys->key[round]);
            philox_round(odd[i], keys->key[round]);
        }
#pragma GCC unroll 2
    for (size_t i = 0; i < pairs; i++)
        philox_store(pair + i, even[i], odd[i], words);
}

static void philox(const struct sp_philox_counter *counter, uint32_t *words, size_t n) {
    enum { AT_ONCE = WIDTH == 8 ? 2 : 1 }; /* AVX-512 has the registers for it */
    struct philox_keys keys;
    size_t pairs = n / 4 / PAIR, done = 0;
    philox_expand(counter->key, &keys);
    for (; done + AT_ONCE <= pairs; done += AT_ONCE)
        philox_pairs(counter, &keys, done, AT_ONCE, words);
    if (done < pairs)
        philox_pairs(counter, &keys, done, 1, words);
}

#else

static inline void philox_round(uint32_t x[4], uint32_t key0, uint32_t key1) {
    uint64_t product0 = (uint64_t)x[0] * 0xD2511F53, product1 = (uint64_t)x[2] * 0xCD9E8D57;
    x[0] = (uint32_t)(product1 >> 32) ^ x[1] ^ key0;
    x[2] = (uint32_t)(product0 >> 32) ^ x[3] ^ key1;
    x[1] = (uint32_t)product1;
    x[3] = (uint32_t)product0;
}

static inline void philox_one(const struct sp_philox_counter *counter, uint64_t group, uint32_t *words) {
    uint32_t key0 = (uint32_t)counter->key, key1 = (uint32_t)(counter->key >> 32);
    uint32_t x[4] = {(uint32_t)group, philox_second_word(counter, group), counter->name, counter->index};
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        philox_round(x, key0, key1);
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
    for (int w = 0; w < 4; w++)
        words[16 * w] = x[w];
}

static void philox(const struct sp_philox_counter *counter, uint32_t *words, size_t n) {
    for (size_t p = 0; p < n; p += 64)
        for (size_t j = 0; j < 16; j++)
            philox_one(counter, counter->group + p / 4 + j, words + p + j);
}

#endif

#endif
