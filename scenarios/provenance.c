/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/provenance.h"

#include "engine/base/error.h"
#include "engine/random/stream.h"

#include <stdlib.h>
#include <string.h>

static const char *copy(struct sp_result *result, const char *text) {
    return sp_arena_text(result->arena, text);
}

/* Where a file lay does not belong into the result. */
const char *sp_provenance_file(const char *file) {
    const char *slash = file ? strrchr(file, '/') : NULL;
    return slash ? slash + 1 : file;
}

static const char *value_text(const struct sp_input *input, struct sp_arena *arena) {
    const struct sp_field *field = input->field;
    if (input->node)
        return sp_tree_print_value(arena, input->node);
    if (field->kind == SP_FIELD_CHOICE)
        return sp_arena_format(arena, "\"%s\"", field->choices[(int)input->number]);
    if (!sp_field_is_number(field))
        return sp_arena_text(arena, "");
    return sp_arena_format(arena, "%.17g", field->standard);
}

static int add_origin(const struct sp_input *input, struct sp_arena *arena, struct sp_origin *origin) {
    const struct sp_source *source = &input->source;
    *origin = (struct sp_origin){
        .key = sp_arena_text(arena, input->key),
        .value = value_text(input, arena),
        .unit = sp_arena_text(arena, input->field->unit),
        .file = sp_arena_text(arena, input->node ? sp_provenance_file(input->place.file) : "default"),
        .line = input->node ? input->place.line : 0,
        .given = input->node != NULL,
        .placeholder = source->placeholder,
        .row = sp_arena_text(arena, source->row),
        .source = sp_arena_text(arena, source->source),
        .grade = sp_arena_text(arena, source->grade),
        .note = sp_arena_text(arena, source->note),
        .owner = sp_arena_text(arena, source->owner),
        .as_of = sp_arena_text(arena, source->as_of),
        .fits = sp_arena_text(arena, source->fits),
    };
    return origin->key && origin->value ? 0 : SP_ERROR_RESOURCES;
}

static int compare(const void *a, const void *b) {
    return strcmp(((const struct sp_origin *)a)->key, ((const struct sp_origin *)b)->key);
}

int sp_provenance_origins(const struct sp_scenario *scenario, struct sp_arena *arena,
                          struct sp_origin **origin, size_t *origins) {
    *origins = 0;
    *origin = sp_arena_array(arena, scenario->inputs, sizeof **origin);
    if (!*origin)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < scenario->inputs; i++)
        if (scenario->input[i]->field->kind != SP_FIELD_DRAW &&
            add_origin(scenario->input[i], arena, *origin + (*origins)++))
            return SP_ERROR_RESOURCES;
    if (*origins > 1)
        qsort(*origin, *origins, sizeof **origin, compare);
    return 0;
}

int sp_provenance_add(const struct sp_scenario *scenario, struct sp_result *result) {
    result->name = copy(result, scenario->name);
    result->title = copy(result, scenario->title);
    result->currency = copy(result, scenario->currency);
    result->scenario_text = sp_scenario_print(result->arena, scenario);
    result->scenario_files = copy(result, scenario->files);
    result->stream_version = SP_STREAM_VERSION;
    if (!result->name || !result->scenario_text)
        return SP_ERROR_RESOURCES;
    return sp_provenance_origins(scenario, result->arena, &result->origin, &result->origins);
}
