/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/columns.h"

#include "engine/base/error.h"
#include "models/models.h"
#include "scenarios/suggest.h"

#include <string.h>

int sp_columns_find(const struct sp_variant *variant, const char *name) {
    for (size_t i = 0; i < variant->columns; i++)
        if (strcmp(variant->column[i].name, name) == 0)
            return (int)i;
    return SP_PLAN_NONE;
}

/* --- Writes --- */

const char *sp_columns_instance_name(struct sp_arena *arena, const char *pattern, const char *instance) {
    const char *star = strchr(pattern, '*');
    if (!star || !instance)
        return sp_arena_text(arena, pattern);
    return sp_arena_format(arena, "%.*s%s%s", (int)(star - pattern), pattern, instance, star + 1);
}

/* "USD" in a unit is the scenario's currency. */
static const char *column_unit(struct sp_plan *plan, const struct sp_scenario *scenario, const char *unit) {
    if (strncmp(unit, "USD", 3) != 0)
        return sp_arena_text(plan->arena, unit);
    return sp_arena_format(plan->arena, "%s%s", scenario->currency, unit + 3);
}

static const char *account_of(const struct sp_use *use, const struct sp_write *write, size_t instance) {
    if (!write->account || (write->not_with && use->table[write->not_with - 1].instances > 0))
        return NULL;
    if (write->account_table) {
        const struct sp_bound_table *table = &use->table[write->account_table - 1];
        const char *given =
            table->input[instance * table->table->fields + (size_t)write->account_field]->text;
        if (given)
            return given;
    }
    return write->account;
}

static int check_account(const struct sp_use *use, const struct sp_write *write, size_t instance,
                         struct sp_problems *problems) {
    const char *account = account_of(use, write, instance);
    if (!account || strncmp(account, "cogs.", 5) == 0 || strncmp(account, "opex.", 5) == 0 ||
        !strcmp(account, "one_off"))
        return 0;
    const struct sp_bound_table *table = &use->table[write->account_table - 1];
    const struct sp_input *input =
        table->input[instance * table->table->fields + (size_t)write->account_field];
    return sp_problems_add(problems, SP_ERROR_SCENARIO, input->place,
                           "%s: \"%s\" is no account; write cogs.NAME, opex.NAME or one_off", input->key,
                           account);
}

static int add_column(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant,
                      const struct sp_use *use, const struct sp_write *write, size_t instance,
                      struct sp_problems *problems) {
    const char *label = write->instanced ? use->table[write->instanced - 1].instance[instance] : NULL;
    const char *name = sp_columns_instance_name(plan->arena, write->column, label),
               *account = account_of(use, write, instance);
    struct sp_column *column =
        sp_arena_append(plan->arena, &variant->column, &variant->columns, sizeof *column);
    if (!name || !column)
        return SP_ERROR_RESOURCES;
    *column = (struct sp_column){
        .name = "", .numerator = SP_PLAN_NONE, .denominator = SP_PLAN_NONE, .metric = SP_PLAN_NONE};
    if (sp_columns_find(variant, name) != SP_PLAN_NONE)
        return sp_problems_add(problems, SP_ERROR_SCENARIO, (struct sp_place){0},
                               "two results are called %s; rename a table", name);
    column->name = name;
    column->write = write;
    column->unit = column_unit(plan, scenario, write->unit);
    column->account = sp_arena_text(plan->arena, account);
    return check_account(use, write, instance, problems);
}

static bool is_listed(const struct sp_column *column, const struct sp_read *read) {
    if (!read->account)
        return strcmp(column->write->column, read->column) == 0;
    size_t length = strlen(read->account);
    if (!column->account || strncmp(column->account, read->account, length) != 0)
        return false;
    bool is_family = length == 0 || read->account[length - 1] == '.';
    return is_family || column->account[length] == '\0' || column->account[length] == '.';
}

static bool finds_any(const struct sp_variant *variant, const struct sp_read *read) {
    for (size_t c = 0; c < variant->columns; c++)
        if (is_listed(&variant->column[c], read))
            return true;
    return false;
}

static bool has_given(const struct sp_variant *variant, const struct sp_use *use,
                      const struct sp_write *write) {
    for (size_t i = 0; i < SP_STEP_GIVEN && write->given[i]; i++)
        if (!finds_any(variant, &use->mechanism->read[write->given[i] - 1]))
            return false;
    return true;
}

