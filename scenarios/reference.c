/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reference.h"

#include "engine/base/error.h"
#include "models/models.h"
#include "scenarios/describe.h"

#include <ctype.h>

static const char head[] = "# Reference\n\n"
                           "Every key of a scenario, every metric of a result, every law. This page is made "
                           "by `make reference` from the\n"
                           "descriptors that the program itself reads; `scalepath explain NAME` tells the "
                           "same of one name. How values,\n"
                           "laws, schedules and sources are written: [README.md](README.md). The equations:\n"
                           "[models/README.md](../models/README.md).\n\n"
                           "A key whose default is *required* must be given when its table is used. NAME is "
                           "a name of your own. Unit 1 is a\n"
                           "pure number; USD stands for the scenario's `currency`. *Drawn a*: a law is drawn "
                           "once a path, or anew every\n"
                           "quarter, unless the value says `each`; - is never drawn.\n";

/* A bar would end the cell. */
static void print_cell(struct sp_prose *prose, const char *text) {
    fputc(' ', prose->out);
    for (; *text; text++)
        fprintf(prose->out, *text == '|' ? "\\%c" : "%c", *text);
    fputs(" |", prose->out);
}

static const char *code(struct sp_prose *prose, const char *text) {
    return text && *text ? sp_prose_text(prose, "`%s`", text) : "";
}

/* --- Contents --- */

static void print_contents(struct sp_prose *prose) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    const char *list = "[Settings](#settings)";
    for (size_t i = 0; i < count; i++)
        list = sp_prose_text(prose, "%s, [%s](#%s)", list, mechanism[i]->name, mechanism[i]->name);
    fprintf(prose->out, "\n%s, [Laws](#laws)\n", list);
}

/* --- Settings --- */

static void print_settings(struct sp_prose *prose) {
    size_t count;
    const struct sp_setting *setting = sp_settings_list(&count);
    fputs("\n## Settings\n\n| key | takes | default | meaning | example |\n|---|---|---|---|---|\n",
          prose->out);
    for (size_t i = 0; i < count; i++) {
        fputc('|', prose->out);
        print_cell(prose, code(prose, setting[i].key));
        print_cell(prose, setting[i].takes);
        print_cell(prose, code(prose, setting[i].standard));
        print_cell(prose, setting[i].sentence);
        print_cell(prose, code(prose, setting[i].example));
        fputc('\n', prose->out);
    }
}

/* --- Mechanisms --- */

static void print_field(struct sp_prose *prose, const struct sp_field *field) {
    const char *example = sp_describe_example(field, 1);
    fputc('|', prose->out);
    print_cell(prose, code(prose, field->key));
    print_cell(prose, field->unit);
    print_cell(prose, sp_describe_is_required(field) ? "*required*" : sp_describe_default(prose, field));
    print_cell(prose, sp_describe_bounds(prose, field));
    print_cell(prose, sp_describe_each(field));
    print_cell(prose, field->sentence);
    print_cell(prose, code(prose, example));
    fputc('\n', prose->out);
}

static void print_table(struct sp_prose *prose, const struct sp_field_table *table) {
    fprintf(prose->out, "\n`[%s]`: %s.", sp_describe_path(prose, table), table->sentence);
    if (table->ordered_by_first)
        fprintf(prose->out, " Ordered by `%s`; the lowest has 0.", table->field[0].key);
    if (table->shares)
        fprintf(prose->out, " Each `%s` is a part of the whole: together they must add up to 1.",
                table->field[table->shares - 1].key);
    if (table->one_of[0])
        fprintf(prose->out, " Exactly one of `%s` and `%s` must be given.",
                table->field[table->one_of[0] - 1].key, table->field[table->one_of[1] - 1].key);
    fputs("\n\n| key | unit | default | bounds | drawn a | meaning | example "
          "|\n|---|---|---|---|---|---|---|\n",
          prose->out);
    for (size_t i = 0; i < table->fields; i++)
        if (table->field[i].kind != SP_FIELD_DRAW)
            print_field(prose, &table->field[i]);
}

