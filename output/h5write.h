/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A document as the bytes of an HDF5 file, in memory. Equal documents give equal bytes: there is no clock, no
 * machine and no address in them. The format is that of HDF5 1.10 with a checksum on every array of numbers
 * but those that are apart; dimensions are netCDF-4 dimension scales.
 */
#ifndef SP_OUTPUT_H5WRITE_H
#define SP_OUTPUT_H5WRITE_H

#include "output/document.h"
#include "output/seal.h"

/* 0 with file->bytes (malloc, the caller frees), or -1 with a complaint in the document. */
int sp_h5write_image(struct sp_document *document, struct sp_sealed *file);

#endif
