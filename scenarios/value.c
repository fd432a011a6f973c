/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/value.h"

#include "engine/base/calendar.h"
#include "scenarios/suggest.h"
#include "scenarios/value_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *sp_value_kind_name(const struct sp_node *node) {
    static const char *const name[] = {
        [SP_NODE_TABLE] = "a table",        [SP_NODE_ARRAY] = "a list",  [SP_NODE_TEXT] = "a text",
        [SP_NODE_WHOLE] = "a whole number", [SP_NODE_REAL] = "a number", [SP_NODE_TRUTH] = "true or false"};
    return name[node->kind];
}

static bool is_number(const struct sp_node *node) {
    return node->kind == SP_NODE_WHOLE || node->kind == SP_NODE_REAL;
}

/* "5%", "-2.5 %": digits with an optional sign and point, then the sign for percent. */
static bool read_percentage(const char *text, double *number) {
    size_t length = strlen(text), digits;
    if (length < 2 || text[length - 1] != '%')
        return false;
    const char *start = text + (*text == '-' || *text == '+');
    digits = strspn(start, "0123456789.");
    const char *end = start + digits;
    while (*end == ' ')
        end++;
    if (digits == 0 || end != text + length - 1 || strchr(start, '.') != strrchr(start, '.'))
        return false;
    *number = strtod(text, NULL) / 100;
    return isfinite(*number);
}

int sp_value_number(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                    double *number) {
    sp_value_mark_used(node);
    if (is_number(node)) {
        *number = node->real;
        return 0;
    }
    if (node->kind == SP_NODE_TEXT && read_percentage(node->text, number))
        return 0;
    if (node->kind == SP_NODE_TEXT)
        return TELL(context, node, "%s: expected a number, got the text \"%s\"; write 0.05 or \"5%%\"", key,
                    node->text);
    return TELL(context, node, "%s: expected a number, got %s", key, sp_value_kind_name(node));
}

bool sp_value_is_date(const struct sp_field *field) {
    return strcmp(field->unit, "quarter") == 0;
}

int sp_value_point(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                   double *number) {
    int quarter;
    if (!context->is_date || node->kind != SP_NODE_TEXT)
        return sp_value_number(context, node, key, number);
    sp_value_mark_used(node);
    if (sp_calendar_parse(node->text, &quarter))
        return TELL(context, node,
                    "%s: expected a quarter, got the text \"%s\"; write \"2027Q1\", or 5 for the fifth", key,
                    node->text);
    *number = quarter - context->first_quarter + 1;
    return 0;
}

static int check_bounds(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                        const struct sp_field *field, double number) {
    bool is_share = field->low == 0 && field->high == 1;
    if (number >= field->low && number <= field->high)
        return 0;
    if (is_share && number > 1 && number <= 100)
        return TELL(context, node, "%s must be within 0 .. 1, got %g; for %g per cent write \"%g%%\" or %g",
                    key, number, number, number, number / 100);
    bool has_unit = strcmp(field->unit, "1") != 0;
    return TELL(context, node, "%s must be within %g .. %g%s%s, got %g", key, field->low, field->high,
                has_unit ? " " : "", has_unit ? field->unit : "", number);
}

int sp_value_bounded(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                     const struct sp_field *field, double *number) {
    struct sp_value_context own = *context;
    own.is_date = sp_value_is_date(field);
    int error = sp_value_point(&own, node, key, number);
    if (error || (error = check_bounds(context, node, key, field, *number)))
        return error;
    if (field->whole && *number != floor(*number))
        return TELL(context, node, "%s must be a whole number, got %g", key, *number);
    return 0;
}

int sp_value_text(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                  const char **text) {
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_TEXT)
        return TELL(context, node, "%s: expected a text, got %s; put it in quotes", key,
                    sp_value_kind_name(node));
    *text = node->text;
    return 0;
}

static size_t count_choices(const char *const *choices) {
    size_t count = 0;
    while (choices[count])
        count++;
    return count;
}

/* "true" or "false" when these are choices; else NULL. */
static const char *truth_among(const char *const *choices, bool truth) {
    for (; *choices; choices++)
        if (strcmp(*choices, truth ? "true" : "false") == 0)
            return *choices;
    return NULL;
}

