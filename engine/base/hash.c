/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/hash.h"

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
