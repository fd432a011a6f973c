/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result file on its way to the disk, under a temporary name beside its own. What is apart (seal.h) can be
 * put into it from the first moment on, by any thread and in any order; everything else comes at the end.
 *
 *     sp_unfinished_create(&file, path, apart, &failure);
 *     sp_unfinished_put(&file, at, words, n);              (many times)
 *     sp_unfinished_store(&file, &sealed, &failure);    (sealed.apart_hash is file.hash)
 *     sp_image_publish(file.temporary, path, &failure);
 *     sp_unfinished_remove(&file);                     (in any case, after a failure too)
 *
 * Until it has its own name, or is removed, signals are guarded (interrupt.h).
 */
#ifndef SP_OUTPUT_UNFINISHED_H
#define SP_OUTPUT_UNFINISHED_H

#include "output/image.h"
#include "output/seal.h"

struct sp_unfinished {
    bool is_there;
    char temporary[PATH_MAX];
    int file;
    uint64_t apart;
    uint64_t hash;                   /* of what has been put, added up */
    bool has_failed;                 /* sp_unfinished_put, at least once: */
    struct sp_image_failure failure; /* the first time */
};

/* Creates the file, with room on the disk for what will be apart where the file system can keep it: a full
 * disk is found here. 0 or -1. */
int sp_unfinished_create(struct sp_unfinished *file, const char *path, uint64_t apart,
                         struct sp_image_failure *failure);

/* Puts n words of 8 bytes, of which the first is word `at` of what is apart. 0, or -1 with file->failure. */
int sp_unfinished_put(struct sp_unfinished *file, uint64_t at, const void *words, size_t n);

/* All that is apart has been put: the disk may begin. */
void sp_unfinished_start_writing(const struct sp_unfinished *file);

/* Writes everything else, and waits until all is on the disk. 0 or -1. */
int sp_unfinished_store(struct sp_unfinished *file, const struct sp_sealed *sealed,
                        struct sp_image_failure *failure);

/* Removes the file unless it has been published; there may be none. */
void sp_unfinished_remove(struct sp_unfinished *file);

#endif
