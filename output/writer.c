/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/writer.h"

#include "engine/base/error.h"
#include "engine/base/phase.h"
#include "output/beside.h"
#include "output/h5read.h"
#include "output/h5write.h"
#include "output/parts.h"
#include "output/sealed.h"
#include "output/target.h"
#include "output/unfinished.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 1 << 14 };

struct sp_writer {
    char *path;
    bool force;
    size_t kept_paths;
    struct sp_unfinished file;
};

int sp_writer_check(const char *path, bool force, struct sp_problems *problems) {
    return sp_target_check(path, force, problems);
}

struct sp_writer *sp_writer_create(const char *path, bool force) {
    struct sp_writer *writer = calloc(1, sizeof *writer);
    if (!writer)
        return NULL;
    writer->force = force;
    writer->path = strdup(path);
    if (writer->path)
        return writer;
    free(writer);
    return NULL;
}

void sp_writer_free(struct sp_writer *writer) {
    if (!writer)
        return;
    sp_unfinished_remove(&writer->file);
    free(writer->path);
    free(writer);
}

/* --- problems --- */

static int refuse(struct sp_problems *problems, const char *path, bool out_of_memory, const char *what) {
    struct sp_place place = {.file = path};
    return sp_problems_add(problems, out_of_memory ? SP_ERROR_RESOURCES : SP_ERROR_OUTPUT, place, "%s", what);
}

static int tell_failure(const struct sp_writer *writer, const struct sp_image_failure *failure,
                        struct sp_problems *problems) {
    return refuse(problems, writer->path, failure->number == ENOMEM, failure->what);
}

static int refuse_document(struct sp_problems *problems, const char *path, const struct sp_document *document,
                           const char *what) {
    struct sp_place place = {.file = path};
    if (document->out_of_memory)
        return refuse(problems, path, true, "not enough memory to write it");
    return sp_problems_add(problems, SP_ERROR_OUTPUT, place, "cannot be written: %s", what);
}

/* --- kept paths --- */

/* The numbers of the paths of one group. */
static int put_index(struct sp_writer *writer, uint64_t at) {
    int32_t number[NUMBERS] = {0};
    size_t paths = writer->kept_paths;
    for (size_t first = 0, n; first < paths; first += n) {
        n = paths - first < NUMBERS ? paths - first : NUMBERS;
        for (size_t i = 0; i < n; i++)
            number[i] = (int32_t)(first + i);
        if (n < NUMBERS)
            number[n] = 0; /* fills up the last word */
        if (sp_unfinished_put(&writer->file, at + first / 2, number, (n + 1) / 2))
            return -1;
    }
    return 0;
}

static int begin(void *context, const struct sp_result *result, struct sp_problems *problems) {
    struct sp_writer *writer = context;
    struct sp_image_failure failure;
    writer->kept_paths = result->kept_paths;
    if (sp_unfinished_create(&writer->file, writer->path, sp_kept_bytes(result), &failure))
        return tell_failure(writer, &failure, problems);
    for (size_t i = 0; i < SP_KEPT_GROUPS * result->variants; i++)
        if (put_index(writer, sp_kept_index(result, i)))
            return tell_failure(writer, &writer->file.failure, problems);
    return 0;
}

static int put(void *context, size_t row, size_t first, const double *x, size_t n) {
    struct sp_writer *writer = context;
    return sp_unfinished_put(&writer->file, (uint64_t)row * writer->kept_paths + first, x, n);
}

static int tell(void *context, struct sp_problems *problems) {
    const struct sp_writer *writer = context;
    return tell_failure(writer, &writer->file.failure, problems);
}

struct sp_kept_sink sp_writer_sink(struct sp_writer *writer) {
    return (struct sp_kept_sink){.context = writer, .begin = begin, .put = put, .tell = tell};
}

/* Of a result that has them in memory. */
static int put_kept(struct sp_writer *writer, const struct sp_result *result, struct sp_problems *problems) {
    size_t rows = sp_result_kept_rows(result), of_inputs = rows - result->inputs, n = result->kept_paths;
    if (n == 0)
        return 0;
    int error = begin(writer, result, problems);
    for (size_t v = 0; !error && v < result->variants; v++) {
        const struct sp_variant_result *variant = &result->variant[v];
        if (!variant->kept || !variant->kept_input)
            return refuse(problems, writer->path, false,
                          "cannot be written: the kept paths are not in memory");
        if (put(writer, v * rows, 0, variant->kept, of_inputs * n) ||
            put(writer, v * rows + of_inputs, 0, variant->kept_input, result->inputs * n))
            error = tell(writer, problems);
    }
    return error;
}

