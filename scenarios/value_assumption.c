/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Assumptions: laws, schedules, and what is said of their source.
 */
#include "scenarios/value_drawn.h"
#include "scenarios/value_law.h"
#include "scenarios/value_parts.h"

#include <math.h>
#include <string.h>

/* --- One law with its surroundings --- */

static const char *const source_keys[] = {"row", "source", "grade", "note", "owner", "as_of", "fits"};
static const char *const other_keys[] = {"value", "at", "each", "stream", "placeholder", "noise"};

static const char **source_place(struct sp_source *source, const char *key) {
    const char **place[] = {&source->row,   &source->source, &source->grade, &source->note,
                            &source->owner, &source->as_of,  &source->fits};
    for (size_t i = 0; i < sizeof place / sizeof *place; i++)
        if (strcmp(source_keys[i], key) == 0)
            return place[i];
    return NULL;
}

bool sp_value_assumption_is_source(const char *key) {
    struct sp_source source = {0};
    return source_place(&source, key) || strcmp(key, "placeholder") == 0;
}

static int read_source_key(const struct sp_value_context *context, const struct sp_node *node,
                           struct sp_source *source) {
    const char **place = source_place(source, node->key);
    if (place)
        return sp_value_text(context, node, node->key, place);
    if (strcmp(node->key, "placeholder") != 0)
        return 0;
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_TRUTH)
        return TELL(context, node, "placeholder: expected true or false, got %s", sp_value_kind_name(node));
    source->placeholder = node->truth;
    return 0;
}

static int check_grade(const struct sp_value_context *context, const struct sp_node *table) {
    const struct sp_node *grade = sp_tree_find(table, "grade");
    if (!grade || grade->kind != SP_NODE_TEXT)
        return 0;
    if (strlen(grade->text) == 1 && grade->text[0] >= 'A' && grade->text[0] <= 'M')
        return 0;
    return TELL(
        context, grade,
        "grade: \"%s\" is not a grade; A is a first-party source, B and C weaker ones, J judgement, M memory",
        grade->text);
}

static int read_each(const struct sp_value_context *context, const struct sp_node *table,
                     struct sp_input *input) {
    static const char *const all[] = {
        [SP_EACH_PATH] = "path", [SP_EACH_QUARTER] = "quarter", [SP_EACH_EVENT] = "event", NULL};
    static const char *const usual[] = {[SP_EACH_PATH] = "path", [SP_EACH_QUARTER] = "quarter", NULL};
    const char *const *choices = input->field->each == SP_EACH_EVENT ? all : usual;
    const struct sp_node *node = sp_tree_find(table, "each");
    double index;
    if (!node)
        return 0;
    int error = sp_value_choice(context, node, "each", choices, &index);
    if (!error)
        input->assumption.each = (enum sp_each)index;
    return error;
}

/* What a table says is drawn: its entry `value` or `at`, or NULL when it is a law. *found: how many of these
 * it says. */
static struct sp_node *find_plain(const struct sp_node *table, size_t *found) {
    struct sp_node *value = sp_tree_find(table, "value"), *at = sp_tree_find(table, "at");
    *found = (value ? 1u : 0u) + (at ? 1u : 0u) + sp_value_law_count(table);
    return value ? value : at;
}

static void tell_unknown_in_assumption(const struct sp_value_context *context, const struct sp_node *table,
                                       const char *key) {
    const char *known[64];
    size_t count = sp_value_law_known(known);
    for (size_t i = 0; i < sizeof source_keys / sizeof *source_keys; i++)
        known[count++] = source_keys[i];
    for (size_t i = 0; i < sizeof other_keys / sizeof *other_keys; i++)
        known[count++] = other_keys[i];
    sp_value_tell_unknown(context, table, key, known, count);
}

static int read_fixed(const struct sp_value_context *context, const struct sp_node *node,
                      const struct sp_input *input, struct sp_law *law) {
    double number;
    int error = sp_value_bounded(context, node, input->key, input->field, &number);
    *law = sp_law_constant(error ? 0 : number);
    return error;
}

/* Ends and stretch belong to laws. */
static int refuse_on_number(const struct sp_value_context *context, const struct sp_node *table,
                            const char *key) {
    static const char *const names[] = {"within", "widen"};
    for (int i = 0; i < 2; i++) {
        const struct sp_node *node = sp_tree_find(table, names[i]);
        if (!node)
            continue;
        sp_value_mark_used(node);
        return TELL(context, node, "%s: %s needs a law beside it", key, names[i]);
    }
    return 0;
}

/* --- Schedules --- */

/* An entry of a schedule: a number, or a table with one law. */
static int read_entry(const struct sp_value_context *context, const struct sp_node *node,
                      const struct sp_input *input, struct sp_law *law) {
    size_t found;
    if (node->kind != SP_NODE_TABLE)
        return read_fixed(context, node, input, law);
    sp_value_mark_used(node);
    const struct sp_node *plain = find_plain(node, &found);
    if (found != 1)
        sp_value_law_pass(node);
    if (found != 1 || (plain && strcmp(plain->key, "at") == 0))
        return TELL(context, node, "%s: each time of a schedule needs a number or one law", input->key);
    int error = plain ? read_fixed(context, plain, input, law) | refuse_on_number(context, node, input->key)
                      : sp_value_law_read(context, node, input->key, law);
    tell_unknown_in_assumption(context, node, input->key);
    return error;
}

