/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/scenario.h"

#include "engine/base/error.h"
#include "models/models.h"
#include "scenarios/bind.h"
#include "scenarios/figures.h"
#include "scenarios/overrides.h"
#include "scenarios/settings.h"

#include <stdlib.h>
#include <string.h>

/* --- Which tables are single values --- */

static bool is_assumption(const struct sp_field_table *table, const char *key) {
    for (size_t i = 0; i < table->fields; i++)
        if (table->field[i].kind == SP_FIELD_ASSUMPTION && strcmp(table->field[i].key, key) == 0)
            return true;
    return false;
}

/* What is left of a path after its first part, when that is `name` (any, when NULL); otherwise NULL. */
static const char *after(const char *path, const char *name) {
    size_t length = path ? strcspn(path, ".") : 0;
    if (!path || path[length] != '.' ||
        (name && (strlen(name) != length || strncmp(path, name, length) != 0)))
        return NULL;
    return path + length + 1;
}

/* `path` is "table.field", or "table.instance.field" when the table is instanced, or
 * "outer.instance.table.field" when it stands within another. */
static bool names_assumption(const struct sp_field_table *table, const char *path) {
    const char *key = path;
    if (table->within)
        key = after(after(key, table->within), NULL);
    key = after(key, table->name);
    if (table->instanced && !table->within)
        key = after(key, NULL);
    return key && !strchr(key, '.') && is_assumption(table, key);
}

const char *sp_scenario_instance_path(struct sp_arena *arena, const struct sp_field_table *table,
                                      const char *instance) {
    if (table->within)
        return sp_arena_format(arena, "%s.%s.%s", table->within, instance, table->name);
    return sp_arena_format(arena, "%s.%s", table->name, instance);
}

bool sp_scenario_is_leaf(const char *path, const struct sp_node *node) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    (void)node;
    if (strncmp(path, "change.", 7) == 0)
        return strchr(path + 7, '.') != NULL;
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++)
            if (names_assumption(mechanism[i]->table[t], path))
                return true;
    return false;
}

/* --- Life --- */

struct sp_input *sp_scenario_find(const struct sp_scenario *scenario, const char *key) {
    for (size_t i = 0; i < scenario->inputs; i++)
        if (strcmp(scenario->input[i]->key, key) == 0)
            return scenario->input[i];
    return NULL;
}

int sp_scenario_list(struct sp_scenario *scenario, struct sp_input *input) {
    struct sp_input **place =
        sp_arena_append(scenario->arena, &scenario->input, &scenario->inputs, sizeof(struct sp_input *));
    if (!place)
        return SP_ERROR_RESOURCES;
    *place = input;
    return 0;
}

int sp_scenario_list_parameters(struct sp_scenario *scenario, const struct sp_input *input) {
    const struct sp_drawn *drawn = input->assumption.drawn;
    for (size_t j = 0; drawn && j < SP_CONDITIONAL_PARAMETERS; j++)
        if (drawn->parameter[j] && sp_scenario_list(scenario, drawn->parameter[j]))
            return SP_ERROR_RESOURCES;
    return 0;
}

void sp_scenario_free(struct sp_scenario *scenario) {
    if (scenario)
        sp_arena_free(scenario->arena);
}

struct sp_scenario *sp_scenario_read(const struct sp_request *request, struct sp_problems *problems) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_scenario *scenario = arena ? sp_arena_array(arena, 1, sizeof *scenario) : NULL;
    char *files = NULL;
    if (!scenario) {
        sp_problems_add(problems, SP_ERROR_RESOURCES, (struct sp_place){0},
                        "out of memory while reading the scenario");
        sp_arena_free(arena);
        return NULL;
    }
    scenario->arena = arena;
    scenario->root = sp_overrides_read(arena, request->scenario, request->overlay, request->overlays,
                                       request->set, request->sets, sp_scenario_is_leaf, &files, problems);
    scenario->files = files;
    if (scenario->root && sp_settings_bind(scenario, problems) != SP_ERROR_RESOURCES)
        sp_bind_scenario(scenario, problems);
    if (scenario->root)
        sp_figures_check(scenario, problems);
    if (sp_problems_error(problems)) {
        sp_arena_free(arena);
        return NULL;
    }
    return scenario;
}

char *sp_scenario_print(struct sp_arena *arena, const struct sp_scenario *scenario) {
    return sp_tree_print(arena, scenario->root, sp_scenario_is_leaf);
}
