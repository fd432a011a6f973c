/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Result files on the disk: read, and compared with what they should hold. Values that are apart (seal.h) go
 * by in small pieces. All functions return 0 or -1; then `failure` says what and why.
 */
#ifndef SP_OUTPUT_SEALED_H
#define SP_OUTPUT_SEALED_H

#include "engine/base/arena.h"
#include "output/image.h"
#include "output/seal.h"

/* Reads a regular file, of any kind. The caller frees file->bytes; an empty file gives size 0 and NULL.
 * Values that are apart are kept in `arena` as *apart, or only hashed when `arena` is NULL. */
int sp_sealed_load(const char *path, struct sp_arena *arena, struct sp_sealed *file, double **apart,
                   struct sp_image_failure *failure);

/* Whether the file, read back, holds exactly these bytes; those apart by their hash. */
int sp_sealed_compare(const char *path, const struct sp_sealed *file, bool *same,
                      struct sp_image_failure *failure);

#endif
