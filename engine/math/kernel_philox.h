/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Philox4x32-10. 16 counters (64 paths) at a time, four to a vector, each 32-bit word in a 64-bit lane,
 * because the products are 64 bits wide. High halves hold rubbish between rounds: every use ignores them.
 * Part of kernels_level.c.
 */
#ifndef SP_ENGINE_MATH_KERNEL_PHILOX_H
#define SP_ENGINE_MATH_KERNEL_PHILOX_H

#include "engine/math/kernel_vector.h"
#include "engine/math/kernels.h"

enum { PHILOX_ROUNDS = 10 };

static inline void philox_round(u64x4 x[4], uint32_t key0, uint32_t key1) {
    const u64x4 multiplier0 = {0xD2511F53, 0xD2511F53, 0xD2511F53, 0xD2511F53};
    const u64x4 multiplier1 = {0xCD9E8D57, 0xCD9E8D57, 0xCD9E8D57, 0xCD9E8D57};
    u64x4 product0, product1;
    multiply_low32(&x[0], &multiplier0, &product0);
    multiply_low32(&x[2], &multiplier1, &product1);
    x[0] = (product1 >> 32) ^ x[1] ^ key0;
    x[2] = (product0 >> 32) ^ x[3] ^ key1;
    x[1] = product1;
    x[3] = product0;
}

/* Four counters, `first` and the three after it; word w of counter j belongs to words[16 w + j]. */
static inline void philox_four(const struct sp_philox_counter *counter, uint64_t first, uint32_t *words) {
    const u64x4 lane = {0, 1, 2, 3}, zero = {0};
    uint32_t key0 = (uint32_t)counter->key, key1 = (uint32_t)(counter->key >> 32);
    u64x4 x[4] = {lane + (uint32_t)first, zero + ((first >> 32 << 16 & 0xFFFF0000) | counter->quarter),
                  zero + counter->name, zero + counter->index};
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        philox_round(x, key0, key1);
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
    for (int w = 0; w < 4; w++) {
        u32x4 word = __builtin_convertvector(x[w], u32x4);
        memcpy(words + 16 * w, &word, sizeof word);
    }
}

static void philox(const struct sp_philox_counter *counter, uint32_t *words, size_t n) {
    for (size_t p = 0; p < n; p += 64)
        for (size_t j = 0; j < 16; j += 4)
            philox_four(counter, counter->group + p / 4 + j, words + p + j);
}

#endif