/* --- everything else --- */

/* The file on its way to the disk: what is written, and what came of it. */
struct copy {
    struct sp_unfinished *file;
    const struct sp_sealed *sealed;
    bool is_same; /* read back, it is what was written */
    int error;
    struct sp_image_failure failure;
};

static void write_and_compare(void *context) {
    struct copy *copy = context;
    copy->error = sp_unfinished_store(copy->file, copy->sealed, &copy->failure);
    if (!copy->error)
        copy->error = sp_sealed_compare(copy->file->temporary, copy->sealed, &copy->is_same, &copy->failure);
}

static int tell_copy(const struct sp_writer *writer, const struct copy *copy, struct sp_problems *problems) {
    if (copy->error)
        return tell_failure(writer, &copy->failure, problems);
    if (!copy->is_same)
        return refuse(problems, writer->path, false,
                      "cannot be written: what was written does not read back");
    return 0;
}

/* Compares what the bytes say with the document. */
static const char *verify(const struct sp_document *document, const struct sp_sealed *sealed,
                          struct sp_document *found) {
    struct sp_sealed inner = *sealed;
    inner.size -= SP_SEAL_BYTES;
    return sp_h5read_image(&inner, document, found) ? found->complaint
                                                    : sp_document_difference(document, found);
}

/* The disk needs no processor, and verifying no disk: they are busy side by side. */
static int store_and_verify(struct sp_writer *writer, const struct sp_document *document,
                            const struct sp_sealed *sealed, struct sp_problems *problems) {
    struct sp_beside beside;
    struct copy copy = {.file = &writer->file, .sealed = sealed};
    struct sp_document *found = sp_document_create();
    if (!found)
        return refuse(problems, writer->path, true, "not enough memory to verify it");
    sp_beside_start(&beside, write_and_compare, &copy);
    const char *difference = verify(document, sealed, found);
    sp_beside_wait(&beside);
    int error = tell_copy(writer, &copy, problems);
    if (!error && difference)
        error = refuse_document(problems, writer->path, found, difference);
    sp_document_free(found);
    return error;
}

static int store(struct sp_writer *writer, const struct sp_document *document, const struct sp_sealed *sealed,
                 struct sp_problems *problems) {
    struct sp_image_failure failure;
    if (!writer->file.is_there && sp_unfinished_create(&writer->file, writer->path, 0, &failure))
        return tell_failure(writer, &failure, problems);
    int error = store_and_verify(writer, document, sealed, problems);
    sp_phase_part_end("write, verify");
    if (!error && sp_image_publish(writer->file.temporary, writer->path, &failure))
        error = refuse(problems, writer->path, false, failure.what);
    sp_unfinished_remove(&writer->file);
    sp_phase_part_end("publish");
    return error;
}

static int finish(struct sp_writer *writer, struct sp_document *document, struct sp_problems *problems) {
    struct sp_sealed sealed;
    if (sp_h5write_image(document, &sealed))
        return refuse_document(problems, writer->path, document, document->complaint);
    sp_phase_part_end("HDF5");
    int error =
        sp_seal_add(&sealed) ? refuse(problems, writer->path, true, "not enough memory to write it") : 0;
    sp_phase_part_end("seal");
    if (!error)
        error = store(writer, document, &sealed, problems);
    free(sealed.bytes);
    return error;
}

int sp_writer_finish(struct sp_writer *writer, const struct sp_result *result, struct sp_problems *problems) {
    if (writer->file.is_there)
        sp_unfinished_start_writing(&writer->file);
    int error = sp_target_check(writer->path, writer->force, problems);
    if (error)
        return error;
    struct sp_document *document = sp_document_create();
    if (!document)
        return refuse(problems, writer->path, true, "not enough memory to write it");
    document->apart_hash = writer->file.hash;
    sp_layout_put(document, result);
    sp_phase_part_end("document");
    error = finish(writer, document, problems);
    sp_document_free(document);
    return error;
}

int sp_writer_save(const struct sp_result *result, const char *path, bool force,
                   struct sp_problems *problems) {
    int error = sp_target_check(path, force, problems);
    if (error)
        return error;
    struct sp_writer *writer = sp_writer_create(path, force);
    if (!writer)
        return refuse(problems, path, true, "not enough memory to write it");
    error = put_kept(writer, result, problems);
    if (!error)
        error = sp_writer_finish(writer, result, problems);
    sp_writer_free(writer);
    return error;
}
