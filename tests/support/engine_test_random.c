/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/engine_test_random.h"

void engine_test_philox(int rounds, const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
    uint32_t x[4] = {counter[0], counter[1], counter[2], counter[3]}, k0 = key[0], k1 = key[1];
    for (int round = 0; round < rounds; round++) {
        uint64_t a = UINT64_C(0xD2511F53) * x[0], b = UINT64_C(0xCD9E8D57) * x[2];
        uint32_t next[4] = {(uint32_t)(b >> 32) ^ x[1] ^ k0, (uint32_t)b, (uint32_t)(a >> 32) ^ x[3] ^ k1,
                            (uint32_t)a};
        for (int w = 0; w < 4; w++)
            x[w] = next[w];
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    for (int w = 0; w < 4; w++)
        out[w] = x[w];
}

uint32_t engine_test_word(uint64_t seed, uint32_t name, uint64_t path, int quarter, uint32_t index) {
    uint64_t group = 16 * (path / 64) + path % 16;
    uint32_t counter[4] = {(uint32_t)group, (uint32_t)(group >> 32) << 16 | (uint32_t)(quarter & 0xFFFF),
                           name, index};
    uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)}, out[4];
    engine_test_philox(10, counter, key, out);
    return out[path % 64 / 16];
}

void engine_test_words(uint64_t seed, uint32_t name, uint32_t *words, size_t n) {
    for (size_t p = 0; p < n; p++)
        words[p] = engine_test_word(seed, name, p, 0xFFFF, 0);
}

uint32_t engine_test_tail_word(uint32_t word, int octave, int upper) {
    uint32_t tail = word >> octave;
    return upper ? ~tail : tail;
}

const struct sp_kernels *const *engine_test_levels(void) {
    static const char *const names[] = {"v2", "v3", "v4", "any"};
    static const struct sp_kernels *found[5];
    size_t count = 0;
    for (int i = 0; i < 4; i++) {
        const struct sp_kernels *level = sp_kernels_find(names[i]);
        if (level)
            found[count++] = level;
    }
    return found;
}
