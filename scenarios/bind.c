/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/bind.h"

#include "engine/base/error.h"
#include "engine/stats/passage.h"
#include "models/models.h"
#include "scenarios/changes.h"
#include "scenarios/columns.h"
#include "scenarios/dependence.h"
#include "scenarios/formula.h"
#include "scenarios/rules.h"
#include "scenarios/settings.h"
#include "scenarios/suggest.h"
#include "scenarios/value.h"

#include <math.h>
#include <string.h>

/* --- Which mechanisms are used --- */

/* The table in which the instances of an instanced table stand, or NULL. */
static struct sp_node *find_instances(const struct sp_scenario *scenario,
                                      const struct sp_field_table *table) {
    return sp_tree_find(scenario->root, table->within ? table->within : table->name);
}

/* The node of the instance in one of its entries; NULL when it is taken out or has none. */
static struct sp_node *find_instance(const struct sp_value_context *context,
                                     const struct sp_field_table *table, struct sp_node *entry) {
    if (entry->kind == SP_NODE_TABLE && !sp_value_is_enabled(context, entry))
        return NULL;
    struct sp_node *node = table->within ? sp_tree_find(entry, table->name) : entry;
    bool is_out = node && node->kind == SP_NODE_TABLE && !sp_value_is_enabled(context, node);
    return is_out ? NULL : node;
}

/* A mechanism whose instances are all taken out is not used. */
static bool any_enabled(const struct sp_value_context *context, const struct sp_field_table *table,
                        struct sp_node *node) {
    bool any = false;
    for (size_t i = 0; i < node->count; i++)
        any = find_instance(context, table, node->entry[i]) || any;
    node->used = node->used || !any;
    return any;
}

static bool is_used(const struct sp_value_context *context, const struct sp_scenario *scenario,
                    const struct sp_mechanism *mechanism) {
    const struct sp_field_table *table = sp_mechanism_decider(mechanism);
    if (!table)
        return true;
    struct sp_node *node = find_instances(scenario, table);
    if (!node || node->kind != SP_NODE_TABLE)
        return node && !table->within;
    return table->instanced ? any_enabled(context, table, node) : sp_value_is_enabled(context, node);
}

/* --- Inputs --- */

static struct sp_input *create_input(struct sp_scenario *scenario, const struct sp_field *field,
                                     const char *key) {
    struct sp_input *input = sp_arena_array(scenario->arena, 1, sizeof *input);
    if (!input || !key)
        return NULL;
    *input = (struct sp_input){.key = key, .field = field, .number = field->standard};
    input->assumption.each = field->each;
    input->assumption.stream = key;
    return input;
}

static int bind_quarter(const struct sp_value_context *context, const struct sp_node *node,
                        struct sp_input *input) {
    int quarter = 0, error = sp_value_quarter(context, node, input->key, true, &quarter);
    input->number = quarter;
    return error;
}

static int bind_given(const struct sp_value_context *context, struct sp_node *node, struct sp_input *input) {
    input->node = node;
    input->place = node->place;
    switch (input->field->kind) {
    case SP_FIELD_ASSUMPTION:
        return sp_value_assumption(context, node, input);
    case SP_FIELD_NUMBER:
        return sp_value_bounded(context, node, input->key, input->field, &input->number);
    case SP_FIELD_CHOICE:
        return sp_value_choice(context, node, input->key, input->field->choices, &input->number);
    case SP_FIELD_TEXT:
    case SP_FIELD_NAME: /* its place is found when all tables are bound */
        return sp_value_text(context, node, input->key, &input->text);
    case SP_FIELD_EFFECTS: /* bound when all inputs are */
        node->used = true;
        return 0;
    case SP_FIELD_QUARTER:
        return bind_quarter(context, node, input);
    case SP_FIELD_FORMULA:
        return sp_formula_parse(context, node, input->key, &input->formula);
    default:
        return 0; /* a draw cannot be given: its key stays unknown */
    }
}

