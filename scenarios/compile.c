/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/compile.h"

#include "engine/base/error.h"
#include "engine/base/hash.h"
#include "engine/run/parallel.h"
#include "scenarios/columns.h"
#include "scenarios/dependence.h"
#include "scenarios/formula.h"
#include "scenarios/placeholders.h"

#include <string.h>

static const char *copy(struct sp_plan *plan, const char *text) {
    return sp_arena_text(plan->arena, text);
}

/* --- Variables --- */

static bool is_variable(const struct sp_input *input) {
    return input->field->kind == SP_FIELD_ASSUMPTION || input->field->kind == SP_FIELD_DRAW;
}

/* Whether any of the 2^32 draws can lie outside the bounds. */
static bool may_leave(const struct sp_assumption *assumption, const struct sp_field *field) {
    const double tail = 0x1p-33;
    for (size_t i = 0; i < assumption->entries; i++)
        if (sp_law_quantile(&assumption->law[i], tail, 1 - tail) < field->low ||
            sp_law_quantile(&assumption->law[i], 1 - tail, tail) > field->high)
            return true;
    return false;
}

/* The noise of a variable has a stream of its own. */
static const char *noise_stream(struct sp_arena *arena, const struct sp_input *input) {
    return sp_arena_format(arena, "%s.noise", input->assumption.stream);
}

static int add_variable(struct sp_plan *plan, struct sp_variant *variant, const struct sp_input *input) {
    const struct sp_assumption *assumption = &input->assumption;
    struct sp_variable *variable = &variant->variable[variant->variables++];
    *variable = (struct sp_variable){
        .name = copy(plan, input->key),
        .stream = sp_hash32_text(assumption->stream),
        .each = assumption->each,
        .where = input->field->where,
        .begins = SP_PLAN_NONE,
        .entries = assumption->entries,
        .low = input->field->low,
        .high = input->field->high,
        .may_leave_bounds = input->field->kind == SP_FIELD_ASSUMPTION &&
                            (assumption->drawn || may_leave(assumption, input->field)),
    };
    variable->entry = sp_arena_array(plan->arena, assumption->entries, sizeof *variable->entry);
    if (!variable->entry || !variable->name)
        return SP_ERROR_RESOURCES;
    variable->noise = assumption->noise;
    if (variable->noise.scale != SP_NOISE_NONE)
        variable->noise.stream = sp_hash32_text(noise_stream(plan->arena, input));
    for (size_t i = 0; i < assumption->entries; i++) {
        variable->entry[i].from = assumption->from[i];
        if (sp_law_copy(plan->arena, &assumption->law[i], &variable->entry[i].law))
            return SP_ERROR_RESOURCES;
    }
    return 0;
}

static int add_variables(struct sp_plan *plan, const struct sp_scenario *scenario,
                         struct sp_variant *variant) {
    variant->variable = sp_arena_array(plan->arena, scenario->inputs, sizeof *variant->variable);
    if (!variant->variable)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < scenario->inputs; i++)
        if (is_variable(scenario->input[i]) && add_variable(plan, variant, scenario->input[i]))
            return SP_ERROR_RESOURCES;
    return 0;
}

static int find_variable(const struct sp_variant *variant, const char *name) {
    for (size_t i = 0; i < variant->variables; i++)
        if (strcmp(variant->variable[i].name, name) == 0)
            return (int)i;
    return SP_PLAN_NONE;
}

/* Drawn parameters are variables too, found when all are there. */
static void bind_parameters(struct sp_variant *variant, const struct sp_input *input) {
    const struct sp_drawn *drawn = input->assumption.drawn;
    struct sp_given *given = &variant->variable[find_variable(variant, input->key)].given;
    given->conditional = drawn->conditional;
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS; j++) {
        given->number[j] = drawn->number[j];
        given->variable[j] =
            drawn->parameter[j] ? find_variable(variant, drawn->parameter[j]->key) : SP_PLAN_NONE;
    }
}

static void bind_all_parameters(const struct sp_scenario *scenario, struct sp_variant *variant) {
    for (size_t i = 0; i < scenario->inputs; i++)
        if (is_variable(scenario->input[i]) && scenario->input[i]->assumption.drawn)
            bind_parameters(variant, scenario->input[i]);
}

/* --- Streams --- */

/* Every name that random numbers are drawn under. */
struct stream {
    const char *key; /* of what is drawn under it */
    struct sp_place place;
    uint32_t hash; /* of its name */
};

static int add_stream(struct sp_plan *plan, struct stream **streams, size_t *count, const char *name,
                      const char *key, struct sp_place place) {
    struct stream *stream = sp_arena_append(plan->arena, streams, count, sizeof *stream);
    if (!stream || !name)
        return SP_ERROR_RESOURCES;
    *stream = (struct stream){key, place, sp_hash32_text(name)};
    return 0;
}

