/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/target.h"

#include "engine/base/error.h"
#include "output/sealed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(struct sp_problems *problems, const char *path, const char *what) {
    struct sp_place place = {.file = path};
    return sp_problems_add(problems, SP_ERROR_OUTPUT, place, "%s", what);
}

/* Trying is the only test that no permission, mount or quota can escape. */
static int try_folder(const char *path, struct sp_problems *problems) {
    char temporary[PATH_MAX];
    struct sp_image_failure failure;
    struct sp_place place = {.file = path};
    if (sp_image_create(path, temporary, &failure) == 0)
        return unlink(temporary) ? refuse(problems, path, "cannot be removed again; check the folder") : 0;
    const char *hint = failure.number == ENOENT         ? "create the folder, or name another"
                       : failure.number == ENAMETOOLONG ? "choose a shorter name"
                                                        : "choose a folder that can be written to";
    return sp_problems_add(problems, SP_ERROR_OUTPUT, place, "%s; %s", failure.what, hint);
}

/* The seal says so: of a file that was verified when it was written, and is byte by byte what it was,
 * in this layout or an older one. */
static bool is_result(const char *path) {
    struct sp_sealed file;
    double *apart;
    size_t inner;
    struct sp_image_failure failure;
    if (sp_sealed_load(path, NULL, &file, &apart, &failure))
        return false;
    enum sp_seal seal = sp_seal_check(&file, &inner);
    free(file.bytes);
    return seal == SP_SEAL_GOOD || seal == SP_SEAL_OLD;
}

/* What cannot be replaced even by force. */
static int check_kind(const char *path, mode_t mode, struct sp_problems *problems) {
    if (S_ISLNK(mode))
        return refuse(problems, path, "is a symbolic link; name the file itself");
    if (S_ISDIR(mode))
        return refuse(problems, path, "is a folder; name a file in it");
    if (!S_ISREG(mode))
        return refuse(problems, path, "is a device, a pipe or a socket; name a regular file");
    return 0;
}

static int check(const char *path, bool force, bool results_too, struct sp_problems *problems) {
    struct stat about;
    size_t length = strlen(path);
    if (length == 0 || path[length - 1] == '/')
        return refuse(problems, path, "is not the name of a file; name a file");
    if (lstat(path, &about) == 0) {
        int error = check_kind(path, about.st_mode, problems);
        if (error)
            return error;
        if (!force && !results_too)
            return refuse(problems, path, "exists; choose another name, or replace it with --force");
        if (!force && !is_result(path))
            return refuse(problems, path,
                          "exists and is not a complete scalepath result; choose another name, or replace it "
                          "with --force");
    }
    return try_folder(path, problems);
}

int sp_target_check(const char *path, bool force, struct sp_problems *problems) {
    return check(path, force, true, problems);
}

int sp_target_check_new(const char *path, bool force, struct sp_problems *problems) {
    return check(path, force, false, problems);
}
