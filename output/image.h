/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bytes from and to the disk: the only place that touches it. A file is made under a temporary name beside
 * its own (NAME.tmp.PID, never an existing one), and takes its own name only when everything in it is known
 * to be on the disk.
 *
 * All functions return 0 or -1; then `failure` says what and why.
 */
#ifndef SP_OUTPUT_IMAGE_H
#define SP_OUTPUT_IMAGE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sp_image_failure {
    char what[256]; /* "cannot be written: No space left on device; .." */
    int number;     /* errno, or 0 */
};

/* Reads a regular file; anything else (a FIFO, a device, a folder) is refused without waiting. *bytes is
 * malloc'ed and the caller frees it; an empty file gives size 0 and NULL. */
int sp_image_load(const char *path, unsigned char **bytes, size_t *size, struct sp_image_failure *failure);

/* Creates an empty temporary file beside `path` and writes its name into `temporary`. The caller publishes
 * it, or removes it with unlink. */
int sp_image_create(const char *path, char temporary[PATH_MAX], struct sp_image_failure *failure);

/* Writes the bytes into the temporary file, and waits until they are on the disk. While it runs, SIGXFSZ is
 * ignored in the whole process, so that a limit on file sizes is an error and not the end. */
int sp_image_store(const char *temporary, const unsigned char *bytes, size_t size,
                   struct sp_image_failure *failure);

/* Gives the temporary file its final name, in one step, and waits until that is on the disk. Whatever had the
 * name is replaced. */
int sp_image_publish(const char *temporary, const char *path, struct sp_image_failure *failure);

/* --- pieces of a file that the caller has opened --- */

/* Opens a regular file for reading, as sp_image_load does. */
int sp_image_open(const char *path, int *file, uint64_t *size, struct sp_image_failure *failure);

/* Reads exactly, or writes, so many bytes at a place of the file. Only errno is set. */
int sp_image_read(int file, void *bytes, size_t size, uint64_t at);
int sp_image_write(int file, const void *bytes, size_t size, uint64_t at);

/* Fills `failure` from errno, and returns -1. After a failure to write a full disk is told with what the file
 * needs. */
int sp_image_fail(struct sp_image_failure *failure, const char *what);
int sp_image_fail_to_write(const char *temporary, uint64_t size, struct sp_image_failure *failure);

#endif
