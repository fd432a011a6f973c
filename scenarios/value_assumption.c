/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Assumptions: laws, schedules, and what is said of their source.
 */
#include "scenarios/value_parts.h"

#include <math.h>
#include <string.h>

/* --- Laws --- */

static bool is_law_name(const char *key) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(form[i].name, key) == 0)
            return true;
    return false;
}

static size_t parameter_count(const struct sp_law_form *form) {
    size_t count = 0;
    while (count < SP_LAW_PARAMETERS && form->parameter[count])
        count++;
    return count;
}

static bool has_parameter(const struct sp_law_form *form, const char *key) {
    for (size_t i = 0; i < parameter_count(form); i++)
        if (strcmp(form->parameter[i], key) == 0)
            return true;
    return false;
}

/* The form fits when the table has all that it requires and nothing that it does not know. */
static bool form_fits(const struct sp_law_form *form, const struct sp_node *table) {
    for (size_t i = 0; i < form->required; i++)
        if (!sp_tree_find(table, form->parameter[i]))
            return false;
    for (size_t i = 0; i < table->count; i++)
        if (!has_parameter(form, table->entry[i]->key))
            return false;
    return true;
}

/* "{ mu, sigma } or { median, sigma }", for a message. */
static const char *list_forms(struct sp_arena *arena, const char *law) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    const char *list = "";
    for (size_t i = 0; list && i < count; i++) {
        if (strcmp(form[i].name, law) != 0)
            continue;
        const char *names = "";
        for (size_t j = 0; names && j < parameter_count(&form[i]); j++)
            names = sp_arena_format(arena, j < form[i].required ? "%s%s%s" : "%s%s[%s]", names, j ? ", " : "",
                                    form[i].parameter[j]);
        list = sp_arena_format(arena, "%s%s{ %s }", list, *list ? " or " : "", names ? names : "");
    }
    return list ? list : "";
}

static int make_law(const struct sp_value_context *context, const struct sp_law_form *form,
                    const struct sp_node *table, const char *key, struct sp_law *law) {
    double parameter[SP_LAW_PARAMETERS] = {0};
    int error = 0;
    for (size_t i = 0; i < parameter_count(form); i++) {
        const struct sp_node *node = sp_tree_find(table, form->parameter[i]);
        const char *name = sp_arena_format(context->arena, "%s: %s", key, form->parameter[i]);
        parameter[i] = form->standard;
        if (node && sp_value_number(context, node, name ? name : key, &parameter[i]))
            error = SP_ERROR_SCENARIO;
    }
    if (error)
        return error;
    const char *wrong = form->make(parameter, law);
    return wrong ? TELL(context, table, "%s: %s: %s", key, form->name, wrong) : 0;
}

static int read_law(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                    struct sp_law *law) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_TABLE)
        return TELL(context, node, "%s: %s needs its parameters, %s", key, node->key,
                    list_forms(context->arena, node->key));
    for (size_t i = 0; i < count; i++)
        if (strcmp(form[i].name, node->key) == 0 && form_fits(&form[i], node))
            return make_law(context, &form[i], node, key, law);
    return TELL(context, node, "%s: %s takes %s", key, node->key, list_forms(context->arena, node->key));
}

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
    static const char *const choices[] = {[SP_EACH_PATH] = "path", [SP_EACH_QUARTER] = "quarter", NULL};
    const struct sp_node *node = sp_tree_find(table, "each");
    double index;
    if (!node)
        return 0;
    int error = sp_value_choice(context, node, "each", choices, &index);
    if (!error)
        input->assumption.each = (enum sp_each)index;
    return error;
}

/* The one entry of a table that says what is drawn: `value`, `at`, or the name of a law. */
static struct sp_node *find_law_node(const struct sp_node *table, size_t *found) {
    struct sp_node *law = NULL;
    *found = 0;
    for (size_t i = 0; i < table->count; i++) {
        const char *key = table->entry[i]->key;
        if (strcmp(key, "value") == 0 || strcmp(key, "at") == 0 || is_law_name(key)) {
            law = table->entry[i];
            ++*found;
        }
    }
    return law;
}