static int bind_missing(const struct sp_value_context *context, struct sp_place place,
                        struct sp_input *input) {
    const struct sp_field *field = input->field;
    if (field->kind == SP_FIELD_DRAW) {
        int error = sp_value_fixed(context, 0, input);
        if (!error)
            input->assumption.law[0] = (struct sp_law){SP_LAW_UNIFORM, {0, 1}};
        return error;
    }
    bool is_link = field->kind == SP_FIELD_FORMULA || field->kind == SP_FIELD_NAME;
    if (!sp_field_is_number(field) && !is_link)
        return 0;
    if (is_link || isnan(field->standard))
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, place,
                               "%s is missing (%s%s%s); it has no default", input->key, field->sentence,
                               strcmp(field->unit, "1") ? ", in " : "",
                               strcmp(field->unit, "1") ? field->unit : "");
    return field->kind == SP_FIELD_ASSUMPTION ? sp_value_fixed(context, field->standard, input) : 0;
}

static bool has_need(const struct sp_field *field, struct sp_input *const *input) {
    const struct sp_input *need = field->needs ? input[field->needs - 1] : NULL;
    if (!need)
        return true;
    return !need->absent &&
           (need->field->kind != SP_FIELD_CHOICE || (int)need->number == field->needs_choice);
}

static void tell_unneeded(const struct sp_value_context *context, const struct sp_field *field,
                          const struct sp_input *need, const struct sp_node *given) {
    bool is_choice = need->field->kind == SP_FIELD_CHOICE;
    const char *const *choices = need->field->choices;
    if (is_choice && field->strict)
        sp_problems_add(
            context->problems, SP_ERROR_SCENARIO, given->key_place,
            "%s with %s = \"%s\" would count the same thing twice; remove it, or choose %s = \"%s\"",
            field->key, need->key, choices[(int)need->number], need->key, choices[field->needs_choice]);
    else
        sp_problems_warn(context->problems, given->key_place, "%s is not used: it needs %s%s%s", field->key,
                         need->key, is_choice ? " = " : "", is_choice ? choices[field->needs_choice] : "");
}

/* Whether the field is absent; a value given for it all the same is allowed, so that a choice can be tried
 * without deleting the values of another. */
static bool is_absent(const struct sp_value_context *context, const struct sp_scenario *scenario,
                      const struct sp_field *field, struct sp_input *const *input, struct sp_node *given) {
    if (field->of_whole_counts && !scenario->whole_counts)
        return true;
    if (has_need(field, input))
        return field->optional && !given;
    if (given) {
        tell_unneeded(context, field, input[field->needs - 1], given);
        sp_value_mark_all(given);
    }
    return true;
}

/* Binds all fields of a table (or of one instance) that stands at `node`, or nowhere when `node` is NULL. */
static int bind_fields(const struct sp_value_context *context, struct sp_scenario *scenario,
                       const struct sp_field_table *table, struct sp_node *node, const char *path,
                       struct sp_input **input) {
    struct sp_place place = node ? node->key_place : scenario->root->place;
    int error = 0;
    for (size_t i = 0; i < table->fields; i++) {
        const struct sp_field *field = &table->field[i];
        struct sp_node *given = field->kind == SP_FIELD_DRAW ? NULL : sp_tree_find(node, field->key);
        input[i] = create_input(scenario, field, sp_arena_format(scenario->arena, "%s.%s", path, field->key));
        if (!input[i])
            return SP_ERROR_RESOURCES;
        input[i]->absent = is_absent(context, scenario, field, input, given);
        if (field->expected && !given)
            sp_problems_warn(context->problems, place, "%s is not given: %s", input[i]->key, field->sentence);
        if (input[i]->absent)
            continue;
        if (sp_scenario_list(scenario, input[i]))
            return SP_ERROR_RESOURCES;
        if (given ? bind_given(context, given, input[i]) : bind_missing(context, place, input[i]))
            error = SP_ERROR_SCENARIO;
        if (sp_scenario_list_parameters(scenario, input[i]))
            return SP_ERROR_RESOURCES;
    }
    return error;
}

/* --- Tables --- */

static int expect_table(const struct sp_value_context *context, struct sp_node *node, const char *path) {
    node->used = true;
    if (node->kind == SP_NODE_TABLE)
        return 0;
    return sp_problems_add(context->problems, SP_ERROR_SCENARIO, node->place, "%s must be a table: [%s]",
                           path, path);
}

