/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/explain_entry.h"

#include "engine/random/conditional.h"
#include "models/models.h"

#include <math.h>
#include <string.h>

static void print_title(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    const char *title = sp_prose_text(prose, "%s (%s): ", entry->name, sp_catalog_kind_name(entry->kind));
    fputs(title, prose->out);
    sp_prose_wrap(prose, (int)strlen(title), 2, entry->sentence);
    fputc('\n', prose->out);
}

static const char *unit_text(const char *unit) {
    return strcmp(unit, "1") == 0 ? "1 (a pure number)" : unit;
}

/* --- Tables of fields --- */

enum { WIDEST_BOUNDS = 34 };

/* The rows of those fields of a table name that one mechanism has. Long lists of choices stand at the end of
 * the row, where they are wrapped. */
static void add_fields(struct sp_prose *prose, struct sp_prose_table *rows,
                       const struct sp_field_table *table) {
    for (size_t i = 0; i < table->fields; i++) {
        const struct sp_field *field = &table->field[i];
        const char *bounds = sp_describe_bounds(prose, field);
        bool is_wide = strlen(bounds) > WIDEST_BOUNDS;
        if (field->kind != SP_FIELD_DRAW)
            SP_PROSE_ROW(prose, rows, field->key, field->unit, sp_describe_default(prose, field),
                         is_wide ? "a choice" : bounds, sp_describe_each(field),
                         is_wide ? sp_prose_text(prose, "%s: %s", field->sentence, bounds) : field->sentence);
    }
}

static struct sp_prose_table field_rows(struct sp_prose *prose) {
    struct sp_prose_table rows = {0};
    SP_PROSE_ROW(prose, &rows, "key", "unit", "default", "bounds", "drawn a");
    return rows;
}

static void print_table_title(struct sp_prose *prose, const struct sp_field_table *table) {
    const char *title = sp_prose_text(prose, "[%s]  ", sp_describe_path(prose, table));
    fputs(title, prose->out);
    sp_prose_wrap(prose, (int)strlen(title), 2, table->sentence);
}

static void print_fields(struct sp_prose *prose, const struct sp_field_table *table) {
    struct sp_prose_table rows = field_rows(prose);
    print_table_title(prose, table);
    add_fields(prose, &rows, table);
    sp_prose_print(prose, &rows, 2);
    fputc('\n', prose->out);
}

static void print_rules(struct sp_prose *prose, const struct sp_field_table *table) {
    if (table->ordered_by_first)
        fprintf(prose->out, "Instances are ordered by %s; the lowest has %s = 0.\n", table->field[0].key,
                table->field[0].key);
    if (table->shares)
        fprintf(prose->out, "Over all instances, %s must add up to 1.\n",
                table->field[table->shares - 1].key);
    if (table->one_of[0])
        fprintf(prose->out, "Exactly one of %s and %s must be given.\n",
                table->field[table->one_of[0] - 1].key, table->field[table->one_of[1] - 1].key);
}

static void print_table(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    struct sp_prose_table rows = field_rows(prose);
    const char *users = "";
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && mechanism[i]->table[t]; t++)
            if (strcmp(mechanism[i]->table[t]->name, entry->table->name) == 0) {
                users = sp_prose_text(prose, "%s%s%s", users, *users ? ", " : "", mechanism[i]->name);
                if (sp_models_owns(mechanism[i], mechanism[i]->table[t]))
                    add_fields(prose, &rows, mechanism[i]->table[t]);
            }
    print_title(prose, entry);
    sp_prose_print(prose, &rows, 2);
    fprintf(prose->out, "\nRead by: %s\n", users);
    print_rules(prose, entry->table);
}

/* --- Mechanisms --- */

static const char *side_text(const struct sp_write *write) {
    return write->adverse == SP_HIGH ? "high" : "low";
}

static const char *metric_sentence(struct sp_prose *prose, const struct sp_mechanism *mechanism,
                                   const struct sp_write *write) {
    const char *account = sp_describe_account(prose, mechanism, write);
    const char *text = write->sentence;
    if (write->undefined_when)
        text = sp_prose_text(prose, "%s; undefined when %s", text, write->undefined_when);
    return *account ? sp_prose_text(prose, "%s; cost line of %s", text, account) : text;
}

static void print_metrics(struct sp_prose *prose, const struct sp_mechanism *mechanism) {
    struct sp_prose_table rows = {0};
    SP_PROSE_ROW(prose, &rows, "metric", "unit", "kind", "bad when");
    for (size_t i = 0; i < mechanism->writes; i++) {
        const struct sp_write *write = &mechanism->write[i];
        if (!write->internal)
            SP_PROSE_ROW(prose, &rows, write->column, write->unit, sp_result_kind_name(write->kind),
                         side_text(write), metric_sentence(prose, mechanism, write));
    }
    fputs("Results\n", prose->out);
    sp_prose_print(prose, &rows, 2);
}

