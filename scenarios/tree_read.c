/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "engine/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct source {
    const char *file;
    struct sp_place place; /* where a failure is told */
    struct sp_problems *problems;
    int descriptor;
    size_t size;
};

static int refuse(const struct source *source, const char *why) {
    bool itself = source->place.line == 0;
    return sp_problems_add(source->problems, SP_ERROR_SCENARIO, source->place, "cannot read %s%s%s: %s",
                           itself ? "it" : "'", itself ? "" : source->file, itself ? "" : "'", why);
}

static const char *why_not_regular(mode_t mode) {
    if (S_ISDIR(mode))
        return "it is a folder";
    if (S_ISFIFO(mode))
        return "it is a pipe; write it to a file first";
    if (S_ISSOCK(mode))
        return "it is a socket";
    return S_ISREG(mode) ? NULL : "it is a device";
}

/* Without O_NONBLOCK the opening of a pipe would wait for a writer. */
static int open_source(struct source *source) {
    struct stat status;
    source->descriptor = open(source->file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (source->descriptor < 0 || fstat(source->descriptor, &status) != 0)
        return refuse(source, strerror(errno));
    const char *why = why_not_regular(status.st_mode);
    if (why)
        return refuse(source, why);
    if (status.st_size > SP_TREE_BYTES)
        return refuse(source, "it is larger than 64 MiB");
    source->size = (size_t)status.st_size;
    return 0;
}

/* One byte more than the size is asked for, so that a file that grows is noticed. */
static int read_all(const struct source *source, char *text) {
    size_t have = 0;
    while (have <= source->size) {
        ssize_t got = read(source->descriptor, text + have, source->size + 1 - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse(source, strerror(errno));
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return have == source->size ? 0 : refuse(source, "it changes while it is being read");
}

struct sp_node *sp_tree_read_at(struct sp_arena *arena, const char *file, struct sp_place place,
                                struct sp_problems *problems) {
    struct source source = {.file = file, .place = place, .problems = problems, .descriptor = -1};
    struct sp_node *root = NULL;
    if (open_source(&source))
        goto out;
    char *text = sp_arena_array(arena, source.size + 1, 1);
    if (!text)
        sp_problems_add(problems, SP_ERROR_RESOURCES, place, "no memory to read '%s'", file);
    else if (read_all(&source, text) == 0)
        root = sp_tree_parse(arena, file, text, source.size, problems);
out:
    if (source.descriptor >= 0)
        close(source.descriptor);
    return root;
}

struct sp_node *sp_tree_read(struct sp_arena *arena, const char *file, struct sp_problems *problems) {
    return sp_tree_read_at(arena, file, (struct sp_place){.file = file}, problems);
}