int sp_value_choice(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                    const char *const *choices, double *index) {
    const char *text = node->kind == SP_NODE_TRUTH ? truth_among(choices, node->truth) : NULL;
    int error = text ? 0 : sp_value_text(context, node, key, &text);
    if (error)
        return error;
    sp_value_mark_used(node);
    size_t count = count_choices(choices);
    const char *list = "";
    for (size_t i = 0; i < count; i++) {
        if (strcmp(choices[i], text) == 0) {
            *index = (double)i;
            return 0;
        }
        list = sp_arena_format(context->arena, "%s%s\"%s\"", list ? list : "", i ? ", " : "", choices[i]);
    }
    return TELL(context, node, "%s: \"%s\" is not known; choose one of %s", key, text, list ? list : "");
}

int sp_value_whole(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                   int64_t low, int64_t high, int64_t *whole) {
    sp_value_mark_used(node);
    if (node->kind != SP_NODE_WHOLE)
        return TELL(context, node, "%s: expected a whole number, got %s", key, sp_value_kind_name(node));
    if (node->whole < low || node->whole > high)
        return TELL(context, node, "%s must be within %lld .. %lld, got %lld", key, (long long)low,
                    (long long)high, (long long)node->whole);
    *whole = node->whole;
    return 0;
}

/* --- Quarters --- */

int sp_value_find_quarter(const struct sp_value_context *context, struct sp_place place, const char *key,
                          const char *text, bool outside, int *quarter) {
    if (sp_calendar_parse(text, quarter))
        return sp_problems_add(context->problems, SP_ERROR_SCENARIO, place,
                               "%s: \"%s\" is not a quarter; write it like \"2027Q1\"", key, text);
    *quarter -= context->first_quarter;
    if (outside || (*quarter >= 0 && (size_t)*quarter < context->quarters))
        return 0;
    char first[SP_QUARTER_TEXT], last[SP_QUARTER_TEXT];
    sp_calendar_print(context->first_quarter, first);
    sp_calendar_print(context->first_quarter + (int)context->quarters - 1, last);
    return sp_problems_add(context->problems, SP_ERROR_SCENARIO, place,
                           "%s: %s is outside the horizon %s..%s", key, text, first, last);
}

int sp_value_quarter(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                     bool outside, int *quarter) {
    const char *text = NULL;
    int error = sp_value_text(context, node, key, &text);
    return error ? error : sp_value_find_quarter(context, node->place, key, text, outside, quarter);
}

int sp_value_create_entries(const struct sp_value_context *context, struct sp_assumption *assumption,
                            size_t entries) {
    assumption->entries = entries;
    assumption->from = sp_arena_array(context->arena, entries, sizeof *assumption->from);
    assumption->law = sp_arena_array(context->arena, entries, sizeof *assumption->law);
    return assumption->from && assumption->law ? 0 : SP_ERROR_RESOURCES;
}

int sp_value_fixed(const struct sp_value_context *context, double number, struct sp_input *input) {
    int error = sp_value_create_entries(context, &input->assumption, 1);
    if (!error)
        input->assumption.law[0] = sp_law_constant(number);
    return error;
}

void sp_value_mark_all(struct sp_node *node) {
    node->used = true;
    for (size_t i = 0; i < node->count; i++)
        sp_value_mark_all(node->entry[i]);
}

bool sp_value_is_enabled(const struct sp_value_context *context, struct sp_node *table) {
    struct sp_node *enabled = sp_tree_find(table, "enabled");
    if (!enabled)
        return true;
    bool is_told = enabled->used; /* of a table that several ask about */
    enabled->used = true;
    if (enabled->kind != SP_NODE_TRUTH && !is_told)
        TELL(context, enabled, "enabled: expected true or false");
    if (enabled->kind != SP_NODE_TRUTH || enabled->truth)
        return true;
    sp_value_mark_all(table);
    return false;
}

void sp_value_tell_unknown(const struct sp_value_context *context, const struct sp_node *table,
                           const char *path, const char *const *known, size_t count) {
    for (size_t i = 0; i < table->count; i++) {
        const struct sp_node *node = table->entry[i];
        if (node->used)
            continue;
        const char *near = sp_suggest_nearest(node->key, known, count);
        const char *place = *path ? sp_arena_format(context->arena, " in %s", path) : "";
        sp_value_mark_used(node);
        sp_problems_add(context->problems, SP_ERROR_SCENARIO, node->key_place,
                        near ? "unknown key '%s'%s; did you mean '%s'?" : "unknown key '%s'%s; remove it",
                        node->key, place ? place : "", near ? near : "");
    }
}
