/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/resolved.h"

#include "cli/print.h"
#include "engine/base/error.h"
#include "scenarios/resolved.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 120 };

static int print_object(const struct sp_origin *origin) {
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:b, s:s, s:i, s:b, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?}", "key",
                  origin->key, "value", origin->value, "unit", origin->unit, "given", origin->given, "file",
                  origin->file, "line", origin->line, "placeholder", origin->placeholder, "row", origin->row,
                  "source", origin->source, "grade", origin->grade, "note", origin->note, "owner",
                  origin->owner, "as_of", origin->as_of, "fits", origin->fits);
    char *text = object ? json_dumps(object, 0) : NULL;
    if (text)
        puts(text);
    json_decref(object);
    int error = text ? 0 : SP_ERROR_RESOURCES;
    free(text);
    return error;
}

static int print_json(const struct sp_scenario *scenario) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_origin *origin = NULL;
    size_t origins = 0;
    int error = arena ? sp_resolved_list(scenario, arena, &origin, &origins) : SP_ERROR_RESOURCES;
    for (size_t i = 0; !error && i < origins; i++)
        error = print_object(&origin[i]);
    sp_arena_free(arena);
    return error;
}

/* Line by line, because texts of the scenario must not drive the terminal. */
static void print_lines(char *text) {
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        sp_print_escaped(stdout, line);
        putchar('\n');
    }
}

int sp_resolved_print(const struct sp_scenario *scenario, bool json) {
    char *text = NULL;
    if (json)
        return print_json(scenario);
    int error = sp_resolved_text(scenario, sp_print_width(WIDTH), &text);
    if (!error)
        print_lines(text);
    free(text);
    return error;
}
