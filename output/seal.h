/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The end of a result file: 16 letters and a hash of every byte before them. HDF5 does not look beyond its
 * own end, so that other programs do not see it. It is checked before HDF5 sees a byte: of the single bits
 * that can turn over in a file, HDF5 1.10 crashes on some three in a hundred, because its heap of texts has
 * no checksum. The seal finds accidents, not forgeries.
 */
#ifndef SP_OUTPUT_SEAL_H
#define SP_OUTPUT_SEAL_H

#include <stddef.h>

/* OLD: good, but of layout 1, which had another hash. */
enum sp_seal { SP_SEAL_GOOD, SP_SEAL_OLD, SP_SEAL_BROKEN, SP_SEAL_NONE };

enum { SP_SEAL_BYTES = 24 };

/* Adds the seal at the end; the memory may move. 0, or -1 when out of memory. */
int sp_seal_add(unsigned char **bytes, size_t *size);

/* *inner is the size without the seal. */
enum sp_seal sp_seal_check(const unsigned char *bytes, size_t size, size_t *inner);

#endif
