/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/changes.h"

#include "engine/base/error.h"
#include "scenarios/suggest.h"

#include <stdlib.h>
#include <string.h>

static const char *const operations[] = {
    [SP_CHANGE_TIMES] = "times", [SP_CHANGE_PLUS] = "plus", [SP_CHANGE_SET] = "set"};
enum { OPERATIONS = 3 };

static const char *const known_keys[] = {"of",    "times", "plus",    "set",  "from",
                                         "until", "ramp",  "enabled", "note", "source"};

/* The value of a change is an assumption without bounds of its own: its target's bounds hold the outcome. */
#define VALUE_FIELD(how_often)                                                                               \
    {                                                                                                        \
        .key = "value", .unit = "1", .low = -1e15, .high = 1e15, .each = (how_often),                        \
        .sentence = "value of a change"                                                                      \
    }
static const struct sp_field value_field = VALUE_FIELD(SP_EACH_PATH),
                             event_field = VALUE_FIELD(SP_EACH_EVENT);

/* An assumption of a mechanism; the values of changes cannot be changed in turn, nor can what they are drawn
 * from. */
static bool is_target(const struct sp_input *input) {
    const struct sp_input *whole = input->owner ? input->owner : input;
    return input->field->kind == SP_FIELD_ASSUMPTION && whole->field != &value_field &&
           whole->field != &event_field;
}

static struct sp_input *find_target(const struct sp_value_context *context,
                                    const struct sp_scenario *scenario, const struct sp_node *node,
                                    const char *path) {
    const char *key = NULL;
    if (sp_value_text(context, node, path, &key))
        return NULL;
    struct sp_input *input = sp_scenario_find(scenario, key);
    if (input && is_target(input))
        return input;
    const char **known = sp_arena_array(context->arena, scenario->inputs, sizeof *known);
    size_t count = 0;
    for (size_t i = 0; known && i < scenario->inputs; i++)
        if (is_target(scenario->input[i]))
            known[count++] = scenario->input[i]->key;
    const char *near = sp_suggest_nearest(key, known, count);
    sp_problems_add(context->problems, SP_ERROR_SCENARIO, node->place,
                    "%s changes '%s', which is no assumption of this scenario%s%s%s", path, key,
                    near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    return NULL;
}

static int bind_targets(const struct sp_value_context *context, struct sp_scenario *scenario,
                        struct sp_node *table, struct sp_named_change *change) {
    struct sp_node *of = sp_tree_find(table, "of");
    if (!of)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, change->place,
                               "%s: of is missing; name what it changes: of = [\"ai.cost_paid\"]",
                               change->name);
    of->used = true;
    size_t count = of->kind == SP_NODE_ARRAY ? of->count : 1;
    if (count == 0)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, of->place,
                               "%s: of is empty; name what it changes: of = [\"ai.cost_paid\"]",
                               change->name);
    change->target = sp_arena_array(context->arena, count, sizeof(struct sp_input *));
    if (!change->target)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < count; i++) {
        const struct sp_node *node = of->kind == SP_NODE_ARRAY ? of->entry[i] : of;
        struct sp_input *target = find_target(context, scenario, node, change->name);
        if (target)
            change->target[change->targets++] = target;
    }
    return change->targets == count ? 0 : SP_ERROR_SCENARIO;
}

static int bind_value(const struct sp_value_context *context, struct sp_scenario *scenario,
                      struct sp_node *table, struct sp_named_change *change) {
    struct sp_node *value = NULL;
    size_t found = 0;
    for (int i = 0; i < OPERATIONS; i++)
        if (sp_tree_find(table, operations[i])) {
            value = sp_tree_find(table, operations[i]);
            value->used = true;
            change->operation = (enum sp_change_operation)i;
            found++;
        }
    if (found != 1)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, change->place,
                               "%s: needs exactly one of times, plus and set", change->name);
    struct sp_input *input = sp_arena_array(context->arena, 1, sizeof *input);
    struct sp_input **place =
        sp_arena_append(context->arena, &scenario->input, &scenario->inputs, sizeof(struct sp_input *));
    if (!input || !place)
        return SP_ERROR_RESOURCES;
    *place = change->value = input;
    input->key = sp_arena_format(context->arena, "%s.%s", change->name, operations[change->operation]);
    input->field = change->begins ? &event_field : &value_field;
    input->assumption.each = input->field->each;
    input->assumption.stream = input->key;
    int error = input->key ? sp_value_assumption(context, value, input) : SP_ERROR_RESOURCES;
    if (input->assumption.each != SP_EACH_EVENT)
        change->begins = NULL;
    return sp_scenario_list_parameters(scenario, input) ? SP_ERROR_RESOURCES : error;
}