/* The names of the tables that stand in instances of `table`. */
static size_t list_inner_tables(const struct sp_field_table *table, const char **name, size_t most) {
    size_t mechanisms, count = 0;
    const struct sp_mechanism *const *mechanism = sp_models_list(&mechanisms);
    for (size_t i = 0; i < mechanisms; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++) {
            const struct sp_field_table *inner = mechanism[i]->table[t];
            if (inner->within && strcmp(inner->within, table->name) == 0 && count < most)
                name[count++] = inner->name;
        }
    return count;
}

/* Tables within are bound by their own mechanisms. */
static void pass_inner(const struct sp_field_table *table, struct sp_node *node) {
    const char *inner[8];
    size_t count = list_inner_tables(table, inner, 8);
    for (size_t i = 0; i < count; i++)
        if (sp_tree_find(node, inner[i]))
            sp_tree_find(node, inner[i])->used = true;
}

/* Of fields of which one must be given: whether it is so. */
static int check_one_of(const struct sp_value_context *context, const struct sp_field_table *table,
                        struct sp_node *node, const char *path) {
    if (!table->one_of[0])
        return 0;
    const char *first = table->field[table->one_of[0] - 1].key,
               *second = table->field[table->one_of[1] - 1].key;
    struct sp_node *one = sp_tree_find(node, first), *other = sp_tree_find(node, second);
    if (!one != !other)
        return 0;
    return sp_problems_add(context->problems, SP_ERROR_SCENARIO, other ? other->key_place : node->key_place,
                           one ? "%s: %s and %s say the same in two ways; keep one of them"
                               : "%s: give %s or %s",
                           path, first, second);
}

static void tell_unknown_fields(const struct sp_value_context *context, const struct sp_field_table *table,
                                const struct sp_node *node, const char *path, bool can_be_disabled) {
    const char *known[80];
    size_t count = 0;
    for (size_t i = 0; i < table->fields && count < 64; i++)
        if (table->field[i].kind != SP_FIELD_DRAW)
            known[count++] = table->field[i].key;
    count += list_inner_tables(table, known + count, 8);
    if (can_be_disabled)
        known[count++] = "enabled";
    sp_value_tell_unknown(context, node, path, known, count);
}

static int bind_instance(const struct sp_value_context *context, struct sp_scenario *scenario,
                         struct sp_bound_table *bound, struct sp_node *node, const struct sp_node *entry) {
    const struct sp_field_table *table = bound->table;
    const char *path = sp_scenario_instance_path(scenario->arena, table, entry->key);
    struct sp_input **input = bound->input + bound->instances * table->fields;
    if (!path)
        return SP_ERROR_RESOURCES;
    if (strpbrk(entry->key, ". \t*/") || !*entry->key)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, entry->key_place,
                               "the name '%s' becomes part of metric names; use letters, digits, _ and -",
                               entry->key);
    int error = expect_table(context, node, path);
    if (error)
        return error;
    error = bind_fields(context, scenario, table, node, path, input);
    error |= check_one_of(context, table, node, path);
    pass_inner(table, node);
    tell_unknown_fields(context, table, node, path, true);
    bound->instance[bound->instances++] = entry->key;
    return error;
}

/* Instances stand in the order of the text, unless their first field orders them. */
static void sort_instances(struct sp_bound_table *bound) {
    size_t fields = bound->table->fields;
    for (size_t i = 1; i < bound->instances; i++)
        for (size_t j = i; j > 0 && bound->input[j * fields]->number < bound->input[(j - 1) * fields]->number;
             j--) {
            const char *name = bound->instance[j];
            bound->instance[j] = bound->instance[j - 1];
            bound->instance[j - 1] = name;
            for (size_t f = 0; f < fields; f++) {
                struct sp_input *moved = bound->input[j * fields + f];
                bound->input[j * fields + f] = bound->input[(j - 1) * fields + f];
                bound->input[(j - 1) * fields + f] = moved;
            }
        }
}

/* The lowest begins at 0, and no two begin at the same number. */
static int check_order(const struct sp_value_context *context, const struct sp_bound_table *bound) {
    size_t fields = bound->table->fields;
    const char *name = bound->table->name, *key = bound->table->field[0].key;
    if (bound->instances > SP_PASSAGE_LABELS)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO,
                               bound->input[SP_PASSAGE_LABELS * fields]->place,
                               "there can be at most %d %ss; join some", SP_PASSAGE_LABELS, name);
    if (bound->instances > 0 && bound->input[0]->number != 0)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, bound->input[0]->place,
                               "%s.%s is the lowest %s and must have %s = 0", name, bound->instance[0], name,
                               key);
    for (size_t i = 1; i < bound->instances; i++)
        if (bound->input[i * fields]->number == bound->input[(i - 1) * fields]->number)
            return sp_problems_add(context->problems, SP_ERROR_SCENARIO, bound->input[i * fields]->place,
                                   "%s.%s and %s.%s both have %s = %g; they need different numbers", name,
                                   bound->instance[i - 1], name, bound->instance[i], key,
                                   bound->input[i * fields]->number);
    return 0;
}