static const char *when_used(struct sp_prose *prose, const struct sp_mechanism *mechanism) {
    const struct sp_field_table *decider = sp_mechanism_decider(mechanism);
    if (!decider)
        return "in every scenario";
    return sp_prose_text(prose, "when the scenario has [%s]", sp_describe_path(prose, decider));
}

static void print_surroundings(struct sp_prose *prose, const struct sp_mechanism *mechanism) {
    struct sp_prose_table rows = {0};
    const char *reads = sp_describe_reads(prose, mechanism), *internal = "";
    for (size_t i = 0; i < mechanism->writes; i++)
        if (mechanism->write[i].internal)
            internal = sp_prose_text(prose, "%s%s%s (%s)", internal, *internal ? ", " : "",
                                     mechanism->write[i].column, mechanism->write[i].sentence);
    SP_PROSE_ROW(prose, &rows, "Used", when_used(prose, mechanism));
    SP_PROSE_ROW(prose, &rows, "Reads", *reads ? reads : "nothing of others");
    if (*internal)
        SP_PROSE_ROW(prose, &rows, "Keeps", internal);
    for (int i = 0; i < SP_STEP_RULES && mechanism->rule[i].name; i++)
        SP_PROSE_ROW(prose, &rows, "Counts",
                     sp_prose_text(prose, "%s: %s", mechanism->rule[i].name, mechanism->rule[i].sentence));
    fputc('\n', prose->out);
    sp_prose_print(prose, &rows, 0);
}

static void print_mechanism(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    const struct sp_mechanism *mechanism = entry->mechanism;
    print_title(prose, entry);
    for (size_t t = 0; t < SP_STEP_TABLES && mechanism->table[t]; t++)
        if (!mechanism->table[t]->borrowed)
            print_fields(prose, mechanism->table[t]);
    print_metrics(prose, mechanism);
    print_surroundings(prose, mechanism);
}

/* --- Single names --- */

static const char *takes_text(struct sp_prose *prose, const struct sp_field *field) {
    const char *bounds = sp_describe_bounds(prose, field), *whole = field->whole ? "whole " : "";
    if (field->kind == SP_FIELD_ASSUMPTION)
        return sp_prose_text(prose, "a %snumber, a law or a schedule, within %s", whole, bounds);
    if (field->kind == SP_FIELD_NUMBER)
        return sp_prose_text(prose, "a %snumber within %s", whole, bounds);
    return field->kind == SP_FIELD_CHOICE ? sp_prose_text(prose, "one of %s", bounds) : bounds;
}

static const char *drawn_text(const struct sp_field *field) {
    return field->each == SP_EACH_QUARTER
               ? "anew every quarter; with each = \"path\" once for all quarters"
               : "once for all quarters; with each = \"quarter\" anew every quarter";
}

static const char *default_text(struct sp_prose *prose, const struct sp_field *field) {
    if (sp_describe_is_required(field))
        return "none: it must be given";
    bool is_told = sp_field_is_number(field) && !isnan(field->standard);
    return is_told ? sp_describe_default(prose, field) : "none; may be left out";
}

static void print_example(struct sp_prose *prose, const char *table, const char *key, const char *value) {
    fputs("\nExample\n", prose->out);
    if (*table)
        fprintf(prose->out, "  [%s]\n", table);
    fprintf(prose->out, "  %s = %s\n", key, value);
}

static void print_field(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    const struct sp_field *field = entry->field;
    const struct sp_field_table *table = entry->table;
    size_t instance = field->example[0] && table->instance[1] && field->example[1] ? 1 : 0;
    const char *name = table->instance[instance] ? table->instance[instance] : "NAME";
    const char *example = sp_describe_example(field, instance), *path = table->name;
    struct sp_prose_table rows = {0};
    print_title(prose, entry);
    SP_PROSE_ROW(prose, &rows, "mechanism", entry->mechanism->name);
    SP_PROSE_ROW(prose, &rows, "unit", unit_text(field->unit));
    SP_PROSE_ROW(prose, &rows, "default", default_text(prose, field));
    SP_PROSE_ROW(prose, &rows, "takes", takes_text(prose, field));
    if (field->kind == SP_FIELD_ASSUMPTION)
        SP_PROSE_ROW(prose, &rows, "drawn", drawn_text(field));
    sp_prose_print(prose, &rows, 2);
    if (table->instanced)
        path = sp_describe_instance(prose, table, name);
    print_example(prose, path, field->key, example ? example : sp_describe_default(prose, field));
}

static const char *kind_text(const struct sp_write *write) {
    if (write->kind == SP_STOCK)
        return "stock: its value at the end of a period";
    return write->kind == SP_FLOW ? "flow: added up over a period" : "ratio: of the sums over a period";
}

static void add_if(struct sp_prose *prose, struct sp_prose_table *rows, const char *name, const char *text) {
    if (text && *text)
        SP_PROSE_ROW(prose, rows, name, text);
}