static size_t instances_of(const struct sp_variant *variant, const struct sp_use *use,
                           const struct sp_write *write) {
    if ((write->needs && use->table[0].input[write->needs - 1]->absent) ||
        (write->with && sp_columns_find(variant, write->with) == SP_PLAN_NONE) ||
        !has_given(variant, use, write))
        return 0;
    return write->instanced ? use->table[write->instanced - 1].instances : 1;
}

static size_t count_outs(const struct sp_variant *variant, const struct sp_use *use) {
    size_t count = 0;
    for (size_t w = 0; w < use->mechanism->writes; w++)
        count += instances_of(variant, use, &use->mechanism->write[w]);
    return count;
}

static int bind_writes(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant,
                       const struct sp_use *use, struct sp_bound_step *step, struct sp_problems *problems) {
    step->out = sp_arena_array(plan->arena, count_outs(variant, use), sizeof *step->out);
    if (!step->out)
        return SP_ERROR_RESOURCES;
    for (size_t w = 0; w < use->mechanism->writes; w++) {
        const struct sp_write *write = &use->mechanism->write[w];
        size_t instances = instances_of(variant, use, write);
        step->out_span[w] = (struct sp_span){(uint32_t)step->outs, (uint32_t)instances};
        for (size_t i = 0; i < instances; i++) {
            int error = add_column(plan, scenario, variant, use, write, i, problems);
            if (error)
                return error;
            step->out[step->outs++] = (int)variant->columns - 1;
        }
    }
    return 0;
}

/* --- Reads --- */

static const char *decider_name(const struct sp_mechanism *mechanism) {
    const struct sp_field_table *decider = sp_mechanism_decider(mechanism);
    return decider ? decider->name : mechanism->name;
}

/* The mechanism that writes a column, and how. */
static const struct sp_mechanism *find_writer(const char *column, const struct sp_write **write) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t w = 0; w < mechanism[i]->writes; w++)
            if (strcmp(mechanism[i]->write[w].column, column) == 0) {
                *write = &mechanism[i]->write[w];
                return mechanism[i];
            }
    return NULL;
}

static bool takes_part(const struct sp_variant *variant, const struct sp_mechanism *mechanism) {
    for (size_t i = 0; i < variant->steps; i++)
        if (variant->step[i].mechanism == mechanism)
            return true;
    return false;
}

static int tell_missing(const struct sp_variant *variant, const struct sp_bound_step *step,
                        const char *column, struct sp_problems *problems) {
    const struct sp_write *write = NULL;
    const struct sp_mechanism *writer = find_writer(column, &write);
    const char *reader = decider_name(step->mechanism), *name = writer ? decider_name(writer) : "?";
    if (writer && write->needs && takes_part(variant, writer))
        return sp_problems_add(problems, SP_ERROR_SCENARIO, (struct sp_place){0},
                               "[%s] needs %s, which [%s] works out with %s.%s; give that", reader, column,
                               name, name, writer->table[0]->field[write->needs - 1].key);
    return sp_problems_add(problems, SP_ERROR_SCENARIO, (struct sp_place){0},
                           "[%s] needs %s, which [%s] works out; add [%s] to the scenario", reader, column,
                           name, name);
}

static int add_read(struct sp_plan *plan, struct sp_bound_step *step, int column, bool before) {
    size_t reads = step->reads;
    int *place = sp_arena_append(plan->arena, &step->read, &step->reads, sizeof *step->read);
    bool *place_before = sp_arena_append(plan->arena, &step->read_before, &reads, sizeof *step->read_before);
    if (!place || !place_before)
        return SP_ERROR_RESOURCES;
    *place = column;
    *place_before = before;
    return 0;
}

static int bind_own(struct sp_plan *plan, const struct sp_variant *variant, const struct sp_use *use,
                    struct sp_bound_step *step, const struct sp_read *read) {
    const char *name = sp_columns_instance_name(plan->arena, read->column, use->table[0].instance[0]);
    int column = name ? sp_columns_find(variant, name) : SP_PLAN_NONE;
    return column == SP_PLAN_NONE ? 0 : add_read(plan, step, column, read->before);
}

