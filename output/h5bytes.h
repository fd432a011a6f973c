/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes of a file, written one field after the other: numbers are little-endian, as HDF5 wants them. Without
 * memory the fields are only counted, so that the same statements first say how much memory they need:
 *
 *     struct sp_h5bytes out = {.bytes = NULL};
 *     write(&out);
 *     out = (struct sp_h5bytes){.bytes = malloc(out.at)};
 *     write(&out);
 */
#ifndef SP_OUTPUT_H5BYTES_H
#define SP_OUTPUT_H5BYTES_H

#include <stddef.h>
#include <stdint.h>

struct sp_h5bytes {
    unsigned char *bytes; /* of the whole file; NULL: only count */
    size_t at;            /* where the next field goes */
};

/* The lowest `size` bytes of a number, or of all ones for SP_H5_NOWHERE, an address that there is not. */
#define SP_H5_NOWHERE UINT64_MAX
void sp_h5bytes_put(struct sp_h5bytes *out, uint64_t number, size_t size);

/* Bytes as they are. */
void sp_h5bytes_copy(struct sp_h5bytes *out, const void *bytes, size_t size);

/* `count` numbers of `size` bytes each, as they are in memory. */
void sp_h5bytes_copy_numbers(struct sp_h5bytes *out, const void *numbers, size_t count, size_t size);

/* So many zeros; or until the next field begins at a multiple of 8. */
void sp_h5bytes_put_zeros(struct sp_h5bytes *out, size_t size);
void sp_h5bytes_align(struct sp_h5bytes *out);

/* Puts a number where an earlier field left room for it. */
void sp_h5bytes_put_at(const struct sp_h5bytes *out, size_t at, uint64_t number, size_t size);

/* Puts the checksum of all bytes from `from` on, 4 bytes: that of HDF5's metadata (lookup3 of Bob Jenkins),
 * and that of its values (fletcher32). */
void sp_h5bytes_put_checksum(struct sp_h5bytes *out, size_t from);
void sp_h5bytes_put_fletcher(struct sp_h5bytes *out, size_t from);

#endif