static void print_metric(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    const struct sp_write *write = entry->write;
    struct sp_prose_table rows = {0};
    print_title(prose, entry);
    if (write->internal)
        SP_PROSE_ROW(prose, &rows, "internal", "is no metric: it is not in the result");
    add_if(prose, &rows, "unit", unit_text(write->unit));
    add_if(prose, &rows, "kind", kind_text(write));
    if (write->numerator)
        SP_PROSE_ROW(prose, &rows, "is",
                     sp_prose_text(prose, "%s / %s", write->numerator, write->denominator));
    add_if(prose, &rows, "undefined",
           write->undefined_when ? sp_prose_text(prose, "when %s", write->undefined_when) : "");
    add_if(prose, &rows, "bad when", write->internal ? "" : side_text(write));
    add_if(prose, &rows, "account", sp_describe_account(prose, entry->mechanism, write));
    if (write->instanced)
        SP_PROSE_ROW(prose, &rows, "one for each",
                     sp_prose_text(prose, "[%s]",
                                   sp_describe_path(prose, entry->mechanism->table[write->instanced - 1])));
    SP_PROSE_ROW(prose, &rows, "written by", entry->mechanism->name);
    add_if(prose, &rows, "from", sp_describe_reads(prose, entry->mechanism));
    add_if(prose, &rows, "read by", sp_describe_readers(prose, write));
    sp_prose_print(prose, &rows, 2);
}

static void print_setting(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    const struct sp_setting *setting = entry->setting;
    const char *dot = strrchr(setting->key, '.');
    struct sp_prose_table rows = {0};
    print_title(prose, entry);
    SP_PROSE_ROW(prose, &rows, "takes", setting->takes);
    SP_PROSE_ROW(prose, &rows, "default", setting->standard ? setting->standard : "none");
    sp_prose_print(prose, &rows, 2);
    print_example(prose, dot ? sp_prose_text(prose, "%.*s", (int)(dot - setting->key), setting->key) : "",
                  dot ? dot + 1 : setting->key, setting->example);
}

static void print_law(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    print_title(prose, entry);
    for (size_t i = 0; i < entry->forms; i++) {
        const struct sp_law_form *form = &entry->form[i];
        struct sp_prose_table rows = {0};
        if (i)
            fputs("\nor\n", prose->out);
        add_if(prose, &rows, "parameters", sp_describe_law_form(prose, form));
        add_if(prose, &rows, "may be drawn", sp_describe_law_drawn(prose, form));
        add_if(prose, &rows, "means", i ? form->sentence : ""); /* that of the first is the title */
        add_if(prose, &rows, "values", sp_describe_law_support(prose, form));
        add_if(prose, &rows, "example", sp_describe_law_example(prose, form));
        sp_prose_print(prose, &rows, 2);
    }
}

void sp_explain_entry_print(struct sp_prose *prose, const struct sp_catalog_entry *entry) {
    static void (*const print[])(struct sp_prose *, const struct sp_catalog_entry *) = {
        [SP_CATALOG_MECHANISM] = print_mechanism, [SP_CATALOG_TABLE] = print_table,
        [SP_CATALOG_FIELD] = print_field,         [SP_CATALOG_METRIC] = print_metric,
        [SP_CATALOG_SETTING] = print_setting,     [SP_CATALOG_LAW] = print_law};
    print[entry->kind](prose, entry);
}

/* --- Parameters of laws --- */

/* A row for each law whose parameter of this name can be drawn. */
static void add_laws(struct sp_prose *prose, struct sp_prose_table *rows, const char *name,
                     const char *unit) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t f = 0; f < count; f++) {
        const struct sp_conditional *conditional = sp_conditional_find(&form[f]);
        for (size_t j = 0; conditional && j < SP_CONDITIONAL_PARAMETERS && conditional->name[j]; j++) {
            const struct sp_conditional_parameter *parameter = &conditional->parameter[j];
            if (!parameter->can_be_drawn || strcmp(conditional->name[j], name) != 0)
                continue;
            SP_PROSE_ROW(prose, rows, form[f].name, sp_describe_law_form(prose, &form[f]),
                         sp_prose_text(prose, "%s within %s .. %s", name,
                                       sp_describe_number(prose, parameter->low),
                                       sp_describe_number(prose, parameter->high)),
                         unit_text(parameter->is_number ? "1" : unit));
        }
    }
}

bool sp_explain_entry_parameter(struct sp_prose *prose, const struct sp_catalog *catalog, const char *word) {
    const struct sp_catalog_entry *entry = sp_catalog_find_parameter(catalog, word);
    struct sp_prose_table rows = {0};
    if (!entry)
        return false;
    const char *name = strrchr(word, '.') + 1;
    fprintf(prose->out, "%s (parameter): ", word);
    sp_prose_wrap(
        prose, (int)strlen(word) + 14, 2,
        sp_prose_text(prose,
                      "%s of the law of %.*s; an assumption of its own when it is a table: a law, or "
                      "{ value = .. } with its source",
                      name, (int)(name - 1 - word), word));
    fputc('\n', prose->out);
    add_laws(prose, &rows, name, entry->field->unit);
    sp_prose_print(prose, &rows, 2);
    fputc('\n', prose->out);
    sp_explain_entry_print(prose, entry);
    return true;
}
