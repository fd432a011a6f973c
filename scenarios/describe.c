/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/describe.h"

#include "models/models.h"
#include "scenarios/scenario.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "1e+12" gives "1e12", "1e-05" gives "1e-5". */
static void shorten_exponent(char *digits) {
    char *exponent = strchr(digits, 'e'), *from;
    if (!exponent)
        return;
    exponent += 1 + (exponent[1] == '-');
    from = exponent + (*exponent == '+');
    from += strspn(from, "0");
    memmove(exponent, from, strlen(from) + 1);
}

const char *sp_describe_number(struct sp_prose *prose, double number) {
    char digits[40];
    for (int precision = 6; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    shorten_exponent(digits);
    return sp_prose_text(prose, "%s", digits);
}

/* --- Fields --- */

bool sp_describe_is_required(const struct sp_field *field) {
    bool has_default = field->kind != SP_FIELD_FORMULA && field->kind != SP_FIELD_NAME &&
                       !(sp_field_is_number(field) && isnan(field->standard));
    return !has_default && !field->optional;
}

const char *sp_describe_default(struct sp_prose *prose, const struct sp_field *field) {
    if (sp_describe_is_required(field))
        return "required";
    if (field->optional && isnan(field->standard))
        return "none";
    if (field->kind == SP_FIELD_CHOICE)
        return sp_prose_text(prose, "\"%s\"", field->choices[(int)field->standard]);
    return sp_field_is_number(field) ? sp_describe_number(prose, field->standard) : "-";
}

const char *sp_describe_bounds(struct sp_prose *prose, const struct sp_field *field) {
    const char *list = "";
    if (field->kind == SP_FIELD_NAME)
        return sp_prose_text(prose, "name of a [%s.NAME]", field->of);
    if (!sp_field_is_number(field))
        return field->kind == SP_FIELD_TEXT      ? "a text"
               : field->kind == SP_FIELD_QUARTER ? "a quarter"
               : field->kind == SP_FIELD_FORMULA ? "a formula"
                                                 : "a list of changes";
    for (size_t i = 0; field->kind == SP_FIELD_CHOICE && field->choices[i]; i++)
        list = sp_prose_text(prose, "%s%s\"%s\"", list, i ? ", " : "", field->choices[i]);
    if (field->kind == SP_FIELD_CHOICE)
        return list;
    return sp_prose_text(prose, "%s .. %s", sp_describe_number(prose, field->low),
                         sp_describe_number(prose, field->high));
}

const char *sp_describe_each(const struct sp_field *field) {
    if (field->kind != SP_FIELD_ASSUMPTION)
        return "-";
    return field->each == SP_EACH_QUARTER ? "quarter" : "path";
}

const char *sp_describe_example(const struct sp_field *field, size_t instance) {
    if (instance == 1 && field->example[1])
        return field->example[1];
    return field->example[0];
}

const char *sp_describe_path(struct sp_prose *prose, const struct sp_field_table *table) {
    return table->instanced ? sp_describe_instance(prose, table, "NAME") : table->name;
}

const char *sp_describe_instance(struct sp_prose *prose, const struct sp_field_table *table,
                                 const char *instance) {
    return sp_scenario_instance_path(prose->arena, table, instance);
}

/* --- Columns --- */

const char *sp_describe_account(struct sp_prose *prose, const struct sp_mechanism *mechanism,
                                const struct sp_write *write) {
    const char *text = write->account ? write->account : "";
    if (write->account && write->account_table) {
        const struct sp_field_table *table = mechanism->table[write->account_table - 1];
        text = sp_prose_text(prose, "%s, unless %s.%s says another", text, sp_describe_path(prose, table),
                             table->field[write->account_field].key);
    }
    if (write->account && write->not_with)
        text = sp_prose_text(prose, "%s, unless there is a [%s]: then those are the cost lines", text,
                             sp_describe_path(prose, mechanism->table[write->not_with - 1]));
    return text;
}

static const char *read_text(struct sp_prose *prose, const struct sp_read *read) {
    if (read->account)
        return *read->account ? sp_prose_text(prose, "the cost lines of accounts %s*", read->account)
                              : "all cost lines";
    return sp_prose_text(prose, "%s%s%s", read->column, read->before ? " of the quarter before" : "",
                         read->with_field ? " (when asked for)"
                         : read->optional ? " (if there is any)"
                                          : "");
}

const char *sp_describe_reads(struct sp_prose *prose, const struct sp_mechanism *mechanism) {
    const char *list = "";
    for (size_t i = 0; i < mechanism->reads; i++)
        list = sp_prose_text(prose, "%s%s%s", list, i ? ", " : "", read_text(prose, &mechanism->read[i]));
    return list;
}

static bool reads_column(const struct sp_mechanism *mechanism, const struct sp_write *write) {
    for (size_t i = 0; i < mechanism->reads; i++) {
        const struct sp_read *read = &mechanism->read[i];
        if (read->column && strcmp(read->column, write->column) == 0)
            return true;
        if (read->account && write->account &&
            strncmp(write->account, read->account, strlen(read->account)) == 0)
            return true;
    }
    for (size_t i = 0; i < mechanism->writes; i++) {
        const char *numerator = mechanism->write[i].numerator, *denominator = mechanism->write[i].denominator;
        if (numerator && (!strcmp(numerator, write->column) || !strcmp(denominator, write->column)))
            return true;
    }
    return false;
}

const char *sp_describe_readers(struct sp_prose *prose, const struct sp_write *write) {
    size_t count;
    const struct sp_mechanism *const *mechanism = sp_models_list(&count);
    const char *list = "";
    for (size_t i = 0; i < count; i++)
        if (reads_column(mechanism[i], write))
            list = sp_prose_text(prose, "%s%s%s", list, *list ? ", " : "", mechanism[i]->name);
    return list;
}
