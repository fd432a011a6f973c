/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/image.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { TEMPORARY_NAMES = 16, PIECE = 1 << 18 };

static int fail(struct sp_image_failure *failure, const char *what) {
    failure->number = errno;
    snprintf(failure->what, sizeof failure->what, "%s: %s", what, strerror(failure->number));
    return -1;
}

static int refuse(struct sp_image_failure *failure, const char *what) {
    snprintf(failure->what, sizeof failure->what, "%s", what);
    failure->number = 0;
    return -1;
}

/* --- reading --- */

static int read_all(int file, unsigned char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = read(file, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO; /* it has become shorter */
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

static int load(int file, unsigned char **bytes, size_t *size, struct sp_image_failure *failure) {
    struct stat about;
    if (fstat(file, &about))
        return fail(failure, "cannot be read");
    if (!S_ISREG(about.st_mode))
        return refuse(failure, "is not a regular file; name a result file");
    *size = (size_t)about.st_size;
    if (*size == 0)
        return 0;
    *bytes = malloc(*size);
    if (!*bytes || read_all(file, *bytes, *size)) {
        fail(failure, "cannot be read");
        free(*bytes);
        *bytes = NULL;
        return -1;
    }
    return 0;
}

/* Without O_NONBLOCK a FIFO would wait for a writer. */
int sp_image_load(const char *path, unsigned char **bytes, size_t *size, struct sp_image_failure *failure) {
    *bytes = NULL;
    *size = 0;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (file < 0)
        return fail(failure, "cannot be opened");
    int error = load(file, bytes, size, failure);
    close(file);
    return error;
}

static int compare_all(int file, const unsigned char *bytes, size_t size, bool *same) {
    unsigned char piece[PIECE];
    struct stat about;
    if (fstat(file, &about))
        return -1;
    *same = about.st_size >= 0 && (size_t)about.st_size == size;
    for (size_t done = 0, n; *same && done < size; done += n) {
        n = size - done < PIECE ? size - done : PIECE;
        if (read_all(file, piece, n))
            return -1;
        *same = memcmp(piece, bytes + done, n) == 0;
    }
    return 0;
}

int sp_image_compare(const char *path, const unsigned char *bytes, size_t size, bool *same,
                     struct sp_image_failure *failure) {
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return fail(failure, "cannot be opened");
    int error = compare_all(file, bytes, size, same) ? fail(failure, "cannot be read") : 0;
    close(file);
    return error;
}

/* --- writing --- */

int sp_image_create(const char *path, char temporary[PATH_MAX], struct sp_image_failure *failure) {
    errno = EEXIST;
    for (int i = 0; i < TEMPORARY_NAMES && errno == EEXIST; i++) {
        int length = i == 0 ? snprintf(temporary, PATH_MAX, "%s.tmp.%ld", path, (long)getpid())
                            : snprintf(temporary, PATH_MAX, "%s.tmp.%ld.%d", path, (long)getpid(), i);
        if (length < 0 || length >= PATH_MAX) {
            errno = ENAMETOOLONG;
            break;
        }
        int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0)
            return close(file) ? fail(failure, "cannot be created") : 0;
    }
    return fail(failure, "cannot be created");
}

static int write_all(int file, const unsigned char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t n = write(file, bytes + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

static int write_durably(const char *temporary, const unsigned char *bytes, size_t size) {
    int file = open(temporary, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return -1;
    int error = write_all(file, bytes, size) || fsync(file) ? errno : 0;
    if (close(file) && !error)
        error = errno;
    errno = error;
    return error ? -1 : 0;
}

/* A full disk is told with what is needed. */
static int fail_with_space(const char *temporary, size_t size, struct sp_image_failure *failure) {
    struct statvfs disk;
    int error = errno;
    if ((error == ENOSPC || error == EDQUOT) && statvfs(temporary, &disk) == 0) {
        snprintf(failure->what, sizeof failure->what,
                 "cannot be written: %s; it needs %zu bytes, %llu are free", strerror(error), size,
                 (unsigned long long)disk.f_bavail * disk.f_frsize);
        failure->number = error;
        return -1;
    }
    errno = error;
    return fail(failure, "cannot be written");
}

int sp_image_store(const char *temporary, const unsigned char *bytes, size_t size,
                   struct sp_image_failure *failure) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    int changed = sigaction(SIGXFSZ, &ignore, &before) == 0;
    int error = write_durably(temporary, bytes, size) ? fail_with_space(temporary, size, failure) : 0;
    if (changed)
        sigaction(SIGXFSZ, &before, NULL);
    return error;
}

/* Some file systems cannot do this for a folder (EINVAL); then renaming is as durable as they make it. */
static int sync_folder_of(const char *path) {
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int length = slash ? (int)(slash - path) + (slash == path) : 1;
    snprintf(folder, sizeof folder, "%.*s", length, slash ? path : ".");
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return -1;
    int error = fsync(file) && errno != EINVAL ? errno : 0;
    if (close(file) && !error)
        error = errno;
    errno = error;
    return error ? -1 : 0;
}

int sp_image_publish(const char *temporary, const char *path, struct sp_image_failure *failure) {
    if (rename(temporary, path))
        return fail(failure, "cannot be given its name");
    if (sync_folder_of(path))
        return fail(failure, "is complete, but its name may not survive a power failure");
    return 0;
}
