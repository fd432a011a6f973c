/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/hash.h"

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