/* Whether its own tables ask for the column. */
static bool is_read(const struct sp_bound_step *step, const struct sp_read *read) {
    int table = read->with - 1;
    if (!read->with || !read->with_field)
        return !read->with || step->instances[table] > 0;
    const double *choice = step->number + step->field_span[table].start + read->with_field - 1;
    for (size_t i = 0; i < step->instances[table]; i++)
        if ((int)choice[i * step->field_span[table].count] == read->with_choice)
            return true;
    return false;
}

static int bind_read(struct sp_plan *plan, const struct sp_variant *variant, const struct sp_use *use,
                     struct sp_bound_step *step, const struct sp_read *read, struct sp_problems *problems) {
    if (!is_read(step, read))
        return 0;
    if (read->own)
        return bind_own(plan, variant, use, step, read);
    bool is_list = read->account || strchr(read->column, '*');
    for (size_t c = 0; is_list && c < variant->columns; c++)
        if (is_listed(&variant->column[c], read) && add_read(plan, step, (int)c, read->before))
            return SP_ERROR_RESOURCES;
    if (is_list)
        return 0;
    int column = sp_columns_find(variant, read->column);
    if (column != SP_PLAN_NONE)
        return add_read(plan, step, column, read->before);
    if (read->optional)
        return 0;
    return tell_missing(variant, step, read->column, problems);
}

static int bind_reads(struct sp_plan *plan, const struct sp_variant *variant, const struct sp_use *use,
                      struct sp_bound_step *step, struct sp_problems *problems) {
    int error = 0;
    for (size_t r = 0; r < step->mechanism->reads; r++) {
        step->read_span[r].start = (uint32_t)step->reads;
        if (bind_read(plan, variant, use, step, &step->mechanism->read[r], problems))
            error = SP_ERROR_SCENARIO;
        step->read_span[r].count = (uint32_t)step->reads - step->read_span[r].start;
    }
    return error;
}

/* A ratio of which a part is missing (no revenue in this scenario) stays away. */
static void bind_ratios(struct sp_variant *variant) {
    for (size_t c = 0; c < variant->columns; c++) {
        struct sp_column *column = &variant->column[c];
        if (!column->write->denominator)
            continue;
        int numerator = sp_columns_find(variant, column->write->numerator);
        int denominator = sp_columns_find(variant, column->write->denominator);
        if (numerator == SP_PLAN_NONE || denominator == SP_PLAN_NONE)
            continue;
        column->numerator = numerator;
        column->denominator = denominator;
    }
}

int sp_columns_bind(struct sp_plan *plan, const struct sp_scenario *scenario, struct sp_variant *variant,
                    struct sp_problems *problems) {
    int error = 0;
    for (size_t i = 0; i < scenario->uses; i++)
        if ((error = bind_writes(plan, scenario, variant, &scenario->use[i], &variant->step[i], problems)))
            return error;
    for (size_t i = 0; i < variant->steps; i++)
        if (bind_reads(plan, variant, &scenario->use[i], &variant->step[i], problems))
            error = SP_ERROR_SCENARIO;
    bind_ratios(variant);
    variant->stop = SP_PLAN_NONE;
    for (size_t c = 0; c < variant->columns; c++)
        if (variant->column[c].write->stops)
            variant->stop = (int)c;
    return error;
}

/* --- Metrics --- */

static bool can_be_metric(const struct sp_column *column) {
    bool is_ratio = column->write->denominator != NULL;
    return !column->write->internal && (!is_ratio || column->denominator != SP_PLAN_NONE);
}

/* "cost.*" names cost.ai, cost.voice, ..; a name without a star only itself. */
static bool matches(const char *pattern, const char *name) {
    size_t length = strlen(pattern);
    if (length > 1 && strcmp(pattern + length - 2, ".*") == 0)
        return strncmp(pattern, name, length - 1) == 0;
    return strcmp(pattern, name) == 0;
}

static bool is_selected(const struct sp_selection *selection, const char *name) {
    for (size_t i = 0; i < selection->count; i++)
        if (matches(selection->name[i], name))
            return true;
    return !selection->given;
}