static void tell_unknown_in_assumption(const struct sp_value_context *context, const struct sp_node *table,
                                       const char *key) {
    size_t laws, count = 0;
    const struct sp_law_form *form = sp_law_forms(&laws);
    const char *known[64];
    for (size_t i = 0; i < laws && count < 32; i++)
        known[count++] = form[i].name;
    for (size_t i = 0; i < sizeof source_keys / sizeof *source_keys; i++)
        known[count++] = source_keys[i];
    for (size_t i = 0; i < sizeof other_keys / sizeof *other_keys; i++)
        known[count++] = other_keys[i];
    sp_value_tell_unknown(context, table, key, known, count);
}

/* A plain number or percentage. */
static int read_plain(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                      const struct sp_field *field, struct sp_law *law) {
    double number = 0;
    int error = sp_value_bounded(context, node, key, field, &number);
    *law = sp_law_constant(number);
    return error;
}

/* An entry of the long form: a law by its name, or `value`. */
static int read_single(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                       const struct sp_field *field, struct sp_law *law) {
    return is_law_name(node->key) ? read_law(context, node, key, law)
                                  : read_plain(context, node, key, field, law);
}

/* --- Schedules --- */

/* An entry of a schedule: a number, or a table with one law. */
static int read_entry(const struct sp_value_context *context, const struct sp_node *node,
                      const struct sp_input *input, struct sp_law *law) {
    size_t found;
    if (node->kind != SP_NODE_TABLE)
        return read_plain(context, node, input->key, input->field, law);
    sp_value_mark_used(node);
    const struct sp_node *inner = find_law_node(node, &found);
    if (found != 1 || strcmp(inner->key, "at") == 0)
        return TELL(context, node, "%s: each time of a schedule needs a number or one law", input->key);
    int error = read_single(context, inner, input->key, input->field, law);
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
    for (size_t i = 0; i < input->assumption.entries; i++) {
        double below, above, ignored;
        sp_law_distribution(&input->assumption.law[i], input->field->low, &below, &ignored);
        sp_law_distribution(&input->assumption.law[i], input->field->high, &ignored, &above);
        if (input->assumption.law[i].kind != SP_LAW_CONSTANT && below + above > 1e-3)
            sp_problems_warn(context->problems, node->place,
                             "%s: %.2g of draws lie outside %g .. %g and will be held to it", input->key,
                             below + above, input->field->low, input->field->high);
    }
}

/* All entries that say what is drawn are understood, also when there are too many of them. */
static void mark_what(const struct sp_node *table) {
    for (size_t i = 0; i < table->count; i++) {
        const char *key = table->entry[i]->key;
        if (strcmp(key, "value") == 0 || strcmp(key, "at") == 0 || is_law_name(key))
            sp_value_mark_used(table->entry[i]);
    }
}

/* What is drawn: the one entry of the long form that says it. */
static int read_what(const struct sp_value_context *context, struct sp_node *node, struct sp_input *input) {
    size_t found;
    struct sp_node *law = find_law_node(node, &found);
    mark_what(node);
    if (found != 1)
        return TELL(context, node, "%s: %s", input->key,
                    found ? "says twice what it is; keep one of value, at and the laws"
                          : "does not say what it is; give value = .., at = { .. } or a law");
    if (strcmp(law->key, "at") == 0)
        return read_schedule(context, law, input);
    int error = sp_value_create_entries(context, &input->assumption, 1);
    return error ? error : read_single(context, law, input->key, input->field, input->assumption.law);
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

int sp_value_assumption(const struct sp_value_context *context, struct sp_node *node,
                        struct sp_input *input) {
    int error;
    sp_value_mark_used(node);
    input->node = node;
    input->place = node->place;
    if (node->kind == SP_NODE_TABLE) {
        error = read_long_form(context, node, input);
    } else {
        error = sp_value_create_entries(context, &input->assumption, 1);
        error = error ? error : read_plain(context, node, input->key, input->field, input->assumption.law);
    }
    if (!error)
        warn_outside(context, node, input);
    return error;
}
