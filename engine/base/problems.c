/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/problems.h"

#include "engine/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sp_problem *next_problem(struct sp_problems *problems) {
    if (problems->count == problems->capacity) {
        size_t capacity = problems->capacity ? 2 * problems->capacity : 16;
        struct sp_problem *items = realloc(problems->items, capacity * sizeof *items);
        if (!items)
            return NULL;
        problems->items = items;
        problems->capacity = capacity;
    }
    return &problems->items[problems->count];
}

static char *format_text(const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

static int compare(const struct sp_problem *a, const struct sp_problem *b) {
    int by_file = strcmp(a->file ? a->file : "", b->file ? b->file : "");
    if (by_file)
        return by_file;
    return a->line != b->line ? a->line - b->line : a->column - b->column;
}

/* Whether the list has it already, word for word and at the same place. */
static bool is_told(const struct sp_problems *problems, const struct sp_problem *problem) {
    for (size_t i = 0; i < problems->count; i++)
        if (compare(&problems->items[i], problem) == 0 && strcmp(problems->items[i].what, problem->what) == 0)
            return true;
    return false;
}

static void add(struct sp_problems *problems, int error, struct sp_place place, const char *format,
                va_list arguments) {
    struct sp_problem *problem = next_problem(problems);
    char *what = problem ? format_text(format, arguments) : NULL;
    if (error && !problems->error)
        problems->error = what ? error : SP_ERROR_RESOURCES;
    if (!what)
        return;
    *problem = (struct sp_problem){.error = error, .line = place.line, .column = place.column, .what = what};
    problem->file = place.file ? strdup(place.file) : NULL;
    if (is_told(problems, problem)) {
        free(problem->file);
        free(what);
    } else {
        problems->count++;
    }
}

int sp_problems_add(struct sp_problems *problems, int error, struct sp_place place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(problems, error, place, format, arguments);
    va_end(arguments);
    return error;
}

void sp_problems_warn(struct sp_problems *problems, struct sp_place place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add(problems, 0, place, format, arguments);
    va_end(arguments);
}

int sp_problems_error(const struct sp_problems *problems) {
    return problems->error;
}

/* Insertion sort: the list is short, and equal entries must keep their order. */
void sp_problems_sort(struct sp_problems *problems) {
    for (size_t i = 1; i < problems->count; i++) {
        struct sp_problem moved = problems->items[i];
        size_t j = i;
        for (; j > 0 && compare(&problems->items[j - 1], &moved) > 0; j--)
            problems->items[j] = problems->items[j - 1];
        problems->items[j] = moved;
    }
}

void sp_problems_free(struct sp_problems *problems) {
    for (size_t i = 0; i < problems->count; i++) {
        free(problems->items[i].file);
        free(problems->items[i].what);
    }
    free(problems->items);
    *problems = (struct sp_problems){0};
}
