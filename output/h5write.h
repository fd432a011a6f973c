/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A document as the bytes of an HDF5 file, in memory. Equal documents give equal bytes: there is no clock, no
 * machine and no address in them. They follow the HDF5 File Format Specification (version 3.0 of it, as HDF5
 * 1.10 writes) and are put together here, since the library takes ten times as long, and may lose data while
 * it reports success when memory is short; it reads them back (h5read.h). There is a checksum on every array
 * of numbers but those that are plain; dimensions are netCDF-4 dimension scales.
 */
#ifndef SP_OUTPUT_H5WRITE_H
#define SP_OUTPUT_H5WRITE_H

#include "output/document.h"

/* 0 with *bytes (malloc, the caller frees; with room for a seal after them) and *size; or -1 with a complaint
 * in the document. */
int sp_h5write_image(struct sp_document *document, unsigned char **bytes, size_t *size);

#endif
