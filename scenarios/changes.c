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
static const struct sp_field value_field = {
    .key = "value", .unit = "1", .low = -1e15, .high = 1e15, .sentence = "value of a change"};

/* An assumption of a mechanism; the values of changes cannot be changed in turn, nor can what they are drawn
 * from. */
static bool is_target(const struct sp_input *input) {
    const struct sp_input *whole = input->owner ? input->owner : input;
    return input->field->kind == SP_FIELD_ASSUMPTION && whole->field != &value_field;
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
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, table->key_place,
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
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, table->key_place,
                               "%s: needs exactly one of times, plus and set", change->name);
    struct sp_input *input = sp_arena_array(context->arena, 1, sizeof *input);
    struct sp_input **place =
        sp_arena_append(context->arena, &scenario->input, &scenario->inputs, sizeof(struct sp_input *));
    if (!input || !place)
        return SP_ERROR_RESOURCES;
    *place = change->value = input;
    input->key = sp_arena_format(context->arena, "%s.%s", change->name, operations[change->operation]);
    input->field = &value_field;
    input->assumption.stream = input->key;
    int error = input->key ? sp_value_assumption(context, value, input) : SP_ERROR_RESOURCES;
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

static bool is_enabled(const struct sp_value_context *context, struct sp_node *table) {
    struct sp_node *enabled = sp_tree_find(table, "enabled");
    if (!enabled)
        return true;
    enabled->used = true;
    if (enabled->kind != SP_NODE_TRUTH)
        sp_problems_add(context->problems, SP_ERROR_SCENARIO, enabled->place,
                        "enabled: expected true or false");
    return enabled->kind != SP_NODE_TRUTH || enabled->truth;
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
    if (!is_enabled(context, table)) {
        for (size_t i = 0; i < table->count; i++)
            table->entry[i]->used = true;
        return 0;
    }
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
    if (scenario->changes > 1)
        qsort(scenario->change, scenario->changes, sizeof *scenario->change, compare);
    return error ? SP_ERROR_SCENARIO : 0;
}
