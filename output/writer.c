/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/writer.h"

#include "engine/base/error.h"
#include "engine/base/phase.h"
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

/* Compares the file as it is read back with the bytes in memory, and what these say with the document. */
static int verify(const struct sp_document *document, unsigned char *bytes, size_t size,
                  const char *temporary, const char *path, struct sp_problems *problems) {
    bool same;
    struct sp_image_failure failure;
    if (sp_image_compare(temporary, bytes, size, &same, &failure))
        return refuse(problems, path, failure.number == ENOMEM, failure.what);
    if (!same)
        return refuse(problems, path, false, "cannot be written: what was written does not read back");
    struct sp_document *found = sp_document_create();
    if (!found)
        return refuse(problems, path, true, "not enough memory to verify it");
    const char *difference = sp_h5read_image(bytes, size - SP_SEAL_BYTES, true, found)
                                 ? found->complaint
                                 : sp_document_difference(document, found, false);
    int error = difference ? refuse_document(problems, path, found, difference) : 0;
    sp_document_free(found);
    return error;
}

static int store(const struct sp_document *document, unsigned char *bytes, size_t size, const char *temporary,
                 const char *path, struct sp_problems *problems) {
    struct sp_image_failure failure;
    if (sp_image_store(temporary, bytes, size, &failure))
        return refuse(problems, path, failure.number == ENOMEM, failure.what);
    sp_phase_part_end("write");
    int error = verify(document, bytes, size, temporary, path, problems);
    sp_phase_part_end("verify");
    if (!error && sp_image_publish(temporary, path, &failure))
        error = refuse(problems, path, false, failure.what);
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
        error = store(document, bytes, size, temporary, path, problems);
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