/* Fixed shares must add up to 1, or all be 0 when that is what they are by default; uncertain ones are
 * divided by their sum on each path. */
static int check_shares(const struct sp_value_context *context, const struct sp_bound_table *bound) {
    double sum = 0;
    if (!bound->table->shares || bound->instances == 0)
        return 0;
    for (size_t i = 0; i < bound->instances; i++) {
        const struct sp_input *input =
            bound->input[i * bound->table->fields + (size_t)bound->table->shares - 1];
        if (input->assumption.entries != 1 || input->assumption.law[0].kind != SP_LAW_CONSTANT)
            return 0;
        sum += input->assumption.law[0].parameter[0];
    }
    bool may_be_zero = bound->table->field[bound->table->shares - 1].standard == 0;
    if (fabs(sum - 1) <= 1e-9 || (sum == 0 && may_be_zero))
        return 0;
    return sp_problems_add(context->problems, SP_ERROR_SCENARIO, bound->input[0]->place,
                           "the shares of all %ss must add up to 1; they add up to %.10g", bound->table->name,
                           sum);
}

static int bind_instances(const struct sp_value_context *context, struct sp_scenario *scenario,
                          struct sp_bound_table *bound, struct sp_node *node) {
    bound->instance = sp_arena_array(scenario->arena, node->count, sizeof *bound->instance);
    bound->input = sp_arena_array(scenario->arena, node->count * bound->table->fields, sizeof *bound->input);
    if (!bound->instance || !bound->input)
        return SP_ERROR_RESOURCES;
    int error = 0;
    for (size_t i = 0; i < node->count; i++) {
        struct sp_node *instance = find_instance(context, bound->table, node->entry[i]);
        if (instance && bind_instance(context, scenario, bound, instance, node->entry[i]))
            error = SP_ERROR_SCENARIO;
    }
    if (error)
        return error;
    if (bound->table->ordered_by_first)
        sort_instances(bound);
    error = bound->table->ordered_by_first ? check_order(context, bound) : 0;
    return error ? error : check_shares(context, bound);
}

/* Of a field over all instances of its table, as sp_field_table.count gets it. */
static double largest_value(const struct sp_bound_table *bound, size_t field) {
    double largest = 0;
    for (size_t i = 0; i < bound->instances; i++) {
        const struct sp_input *input = bound->input[i * bound->table->fields + field];
        enum sp_field_kind kind = input->field->kind;
        double value = kind == SP_FIELD_NUMBER || kind == SP_FIELD_CHOICE ? input->number : 1;
        value = input->absent ? 0 : value;
        largest = i == 0 || value > largest ? value : largest;
    }
    return largest;
}

/* The instances 1 .. of a table that follows from the values of the first. */
static int bind_numbered(const struct sp_value_context *context, struct sp_scenario *scenario,
                         const struct sp_bound_table *first, struct sp_bound_table *bound) {
    double value[64];
    for (size_t i = 0; i < first->table->fields && i < 64; i++)
        value[i] = largest_value(first, i);
    size_t count = bound->table->count(value), fields = bound->table->fields;
    bound->instance = sp_arena_array(scenario->arena, count, sizeof *bound->instance);
    bound->input = sp_arena_array(scenario->arena, count * fields, sizeof *bound->input);
    if (!bound->instance || !bound->input)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < count; i++) {
        const char *name = sp_arena_format(scenario->arena, "%zu", i + 1);
        const char *path = sp_arena_format(scenario->arena, "%s.%zu", bound->table->name, i + 1);
        if (!name || !path ||
            bind_fields(context, scenario, bound->table, NULL, path, bound->input + i * fields))
            return SP_ERROR_RESOURCES;
        bound->instance[bound->instances++] = name;
    }
    return 0;
}

