/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/seal.h"

#include "engine/base/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 16 };

static const char now[] = "scalepath:seal_2", before[] = "scalepath:sealed";

static void make_seal(const char *letters, uint64_t hash, unsigned char seal[SP_SEAL_BYTES]) {
    memcpy(seal, letters, LETTERS);
    for (int i = 0; i < 8; i++)
        seal[LETTERS + i] = (unsigned char)(hash >> 8 * i);
}

int sp_seal_add(unsigned char **bytes, size_t *size) {
    unsigned char *larger = realloc(*bytes, *size + SP_SEAL_BYTES);
    if (!larger)
        return -1;
    make_seal(now, sp_hash64_lanes(SP_HASH64_START, larger, *size), larger + *size);
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
    size -= SP_SEAL_BYTES;
    bool is_old = memcmp(found, before, LETTERS) == 0;
    if (!is_old && memcmp(found, now, LETTERS) != 0)
        return SP_SEAL_NONE;
    *inner = size;
    if (is_old)
        make_seal(before, sp_hash64_bytes(SP_HASH64_START, bytes, size), seal);
    else
        make_seal(now, sp_hash64_lanes(SP_HASH64_START, bytes, size), seal);
    if (memcmp(seal, found, SP_SEAL_BYTES) != 0)
        return SP_SEAL_BROKEN;
    return is_old ? SP_SEAL_OLD : SP_SEAL_GOOD;
}
