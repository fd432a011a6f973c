/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sealed.h"

#include "engine/base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 18 };

static size_t smaller(uint64_t a, size_t b) {
    return a < b ? (size_t)a : b;
}

static int read_piece(int file, uint64_t at, unsigned char *to, size_t size, uint64_t *hash) {
    if (sp_image_read(file, to, size, at))
        return -1;
    *hash += sp_hash64_piece(at / 8, to, size);
    return 0;
}

/* Hashes what is apart, and keeps it in `to` unless that is NULL. */
static int read_apart(int file, uint64_t apart, unsigned char *to, uint64_t *hash) {
    unsigned char piece[PIECE];
    int error = 0;
    *hash = 0;
    for (uint64_t done = 0; !error && done < apart; done += PIECE) {
        size_t n = smaller(apart - done, PIECE);
        if (to)
            error = read_piece(file, SP_SEAL_APART + done, to + done, n, hash);
        else
            error = read_piece(file, SP_SEAL_APART + done, piece, n, hash);
    }
    return error;
}

/* --- loading --- */

static int find_apart(int file, uint64_t size, uint64_t *apart) {
    unsigned char end[SP_SEAL_BYTES];
    *apart = 0;
    if (size < sizeof end)
        return 0;
    if (sp_image_read(file, end, sizeof end, size - sizeof end))
        return -1;
    *apart = sp_seal_apart(end, size);
    return 0;
}

static int read_rest(int file, struct sp_sealed *found) {
    size_t before = found->apart ? SP_SEAL_APART : 0;
    return sp_image_read(file, found->bytes, before, 0) ||
                   sp_image_read(file, found->bytes + before, found->size - before, before + found->apart)
               ? -1
               : 0;
}

static int load(int file, uint64_t size, struct sp_arena *arena, struct sp_sealed *found, double **apart) {
    if (size == 0)
        return 0;
    if (find_apart(file, size, &found->apart))
        return -1;
    found->size = (size_t)(size - found->apart);
    found->bytes = malloc(found->size);
    if (!found->bytes || read_rest(file, found))
        return -1;
    if (arena && found->apart && !(*apart = sp_arena_array(arena, (size_t)found->apart, 1))) {
        errno = ENOMEM;
        return -1;
    }
    return read_apart(file, found->apart, (unsigned char *)*apart, &found->apart_hash);
}

int sp_sealed_load(const char *path, struct sp_arena *arena, struct sp_sealed *found, double **apart,
                   struct sp_image_failure *failure) {
    int file;
    uint64_t size;
    *found = (struct sp_sealed){0};
    *apart = NULL;
    if (sp_image_open(path, &file, &size, failure))
        return -1;
    int error = load(file, size, arena, found, apart) ? sp_image_fail(failure, "cannot be read") : 0;
    close(file);
    if (error)
        free(found->bytes);
    return error;
}

/* --- comparing --- */

static int compare_bytes(int file, const unsigned char *bytes, size_t size, uint64_t at, bool *same) {
    unsigned char piece[PIECE];
    for (size_t done = 0, n; *same && done < size; done += n) {
        n = smaller(size - done, PIECE);
        if (sp_image_read(file, piece, n, at + done))
            return -1;
        *same = memcmp(piece, bytes + done, n) == 0;
    }
    return 0;
}

static int compare(int file, const struct sp_sealed *expected, bool *same) {
    size_t before = expected->apart ? SP_SEAL_APART : 0;
    uint64_t hash = 0;
    if (compare_bytes(file, expected->bytes, before, 0, same) ||
        compare_bytes(file, expected->bytes + before, expected->size - before, before + expected->apart,
                      same))
        return -1;
    if (*same && read_apart(file, expected->apart, NULL, &hash))
        return -1;
    *same = *same && hash == expected->apart_hash;
    return 0;
}

int sp_sealed_compare(const char *path, const struct sp_sealed *expected, bool *same,
                      struct sp_image_failure *failure) {
    int file;
    uint64_t size;
    if (sp_image_open(path, &file, &size, failure))
        return -1;
    *same = size == expected->size + expected->apart;
    int error = *same && compare(file, expected, same) ? sp_image_fail(failure, "cannot be read") : 0;
    close(file);
    return error;
}
