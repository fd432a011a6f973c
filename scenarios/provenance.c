/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/provenance.h"

#include "engine/base/error.h"
#include "engine/random/stream.h"

#include <stdlib.h>
#include <string.h>

static const char *copy(struct sp_result *result, const char *text) {
    return sp_arena_text(result->arena, text);
}

/* "scenarios/moderate.toml" gives "moderate.toml": where a file lay does not belong into the result. */
static const char *base_name(const char *file) {
    const char *slash = file ? strrchr(file, '/') : NULL;
    return slash ? slash + 1 : file;
}

static const char *value_text(const struct sp_input *input, struct sp_result *result) {
    const struct sp_field *field = input->field;
    if (input->node)
        return sp_tree_print_value(result->arena, input->node);
    if (field->kind == SP_FIELD_CHOICE)
        return sp_arena_format(result->arena, "\"%s\"", field->choices[(int)input->number]);
    if (field->kind == SP_FIELD_TEXT)
        return copy(result, "");
    return sp_arena_format(result->arena, "%.17g", field->standard);
}

static int add_origin(const struct sp_input *input, struct sp_result *result) {
    const struct sp_source *source = &input->source;
    struct sp_origin *origin = &result->origin[result->origins++];
    *origin = (struct sp_origin){
        .key = copy(result, input->key),
        .value = value_text(input, result),
        .unit = copy(result, input->field->unit),
        .file = copy(result, input->node ? base_name(input->place.file) : "default"),
        .line = input->node ? input->place.line : 0,
        .given = input->node != NULL,
        .placeholder = source->placeholder,
        .row = copy(result, source->row),
        .source = copy(result, source->source),
        .grade = copy(result, source->grade),
        .note = copy(result, source->note),
        .owner = copy(result, source->owner),
        .as_of = copy(result, source->as_of),
        .fits = copy(result, source->fits),
    };
    return origin->key && origin->value ? 0 : SP_ERROR_RESOURCES;
}

static int compare(const void *a, const void *b) {
    return strcmp(((const struct sp_origin *)a)->key, ((const struct sp_origin *)b)->key);
}

int sp_provenance_add(const struct sp_scenario *scenario, struct sp_result *result) {
    result->name = copy(result, scenario->name);
    result->title = copy(result, scenario->title);
    result->currency = copy(result, scenario->currency);
    result->scenario_text = sp_scenario_print(result->arena, scenario);
    result->scenario_files = copy(result, scenario->files);
    result->stream_version = SP_STREAM_VERSION;
    result->origin = sp_arena_array(result->arena, scenario->inputs, sizeof *result->origin);
    if (!result->name || !result->scenario_text || !result->origin)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < scenario->inputs; i++)
        if (scenario->input[i]->field->kind != SP_FIELD_DRAW && add_origin(scenario->input[i], result))
            return SP_ERROR_RESOURCES;
    if (result->origins > 1)
        qsort(result->origin, result->origins, sizeof *result->origin, compare);
    return 0;
}
