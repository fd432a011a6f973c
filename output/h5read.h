/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of an HDF5 file as a document. Nothing in the bytes is trusted: only plain groups and arrays of
 * the four types are taken, reached by hard links only, in a fixed order; anything else (external files,
 * virtual arrays, unknown filters, links that lead elsewhere, shapes larger than the bytes) is a complaint.
 */
#ifndef SP_OUTPUT_H5READ_H
#define SP_OUTPUT_H5READ_H

#include "output/document.h"
#include "output/seal.h"

/* Whether the bytes begin as an HDF5 file does. */
bool sp_h5read_is_hdf5(const unsigned char *bytes, size_t size);

/* Adds everything in a file (without its seal) to a document that is still empty. Of what is apart only the
 * places are looked at. `like`: numbers that are, bit by bit, those of the same array in that document are
 * not kept a second time, but borrowed from it; NULL: none. 0, or -1 with a complaint in the document. */
int sp_h5read_image(const struct sp_sealed *file, const struct sp_document *like,
                    struct sp_document *document);

#endif
