/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/writer.h"

#include "engine/base/error.h"
#include "engine/base/phase.h"
#include "output/beside.h"
#include "output/h5read.h"
#include "output/h5write.h"
#include "output/image.h"
#include "output/parts.h"
#include "output/seal.h"
#include "output/target.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int sp_writer_check(const char *path, bool force, struct sp_problems *problems) {
    return sp_target_check(path, force, problems);
}

static int refuse(struct sp_problems *problems, const char *path, bool out_of_memory, const char *what) {
    struct sp_place place = {.file = path};
    return sp_problems_add(problems, out_of_memory ? SP_ERROR_RESOURCES : SP_ERROR_OUTPUT, place, "%s", what);
}

static int refuse_document(struct sp_problems *problems, const char *path, const struct sp_document *document,
                           const char *what) {
    struct sp_place place = {.file = path};
    if (document->out_of_memory)
        return refuse(problems, path, true, "not enough memory to write it");
    return sp_problems_add(problems, SP_ERROR_OUTPUT, place, "cannot be written: %s", what);
}

/* The file on its way to the disk: what is written, and what came of it. */
struct copy {
    const char *temporary;
    unsigned char *bytes;
    size_t size;
    bool is_same; /* read back, it is what was written */
    int error;
    struct sp_image_failure failure;
};

static void write_and_compare(void *context) {
    struct copy *copy = context;
    copy->error = sp_image_store(copy->temporary, copy->bytes, copy->size, &copy->failure);
    if (!copy->error)
        copy->error = sp_image_compare(copy->temporary, copy->bytes, copy->size, &copy->is_same,
                                       &copy->failure);
}

static int tell_copy(const struct copy *copy, const char *path, struct sp_problems *problems) {
    if (copy->error)
        return refuse(problems, path, copy->failure.number == ENOMEM, copy->failure.what);
    if (!copy->is_same)
        return refuse(problems, path, false, "cannot be written: what was written does not read back");
    return 0;
}

/* Compares what the bytes say with the document. */
static const char *verify(const struct sp_document *document, const struct copy *copy,
                          struct sp_document *found) {
    return sp_h5read_image(copy->bytes, copy->size - SP_SEAL_BYTES, true, found)
               ? found->complaint
               : sp_document_difference(document, found, false);
}

/* The disk needs no processor, and verifying no disk: they are busy side by side. */
static int store_and_verify(const struct sp_document *document, struct copy *copy, const char *path,
                            struct sp_problems *problems) {
    struct sp_beside beside;
    struct sp_document *found = sp_document_create();
    if (!found)
        return refuse(problems, path, true, "not enough memory to verify it");
    sp_beside_start(&beside, write_and_compare, copy);
    const char *difference = verify(document, copy, found);
    sp_beside_wait(&beside);
    int error = tell_copy(copy, path, problems);
    if (!error && difference)
        error = refuse_document(problems, path, found, difference);
    sp_document_free(found);
    return error;
}

static int store(const struct sp_document *document, struct copy *copy, const char *path,
                 struct sp_problems *problems) {
    int error = store_and_verify(document, copy, path, problems);
    sp_phase_part_end("write, verify");
    if (!error && sp_image_publish(copy->temporary, path, &copy->failure))
        error = refuse(problems, path, false, copy->failure.what);
    return error;
}

static int save(struct sp_document *document, const char *path, struct sp_problems *problems) {
    unsigned char *bytes;
    size_t size;
    char temporary[PATH_MAX];
    struct sp_image_failure failure;
    if (sp_h5write_image(document, &bytes, &size))
        return refuse_document(problems, path, document, document->complaint);
    sp_phase_part_end("HDF5");
    int error = sp_seal_add(&bytes, &size);
    sp_phase_part_end("seal");
    if (error) {
        error = refuse(problems, path, true, "not enough memory to write it");
    } else if (sp_image_create(path, temporary, &failure)) {
        error = refuse(problems, path, failure.number == ENOMEM, failure.what);
    } else {
        struct copy copy = {.temporary = temporary, .bytes = bytes, .size = size};
        error = store(document, &copy, path, problems);
        if (error)
            unlink(temporary); /* gone already when only the folder could not be synced */
    }
    free(bytes);
    sp_phase_part_end("publish");
    return error;
}

int sp_writer_save(const struct sp_result *result, const char *path, bool force,
                   struct sp_problems *problems) {
    int error = sp_target_check(path, force, problems);
    if (error)
        return error;
    struct sp_document *document = sp_document_create();
    if (!document)
        return refuse(problems, path, true, "not enough memory to write it");
    sp_layout_put(document, result);
    sp_phase_part_end("document");
    error = save(document, path, problems);
    sp_document_free(document);
    return error;
}
