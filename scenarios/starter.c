/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/starter.h"

#include "engine/base/error.h"
#include "models/models.h"
#include "scenarios/describe.h"

#include <math.h>
#include <string.h>

enum { WIDTH = 120 };

static const char head[] =
    "# A scenario for scalepath: assumptions about a company, quarter by quarter.\n"
    "#\n"
    "# It runs as it stands (scalepath run), but its numbers are examples, marked `placeholder = true`: put "
    "your own\n"
    "# in their place, without the mark. Lines that begin with `# key =` show defaults.\n"
    "#\n"
    "# A value is a number (0.05), a percentage (\"5%\"), a law ({ normal = { mean = 10, sd = 2 } }), or a "
    "schedule\n"
    "# ({ at = { \"2026Q1\" = 15, \"2027Q1\" = 18 } }). Where it comes from may stand beside it:\n"
    "# { value = 0.05, source = \"survey of 2025\", grade = \"B\" }. `enabled = false` in a table switches "
    "it off.\n"
    "# `scalepath explain KEY` tells more of any key, `scalepath check` all mistakes at once.\n";

/* Wrapped; every line is a comment. */
static void print_comment(struct sp_prose *prose, const char *text) {
    int column = 2;
    fputs("# ", prose->out);
    for (bool first = true; *(text += strspn(text, " ")); first = false) {
        size_t bytes = strcspn(text, " ");
        if (!first && column + 1 + (int)bytes > prose->width) {
            fputs("\n#  ", prose->out); /* the blank before the word follows */
            column = 3;
        }
        column += fprintf(prose->out, "%s%.*s", first ? "" : " ", (int)bytes, text);
        text += bytes;
    }
    fputc('\n', prose->out);
}

/* --- Settings --- */

/* Settings of one table ("" for those outside any), all as comments: they have defaults. */
static void print_settings(struct sp_prose *prose, const char *table) {
    size_t count, length = strlen(table);
    const struct sp_setting *setting = sp_settings_list(&count);
    if (*table)
        fprintf(prose->out, "\n[%s]\n", table);
    else
        fputc('\n', prose->out);
    for (size_t i = 0; i < count; i++) {
        const char *key = setting[i].key, *dot = strchr(key, '.');
        bool is_here = dot ? (size_t)(dot - key) == length && strncmp(key, table, length) == 0 : !*table;
        if (!is_here)
            continue;
        print_comment(prose, sp_prose_text(prose, "%s; %s", setting[i].sentence, setting[i].takes));
        fprintf(prose->out, "# %s = %s\n", dot ? dot + 1 : key,
                setting[i].standard ? setting[i].standard : setting[i].example);
    }
}

/* --- Fields --- */

/* "the rate that growth fades to; 1/quarter, -5 .. 5, drawn every quarter" */
static void print_field_comment(struct sp_prose *prose, const struct sp_field *field) {
    const char *unit = strcmp(field->unit, "1") == 0 ? "" : sp_prose_text(prose, "%s, ", field->unit);
    bool is_quarterly = field->kind == SP_FIELD_ASSUMPTION && field->each == SP_EACH_QUARTER;
    print_comment(prose,
                  sp_prose_text(prose, "%s; %s%s%s", field->sentence, unit, sp_describe_bounds(prose, field),
                                is_quarterly ? ", drawn anew every quarter" : ""));
}

/* An example with the mark: a law gets it within its braces. */
static const char *marked(struct sp_prose *prose, const char *example) {
    size_t length = strlen(example);
    if (*example == '{' && length > 3)
        return sp_prose_text(prose, "%.*s, placeholder = true }", (int)(length - 2), example);
    return sp_prose_text(prose, "{ value = %s, placeholder = true }", example);
}

static void print_field(struct sp_prose *prose, const struct sp_field *field, const char *example,
                        bool is_live) {
    print_field_comment(prose, field);
    if (is_live && example)
        fprintf(prose->out, "%s = %s\n", field->key,
                field->kind == SP_FIELD_ASSUMPTION ? marked(prose, example) : example);
    else if (!sp_field_is_number(field) || isnan(field->standard))
        fprintf(prose->out, "# %s = %s\n", field->key, example ? example : "\"\"");
    else
        fprintf(prose->out, "# %s = %s\n", field->key, sp_describe_default(prose, field));
}

/* Some fields have a meaning only with others: with what others are by default, this one has none. */
static bool is_absent(const struct sp_field_table *table, const struct sp_field *field) {
    if (field->optional || !field->needs)
        return field->optional;
    const struct sp_field *other = &table->field[field->needs - 1];
    return other->kind == SP_FIELD_CHOICE ? field->needs_choice != (int)other->standard
                                          : is_absent(table, other);
}

