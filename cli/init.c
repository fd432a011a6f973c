/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/print.h"
#include "engine/base/error.h"
#include "scenarios/starter.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct arguments {
    const char *file;
    bool force, all;
};

static const struct argp_option options[] = {
    {"all", 'a', NULL, 0, "every table and key, with defaults, not only what must be there", 0},
    {"force", 'f', NULL, 0, "replace FILE if it is there", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct arguments *arguments = state->input;
    switch (key) {
    case 'f':
        arguments->force = true;
        return 0;
    case 'a':
        arguments->all = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->file)
            argp_error(state, "one file only, got '%s' and '%s'", arguments->file, argument);
        arguments->file = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int tell(struct sp_problems *problems, const char *file, const char *what, const char *why) {
    return sp_problems_add(problems, SP_ERROR_OUTPUT, (struct sp_place){.file = file}, "%s%s", what, why);
}

/* A new file, or with --force an existing one, if it is a regular file and no link to one. */
static int open_file(const struct arguments *arguments, struct sp_problems *problems, int *file) {
    const char *name = arguments->file;
    struct stat status;
    int mode = arguments->force ? O_NOFOLLOW | O_NONBLOCK : O_EXCL;
    *file = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0666);
    if (*file < 0 && errno == EEXIST)
        return tell(problems, name, "is there already; --force replaces it", "");
    if (*file < 0 && errno == ELOOP)
        return tell(problems, name, "is a symbolic link; name the file itself", "");
    if (*file < 0)
        return tell(problems, name, "cannot be written: ", strerror(errno));
    if (fstat(*file, &status) == 0 && S_ISREG(status.st_mode) && ftruncate(*file, 0) == 0)
        return 0;
    close(*file);
    return tell(problems, name, "is not a regular file; name another", "");
}

static int write_all(int file, const char *text) {
    for (size_t left = strlen(text); left;) {
        ssize_t written = write(file, text, left);
        if (written < 0 && errno != EINTR)
            return -1;
        text += written > 0 ? written : 0;
        left -= written > 0 ? (size_t)written : 0;
    }
    return fsync(file);
}

static int save(const struct arguments *arguments, const char *text, struct sp_problems *problems) {
    int file, error = open_file(arguments, problems, &file);
    if (error)
        return error;
    int failed = write_all(file, text) ? errno : 0;
    if (close(file) && !failed)
        failed = errno;
    if (!failed)
        return 0;
    unlink(arguments->file); /* a part of a scenario would be no use to anybody */
    return tell(problems, arguments->file, "cannot be written: ", strerror(failed));
}

static int make(const struct arguments *arguments, struct sp_problems *problems) {
    char *text = NULL;
    int error = sp_starter_text(arguments->all, &text);
    if (!error && strcmp(arguments->file, "-") == 0)
        fputs(text, stdout);
    else if (!error && !(error = save(arguments, text, problems))) {
        sp_print_escaped(stdout, arguments->file);
        printf(": written. Its numbers are examples: put in your own, then `scalepath run` it.\n");
    }
    free(text);
    return error;
}

static int run(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "[FILE]",
        "Writes a scenario to begin with: every key explained, ready to run. FILE is "
        "scenario.toml when not given, and - is the standard output.",
        NULL,
        NULL,
        NULL};
    struct arguments arguments = {0};
    struct sp_problems problems = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (!arguments.file)
        arguments.file = "scenario.toml";
    int error = make(&arguments, &problems);
    if (error && !sp_problems_error(&problems))
        sp_problems_add(&problems, error, (struct sp_place){0}, "%s", sp_error_sentence(error));
    int code = sp_print_problems(&problems);
    sp_problems_free(&problems);
    return sp_print_finish(code);
}

const struct sp_command sp_init_command = {"init", "write a scenario to begin with", run};
