/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/workbook.h"

#include "engine/base/error.h"
#include "output/image.h"
#include "output/target.h"
#include "output/workbook_parts.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sp_workbook_check(const char *path, bool force, struct sp_problems *problems) {
    return sp_target_check_new(path, force, problems);
}

size_t sp_workbook_live(const struct sp_centre *centre) {
    size_t count = 0;
    for (size_t c = 0; c < centre->columns; c++)
        count += centre->column[c].formula || centre->column[c].numerator;
    return count;
}

static int refuse(struct sp_problems *problems, const char *path, bool out_of_memory, const char *what) {
    struct sp_place place = {.file = path};
    return sp_problems_add(problems, out_of_memory ? SP_ERROR_RESOURCES : SP_ERROR_OUTPUT, place, "%s", what);
}

/* --- The sheets, into a file --- */

/* As in sp_image_store: a limit on file sizes is an error and not the end. */
static lxw_error close_file(lxw_workbook *file) {
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    bool changed = sigaction(SIGXFSZ, &ignore, &before) == 0;
    lxw_error error = workbook_close(file);
    if (changed)
        sigaction(SIGXFSZ, &before, NULL);
    return error;
}

static int write_sheets(struct sp_workbook *book, const char *temporary, const char *path,
                        struct sp_problems *problems) {
    if (sp_workbook_style_open(book, temporary))
        return refuse(problems, path, true, "not enough memory to write it");
    sp_workbook_model_write(book);
    sp_workbook_assumptions_write(book);
    sp_workbook_books_write(book);
    if (book->simulated)
        sp_workbook_simulation_write(book);
    lxw_error error = close_file(book->file);
    if (book->failed)
        return refuse(problems, path, false, "cannot be written: a cell does not take its text");
    if (error == LXW_ERROR_MEMORY_MALLOC_FAILED)
        return refuse(problems, path, true, "not enough memory to write it");
    return error
               ? refuse(problems, path, false,
                        "cannot be written: the disk or the folder for temporary files is full, or files may "
                        "not grow so large; make room, or name another folder")
               : 0;
}

/* --- Its bytes, onto the disk --- */

static int verify(const unsigned char *bytes, size_t size, const char *temporary, const char *path,
                  struct sp_problems *problems) {
    unsigned char *found;
    size_t found_size;
    struct sp_image_failure failure;
    if (sp_image_load(temporary, &found, &found_size, &failure))
        return refuse(problems, path, failure.number == ENOMEM, failure.what);
    bool is_same = found_size == size && memcmp(found, bytes, size) == 0;
    free(found);
    return is_same ? 0
                   : refuse(problems, path, false, "cannot be written: what was written does not read back");
}

/* The library does not wait for the disk: the bytes are written once more, by those who do. */
static int settle(const char *temporary, const char *path, struct sp_problems *problems) {
    unsigned char *bytes;
    size_t size;
    struct sp_image_failure failure;
    if (sp_image_load(temporary, &bytes, &size, &failure))
        return refuse(problems, path, failure.number == ENOMEM, failure.what);
    int error = size == 0 ? refuse(problems, path, false, "cannot be written: nothing was") : 0;
    if (!error && sp_image_store(temporary, bytes, size, &failure))
        error = refuse(problems, path, failure.number == ENOMEM, failure.what);
    if (!error)
        error = verify(bytes, size, temporary, path, problems);
    if (!error && sp_image_publish(temporary, path, &failure))
        error = refuse(problems, path, false, failure.what);
    free(bytes);
    return error;
}

int sp_workbook_save(const struct sp_centre *centre, const struct sp_result *simulated, const char *path,
                     bool force, struct sp_problems *problems) {
    char temporary[PATH_MAX];
    struct sp_image_failure failure;
    struct sp_workbook book = {.centre = centre, .simulated = simulated};
    int error = sp_target_check_new(path, force, problems);
    if (error)
        return error;
    if (sp_image_create(path, temporary, &failure))
        return refuse(problems, path, failure.number == ENOMEM, failure.what);
    error = write_sheets(&book, temporary, path, problems);
    if (!error)
        error = settle(temporary, path, problems);
    if (error)
        unlink(temporary); /* gone already when only the folder could not be synced */
    return error;
}
