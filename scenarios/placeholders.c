/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/placeholders.h"

#include "engine/base/error.h"
#include "engine/run/depend.h"

static int add_name(struct sp_plan *plan, struct sp_column *column, const char *key) {
    const char *before = column->placeholders;
    column->placeholders =
        sp_arena_format(plan->arena, "%s%s%s", before ? before : "", before ? ", " : "", key);
    return column->placeholders ? 0 : SP_ERROR_RESOURCES;
}

/* Indices of the variables whose values are placeholders. */
static size_t gather(const struct sp_variant *variant, const struct sp_scenario *scenario, size_t *variable) {
    size_t count = 0;
    for (size_t v = 0; v < variant->variables; v++) {
        const struct sp_input *input = sp_scenario_find(scenario, variant->variable[v].name);
        if (input && input->source.placeholder)
            variable[count++] = v;
    }
    return count;
}

static int add_names(struct sp_plan *plan, struct sp_variant *variant, const char *key, const bool *depends) {
    int error = 0;
    for (size_t c = 0; !error && c < variant->columns; c++)
        if (depends[c])
            error = add_name(plan, &variant->column[c], key);
    return error;
}

static int mark(struct sp_plan *plan, struct sp_variant *variant, const struct sp_scenario *scenario,
                int threads, struct sp_arena *scratch) {
    size_t *variable = sp_arena_array(scratch, variant->variables, sizeof *variable);
    size_t count = variable ? gather(variant, scenario, variable) : 0;
    bool **depends = sp_arena_array(scratch, count, sizeof *depends);
    if (!variable || !depends)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < count; i++)
        if (!(depends[i] = sp_arena_array(scratch, variant->columns, sizeof **depends)))
            return SP_ERROR_RESOURCES;
    int error = sp_depend_find(plan, variant, threads, count, variable, depends);
    for (size_t i = 0; !error && i < count; i++)
        error = add_names(plan, variant, variant->variable[variable[i]].name, depends[i]);
    return error;
}

int sp_placeholders_mark(struct sp_plan *plan, struct sp_variant *variant, const struct sp_scenario *scenario,
                         int threads) {
    struct sp_arena *scratch = sp_arena_create();
    int error = scratch ? mark(plan, variant, scenario, threads, scratch) : SP_ERROR_RESOURCES;
    sp_arena_free(scratch);
    return error;
}
