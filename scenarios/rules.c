/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/rules.h"

#include "engine/base/error.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

struct check {
    const struct sp_value_context *context;
    const struct sp_use *use;
};

/* Where a field stands; where its instance does, when it is not given. */
static struct sp_place place_of(const struct sp_bound_table *table, size_t instance, size_t field) {
    struct sp_input *const *input = table->input + instance * table->table->fields;
    for (size_t i = 0; !input[field]->node && i < table->table->fields; i++)
        if (input[i]->node)
            return input[i]->place;
    return input[field]->place;
}

__attribute__((format(printf, 5, 6))) static void tell(const struct sp_stated *given, int table,
                                                       size_t instance, int field, const char *format, ...) {
    const struct check *check = given->context;
    const struct sp_bound_table *bound = &check->use->table[table];
    const struct sp_input *input = bound->input[instance * bound->table->fields + (size_t)field];
    char what[512];
    va_list values;
    va_start(values, format);
    vsnprintf(what, sizeof what, format, values);
    va_end(values);
    sp_problems_add(check->context->problems, SP_ERROR_SCENARIO, place_of(bound, instance, (size_t)field),
                    "%s: %s", input->key, what);
}

static double number_of(const struct sp_input *input) {
    const struct sp_assumption *assumption = &input->assumption;
    if (input->absent)
        return NAN;
    if (input->field->kind != SP_FIELD_ASSUMPTION)
        return input->number;
    bool is_one = assumption->entries == 1 && assumption->law[0].kind == SP_LAW_CONSTANT &&
                  assumption->noise.scale == SP_NOISE_NONE;
    return is_one ? assumption->law[0].parameter[0] : NAN;
}

static struct sp_stated_value *make_values(struct sp_arena *arena, const struct sp_bound_table *table) {
    size_t count = table->instances * table->table->fields;
    struct sp_stated_value *value = sp_arena_array(arena, count, sizeof *value);
    for (size_t i = 0; value && i < count; i++)
        value[i] = (struct sp_stated_value){table->input[i]->node && !table->input[i]->absent,
                                            number_of(table->input[i])};
    return value;
}

static int check_use(const struct sp_value_context *context, const struct sp_use *use) {
    struct check check = {context, use};
    size_t instances[SP_STEP_TABLES] = {0}, fields[SP_STEP_TABLES] = {0};
    const char *const *name[SP_STEP_TABLES] = {NULL};
    const struct sp_stated_value *value[SP_STEP_TABLES] = {NULL};
    for (size_t t = 0; t < SP_STEP_TABLES && use->table[t].table; t++) {
        instances[t] = use->table[t].instances;
        fields[t] = use->table[t].table->fields;
        name[t] = use->table[t].instance;
        value[t] = make_values(context->arena, &use->table[t]);
        if (!value[t])
            return SP_ERROR_RESOURCES;
    }
    use->mechanism->check(&(struct sp_stated){instances, name, value, fields, tell, &check});
    return 0;
}

int sp_rules_check(const struct sp_value_context *context, const struct sp_scenario *scenario) {
    int error = sp_problems_error(context->problems);
    for (size_t i = 0; !error && i < scenario->uses; i++)
        if (scenario->use[i].mechanism->check)
            error = check_use(context, &scenario->use[i]);
    return error ? error : sp_problems_error(context->problems);
}
