/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/placeholders.h"

#include "engine/base/error.h"
#include "engine/run/depend.h"

#include <string.h>

static int add_name(struct sp_plan *plan, struct sp_column *column, const char *key) {
    const char *before = column->placeholders;
    column->placeholders =
        sp_arena_format(plan->arena, "%s%s%s", before ? before : "", before ? ", " : "", key);
    return column->placeholders ? 0 : SP_ERROR_RESOURCES;
}

static int mark_variable(struct sp_plan *plan, struct sp_variant *variant, size_t variable) {
    bool *depends = sp_arena_array(plan->arena, variant->columns, sizeof *depends);
    int error = depends ? sp_depend_find(plan, variant, variable, depends) : SP_ERROR_RESOURCES;
    for (size_t c = 0; !error && c < variant->columns; c++)
        if (depends[c])
            error = add_name(plan, &variant->column[c], variant->variable[variable].name);
    return error;
}

int sp_placeholders_mark(struct sp_plan *plan, struct sp_variant *variant,
                         const struct sp_scenario *scenario) {
    for (size_t v = 0; v < variant->variables; v++) {
        const struct sp_input *input = sp_scenario_find(scenario, variant->variable[v].name);
        int error = input && input->source.placeholder ? mark_variable(plan, variant, v) : 0;
        if (error)
            return error;
    }
    return 0;
}
