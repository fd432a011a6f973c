/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a result file, and its end: the seal. Kept paths are apart: they stand from byte SP_SEAL_APART
 * on, before nearly everything else, so that they can be written before anything else is known; they are
 * never in memory as a whole, and only their hash is handed on. Without kept paths nothing is apart.
 *
 *     0 .. SP_SEAL_APART | values that are apart | the rest | seal
 *
 * The seal is 16 letters, the number of bytes apart, and a hash of every byte before the seal and of that
 * number (both u64, little-endian). HDF5 does not look beyond its own end, so that other programs do not see
 * the seal. It is checked before HDF5 sees a byte: of the single bits that can turn over in a file, HDF5 1.10
 * crashes on some three in a hundred, because its heap of texts has no checksum. The seal finds accidents,
 * not forgeries.
 */
#ifndef SP_OUTPUT_SEAL_H
#define SP_OUTPUT_SEAL_H

#include <stddef.h>
#include <stdint.h>

enum { SP_SEAL_BYTES = 32, SP_SEAL_APART = 4096 };

struct sp_sealed {
    unsigned char *bytes; /* malloc'ed: those that are not apart, with the seal when there is one */
    size_t size;          /* how many they are */
    uint64_t apart;       /* how many are apart, a multiple of 8 */
    uint64_t apart_hash;  /* of these: sp_hash64_piece, at their places in the file */
};

/* OLD: good, but of layout 1 or 2, which had other hashes. */
enum sp_seal { SP_SEAL_GOOD, SP_SEAL_OLD, SP_SEAL_BROKEN, SP_SEAL_NONE };

/* Adds the seal at the end; the memory may move. 0, or -1 when out of memory. */
int sp_seal_add(struct sp_sealed *file);

/* *inner is the size without the seal. */
enum sp_seal sp_seal_check(const struct sp_sealed *file, size_t *inner);

/* How many bytes are apart in a file of `size` bytes with this end, if it is one that was sealed; else 0. */
uint64_t sp_seal_apart(const unsigned char end[SP_SEAL_BYTES], uint64_t size);

#endif
