/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Philox4x32-10: 16 counters make the words of 64 paths. Part of kernels_level.c.
 *
 * With AVX2 four counters go in one vector, each 32-bit word in a 64-bit lane, because the products are 64
 * bits wide. Elsewhere one counter at a time: gcc 12 makes wrong code of the vectors where it has to split
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
    u64x4 key[PHILOX_ROUNDS][2];
};

static inline void philox_expand(uint64_t seed, struct philox_keys *keys) {
    const u64x4 zero = {0};
    uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        keys->key[round][0] = zero + key0;
        keys->key[round][1] = zero + key1;
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
}

/* High halves of lanes hold rubbish between rounds: the product takes the low halves alone. */
static inline void philox_round(u64x4 x[4], const u64x4 key[2]) {
    const u64x4 multiplier0 = {0xD2511F53, 0xD2511F53, 0xD2511F53, 0xD2511F53};
    const u64x4 multiplier1 = {0xCD9E8D57, 0xCD9E8D57, 0xCD9E8D57, 0xCD9E8D57};
    u64x4 product0 = (u64x4)_mm256_mul_epu32((__m256i)x[0], (__m256i)multiplier0);
    u64x4 product1 = (u64x4)_mm256_mul_epu32((__m256i)x[2], (__m256i)multiplier1);
    x[0] = (product1 >> 32) ^ x[1] ^ key[0];
    x[2] = (product0 >> 32) ^ x[3] ^ key[1];
    x[1] = product1;
    x[3] = product0;
}

/* Eight counters, `first` and those after it, as two independent fours that the processor runs at once; word
 * w of counter j belongs to words[16 w + j]. */
static inline void philox_eight(const struct sp_philox_counter *counter, const struct philox_keys *keys,
                                uint64_t first, uint32_t *words) {
    const u64x4 lane = {0, 1, 2, 3}, zero = {0};
    u64x4 x[4] = {lane + (uint32_t)first, zero + philox_second_word(counter, first), zero + counter->name,
                  zero + counter->index};
    u64x4 y[4] = {x[0] + 4, x[1], x[2], x[3]};
#pragma GCC unroll 10
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        philox_round(x, keys->key[round]);
        philox_round(y, keys->key[round]);
    }
#pragma GCC unroll 4
    for (int w = 0; w < 4; w++) {
        *(u32x4_at *)(words + 16 * w) = __builtin_convertvector(x[w], u32x4);
        *(u32x4_at *)(words + 16 * w + 4) = __builtin_convertvector(y[w], u32x4);
    }
}

static void philox(const struct sp_philox_counter *counter, uint32_t *words, size_t n) {
    struct philox_keys keys;
    philox_expand(counter->key, &keys);
    for (size_t p = 0; p < n; p += 64)
        for (size_t j = 0; j < 16; j += 8)
            philox_eight(counter, &keys, counter->group + p / 4 + j, words + p + j);
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