/* Keeps entries in order of time: later ones move up. */
static void insert_entry(struct sp_assumption *assumption, size_t count, int from, struct sp_law law) {
    size_t i = count;
    for (; i > 0 && assumption->from[i - 1] > from; i--) {
        assumption->from[i] = assumption->from[i - 1];
        assumption->law[i] = assumption->law[i - 1];
    }
    assumption->from[i] = from;
    assumption->law[i] = law;
}

static int read_schedule(const struct sp_value_context *context, const struct sp_node *node,
                         struct sp_input *input) {
    struct sp_assumption *assumption = &input->assumption;
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_TABLE || node->count == 0)
        return TELL(context, node, "%s: at needs times, like at = { \"2026Q1\" = 15, \"2027Q1\" = 18 }",
                    input->key);
    int error = sp_value_create_entries(context, assumption, node->count);
    for (size_t i = 0; error != SP_ERROR_RESOURCES && i < node->count; i++) {
        int from = 0;
        struct sp_law law = {0};
        const struct sp_node *entry = node->entry[i];
        if (sp_value_find_quarter(context, entry->key_place, input->key, entry->key, true, &from) ||
            read_entry(context, entry, input, &law))
            error = SP_ERROR_SCENARIO;
        insert_entry(assumption, i, from, law);
    }
    if (!error && assumption->from[0] > 0)
        return TELL(context, node, "%s: the schedule begins after the first quarter; add a value for it",
                    input->key);
    return error;
}

/* --- Assumptions --- */

/* A law that can leave the field's bounds is drawn all the same and held to them; often means a mistake. */
static void warn_outside(const struct sp_value_context *context, const struct sp_node *node,
                         const struct sp_input *input) {
    const struct sp_law *law = input->assumption.law;
    if (input->assumption.drawn)
        law = sp_value_drawn_mix(context->arena, input->assumption.drawn, 256);
    for (size_t i = 0; law && i < input->assumption.entries; i++) {
        double below, above, ignored;
        if (isinf(input->field->low))
            continue;
        /* What is at the bound itself is inside: whole numbers can be there. */
        sp_law_distribution(&law[i], nextafter(input->field->low, -INFINITY), &below, &ignored);
        sp_law_distribution(&law[i], input->field->high, &ignored, &above);
        if (law[i].kind != SP_LAW_CONSTANT && below + above > 1e-3)
            sp_problems_warn(context->problems, node->place,
                             "%s: %.2g of draws lie outside %g .. %g and will be held to it", input->key,
                             below + above, input->field->low, input->field->high);
    }
}

/* All entries that say what is drawn are understood, also when there are too many of them. */
static void mark_what(const struct sp_node *table) {
    struct sp_node *value = sp_tree_find(table, "value"), *at = sp_tree_find(table, "at");
    if (value)
        sp_value_mark_used(value);
    if (at)
        sp_value_mark_used(at);
    sp_value_law_pass(table);
}

/* What is drawn: the one entry of the long form that says it. */
static int read_what(const struct sp_value_context *context, struct sp_node *node, struct sp_input *input) {
    size_t found;
    struct sp_node *plain = find_plain(node, &found);
    if (found != 1) {
        mark_what(node);
        return TELL(context, node, "%s: %s", input->key,
                    found ? "says twice what it is; keep one of value, at and the laws"
                          : "does not say what it is; give value = .., at = { .. } or a law");
    }
    int error = plain ? refuse_on_number(context, node, input->key) : 0;
    if (plain && strcmp(plain->key, "at") == 0)
        return error | read_schedule(context, plain, input);
    error |= sp_value_create_entries(context, &input->assumption, 1);
    if (error) {
        mark_what(node);
        return error;
    }
    if (!plain && sp_value_drawn_is(node))
        return sp_value_drawn_read(context, node, input);
    return plain ? read_fixed(context, plain, input, input->assumption.law)
                 : sp_value_law_read(context, node, input->key, input->assumption.law);
}

static int read_long_form(const struct sp_value_context *context, struct sp_node *node,
                          struct sp_input *input) {
    int error = check_grade(context, node) | read_each(context, node, input);
    for (size_t i = 0; i < node->count; i++)
        error |= read_source_key(context, node->entry[i], &input->source);
    const struct sp_node *stream = sp_tree_find(node, "stream");
    if (stream)
        error |= sp_value_text(context, stream, "stream", &input->assumption.stream);
    error |= read_what(context, node, input);
    error |= sp_value_noise(context, node, input);
    tell_unknown_in_assumption(context, node, input->key);
    return error ? SP_ERROR_SCENARIO : 0;
}

int sp_value_assumption(const struct sp_value_context *given, struct sp_node *node, struct sp_input *input) {
    struct sp_value_context own = *given, *context = &own;
    int error;
    own.is_date = sp_value_is_date(input->field);
    sp_value_mark_used(node);
    input->node = node;
    input->place = node->place;
    if (node->kind == SP_NODE_TABLE) {
        error = read_long_form(context, node, input);
    } else {
        error = sp_value_create_entries(context, &input->assumption, 1);
        error = error ? error : read_fixed(context, node, input, input->assumption.law);
    }
    if (!error)
        warn_outside(context, node, input);
    return error;
}
