/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/unfinished.h"

#include "engine/base/hash.h"
#include "output/interrupt.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

enum { WORD = 8 };

/* Where the file system cannot keep room, a full disk is found when it is full. */
static int keep_room(int file, uint64_t size) {
    if (fallocate(file, 0, 0, (off_t)size) == 0)
        return 0;
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO ? -1 : 0;
}

static int open_file(struct sp_unfinished *file, struct sp_image_failure *failure) {
    file->file = open(file->temporary, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file->file < 0)
        return sp_image_fail(failure, "cannot be created");
    if (file->apart && keep_room(file->file, SP_SEAL_APART + file->apart))
        return sp_image_fail_to_write(file->temporary, SP_SEAL_APART + file->apart, failure);
    return 0;
}

int sp_unfinished_create(struct sp_unfinished *file, const char *path, uint64_t apart,
                         struct sp_image_failure *failure) {
    *file = (struct sp_unfinished){.file = -1, .apart = apart};
    if (sp_image_create(path, file->temporary, failure))
        return -1;
    file->is_there = true;
    sp_interrupt_guard(file->temporary);
    if (open_file(file, failure) == 0)
        return 0;
    sp_unfinished_remove(file);
    return -1;
}

/* Only the first failure is told; it is there when any call that failed returns. */
static int fail_to_put(struct sp_unfinished *file) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int number = errno;
    pthread_mutex_lock(&lock);
    errno = number;
    if (!file->has_failed)
        sp_image_fail_to_write(file->temporary, SP_SEAL_APART + file->apart, &file->failure);
    file->has_failed = true;
    pthread_mutex_unlock(&lock);
    return -1;
}

int sp_unfinished_put(struct sp_unfinished *file, uint64_t at, const void *words, size_t n) {
    uint64_t first = SP_SEAL_APART / WORD + at;
    if (BYTE_ORDER != LITTLE_ENDIAN) {
        errno = ENOTSUP; /* values would have to be turned round */
        return fail_to_put(file);
    }
    if (sp_image_write(file->file, words, n * WORD, first * WORD))
        return fail_to_put(file);
    __atomic_fetch_add(&file->hash, sp_hash64_piece(first, words, n * WORD), __ATOMIC_RELAXED);
    return 0;
}

void sp_unfinished_start_writing(const struct sp_unfinished *file) {
    sync_file_range(file->file, 0, 0, SYNC_FILE_RANGE_WRITE);
}

static int write_rest(int file, const struct sp_sealed *sealed) {
    size_t before = sealed->apart ? SP_SEAL_APART : 0;
    return sp_image_write(file, sealed->bytes, before, 0) ||
                   sp_image_write(file, sealed->bytes + before, sealed->size - before,
                                  before + sealed->apart) ||
                   fsync(file)
               ? -1
               : 0;
}

int sp_unfinished_store(struct sp_unfinished *file, const struct sp_sealed *sealed,
                        struct sp_image_failure *failure) {
    int error = write_rest(file->file, sealed) ? errno : 0;
    if (close(file->file) && !error)
        error = errno;
    file->file = -1;
    errno = error;
    return error ? sp_image_fail_to_write(file->temporary, sealed->size + sealed->apart, failure) : 0;
}

void sp_unfinished_remove(struct sp_unfinished *file) {
    if (!file->is_there)
        return;
    if (file->file >= 0)
        close(file->file);
    unlink(file->temporary); /* gone already when it has been published */
    sp_interrupt_release(file->temporary);
    *file = (struct sp_unfinished){.file = -1};
}
