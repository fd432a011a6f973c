/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/print.h"

#include "engine/base/error.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { MOST = 20 };

void sp_print_escaped(FILE *stream, const char *text) {
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7f)
            fprintf(stream, "\\x%02x", *c);
        else
            putc(*c, stream);
}

static void print_problem(const struct sp_problem *problem) {
    sp_print_escaped(stderr, problem->file ? problem->file : "scalepath");
    if (problem->line > 0)
        fprintf(stderr, ":%d:%d", problem->line, problem->column);
    fprintf(stderr, ": %s: ", problem->error ? "error" : "warning");
    sp_print_escaped(stderr, problem->what);
    putc('\n', stderr);
}

int sp_print_problems(struct sp_problems *problems) {
    sp_problems_sort(problems);
    for (size_t i = 0; i < problems->count && i < MOST; i++)
        print_problem(&problems->items[i]);
    if (problems->count > MOST)
        fprintf(stderr, "scalepath: %zu more problems are not shown\n", problems->count - MOST);
    return sp_error_exit_code(sp_problems_error(problems));
}

static json_t *problem_object(const struct sp_problem *problem) {
    return json_pack("{s:s?, s:i, s:i, s:s, s:i, s:s}", "file", problem->file, "line", problem->line,
                     "column", problem->column, "severity", problem->error ? "error" : "warning", "exit_code",
                     sp_error_exit_code(problem->error), "what", problem->what);
}

int sp_print_problems_json(struct sp_problems *problems) {
    sp_problems_sort(problems);
    for (size_t i = 0; i < problems->count; i++) {
        json_t *object = problem_object(&problems->items[i]);
        char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
        puts(text ? text : "{}");
        free(text);
        json_decref(object);
    }
    return sp_error_exit_code(sp_problems_error(problems));
}

int sp_print_width(int most) {
    struct winsize size = {0};
    bool is_terminal = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    return is_terminal && size.ws_col > 0 && size.ws_col < most ? size.ws_col : most;
}

/* A long output fails before its end, and its errno is gone by then: the pipe itself is asked. */
static bool reader_is_gone(void) {
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR);
}

int sp_print_finish(int code) {
    static bool is_finished; /* it is told once, also when the program then leaves through exit() */
    if (is_finished)
        return code;
    is_finished = true;
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno == EPIPE || reader_is_gone())
        return code;
    fprintf(stderr, "scalepath: error: the output could not be written%s%s\n", errno ? ": " : "",
            errno ? strerror(errno) : "");
    return sp_error_exit_code(SP_ERROR_OUTPUT);
}
