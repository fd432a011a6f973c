/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A list of what is wrong. Reading, checking and writing go on after a mistake as far as they can, so that
 * all mistakes are told at once; each is one entry here. Nothing in the library prints: the command line
 * does.
 *
 *     struct sp_problems problems = {0};
 *     sp_problems_add(&problems, SP_ERROR_SCENARIO, place, "unknown key '%s'; did you mean '%s'?", ...);
 *     if (sp_problems_error(&problems)) ...
 *     sp_problems_free(&problems);
 */
#ifndef SP_ENGINE_BASE_PROBLEMS_H
#define SP_ENGINE_BASE_PROBLEMS_H

#include <stdbool.h>
#include <stddef.h>

/* Where in the text: line and column count from 1; file NULL or line 0 mean that it is not known. */
struct sp_place {
    const char *file; /* borrowed: outlives the problems */
    int line, column;
};

struct sp_problem {
    int error;  /* enum sp_error; 0 for a warning */
    char *file; /* owned copy, or NULL */
    int line, column;
    char *what; /* "what is wrong; what to do" */
};

struct sp_problems {
    struct sp_problem *items;
    size_t count, capacity;
    int error; /* the first error's code; also set when memory for an entry was missing */
};

/* Adds a problem (once: the same words at the same place are not repeated), and returns `error`, so that a
 * caller can end with `return sp_problems_add(...)`. */
int sp_problems_add(struct sp_problems *problems, int error, struct sp_place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds something worth knowing that stops nothing. */
void sp_problems_warn(struct sp_problems *problems, struct sp_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The code of the first error, or 0. */
int sp_problems_error(const struct sp_problems *problems);

/* Orders by file, then by line and column, errors and warnings mixed; equal ones keep their order. */
void sp_problems_sort(struct sp_problems *problems);

void sp_problems_free(struct sp_problems *problems);

#endif