static int gather_streams(struct sp_plan *plan, const struct sp_scenario *scenario, struct stream **streams,
                          size_t *count) {
    int error = 0;
    for (size_t i = 0; !error && i < scenario->inputs; i++) {
        const struct sp_input *input = scenario->input[i];
        if (is_variable(input))
            error = add_stream(plan, streams, count, input->assumption.stream, input->key, input->place);
        if (!error && input->assumption.noise.scale != SP_NOISE_NONE)
            error =
                add_stream(plan, streams, count, noise_stream(plan->arena, input), input->key, input->place);
    }
    for (size_t i = 0; !error && i < scenario->factors; i++)
        error = add_stream(plan, streams, count, scenario->factor[i].name, scenario->factor[i].name,
                           scenario->factor[i].place);
    return error;
}

/* Two names with one hash would be one draw under two names. */
static int check_streams(struct sp_plan *plan, const struct sp_scenario *scenario,
                         struct sp_problems *problems) {
    struct stream *stream = NULL;
    size_t count = 0;
    int error = gather_streams(plan, scenario, &stream, &count);
    for (size_t i = 0; !error && i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (stream[i].hash == stream[j].hash)
                return sp_problems_add(
                    problems, SP_ERROR_SCENARIO, stream[j].place,
                    "%s and %s would get the same random numbers; give one of them another stream, "
                    "stream = \"%s.2\"",
                    stream[i].key, stream[j].key, stream[j].key);
    return error;
}

/* --- Changes --- */

/* The column of an effect; an effect of a column that nobody writes would be a mistake in a descriptor. */
static int find_share(const struct sp_variant *variant, const struct sp_named_change *change) {
    return change->share ? sp_columns_find(variant, change->share) : SP_PLAN_NONE;
}

static int append_change(struct sp_plan *plan, struct sp_variant *variant,
                         const struct sp_named_change *change, const struct sp_input *target) {
    struct sp_variable *variable = &variant->variable[find_variable(variant, target->key)];
    struct sp_change *added =
        sp_arena_append(plan->arena, &variable->change, &variable->changes, sizeof *added);
    if (!added)
        return SP_ERROR_RESOURCES;
    *added = (struct sp_change){change->operation,
                                change->from,
                                change->until,
                                change->ramp,
                                find_variable(variant, change->value->key),
                                find_share(variant, change)};
    if (change->begins && added->value != SP_PLAN_NONE)
        variant->variable[added->value].begins = sp_columns_find(variant, change->begins);
    return 0;
}

/* All sets first, then times, then plus; within each in the order of names, in which the scenario has them.
 */
static int add_changes(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant) {
    static const enum sp_change_operation order[] = {SP_CHANGE_SET, SP_CHANGE_TIMES, SP_CHANGE_PLUS};
    for (size_t o = 0; o < sizeof order / sizeof *order; o++)
        for (size_t i = 0; i < scenario->changes; i++) {
            const struct sp_named_change *change = &scenario->change[i];
            for (size_t t = 0; change->operation == order[o] && t < change->targets; t++)
                if (append_change(plan, variant, change, change->target[t]))
                    return SP_ERROR_RESOURCES;
        }
    return 0;
}

/* --- Steps: fields --- */

static size_t count_fields(const struct sp_use *use) {
    size_t count = 0;
    for (size_t t = 0; t < SP_STEP_TABLES && use->table[t].table; t++)
        count += use->table[t].instances * use->table[t].table->fields;
    return count;
}

static int bind_fields(struct sp_plan *plan, const struct sp_variant *variant, const struct sp_use *use,
                       struct sp_bound_step *step) {
    step->mechanism = use->mechanism;
    step->variable = sp_arena_array(plan->arena, count_fields(use), sizeof *step->variable);
    step->number = sp_arena_array(plan->arena, count_fields(use), sizeof *step->number);
    step->formula = sp_arena_array(plan->arena, count_fields(use), sizeof(struct sp_formula *));
    if (!step->variable || !step->number || !step->formula)
        return SP_ERROR_RESOURCES;
    for (size_t t = 0; t < SP_STEP_TABLES && use->table[t].table; t++) {
        const struct sp_bound_table *table = &use->table[t];
        step->field_span[t] = (struct sp_span){(uint32_t)step->fields, (uint32_t)table->table->fields};
        step->instances[t] = table->instances;
        for (size_t i = 0; i < table->instances * table->table->fields; i++) {
            step->variable[step->fields] = find_variable(variant, table->input[i]->key);
            step->number[step->fields++] = table->input[i]->number;
        }
    }
    return 0;
}

/* Formulas are over columns: they are bound when all columns are there. */
static int bind_formulas(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant,
                         struct sp_problems *problems) {
    int error = 0;
    for (size_t s = 0; s < variant->steps; s++) {
        size_t f = 0;
        for (size_t t = 0; t < SP_STEP_TABLES && scenario->use[s].table[t].table; t++) {
            const struct sp_bound_table *table = &scenario->use[s].table[t];
            for (size_t i = 0; i < table->instances * table->table->fields; i++, f++)
                if (table->input[i]->formula)
                    error |= sp_formula_bind(plan->arena, table->input[i]->formula, table->input[i]->key,
                                             variant, problems, &variant->step[s].formula[f]);
        }
    }
    return error ? SP_ERROR_SCENARIO : 0;
}

static int add_steps(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant,
                     struct sp_problems *problems) {
    variant->steps = scenario->uses;
    variant->step = sp_arena_array(plan->arena, scenario->uses, sizeof *variant->step);
    if (!variant->step)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < scenario->uses; i++)
        if (bind_fields(plan, variant, &scenario->use[i], &variant->step[i]))
            return SP_ERROR_RESOURCES;
    int error = sp_columns_bind(plan, scenario, variant, problems);
    if (error || (error = bind_formulas(plan, scenario, variant, problems)) ||
        (error = add_changes(plan, scenario, variant)))
        return error;
    return sp_plan_sort(plan, variant, problems);
}