/* The instances of the mechanism that has the table; none when that is not used. */
static void borrow_instances(const struct sp_scenario *scenario, struct sp_bound_table *bound) {
    for (size_t i = 0; i + 1 < scenario->uses; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && scenario->use[i].table[t].table; t++) {
            const struct sp_bound_table *owned = &scenario->use[i].table[t];
            if (owned->table->borrowed || strcmp(owned->table->name, bound->table->name) != 0)
                continue;
            bound->instances = owned->instances;
            bound->instance = owned->instance;
        }
}

/* A table that a choice makes needless: it may stay, so that the choice can be tried. */
static bool is_needless(const struct sp_value_context *context, const struct sp_bound_table *first,
                        const struct sp_field_table *table, struct sp_node *node) {
    const struct sp_input *need = table->needs ? first->input[table->needs - 1] : NULL;
    if (!need || (int)need->number == table->needs_choice)
        return false;
    if (node)
        sp_problems_warn(context->problems, node->key_place, "[%s] is not used: it needs %s = \"%s\"",
                         table->name, need->key, need->field->choices[table->needs_choice]);
    if (node)
        sp_value_mark_all(node);
    return true;
}

static int check_needed(const struct sp_value_context *context, const struct sp_bound_table *first,
                        const struct sp_bound_table *bound) {
    const struct sp_input *need = bound->table->needs ? first->input[bound->table->needs - 1] : NULL;
    if (!need || bound->instances > 0)
        return 0;
    return sp_problems_add(context->problems, SP_ERROR_SCENARIO, need->place,
                           "%s = \"%s\" needs at least one table [%s.NAME]", need->key,
                           need->field->choices[(int)need->number], bound->table->name);
}

static int bind_table(const struct sp_value_context *context, struct sp_scenario *scenario,
                      const struct sp_bound_table *first, struct sp_bound_table *bound) {
    struct sp_node *node = find_instances(scenario, bound->table);
    if (is_needless(context, first, bound->table, node))
        return 0;
    int error = node ? expect_table(context, node, node->key) : 0;
    if (error)
        return error;
    if (bound->table->instanced) {
        error = node ? bind_instances(context, scenario, bound, node) : 0;
        return error ? error : check_needed(context, first, bound);
    }
    bound->instances = 1;
    bound->input = sp_arena_array(scenario->arena, bound->table->fields, sizeof *bound->input);
    if (!bound->input)
        return SP_ERROR_RESOURCES;
    return bind_fields(context, scenario, bound->table, node, bound->table->name, bound->input);
}

/* The table as another mechanism has bound it, or NULL. */
static const struct sp_bound_table *find_bound(const struct sp_scenario *scenario,
                                               const struct sp_field_table *table) {
    for (size_t i = 0; i < scenario->uses; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && scenario->use[i].table[t].table; t++)
            if (scenario->use[i].table[t].table == table)
                return &scenario->use[i].table[t];
    return NULL;
}

/* The use that was bound last becomes one for each instance of its first table. */
static int split_use(struct sp_scenario *scenario) {
    struct sp_use whole = scenario->use[--scenario->uses];
    const struct sp_bound_table *all = &whole.table[0];
    for (size_t i = 0; i < all->instances; i++) {
        struct sp_use *use = sp_arena_append(scenario->arena, &scenario->use, &scenario->uses, sizeof *use);
        if (!use)
            return SP_ERROR_RESOURCES;
        *use = whole;
        use->table[0].instances = 1;
        use->table[0].instance = all->instance + i;
        use->table[0].input = all->input + i * all->table->fields;
    }
    return 0;
}

static int bind_mechanism(const struct sp_value_context *context, struct sp_scenario *scenario,
                          const struct sp_mechanism *mechanism) {
    struct sp_use *use = sp_arena_append(scenario->arena, &scenario->use, &scenario->uses, sizeof *use);
    int error = 0;
    if (!use)
        return SP_ERROR_RESOURCES;
    use->mechanism = mechanism;
    for (size_t t = 0; t < SP_STEP_TABLES && mechanism->table[t]; t++) {
        const struct sp_bound_table *shared = find_bound(scenario, mechanism->table[t]);
        if (shared) {
            use->table[t] = *shared;
            continue;
        }
        use->table[t].table = mechanism->table[t];
        if (mechanism->table[t]->borrowed)
            borrow_instances(scenario, &use->table[t]);
        else if (!mechanism->table[t]->count)
            error |= bind_table(context, scenario, &use->table[0], &use->table[t]);
        else if (!error)
            error = bind_numbered(context, scenario, &use->table[0], &use->table[t]);
    }
    if (!error && mechanism->by_instance)
        error = split_use(scenario);
    return error ? SP_ERROR_SCENARIO : 0;
}

