/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/seal.h"

#include "engine/base/hash.h"

#include <stdlib.h>
#include <string.h>

enum { LETTERS = 16 };

static void make_seal(const unsigned char *bytes, size_t size, unsigned char seal[SP_SEAL_BYTES]) {
    uint64_t hash = sp_hash64_lanes(SP_HASH64_START, bytes, size);
    memcpy(seal, "scalepath:seal_2", LETTERS);
    for (int i = 0; i < 8; i++)
        seal[LETTERS + i] = (unsigned char)(hash >> 8 * i);
}

int sp_seal_add(unsigned char **bytes, size_t *size) {
    unsigned char *larger = realloc(*bytes, *size + SP_SEAL_BYTES);
    if (!larger)
        return -1;
    make_seal(larger, *size, larger + *size);
    *bytes = larger;
    *size += SP_SEAL_BYTES;
    return 0;
}

enum sp_seal sp_seal_check(const unsigned char *bytes, size_t size, size_t *inner) {
    unsigned char seal[SP_SEAL_BYTES];
    *inner = size;
    if (size < SP_SEAL_BYTES)
        return SP_SEAL_NONE;
    const unsigned char *found = bytes + size - SP_SEAL_BYTES;
    make_seal(bytes, size - SP_SEAL_BYTES, seal);
    if (memcmp(seal, found, LETTERS) != 0)
        return SP_SEAL_NONE;
    *inner = size - SP_SEAL_BYTES;
    return memcmp(seal, found, SP_SEAL_BYTES) == 0 ? SP_SEAL_GOOD : SP_SEAL_BROKEN;
}
