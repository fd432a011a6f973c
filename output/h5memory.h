/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The bytes of a result file as a file of HDF5's: a driver of the library, which never sees the disk. Values
 * that are apart (seal.h) belong to the file and have their places in it, but neither reading nor writing
 * reaches them: an array has only to be created where they are, and its values are to be allocated early.
 */
#ifndef SP_OUTPUT_H5MEMORY_H
#define SP_OUTPUT_H5MEMORY_H

#include "output/seal.h"

#include <stdbool.h>

struct sp_h5memory {
    struct sp_sealed *file; /* its bytes grow while a file is written */
    size_t room;            /* bytes of memory that there are to write to */
    uint64_t place;         /* where the values of the next array that is created go; 0: behind all others */
};

/* Lets a property list for opening files (an hid_t) lead into this memory, which is borrowed until the file
 * is closed. 0 or -1. */
int sp_h5memory_use(int64_t access, struct sp_h5memory *memory);

#endif