/* --- When all tables are bound --- */

static const struct sp_bound_table *find_table(const struct sp_scenario *scenario, const char *name) {
    for (size_t i = 0; i < scenario->uses; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && scenario->use[i].table[t].table; t++)
            if (strcmp(scenario->use[i].table[t].table->name, name) == 0)
                return &scenario->use[i].table[t];
    return NULL;
}

/* The place of a named instance. */
static void bind_name(const struct sp_value_context *context, const struct sp_scenario *scenario,
                      struct sp_input *input) {
    const struct sp_bound_table *table = find_table(scenario, input->field->of);
    for (size_t i = 0; table && i < table->instances; i++)
        if (strcmp(table->instance[i], input->text) == 0) {
            input->number = (double)i;
            return;
        }
    const char *near = table ? sp_suggest_nearest(input->text, table->instance, table->instances) : NULL;
    sp_problems_add(context->problems, SP_ERROR_SCENARIO, input->place, "%s: there is no [%s.%s]%s%s%s",
                    input->key, input->field->of, input->text, near ? "; did you mean '" : "",
                    near ? near : "", near ? "'?" : "");
}

static void bind_names(const struct sp_value_context *context, const struct sp_scenario *scenario) {
    for (size_t i = 0; i < scenario->inputs; i++)
        if (scenario->input[i]->field->kind == SP_FIELD_NAME && scenario->input[i]->text)
            bind_name(context, scenario, scenario->input[i]);
}

static bool is_list_of_tables(const struct sp_node *node) {
    bool is_list = node->kind == SP_NODE_ARRAY;
    for (size_t i = 0; is_list && i < node->count; i++)
        is_list = node->entry[i]->kind == SP_NODE_TABLE;
    return is_list;
}

/* One list of effects. */
static void bind_effects(const struct sp_value_context *context, struct sp_scenario *scenario,
                         const struct sp_input *input, const char *instance) {
    const char *begins = input->field->begins, *share = input->field->share;
    share = sp_columns_instance_name(context->arena, share, instance);
    begins = begins ? sp_columns_instance_name(context->arena, begins, instance) : NULL;
    if (!is_list_of_tables(input->node)) {
        sp_problems_add(context->problems, SP_ERROR_SCENARIO, input->place,
                        "%s must be a list of changes, like [{ of = \"churn.monthly\", times = 1.5 }]",
                        input->key);
        return;
    }
    for (size_t i = 0; i < input->node->count; i++)
        sp_changes_add_effect(context, scenario, input->node->entry[i], input->key, share, begins);
}

static void bind_table_effects(const struct sp_value_context *context, struct sp_scenario *scenario,
                               const struct sp_bound_table *bound) {
    size_t fields = bound->table->fields;
    for (size_t i = 0; i < bound->instances * fields; i++)
        if (bound->input[i]->field->kind == SP_FIELD_EFFECTS && bound->input[i]->node)
            bind_effects(context, scenario, bound->input[i],
                         bound->instance ? bound->instance[i / fields] : NULL);
}

static void bind_all_effects(const struct sp_value_context *context, struct sp_scenario *scenario) {
    for (size_t i = 0; i < scenario->uses; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && scenario->use[i].table[t].table; t++)
            bind_table_effects(context, scenario, &scenario->use[i].table[t]);
}

/* --- What nobody has understood --- */

/* A table of a mechanism that is not used: allowed, because switching one off must not mean deleting its
 * values. */
