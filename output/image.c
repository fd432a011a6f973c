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

enum { TEMPORARY_NAMES = 16 };

int sp_image_fail(struct sp_image_failure *failure, const char *what) {
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

int sp_image_read(int file, void *bytes, size_t size, uint64_t at) {
    for (size_t done = 0; done < size;) {
        ssize_t n = pread(file, (unsigned char *)bytes + done, size - done, (off_t)(at + done));
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

static int check_regular(int file, uint64_t *size, struct sp_image_failure *failure) {
    struct stat about;
    if (fstat(file, &about))
        return sp_image_fail(failure, "cannot be read");
    if (!S_ISREG(about.st_mode))
        return refuse(failure, "is not a regular file; name a result file");
    *size = (uint64_t)about.st_size;
    return 0;
}

/* Without O_NONBLOCK a FIFO would wait for a writer. */
int sp_image_open(const char *path, int *file, uint64_t *size, struct sp_image_failure *failure) {
    *file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (*file < 0)
        return sp_image_fail(failure, "cannot be opened");
    if (check_regular(*file, size, failure) == 0)
        return 0;
    close(*file);
    return -1;
}

static int load(int file, unsigned char **bytes, size_t size, struct sp_image_failure *failure) {
    if (size == 0)
        return 0;
    *bytes = malloc(size);
    if (!*bytes || sp_image_read(file, *bytes, size, 0)) {
        sp_image_fail(failure, "cannot be read");
        free(*bytes);
        *bytes = NULL;
        return -1;
    }
    return 0;
}

int sp_image_load(const char *path, unsigned char **bytes, size_t *size, struct sp_image_failure *failure) {
    int file;
    uint64_t length;
    *bytes = NULL;
    *size = 0;
    if (sp_image_open(path, &file, &length, failure))
        return -1;
    *size = (size_t)length;
    int error = load(file, bytes, *size, failure);
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
            return close(file) ? sp_image_fail(failure, "cannot be created") : 0;
    }
    return sp_image_fail(failure, "cannot be created");
}

int sp_image_write(int file, const void *bytes, size_t size, uint64_t at) {
    for (size_t done = 0; done < size;) {
        ssize_t n = pwrite(file, (const unsigned char *)bytes + done, size - done, (off_t)(at + done));
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
    int error = sp_image_write(file, bytes, size, 0) || fsync(file) ? errno : 0;
    if (close(file) && !error)
        error = errno;
    errno = error;
    return error ? -1 : 0;
}

int sp_image_fail_to_write(const char *temporary, uint64_t size, struct sp_image_failure *failure) {
    struct statvfs disk;
    int error = errno;
    if ((error == ENOSPC || error == EDQUOT) && statvfs(temporary, &disk) == 0) {
        snprintf(failure->what, sizeof failure->what,
                 "cannot be written: %s; it needs %llu bytes, %llu are free", strerror(error),
                 (unsigned long long)size, (unsigned long long)disk.f_bavail * disk.f_frsize);
        failure->number = error;
        return -1;
    }
    errno = error;
    return sp_image_fail(failure, "cannot be written");
}

int sp_image_store(const char *temporary, const unsigned char *bytes, size_t size,
                   struct sp_image_failure *failure) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    int changed = sigaction(SIGXFSZ, &ignore, &before) == 0;
    int error = write_durably(temporary, bytes, size) ? sp_image_fail_to_write(temporary, size, failure) : 0;
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
        return sp_image_fail(failure, "cannot be given its name");
    if (sync_folder_of(path))
        return sp_image_fail(failure, "is complete, but its name may not survive a power failure");
    return 0;
}