/* --- Rules --- */

static int add_rules(struct sp_plan *plan, struct sp_variant *variant) {
    size_t count = variant->variables;
    variant->rule =
        sp_arena_array(plan->arena, count + variant->steps * SP_STEP_RULES, sizeof *variant->rule);
    if (!variant->rule)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < variant->variables; i++)
        variant->rule[i] =
            (struct sp_rule){variant->variable[i].name,
                             variant->variable[i].each == SP_EACH_PATH && variant->variable[i].changes == 0
                                 ? "draws that were held to the bounds of their field, one a path and law"
                                 : "path-quarters in which the value was held to the bounds of its field"};
    for (size_t i = 0; i < variant->steps; i++) {
        variant->step[i].first_rule = count;
        for (size_t r = 0; r < SP_STEP_RULES && variant->step[i].mechanism->rule[r].name; r++)
            variant->rule[count++] = variant->step[i].mechanism->rule[r];
    }
    variant->rules = count;
    return 0;
}

/* --- The plan --- */

static struct sp_plan *create_plan(void) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_plan *plan = arena ? sp_arena_array(arena, 1, sizeof *plan) : NULL;
    if (!plan) {
        sp_arena_free(arena);
        return NULL;
    }
    plan->arena = arena;
    plan->tables = sp_tables_create();
    plan->variants = 1;
    plan->variant = sp_arena_array(arena, 1, sizeof *plan->variant);
    if (plan->tables && plan->variant)
        return plan;
    sp_plan_free(plan);
    return NULL;
}

static void copy_settings(const struct sp_scenario *scenario, const struct sp_compile_options *options,
                          struct sp_plan *plan) {
    plan->seed = scenario->seed;
    plan->paths = scenario->paths;
    plan->quarters = scenario->quarters;
    plan->first_quarter = scenario->first_quarter;
    plan->fiscal_year_last = scenario->fiscal_year_last;
    plan->accrual_end = scenario->accrual_end;
    plan->whole_counts = scenario->whole_counts;
    plan->kept_paths = options->kept_paths;
    plan->at_centre = options->at_centre;
    for (int a = 0; a < SP_AXES; a++)
        plan->keeps[a] = scenario->keeps[a] || options->all_times || options->at_centre;
}

static int fill_plan(const struct sp_scenario *scenario, int threads, struct sp_plan *plan,
                     struct sp_problems *problems) {
    struct sp_variant *base = &plan->variant[0];
    base->name = "base";
    int error = check_streams(plan, scenario, problems);
    if (error || (error = sp_plan_make_axes(plan)) || (error = add_variables(plan, scenario, base)))
        return error;
    bind_all_parameters(scenario, base);
    if ((error = sp_dependence_compile(plan, scenario, base, problems)) ||
        (error = add_steps(plan, scenario, base, problems)) || (error = add_rules(plan, base)) ||
        (error = sp_columns_select(plan, scenario, problems)) ||
        (error = sp_plan_note_idle(plan, base, true)) ||
        (error = sp_plan_make_samplers(plan, threads, problems)))
        return error;
    /* What depends on a placeholder is found by trying other values: only then may a zero be left out. */
    error = plan->at_centre ? 0 : sp_placeholders_mark(plan, base, scenario, threads);
    return error ? error : sp_plan_note_idle(plan, base, plan->at_centre);
}

struct sp_plan *sp_compile_plan(const struct sp_scenario *scenario, const struct sp_compile_options *options,
                                struct sp_problems *problems) {
    struct sp_plan *plan = create_plan();
    int error = plan ? 0 : SP_ERROR_RESOURCES;
    if (plan) {
        copy_settings(scenario, options, plan);
        plan->kernels = sp_kernels_find(options->kernel_level);
        if (!plan->kernels)
            error = sp_problems_add(problems, SP_ERROR_USAGE, (struct sp_place){0},
                                    "this processor or this build has no kernels '%s'; use v2, v3 or v4",
                                    options->kernel_level ? options->kernel_level : "");
        else
            error = fill_plan(scenario, sp_parallel_threads(options->threads), plan, problems);
    }
    if (!error)
        return plan;
    if (!sp_problems_error(problems))
        sp_problems_add(problems, error, (struct sp_place){0}, "out of memory while compiling the scenario");
    sp_plan_free(plan);
    return NULL;
}
