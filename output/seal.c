/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/seal.h"

#include "engine/base/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LETTERS = 16, WORD = 8, OLD_BYTES = LETTERS + WORD };

static const char now[] = "scalepath:seal_3", layout_2[] = "scalepath:seal_2",
                  layout_1[] = "scalepath:sealed";

static void put_number(uint64_t number, unsigned char bytes[WORD]) {
    for (int i = 0; i < WORD; i++)
        bytes[i] = (unsigned char)(number >> 8 * i);
}

static uint64_t get_number(const unsigned char bytes[WORD]) {
    uint64_t number = 0;
    for (int i = 0; i < WORD; i++)
        number |= (uint64_t)bytes[i] << 8 * i;
    return number;
}

/* Of the first `size` of the bytes that are in memory, and of what is apart. */
static uint64_t hash_file(const struct sp_sealed *file, size_t size) {
    size_t before = file->apart ? SP_SEAL_APART : 0;
    uint64_t sum = sp_hash64_piece(0, file->bytes, before) + file->apart_hash +
                   sp_hash64_piece((before + file->apart) / WORD, file->bytes + before, size - before);
    return sp_hash64_mix(sp_hash64_mix(sum ^ (size + file->apart)) ^ file->apart);
}

static void make_seal(const struct sp_sealed *file, size_t size, unsigned char seal[SP_SEAL_BYTES]) {
    memcpy(seal, now, LETTERS);
    put_number(file->apart, seal + LETTERS);
    put_number(hash_file(file, size), seal + LETTERS + WORD);
}

int sp_seal_add(struct sp_sealed *file) {
    unsigned char *larger = realloc(file->bytes, file->size + SP_SEAL_BYTES);
    if (!larger)
        return -1;
    file->bytes = larger;
    make_seal(file, file->size, larger + file->size);
    file->size += SP_SEAL_BYTES;
    return 0;
}

/* --- checking --- */

static bool ends_with(const struct sp_sealed *file, const char *letters, size_t seal_bytes) {
    return file->size >= seal_bytes && memcmp(file->bytes + file->size - seal_bytes, letters, LETTERS) == 0;
}

static enum sp_seal check_old(const struct sp_sealed *file, bool is_first, size_t *inner) {
    *inner = file->size - OLD_BYTES;
    uint64_t hash = is_first ? sp_hash64_bytes(SP_HASH64_START, file->bytes, *inner)
                             : sp_hash64_lanes(SP_HASH64_START, file->bytes, *inner);
    return get_number(file->bytes + *inner + LETTERS) == hash ? SP_SEAL_OLD : SP_SEAL_BROKEN;
}

enum sp_seal sp_seal_check(const struct sp_sealed *file, size_t *inner) {
    unsigned char seal[SP_SEAL_BYTES];
    *inner = file->size;
    if (ends_with(file, layout_1, OLD_BYTES) || ends_with(file, layout_2, OLD_BYTES))
        return check_old(file, ends_with(file, layout_1, OLD_BYTES), inner);
    if (!ends_with(file, now, SP_SEAL_BYTES) || (file->apart && file->size < SP_SEAL_APART + SP_SEAL_BYTES))
        return SP_SEAL_NONE;
    *inner = file->size - SP_SEAL_BYTES;
    make_seal(file, *inner, seal);
    return memcmp(seal, file->bytes + *inner, SP_SEAL_BYTES) == 0 ? SP_SEAL_GOOD : SP_SEAL_BROKEN;
}

uint64_t sp_seal_apart(const unsigned char end[SP_SEAL_BYTES], uint64_t size) {
    uint64_t apart = get_number(end + LETTERS);
    bool fits = size >= SP_SEAL_APART + SP_SEAL_BYTES && apart <= size - SP_SEAL_APART - SP_SEAL_BYTES;
    return memcmp(end, now, LETTERS) == 0 && fits && apart % WORD == 0 ? apart : 0;
}
