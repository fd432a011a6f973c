/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every descriptor says all that help, the reference page and the first scenario need.
 */
#include "models/models.h"
#include "scenarios/catalog.h"
#include "scenarios/compile.h"
#include "scenarios/describe.h"
#include "scenarios/starter.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(descriptors, .timeout = 20);

static bool is_said(const char *text) {
    return text && *text && !isspace((unsigned char)*text) && text[strlen(text) - 1] != '.';
}

static struct sp_catalog catalog;
static struct sp_arena *arena;

static void fill(void) {
    arena = sp_arena_create();
    cr_assert_eq(sp_catalog_fill(arena, &catalog), 0);
    cr_assert_gt(catalog.entries, 50);
}

static void clear(void) {
    sp_arena_free(arena);
}

Test(descriptors, all_have_a_sentence, .init = fill, .fini = clear) {
    for (size_t i = 0; i < catalog.entries; i++)
        cr_expect(is_said(catalog.entry[i].sentence), "%s has no sentence, or one with a full stop",
                  catalog.entry[i].name);
}

Test(descriptors, names_are_unique, .init = fill, .fini = clear) {
    for (size_t i = 0; i < catalog.entries; i++)
        for (size_t j = 0; j < i; j++)
            cr_expect(catalog.entry[i].kind != catalog.entry[j].kind ||
                          strcmp(catalog.entry[i].name, catalog.entry[j].name) != 0,
                      "%s is there twice", catalog.entry[i].name);
}

Test(descriptors, all_are_found_by_their_name, .init = fill, .fini = clear) {
    const struct sp_catalog_entry **found = sp_arena_array(arena, catalog.entries, sizeof *found);
    for (size_t i = 0; i < catalog.entries; i++) {
        size_t count = sp_catalog_find(&catalog, catalog.entry[i].name, found), hits = 0;
        for (size_t j = 0; j < count; j++)
            hits += found[j] == &catalog.entry[i];
        cr_expect(hits == 1 || (catalog.entry[i].write && catalog.entry[i].write->internal), "%s",
                  catalog.entry[i].name);
    }
}

static void check_standard(const char *name, const struct sp_field *field) {
    if (field->kind == SP_FIELD_CHOICE) {
        size_t choices = 0;
        while (field->choices[choices])
            choices++;
        cr_expect(isnan(field->standard) || (field->standard >= 0 && field->standard < (double)choices), "%s",
                  name);
    } else if (sp_field_is_number(field)) {
        cr_expect(field->low < field->high, "%s: bounds", name);
        cr_expect(isnan(field->standard) || (field->standard >= field->low && field->standard <= field->high),
                  "%s: default out of bounds", name);
    }
}

Test(descriptors, fields_are_complete, .init = fill, .fini = clear) {
    for (size_t i = 0; i < catalog.entries; i++) {
        const struct sp_field *field = catalog.entry[i].field;
        if (!field)
            continue;
        cr_expect(is_said(field->unit), "%s has no unit", catalog.entry[i].name);
        cr_expect(strcmp(field->key, "enabled") != 0, "%s: that word switches tables off",
                  catalog.entry[i].name);
        cr_expect(field->example[0] || !isnan(field->standard) || field->kind == SP_FIELD_TEXT,
                  "%s has no default and has no example for init", catalog.entry[i].name);
        check_standard(catalog.entry[i].name, field);
    }
}

static bool is_written(const char *column) {
    for (size_t i = 0; i < catalog.entries; i++)
        if (catalog.entry[i].write && strcmp(catalog.entry[i].write->column, column) == 0)
            return true;
    return false;
}

Test(descriptors, what_is_read_is_written, .init = fill, .fini = clear) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t r = 0; r < mechanism[i]->reads; r++) {
            const char *column = mechanism[i]->read[r].column;
            cr_expect(!column || mechanism[i]->read[r].optional || is_written(column),
                      "%s reads %s, which nobody writes", mechanism[i]->name, column);
        }
}

Test(descriptors, metrics_are_complete, .init = fill, .fini = clear) {
    for (size_t i = 0; i < catalog.entries; i++) {
        const struct sp_write *write = catalog.entry[i].write;
        if (!write)
            continue;
        cr_expect(is_said(write->unit), "%s has no unit", write->column);
        cr_expect_eq(write->may_be_undefined, write->undefined_when != NULL, "%s", write->column);
        cr_expect_eq(write->kind == SP_RATIO, write->numerator && write->denominator, "%s", write->column);
        cr_expect(!write->numerator || (is_written(write->numerator) && is_written(write->denominator)), "%s",
                  write->column);
        cr_expect_eq(strchr(write->column, '*') != NULL, write->instanced != 0, "%s", write->column);
    }
}

Test(descriptors, instanced_tables_have_names_for_examples, .init = fill, .fini = clear) {
    for (size_t i = 0; i < catalog.entries; i++)
        if (catalog.entry[i].table && catalog.entry[i].table->instanced && !catalog.entry[i].table->count)
            cr_expect(catalog.entry[i].table->instance[0], "%s", catalog.entry[i].name);
}

