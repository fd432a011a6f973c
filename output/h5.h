/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Manners for the HDF5 library, in one place. It is given memory, never a file: a disk that fills up makes
 * HDF5 1.10 lose data while it reports success, and crash while it closes. What it makes in memory is written
 * by image.c, where every error has a number.
 */
#ifndef SP_OUTPUT_H5_H
#define SP_OUTPUT_H5_H

#include <stddef.h>
#include <stdint.h>

enum { SP_H5_REASON = 256 };

/* Call before anything else of HDF5; any number of times. The library then prints nothing, loads no plug-ins
 * and does nothing when the process ends. */
void sp_h5_start(void);

/* The innermost entry of HDF5's error stack, as one line; the stack is emptied. */
void sp_h5_reason(char reason[SP_H5_REASON]);

/* Lets a property list for opening files (an hid_t) keep little metadata in HDF5's own cache: the file is in
 * memory, and an object that is done with is not touched again, so that its memory, still in the processor's
 * cache, had better serve the next. 0 or -1. */
int sp_h5_keep_little(int64_t access);

/* A property list (an hid_t) for H5Dread and H5Dwrite, to be closed with H5Pclose; or -1. HDF5 makes two
 * buffers for texts and zeroes them, array by array: they are small ones here, not 1 MiB each. */
int64_t sp_h5_transfer(void);

#endif