/* Every name in [results] must name something. */
static void tell_unmatched(const struct sp_variant *variant, const struct sp_selection *selection,
                           const char *key, struct sp_problems *problems) {
    const char *known[512];
    size_t count = 0;
    for (size_t c = 0; c < variant->columns && count < 512; c++)
        if (can_be_metric(&variant->column[c]))
            known[count++] = variant->column[c].name;
    for (size_t i = 0; i < selection->count; i++) {
        bool found = false;
        for (size_t k = 0; k < count; k++)
            found = found || matches(selection->name[i], known[k]);
        const char *near = found ? NULL : sp_suggest_nearest(selection->name[i], known, count);
        if (!found)
            sp_problems_add(problems, SP_ERROR_SCENARIO, selection->place[i],
                            "results.%s: this scenario has no metric '%s'%s%s%s", key, selection->name[i],
                            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}

static void mark_metric(struct sp_variant *variant, int column, int *marked) {
    marked[column] = 1;
    if (variant->column[column].denominator == SP_PLAN_NONE)
        return;
    marked[variant->column[column].denominator] = 1;
    marked[variant->column[column].numerator] = 1;
}

static int make_metrics(struct sp_plan *plan, const struct sp_scenario *scenario) {
    struct sp_variant *variant = &plan->variant[0];
    int *marked = sp_arena_array(plan->arena, variant->columns, sizeof *marked);
    plan->metric = sp_arena_array(plan->arena, variant->columns, sizeof *plan->metric);
    plan->by_category = sp_arena_array(plan->arena, variant->columns, sizeof *plan->by_category);
    if (!marked || !plan->metric || !plan->by_category)
        return SP_ERROR_RESOURCES;
    for (size_t c = 0; c < variant->columns; c++)
        if (can_be_metric(&variant->column[c]) && is_selected(&scenario->metrics, variant->column[c].name))
            mark_metric(variant, (int)c, marked);
    for (size_t c = 0; c < variant->columns; c++)
        if (marked[c]) {
            plan->by_category[plan->metrics] = is_selected(&scenario->by_tier, variant->column[c].name);
            variant->column[c].metric = (int)plan->metrics;
            plan->metric[plan->metrics++] = (int)c;
        }
    return 0;
}

/* A ratio by category needs its parts by category. */
static void complete_by_category(struct sp_plan *plan) {
    const struct sp_variant *variant = &plan->variant[0];
    for (size_t m = 0; m < plan->metrics; m++) {
        const struct sp_column *column = &variant->column[plan->metric[m]];
        if (!plan->by_category[m] || column->denominator == SP_PLAN_NONE)
            continue;
        plan->by_category[variant->column[column->denominator].metric] = true;
        plan->by_category[variant->column[column->numerator].metric] = true;
    }
}

static int make_categories(struct sp_plan *plan, const struct sp_scenario *scenario) {
    const struct sp_variant *variant = &plan->variant[0];
    for (size_t i = 0; i < scenario->uses; i++)
        for (size_t w = 0; w < scenario->use[i].mechanism->writes; w++) {
            const struct sp_write *write = &scenario->use[i].mechanism->write[w];
            if (!write->category)
                continue;
            const struct sp_bound_table *table = &scenario->use[i].table[write->category - 1];
            struct sp_category *category =
                sp_arena_append(plan->arena, &plan->category, &plan->categories, sizeof *category);
            if (!category)
                return SP_ERROR_RESOURCES;
            *category =
                (struct sp_category){write->column, sp_columns_find(variant, write->column), table->instances,
                                     sp_arena_array(plan->arena, table->instances, sizeof(char *))};
            for (size_t l = 0; category->label && l < table->instances; l++)
                category->label[l] = sp_arena_text(plan->arena, table->instance[l]);
            if (!category->label)
                return SP_ERROR_RESOURCES;
        }
    return 0;
}

int sp_columns_select(struct sp_plan *plan, const struct sp_scenario *scenario,
                      struct sp_problems *problems) {
    const struct sp_variant *variant = &plan->variant[0];
    tell_unmatched(variant, &scenario->metrics, "metrics", problems);
    tell_unmatched(variant, &scenario->by_tier, "by_tier", problems);
    int error = sp_problems_error(problems);
    if (error || (error = make_metrics(plan, scenario)))
        return error;
    complete_by_category(plan);
    return make_categories(plan, scenario);
}
