/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/hash.h"

#include "engine/base/wide.h"

#include <endian.h>
#include <string.h>

uint32_t sp_hash32_text(const char *text) {
    uint32_t hash = UINT32_C(0x811c9dc5);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        hash = (hash ^ *c) * UINT32_C(0x01000193);
    return hash;
}

uint64_t sp_hash64_bytes(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *c = bytes;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ c[i]) * UINT64_C(0x100000001b3);
    return hash;
}

enum { LANES = 8, LANE_BYTES = LANES * sizeof(uint64_t) };

static inline uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static inline void mix_lanes(uint64_t lane[LANES], const unsigned char *bytes) {
    uint64_t word[LANES];
    memcpy(word, bytes, sizeof word);
    for (int j = 0; j < LANES; j++)
        lane[j] = mix(lane[j], le64toh(word[j]));
}

uint64_t sp_hash64_lanes(uint64_t hash, const void *bytes, size_t size) {
    const unsigned char *c = bytes;
    unsigned char end[LANE_BYTES] = {0};
    uint64_t lane[LANES];
    size_t whole = size - size % LANE_BYTES;
    for (int j = 0; j < LANES; j++)
        lane[j] = hash + (uint64_t)j;
    for (size_t i = 0; i < whole; i += LANE_BYTES)
        mix_lanes(lane, c + i);
    if (size > whole) {
        memcpy(end, c + whole, size - whole);
        mix_lanes(lane, end);
    }
    for (int j = 0; j < LANES; j++)
        hash = mix(hash, lane[j]);
    return mix(hash, size);
}

uint64_t sp_hash64_mix(uint64_t word) {
    word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
    return word ^ word >> 31;
}

/* The key of a word's place. */
static inline uint64_t key(uint64_t place) {
    return (place + 1) * UINT64_C(0x9e3779b97f4a7c15);
}

SP_WIDE static uint64_t add_words(uint64_t place, const unsigned char *bytes, size_t words) {
    uint64_t sum = 0, word;
    for (size_t i = 0; i < words; i++) {
        memcpy(&word, bytes + i * sizeof word, sizeof word);
        sum += sp_hash64_mix(le64toh(word) + key(place + i));
    }
    return sum;
}

uint64_t sp_hash64_piece(uint64_t place, const void *bytes, size_t size) {
    const unsigned char *c = bytes;
    unsigned char end[sizeof(uint64_t)] = {0};
    size_t words = size / sizeof end, left = size % sizeof end;
    uint64_t sum = add_words(place, c, words);
    if (left == 0)
        return sum;
    memcpy(end, c + size - left, left);
    return sum + add_words(place + words, end, 1);
}