static int bind_span(const struct sp_value_context *context, struct sp_node *table,
                     struct sp_named_change *change) {
    const struct sp_node *from = sp_tree_find(table, "from"), *until = sp_tree_find(table, "until");
    int error = 0;
    change->from = 0;
    change->until = (int)context->quarters - 1;
    if (from)
        error |= sp_value_quarter(context, from, "from", false, &change->from);
    if (until)
        error |= sp_value_quarter(context, until, "until", false, &change->until);
    int64_t ramp = 1;
    const struct sp_node *node = sp_tree_find(table, "ramp");
    if (node)
        error |= sp_value_whole(context, node, "ramp", 1, SP_PLAN_QUARTERS, &ramp);
    change->ramp = (int)ramp;
    if (!error && change->until < change->from)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, until ? until->place : table->place,
                               "%s: until comes before from", change->name);
    return error ? SP_ERROR_SCENARIO : 0;
}

static void pass_notes(const struct sp_value_context *context, const struct sp_node *table) {
    const char *ignored;
    static const char *const notes[] = {"note", "source"};
    for (int i = 0; i < 2; i++) {
        const struct sp_node *node = sp_tree_find(table, notes[i]);
        if (node)
            sp_value_text(context, node, notes[i], &ignored);
    }
}

static int bind_change(const struct sp_value_context *context, struct sp_scenario *scenario,
                       struct sp_node *table) {
    const char *name = sp_arena_format(context->arena, "change.%s", table->key);
    table->used = true;
    if (table->kind != SP_NODE_TABLE)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, table->place, "%s must be a table: [%s]",
                               name, name);
    if (!sp_value_is_enabled(context, table))
        return 0;
    struct sp_named_change *change =
        sp_arena_append(context->arena, &scenario->change, &scenario->changes, sizeof *change);
    if (!change || !name)
        return SP_ERROR_RESOURCES;
    *change = (struct sp_named_change){.name = name, .place = table->key_place};
    int error = bind_targets(context, scenario, table, change);
    error |= bind_value(context, scenario, table, change);
    error |= bind_span(context, table, change);
    pass_notes(context, table);
    sp_value_tell_unknown(context, table, name, known_keys, sizeof known_keys / sizeof *known_keys);
    return error ? SP_ERROR_SCENARIO : 0;
}

/* --- Effects: changes in the lists of other tables --- */

/* The opening state is before all events. */
static int check_effect(const struct sp_value_context *context, const struct sp_scenario *scenario,
                        const struct sp_named_change *change) {
    for (size_t i = 0; i < change->targets; i++)
        if (strncmp(change->target[i]->key, "start.", 6) == 0)
            return sp_problems_add(context->problems, SP_ERROR_SCENARIO, change->place,
                                   "%s changes %s, which is used before anything can happen; take it out",
                                   change->name, change->target[i]->key);
    for (size_t i = 0; i + 1 < scenario->changes; i++)
        if (strcmp(scenario->change[i].name, change->name) == 0)
            return sp_problems_add(context->problems, SP_ERROR_SCENARIO, change->place,
                                   "%s: two entries of this list begin with the same assumption; join them",
                                   change->name);
    return 0;
}

/* Called after the first assumption that it changes, so that its stream does not depend on the others. */
static const char *effect_name(const struct sp_value_context *context, const struct sp_node *table,
                               const char *list) {
    const struct sp_node *of = sp_tree_find(table, "of");
    const struct sp_node *first = of && of->kind == SP_NODE_ARRAY && of->count ? of->entry[0] : of;
    bool is_named = first && first->kind == SP_NODE_TEXT;
    return is_named ? sp_arena_format(context->arena, "%s.%s", list, first->text) : list;
}

int sp_changes_add_effect(const struct sp_value_context *context, struct sp_scenario *scenario,
                          struct sp_node *table, const char *list, const char *share, const char *begins) {
    static const char *const known[] = {"of", "times", "plus", "set", "note", "source"};
    const char *name = effect_name(context, table, list);
    struct sp_named_change *change =
        sp_arena_append(context->arena, &scenario->change, &scenario->changes, sizeof *change);
    if (!change || !name)
        return SP_ERROR_RESOURCES;
    *change = (struct sp_named_change){.name = name,
                                       .place = table->place,
                                       .until = (int)context->quarters - 1,
                                       .ramp = 1,
                                       .share = share,
                                       .begins = begins};
    int error = bind_targets(context, scenario, table, change);
    error |= bind_value(context, scenario, table, change);
    pass_notes(context, table);
    sp_value_tell_unknown(context, table, name, known, sizeof known / sizeof *known);
    return error ? SP_ERROR_SCENARIO : check_effect(context, scenario, change);
}

static int compare(const void *a, const void *b) {
    const struct sp_named_change *x = a, *y = b;
    return strcmp(x->name, y->name);
}

int sp_changes_bind(const struct sp_value_context *context, struct sp_scenario *scenario) {
    struct sp_node *table = sp_tree_find(scenario->root, "change");
    int error = 0;
    if (!table)
        return 0;
    table->used = true;
    if (table->kind != SP_NODE_TABLE)
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, table->place,
                               "change must be a table: [change.NAME]");
    for (size_t i = 0; i < table->count; i++)
        error |= bind_change(context, scenario, table->entry[i]);
    return error ? SP_ERROR_SCENARIO : 0;
}

void sp_changes_sort(struct sp_scenario *scenario) {
    if (scenario->changes > 1)
        qsort(scenario->change, scenario->changes, sizeof *scenario->change, compare);
}