static void pass_unused_tables(const struct sp_value_context *context, const struct sp_scenario *scenario,
                               const struct sp_mechanism *mechanism) {
    for (size_t t = 0; t < SP_STEP_TABLES && mechanism->table[t]; t++) {
        const struct sp_field_table *table = mechanism->table[t];
        struct sp_node *node = table->within ? NULL : sp_tree_find(scenario->root, table->name);
        for (size_t f = 0; node && !table->instanced && f < table->fields; f++) {
            struct sp_node *value = sp_tree_find(node, table->field[f].key);
            if (value && !value->used)
                sp_problems_warn(context->problems, value->key_place, "%s.%s is not used: there is no [%s]",
                                 table->name, table->field[f].key, sp_mechanism_decider(mechanism)->name);
            if (value)
                sp_value_mark_all(value);
        }
        if (node && (t > 0 || mechanism->with) && table->instanced && !node->used) {
            sp_problems_warn(context->problems, node->key_place, "[%s] is not used: there is no [%s]",
                             table->name, sp_mechanism_decider(mechanism)->name);
            sp_value_mark_all(node);
        }
        if (node && node->kind == SP_NODE_TABLE && !table->instanced)
            node->used = true;
    }
}

static void tell_unknown_everywhere(const struct sp_value_context *context,
                                    const struct sp_scenario *scenario) {
    size_t mechanisms, settings, count = 0;
    const struct sp_mechanism *const *mechanism = sp_models_list(&mechanisms);
    const struct sp_setting *setting = sp_settings_list(&settings);
    const char *known[128];
    for (size_t i = 0; i < settings; i++)
        if (!strchr(setting[i].key, '.'))
            known[count++] = setting[i].key;
    known[count++] = "time";
    known[count++] = "results";
    known[count++] = "change";
    known[count++] = "factor";
    known[count++] = "correlation";
    for (size_t i = 0; i < mechanisms; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t] && count < 120; t++) {
            const struct sp_field_table *table = mechanism[i]->table[t];
            struct sp_node *node = sp_tree_find(scenario->root, table->name);
            if (table->count || table->borrowed || table->within)
                continue;
            known[count++] = table->name;
            if (node && node->kind == SP_NODE_TABLE && !table->instanced && strcmp(table->name, "start") != 0)
                tell_unknown_fields(context, table, node, table->name, t == 0 && !mechanism[i]->with);
        }
    sp_value_tell_unknown(context, scenario->root, "", known, count);
}

/* [start] has keys of several mechanisms. */
static void tell_unknown_start(const struct sp_value_context *context, const struct sp_scenario *scenario) {
    size_t mechanisms, count = 0;
    const struct sp_mechanism *const *mechanism = sp_models_list(&mechanisms);
    struct sp_node *node = sp_tree_find(scenario->root, "start");
    const char *known[64];
    for (size_t i = 0; i < mechanisms; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++)
            for (size_t f = 0;
                 strcmp(mechanism[i]->table[t]->name, "start") == 0 && f < mechanism[i]->table[t]->fields;
                 f++)
                if (count < 64)
                    known[count++] = mechanism[i]->table[t]->field[f].key;
    if (node && node->kind == SP_NODE_TABLE)
        sp_value_tell_unknown(context, node, "start", known, count);
}

/* Dependence is between assumptions that are right: while some are wrong, nothing can be said of it. */
static void pass_dependence(const struct sp_scenario *scenario) {
    static const char *const kinds[] = {"factor", "correlation"};
    for (int i = 0; i < 2; i++)
        if (sp_tree_find(scenario->root, kinds[i]))
            sp_value_mark_all(sp_tree_find(scenario->root, kinds[i]));
}

int sp_bind_scenario(struct sp_scenario *scenario, struct sp_problems *problems) {
    struct sp_value_context context = {.arena = scenario->arena,
                                       .problems = problems,
                                       .first_quarter = scenario->first_quarter,
                                       .quarters = scenario->quarters};
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    bool *used = sp_arena_array(scenario->arena, count, sizeof *used);
    if (!used)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < count; i++)
        if ((used[i] = is_used(&context, scenario, mechanism[i])))
            bind_mechanism(&context, scenario, mechanism[i]);
    for (size_t i = 0; i < count; i++)
        if (!used[i])
            pass_unused_tables(&context, scenario, mechanism[i]);
    bind_names(&context, scenario);
    sp_changes_bind(&context, scenario);
    bind_all_effects(&context, scenario);
    sp_changes_sort(scenario);
    if (!sp_problems_error(problems))
        sp_dependence_bind(&context, scenario);
    else
        pass_dependence(scenario);
    sp_rules_check(&context, scenario);
    tell_unknown_start(&context, scenario);
    tell_unknown_everywhere(&context, scenario);
    return sp_problems_error(problems);
}
