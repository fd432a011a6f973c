/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/reader.h"

#include "engine/base/error.h"
#include "output/h5read.h"
#include "output/parts.h"
#include "output/sealed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct version {
    unsigned major, minor;
};

static int refuse(struct sp_problems *problems, const char *path, const char *what) {
    struct sp_place place = {.file = path};
    return sp_problems_add(problems, SP_ERROR_FILE, place, "%s", what);
}

static int refuse_damaged(struct sp_problems *problems, const char *path, const struct sp_document *document,
                          const char *why) {
    struct sp_place place = {.file = path};
    if (document->out_of_memory)
        return sp_problems_add(problems, SP_ERROR_RESOURCES, place, "not enough memory to read it");
    return sp_problems_add(problems, SP_ERROR_FILE, place, "is damaged or was altered (%s); repeat the run",
                           why);
}

static int refuse_version(struct sp_problems *problems, const char *path, const struct version *version) {
    struct sp_place place = {.file = path};
    return sp_problems_add(problems, SP_ERROR_FILE, place,
                           "has layout %u.%u, this program reads %d.%d; use the version that wrote it, or "
                           "repeat the run",
                           version->major, version->minor, SP_LAYOUT_MAJOR, SP_LAYOUT_MINOR);
}

/* --- the file as a document --- */

/* HDF5 sees the bytes only when they are those that were written. */
static const char *check_bytes(struct sp_sealed *file) {
    if (file->size == 0)
        return "is empty; name a file written by scalepath";
    if (!sp_h5read_is_hdf5(file->bytes, file->size))
        return "is not an HDF5 file; name a file written by scalepath";
    size_t inner;
    switch (sp_seal_check(file, &inner)) {
    case SP_SEAL_GOOD:
        file->size = inner;
        return NULL;
    case SP_SEAL_OLD:
        return "was written by an older version (layout 1.x or 2.x), this program reads 3.x; use the version "
               "that wrote it, or repeat the run";
    case SP_SEAL_BROKEN:
        return "is damaged: its bytes are not those that were written; repeat the run";
    default:
        return "is not a complete scalepath result: it is cut short, was changed, or is of another program; "
               "name a file written by scalepath, or repeat the run";
    }
}

static int read_image(const char *path, struct sp_arena *kept_in, struct sp_document *document, double **kept,
                      struct sp_problems *problems) {
    struct sp_sealed file;
    struct sp_image_failure failure;
    if (sp_sealed_load(path, kept_in, &file, kept, &failure)) {
        struct sp_place place = {.file = path};
        int error = failure.number == ENOMEM ? SP_ERROR_RESOURCES : SP_ERROR_FILE;
        return sp_problems_add(problems, error, place, "%s", failure.what);
    }
    const char *why = check_bytes(&file);
    int error = why ? refuse(problems, path, why) : 0;
    if (!error)
        sp_h5read_image(&file, NULL, document); /* its complaint stays in the document */
    free(file.bytes);
    return error;
}

static bool parse_version(const char *text, struct version *version) {
    int end = 0;
    return text && strlen(text) < 16 && strspn(text, "0123456789.") == strlen(text) &&
           sscanf(text, "%u.%u%n", &version->major, &version->minor, &end) == 2 && text[end] == 0;
}

/* Asked first, so that another program's file is called that, and not a damaged one of ours. */
static int check_kind(const char *path, const struct sp_document *document, struct sp_problems *problems) {
    struct version version;
    const struct sp_document_node *root = sp_document_root(document);
    const char *format = sp_document_text(root, "format");
    const char *text = sp_document_text(root, "format_version");
    struct sp_place place = {.file = path};
    if (!format && document->complaint)
        return sp_problems_add(problems, SP_ERROR_FILE, place,
                               "is not a readable scalepath result (%s); repeat the run",
                               document->complaint);
    if (!format || strcmp(format, "scalepath") != 0)
        return refuse(problems, path, "was not written by scalepath; name a file written by it");
    if (!parse_version(text, &version))
        return refuse_damaged(problems, path, document, "/: expected the attribute format_version, like 3.1");
    if (version.major != SP_LAYOUT_MAJOR || version.minor != SP_LAYOUT_MINOR)
        return refuse_version(problems, path, &version);
    return 0;
}

static const char *check_whole(const struct sp_document *document) {
    const struct sp_document_attribute *complete =
        sp_document_attribute(sp_document_root(document), "complete");
    const char *stored = sp_document_text(sp_document_root(document), SP_LAYOUT_HASH);
    char found[17];
    if (document->complaint)
        return document->complaint;
    if (!complete || complete->type != SP_DOCUMENT_I32 || complete->i32 != 1)
        return "/: expected the attribute complete, 1";
    snprintf(found, sizeof found, "%016" PRIx64, sp_document_hash(document, SP_LAYOUT_HASH));
    return stored && strcmp(stored, found) == 0 ? NULL : "/: the contents do not agree with content_hash";
}

/* --- the document as a result --- */

/* What was understood, written again, must be what was read. */
static const char *check_understood(const struct sp_result *result, struct sp_document *document) {
    struct sp_document *again = sp_document_create();
    const char *difference = "out of memory";
    document->out_of_memory = !again;
    if (again) {
        again->apart_hash = document->apart_hash;
        sp_layout_put(again, result);
        document->out_of_memory = again->out_of_memory;
        difference = again->complaint ? sp_arena_text(document->arena, again->complaint)
                                      : sp_document_difference(again, document);
        if (again->complaint && !difference)
            difference = "out of memory";
    }
    sp_document_free(again);
    return difference;
}

static int understand(const char *path, struct sp_document *document, struct sp_result **result,
                      struct sp_problems *problems) {
    struct sp_result *found = sp_layout_get(document);
    const char *why = found ? check_understood(found, document) : document->complaint;
    if (why)
        return refuse_damaged(problems, path, document, why);
    *result = found;
    return 0;
}

int sp_reader_load(const char *path, bool with_kept, struct sp_result **result,
                   struct sp_problems *problems) {
    double *kept = NULL;
    *result = NULL;
    struct sp_document *document = sp_document_create();
    if (!document)
        return sp_problems_add(problems, SP_ERROR_RESOURCES, (struct sp_place){.file = path},
                               "out of memory");
    int error = read_image(path, with_kept ? document->arena : NULL, document, &kept, problems);
    if (!error)
        error = check_kind(path, document, problems);
    const char *damage = error ? NULL : check_whole(document);
    if (damage)
        error = refuse_damaged(problems, path, document, damage);
    if (!error)
        error = understand(path, document, result, problems);
    if (*result && kept)
        sp_kept_point(*result, kept);
    if (!*result)
        sp_document_free(document); /* else it belongs to the result */
    return error;
}