static const char *metric_meaning(struct sp_prose *prose, const struct sp_write *write) {
    const char *text = write->sentence;
    if (write->numerator)
        text = sp_prose_text(prose, "%s: `%s` / `%s`", text, write->numerator, write->denominator);
    if (write->undefined_when)
        text = sp_prose_text(prose, "%s; undefined when %s", text, write->undefined_when);
    return text;
}

static void print_metric(struct sp_prose *prose, const struct sp_mechanism *mechanism,
                         const struct sp_write *write) {
    fputc('|', prose->out);
    print_cell(prose, code(prose, write->column));
    print_cell(prose, write->unit);
    print_cell(prose, sp_result_kind_name(write->kind));
    print_cell(prose, sp_result_side_name(write->adverse));
    print_cell(prose, metric_meaning(prose, write));
    print_cell(prose, sp_describe_account(prose, mechanism, write));
    fputc('\n', prose->out);
}

static bool has_metrics(const struct sp_mechanism *mechanism) {
    bool any = false;
    for (size_t i = 0; i < mechanism->writes; i++)
        any = any || !mechanism->write[i].internal;
    return any;
}

static void print_metrics(struct sp_prose *prose, const struct sp_mechanism *mechanism) {
    if (!has_metrics(mechanism))
        return;
    fputs("\n| metric | unit | kind | bad when | meaning | account |\n|---|---|---|---|---|---|\n",
          prose->out);
    for (size_t i = 0; i < mechanism->writes; i++)
        if (!mechanism->write[i].internal)
            print_metric(prose, mechanism, &mechanism->write[i]);
}

static void print_mechanism(struct sp_prose *prose, const struct sp_mechanism *mechanism) {
    const char *reads = sp_describe_reads(prose, mechanism);
    fprintf(prose->out, "\n## %s\n\n%c%s", mechanism->name, toupper((unsigned char)*mechanism->sentence),
            mechanism->sentence + 1);
    const struct sp_field_table *decider = sp_mechanism_decider(mechanism);
    if (!decider)
        fputs(". Part of every scenario.", prose->out);
    else
        fprintf(prose->out, ". Used when the scenario has `[%s]`.", sp_describe_path(prose, decider));
    if (*reads)
        fprintf(prose->out, " Reads %s.", reads);
    fputc('\n', prose->out);
    for (size_t t = 0; t < SP_STEP_TABLES && mechanism->table[t]; t++)
        if (!mechanism->table[t]->borrowed && sp_models_owns(mechanism, mechanism->table[t]))
            print_table(prose, mechanism->table[t]);
    print_metrics(prose, mechanism);
    for (int i = 0; i < SP_STEP_RULES && mechanism->rule[i].name; i++)
        fprintf(prose->out, "\nCounted as `%s`: %s.\n", mechanism->rule[i].name, mechanism->rule[i].sentence);
}

static void print_mechanisms(struct sp_prose *prose) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    for (size_t i = 0; i < count; i++)
        print_mechanism(prose, mechanism[i]);
}

/* --- Laws --- */

static void print_laws(struct sp_prose *prose) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    fputs("\n## Laws\n\n| law | parameters | may be drawn | values | meaning | example "
          "|\n|---|---|---|---|---|---|\n",
          prose->out);
    for (size_t i = 0; i < count; i++) {
        fputc('|', prose->out);
        print_cell(prose, code(prose, form[i].name));
        print_cell(prose, sp_describe_law_form(prose, &form[i]));
        print_cell(prose, sp_describe_law_drawn(prose, &form[i]));
        print_cell(prose, sp_describe_law_support(prose, &form[i]));
        print_cell(prose, form[i].sentence);
        print_cell(prose, code(prose, sp_describe_law_example(prose, &form[i])));
        fputc('\n', prose->out);
    }
}

int sp_reference_text(char **text) {
    struct sp_prose prose;
    if (sp_prose_begin(&prose, SP_PROSE_WIDTH))
        return SP_ERROR_RESOURCES;
    fputs(head, prose.out);
    print_contents(&prose);
    print_settings(&prose);
    print_mechanisms(&prose);
    print_laws(&prose);
    return sp_prose_end(&prose, text);
}