/* What may be left out is shown all the same where a named instance has an example for it: a risk without a
 * cost would be a poor one. */
static bool is_live(const struct sp_field_table *table, size_t i) {
    const struct sp_field *field = &table->field[i];
    bool is_one_of = table->one_of[0] == (int)i + 1;
    return is_one_of || field->expected ||
           (!is_absent(table, field) &&
            (sp_describe_is_required(field) || (table->instanced && field->kind == SP_FIELD_ASSUMPTION)));
}

static void print_fields(struct sp_prose *prose, const struct sp_field_table *table, size_t instance,
                         bool all) {
    for (size_t i = 0; i < table->fields; i++) {
        const char *example = sp_describe_example(&table->field[i], instance);
        if (table->field[i].kind != SP_FIELD_DRAW && (all || (is_live(table, i) && example)))
            print_field(prose, &table->field[i], example, is_live(table, i));
    }
}

/* Whether no company can do without the table: it has keys that must be given, or is the ladder of tiers. */
static bool is_basic(const struct sp_field_table *table) {
    bool is_basic = table->ordered_by_first && !table->needs;
    for (size_t i = 0; i < table->fields && !table->instanced; i++)
        is_basic = is_basic || (sp_describe_is_required(&table->field[i]) && is_live(table, i));
    return is_basic;
}

/* --- Tables --- */

static bool is_start(const struct sp_field_table *table) {
    return strcmp(table->name, "start") == 0;
}

/* [start] gathers what the mechanisms declare of it. */
static void print_start(struct sp_prose *prose, bool all) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++) {
            const struct sp_field_table *table = mechanism[i]->table[t];
            if (!is_start(table))
                continue;
            if (!any) {
                fputc('\n', prose->out);
                print_comment(prose, sp_prose_text(prose, "[%s]: %s", table->name, table->sentence));
                fprintf(prose->out, "[%s]\n", table->name);
            }
            any = true;
            print_fields(prose, table, 0, all);
        }
}

static void print_table(struct sp_prose *prose, const struct sp_field_table *table, bool all) {
    const char *path = sp_describe_path(prose, table);
    fputc('\n', prose->out);
    print_comment(prose, sp_prose_text(prose, "[%s]: %s", path, table->sentence));
    for (size_t i = 0; i < 2 && (i == 0 || (table->instanced && table->instance[i])); i++) {
        const char *name = table->instance[i] ? table->instance[i] : "example";
        if (i)
            fputc('\n', prose->out);
        fprintf(prose->out, "[%s]\n",
                table->instanced ? sp_describe_instance(prose, table, name) : table->name);
        print_fields(prose, table, i, all);
    }
}

/* A table that is used only with a choice that is not the default. */
static bool is_needless(const struct sp_mechanism *mechanism, const struct sp_field_table *table) {
    const struct sp_field *choice = table->needs ? &mechanism->table[0]->field[table->needs - 1] : NULL;
    return choice && (int)choice->standard != table->needs_choice;
}

static bool is_of_scenario(const struct sp_mechanism *mechanism, const struct sp_field_table *table) {
    return !is_start(table) && !table->count && !table->borrowed && sp_models_owns(mechanism, table);
}

static void print_mechanisms(struct sp_prose *prose, bool all) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++)
            if (is_of_scenario(mechanism[i], mechanism[i]->table[t]) &&
                (all ? !is_needless(mechanism[i], mechanism[i]->table[t]) : is_basic(mechanism[i]->table[t])))
                print_table(prose, mechanism[i]->table[t], all);
}

/* The tables that a short text leaves out, one a line. */
static void print_others(struct sp_prose *prose) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    fputs(
        "\n# What else a scenario may have (`scalepath explain TABLE` shows the keys, `scalepath init --all` "
        "writes them\n# all):\n#\n",
        prose->out);
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++) {
            const struct sp_field_table *table = mechanism[i]->table[t];
            if (is_of_scenario(mechanism[i], table) && !is_basic(table))
                print_comment(
                    prose, sp_prose_text(prose, "[%s]: %s", sp_describe_path(prose, table), table->sentence));
        }
}

int sp_starter_text(bool all, char **text) {
    struct sp_prose prose;
    if (sp_prose_begin(&prose, WIDTH))
        return SP_ERROR_RESOURCES;
    fputs(head, prose.out);
    if (all)
        print_settings(&prose, "");
    print_settings(&prose, "time");
    print_start(&prose, all);
    print_mechanisms(&prose, all);
    if (all)
        print_settings(&prose, "results");
    else
        print_others(&prose);
    return sp_prose_end(&prose, text);
}