Test(descriptors, laws_have_an_example_that_they_accept) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    struct sp_prose prose;
    char *text;
    cr_assert_eq(sp_prose_begin(&prose, 100), 0);
    for (size_t i = 0; i < count; i++)
        cr_expect(*sp_describe_law_example(&prose, &form[i]),
                  "%s: a parameter has no sample (describe_law.c)", form[i].name);
    cr_assert_eq(sp_prose_end(&prose, &text), 0);
    free(text);
}

/* --- Texts as scenarios --- */

static struct sp_scenario *read_text(const char *text, struct sp_problems *problems) {
    char name[] = "/tmp/scalepath-descriptors-XXXXXX.toml";
    int file = mkstemps(name, 5);
    cr_assert(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
    close(file);
    struct sp_scenario *scenario = sp_scenario_read(&(struct sp_request){.scenario = name}, problems);
    unlink(name);
    return scenario;
}

static void expect_none(const struct sp_problems *problems) {
    for (size_t i = 0; i < problems->count; i++)
        cr_expect(false, "%d: %s", problems->items[i].line, problems->items[i].what);
}

Test(descriptors, the_first_scenario_is_without_mistakes) {
    struct sp_problems problems = {0};
    char *text = NULL;
    cr_assert_eq(sp_starter_text(true, &text), 0);
    struct sp_scenario *scenario = read_text(text, &problems);
    expect_none(&problems);
    cr_assert_not_null(scenario);
    size_t mechanisms;
    sp_models_list(&mechanisms);
    cr_expect_eq(scenario->uses, mechanisms, "the first scenario uses every mechanism");
    struct sp_plan *plan = sp_compile_plan(scenario, &(struct sp_compile_options){0}, &problems);
    cr_expect_not_null(plan);
    expect_none(&problems);
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    sp_problems_free(&problems);
    free(text);
}

/* Every example is accepted where its key stands, alone on top of a scenario that is complete. */
Test(descriptors, examples_are_accepted, .init = fill, .fini = clear) {
    char *starter = NULL;
    cr_assert_eq(sp_starter_text(true, &starter), 0);
    for (size_t i = 0; i < catalog.entries; i++) {
        const struct sp_catalog_entry *entry = &catalog.entry[i];
        for (size_t e = 0; entry->field && e < 2; e++) {
            const char *name = entry->table->instance[e] ? entry->table->instance[e] : "none";
            int second = entry->table->one_of[1]; /* of two of which one is given: the first is */
            if (!entry->field->example[e] || (second && entry->field == &entry->table->field[second - 1]))
                continue;
            const char *set =
                entry->table->instanced
                    ? sp_arena_format(arena, "%s.%s=%s", sp_scenario_instance_path(arena, entry->table, name),
                                      entry->field->key, entry->field->example[e])
                    : sp_arena_format(arena, "%s=%s", entry->name, entry->field->example[e]);
            char file[] = "/tmp/scalepath-descriptors-XXXXXX.toml";
            int number = mkstemps(file, 5);
            cr_assert(number >= 0 && write(number, starter, strlen(starter)) == (ssize_t)strlen(starter));
            close(number);
            struct sp_problems problems = {0};
            struct sp_request request = {.scenario = file, .set = &set, .sets = 1};
            struct sp_scenario *scenario = sp_scenario_read(&request, &problems);
            cr_expect(scenario || entry->field->strict, "%s", set); /* it may need another choice */
            /* Else it may be told that the field or its table is not used without another. */
            if (!entry->field->needs && !entry->table->needs && scenario)
                expect_none(&problems);
            sp_scenario_free(scenario);
            sp_problems_free(&problems);
            unlink(file);
        }
    }
    free(starter);
}

/* The defaults that settings_list.c tells are those that settings.c takes. */
Test(descriptors, defaults_of_settings_are_told_right) {
    static const char base[] = "[start]\ncash = 1\n";
    size_t count;
    const struct sp_setting *setting = sp_settings_list(&count);
    struct sp_arena *texts = sp_arena_create();
    const char *spelled = "";
    for (size_t i = 0; i < count; i++)
        if (setting[i].standard)
            spelled = sp_arena_format(texts, "%s%s = %s\n", spelled, setting[i].key, setting[i].standard);
    struct sp_problems problems = {0};
    struct sp_scenario *absent = read_text(base, &problems);
    struct sp_scenario *given = read_text(sp_arena_format(texts, "%s%s", spelled, base), &problems);
    expect_none(&problems);
    cr_assert(absent && given);
    cr_expect_str_eq(absent->currency, given->currency);
    cr_expect_eq(absent->first_quarter, given->first_quarter);
    cr_expect_eq(absent->fiscal_year_last, given->fiscal_year_last);
    cr_expect_eq(absent->quarters, given->quarters);
    cr_expect_eq(absent->seed, given->seed);
    cr_expect_eq(absent->paths, given->paths);
    cr_expect_eq(absent->accrual_end, given->accrual_end);
    sp_scenario_free(absent);
    sp_scenario_free(given);
    sp_problems_free(&problems);
    sp_arena_free(texts);
}
