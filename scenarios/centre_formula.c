/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/centre_formula.h"

#include "engine/base/error.h"
#include "scenarios/columns.h"
#include "scenarios/formula.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 128 };

struct expander {
    struct sp_centre *centre;
    const struct sp_scenario *scenario;
    const struct sp_plan *plan;
    const char *at;           /* what has not been read */
    const char *instance;     /* that * stands for, or NULL */
    size_t place;             /* of the instance */
    const char *own_instance; /* that the column is of, or NULL */
    size_t own_place;
    int muted;       /* what is read is not used */
    bool is_missing; /* something does not exist: there is no formula */
    bool out_of_memory;
    struct sp_centre_term nowhere; /* where what is not used goes */
    struct sp_centre_formula formula;
};

/* --- Writing --- */

static struct sp_centre_term *add_term(struct expander *e) {
    if (e->muted)
        return &e->nowhere;
    struct sp_centre_term *term =
        sp_arena_append(e->centre->arena, &e->formula.term, &e->formula.terms, sizeof *term);
    e->out_of_memory = e->out_of_memory || !term;
    return term ? term : &e->nowhere;
}

static void add_text(struct expander *e, const char *text, size_t length) {
    add_term(e)->text = sp_arena_text_n(e->centre->arena, text, length);
}

static void add_word(struct expander *e, const char *word) {
    add_text(e, word, strlen(word));
}

static void add_figure(struct expander *e, const struct sp_centre_row *row, bool before) {
    *add_term(e) = (struct sp_centre_term){.row = row, .before = before};
}

static void miss(struct expander *e) {
    e->is_missing = e->is_missing || !e->muted;
}

/* --- Reading --- */

static void skip_blanks(struct expander *e) {
    while (isspace((unsigned char)*e->at))
        e->at++;
}

static bool take(struct expander *e, char sign) {
    skip_blanks(e);
    if (*e->at != sign)
        return false;
    e->at++;
    return true;
}

/* A formula that is not written well has no meaning: the column is left without one, which its test finds. */
static void expect(struct expander *e, char sign) {
    if (!take(e, sign))
        e->is_missing = true;
}

static bool is_of_name(const char *at, size_t i) {
    return isalnum((unsigned char)at[i]) || at[i] == '_' || at[i] == '.' ||
           (at[i] == '*' && i > 0 && at[i - 1] == '.');
}

/* A name, without putting an instance in it. */
static void read_pattern(struct expander *e, char pattern[WORD]) {
    size_t length = 0;
    skip_blanks(e);
    while (length < WORD - 1 && is_of_name(e->at, length)) {
        pattern[length] = e->at[length];
        length++;
    }
    pattern[length] = '\0';
    e->at += length;
}

/* --- Names --- */

static const char *name_of(const struct expander *e, const char *pattern) {
    if (!strchr(pattern, '*') || !e->instance)
        return pattern;
    return sp_columns_instance_name(e->centre->arena, pattern, e->instance);
}

static const struct sp_centre_row *find_column(const struct expander *e, const char *pattern) {
    const char *name = name_of(e, pattern);
    int column = name ? sp_columns_find(&e->plan->variant[0], name) : SP_PLAN_NONE;
    return column == SP_PLAN_NONE ? NULL : &e->centre->column[column];
}

static const struct sp_centre_row *find_input(const struct expander *e, const char *pattern) {
    const char *name = name_of(e, pattern);
    for (size_t i = 0; name && i < e->centre->inputs; i++)
        if (strcmp(e->centre->input[i].name, name) == 0)
            return &e->centre->input[i];
    return NULL;
}

/* --- Instances --- */

/* The instance in a name that a pattern stands for, or NULL. */
static const char *instance_in(const struct expander *e, const char *pattern, const char *name) {
    const char *star = strchr(pattern, '*');
    size_t head = (size_t)(star - pattern), tail = strlen(star + 1), length = strlen(name);
    if (length < head + tail || strncmp(name, pattern, head) != 0 ||
        strcmp(name + length - tail, star + 1) != 0)
        return NULL;
    return sp_arena_text_n(e->centre->arena, name + head, length - head - tail);
}

/* The instances of a table, from the first mechanism that has it. */
static size_t list_of_table(const struct expander *e, const char *pattern, const char **instance,
                            size_t most) {
    const struct sp_mechanism *first = NULL;
    size_t count = 0, length = (size_t)(strchr(pattern, '*') - pattern) - 1;
    for (size_t i = 0; i < e->scenario->uses; i++)
        for (size_t t = 0; t < SP_STEP_TABLES && e->scenario->use[i].table[t].table; t++) {
            const struct sp_bound_table *bound = &e->scenario->use[i].table[t];
            if (strlen(bound->table->name) != length || strncmp(bound->table->name, pattern, length) != 0 ||
                bound->table->borrowed || (first && first != e->scenario->use[i].mechanism))
                continue;
            first = e->scenario->use[i].mechanism;
            for (size_t j = 0; j < bound->instances && count < most; j++)
                instance[count++] = bound->instance[j];
        }
    return count;
}

static size_t list_of_columns(const struct expander *e, const char *pattern, const char **instance,
                              size_t most) {
    const struct sp_variant *variant = &e->plan->variant[0];
    size_t count = 0;
    for (size_t c = 0; c < variant->columns && count < most; c++)
        if (strcmp(variant->column[c].write->column, pattern) == 0)
            instance[count++] = instance_in(e, pattern, variant->column[c].name);
    return count;
}

/* Of the first name with a star in what is to be read. */
static size_t list_instances(const struct expander *e, const char **instance, size_t most) {
    struct expander look = *e;
    char pattern[WORD] = "";
    bool is_input = false;
    while (*look.at && !strchr(pattern, '*')) {
        is_input = *look.at == '[';
        look.at += is_input;
        const char *from = look.at;
        read_pattern(&look, pattern);
        look.at += look.at == from;
    }
    if (!strchr(pattern, '*'))
        return 0;
    return is_input ? list_of_table(e, pattern, instance, most) : list_of_columns(e, pattern, instance, most);
}

/* --- Parts --- */

static void read_expression(struct expander *e);
static void read_part(struct expander *e);

/* After a name: what stands for it where it does not exist. */
static void read_otherwise(struct expander *e, bool exists) {
    if (*e->at != '?') {
        if (!exists)
            miss(e);
        return;
    }
    e->at++;
    e->muted += exists;
    read_part(e);
    e->muted -= exists;
}

static void read_input(struct expander *e) {
    char pattern[WORD], number[32];
    read_pattern(e, pattern);
    expect(e, ']');
    const struct sp_centre_row *row = find_input(e, pattern);
    bool exists = row && !isnan(row->value[0]);
    if (exists && row->text) { /* the number of a quarter: its cell shows a text */
        snprintf(number, sizeof number, "%.17g", row->value[0]);
        add_word(e, number);
    } else if (exists) {
        add_figure(e, row, false);
    }
    read_otherwise(e, exists);
}

static void add_average(struct expander *e, const struct sp_centre_row *row) {
    if (e->plan->accrual_end) {
        add_figure(e, row, false);
        return;
    }
    add_word(e, "((");
    add_figure(e, row, true);
    add_word(e, "+");
    add_figure(e, row, false);
    add_word(e, ")/2)");
}

/* before(NAME), average(NAME); the bracket is read. */
static void read_in_time(struct expander *e, bool is_average) {
    char pattern[WORD];
    read_pattern(e, pattern);
    expect(e, ')');
    const struct sp_centre_row *row = find_column(e, pattern);
    if (row && is_average)
        add_average(e, row);
    else if (row)
        add_figure(e, row, true);
    read_otherwise(e, row != NULL);
}

static void read_name(struct expander *e, const char *pattern) {
    char place[32];
    if (strcmp(pattern, "none") == 0) {
        miss(e);
        return;
    }
    if (strcmp(pattern, "place") == 0) {
        snprintf(place, sizeof place, "%zu", e->place);
        add_word(e, place);
        return;
    }
    const struct sp_centre_row *row = strcmp(pattern, "quarter") == 0  ? &e->centre->time
                                      : strcmp(pattern, "season") == 0 ? &e->centre->season
                                                                       : find_column(e, pattern);
    if (row)
        add_figure(e, row, false);
    read_otherwise(e, row != NULL);
}

/* previous(X, Y): X of the instance before this one, of the first Y. */
static void read_previous(struct expander *e) {
    enum { MOST = 1024 };
    const char *instance[MOST], *own = e->instance;
    size_t count = list_instances(e, instance, MOST);
    bool is_first = e->place == 0 || e->place > count;
    if (!is_first)
        e->instance = instance[--e->place];
    e->muted += is_first;
    read_expression(e);
    e->muted -= is_first;
    e->place += is_first ? 0 : 1;
    e->instance = own;
    expect(e, ',');
    e->muted += !is_first;
    read_expression(e);
    e->muted -= !is_first;
    expect(e, ')');
}

/* For every instance what stands in the brackets; `empty` when there are none. */
static void read_for_all(struct expander *e, const char *joined_by, const char *empty) {
    enum { MOST = 1024 };
    const char *instance[MOST], *from = e->at, *outer = e->instance;
    size_t count = list_instances(e, instance, MOST), place = e->place;
    if (count == 0) {
        add_word(e, empty);
        e->muted++;
        read_expression(e);
        e->muted--;
    }
    for (size_t i = 0; i < count; i++) {
        e->at = from;
        e->instance = instance[i];
        e->place = i;
        if (i > 0)
            add_word(e, joined_by);
        read_expression(e);
    }
    e->instance = outer;
    e->place = place;
    expect(e, ')');
}

/* nested(N, X, Y): X (1 + X (1 + .. X Y)), N times X, whose place is 0, 1, .. */
static void read_nested(struct expander *e) {
    char *after;
    size_t count = (size_t)strtoul(e->at, &after, 10), place = e->place;
    e->at = after;
    expect(e, ',');
    const char *from = e->at;
    for (size_t i = 0; i < count; i++) {
        e->at = from;
        e->place = i;
        add_word(e, i == 0 ? "(" : "*(1+");
        read_expression(e);
    }
    e->place = place;
    expect(e, ',');
    add_word(e, "*");
    read_expression(e);
    for (size_t i = 0; i < count; i++)
        add_word(e, ")");
    expect(e, ')');
}

/* own(X): X of the instance that the column is of. */
static void read_own(struct expander *e) {
    const char *instance = e->instance;
    size_t place = e->place;
    e->instance = e->own_instance;
    e->place = e->own_place;
    read_expression(e);
    e->instance = instance;
    e->place = place;
    expect(e, ')');
}

static void read_count(struct expander *e) {
    enum { MOST = 1024 };
    const char *instance[MOST];
    char number[32];
    snprintf(number, sizeof number, "%zu", list_instances(e, instance, MOST));
    add_word(e, number);
    e->muted++;
    read_expression(e);
    e->muted--;
    expect(e, ')');
}

static void read_accounts(struct expander *e) {
    char prefix[WORD];
    bool any = false;
    read_pattern(e, prefix);
    expect(e, ')');
    add_word(e, "(");
    for (size_t c = 0; c < e->centre->columns; c++) {
        const struct sp_centre_row *row = &e->centre->column[c];
        if (!row->account || strncmp(row->account, prefix, strlen(prefix)) != 0)
            continue;
        if (any)
            add_word(e, "+");
        add_figure(e, row, false);
        any = true;
    }
    add_word(e, any ? ")" : "0)");
}

/* X, Y): the one that is not meant is read for nothing. */
static void read_either(struct expander *e, bool is_first) {
    e->muted += !is_first;
    read_expression(e);
    e->muted -= !is_first;
    expect(e, ',');
    e->muted += is_first;
    read_expression(e);
    e->muted -= is_first;
    expect(e, ')');
}

static const struct sp_centre_row *read_key(struct expander *e) {
    char pattern[WORD];
    expect(e, '[');
    read_pattern(e, pattern);
    expect(e, ']');
    expect(e, ',');
    return find_input(e, pattern);
}

static void read_case(struct expander *e) {
    char word[WORD], written[WORD + 2];
    const struct sp_centre_row *row = read_key(e);
    read_pattern(e, word);
    expect(e, ',');
    snprintf(written, sizeof written, "\"%s\"", word);
    read_either(e, row && row->text && (strcmp(row->text, written) == 0 || strcmp(row->text, word) == 0));
}

/* --- Formulas of the scenario --- */

/* Where the part begins that the operation at `end` ends. */
static size_t begin_of(const struct sp_formula_text *text, size_t end) {
    size_t wanted = 1, at = end + 1;
    while (wanted > 0 && at > 0) {
        enum sp_operation_kind kind = text->operation[--at].kind;
        if (kind == SP_OPERATION_NUMBER || kind == SP_OPERATION_COLUMN)
            wanted--;
        else if (kind != SP_OPERATION_NEGATE && kind != SP_OPERATION_NOT)
            wanted++;
    }
    return at;
}

static void add_seen(struct expander *e, const struct sp_formula_text *text, size_t end);

/* A column of the quarter before; a ratio is the division of its parts. */
static void add_seen_column(struct expander *e, const char *name) {
    const struct sp_centre_row *row = find_column(e, name);
    if (!row) {
        miss(e);
    } else if (row->numerator && row->denominator) {
        add_word(e, "(");
        add_figure(e, row->numerator, true);
        add_word(e, "/");
        add_figure(e, row->denominator, true);
        add_word(e, ")");
    } else if (row->has_opening) {
        add_figure(e, row, true);
    } else { /* an empty cell is undefined, and not 0 */
        add_word(e, "IF(ISNUMBER(");
        add_figure(e, row, true);
        add_word(e, "),");
        add_figure(e, row, true);
        add_word(e, ",\"\")");
    }
}

static void add_seen_pair(struct expander *e, const struct sp_formula_text *text, size_t left,
                          const char *sign, size_t right) {
    add_word(e, "(");
    add_seen(e, text, left);
    add_word(e, sign);
    add_seen(e, text, right);
    add_word(e, ")");
}

/* 1 or 0, and 0 where a side is undefined. */
static void add_seen_comparison(struct expander *e, const struct sp_formula_text *text, size_t left,
                                const char *sign, size_t right) {
    add_word(e, "IF(AND(ISNUMBER(");
    add_seen(e, text, left);
    add_word(e, "),ISNUMBER(");
    add_seen(e, text, right);
    add_word(e, ")),IF(");
    add_seen_pair(e, text, left, sign, right);
    add_word(e, ",1,0),0)");
}

static void add_seen_logic(struct expander *e, const struct sp_formula_text *text, size_t left,
                           const char *function, size_t right) {
    add_word(e, "IF(");
    add_word(e, function);
    add_word(e, "(");
    add_seen(e, text, left);
    add_word(e, "<>0,");
    add_seen(e, text, right);
    add_word(e, "<>0),1,0)");
}

static void add_seen_one(struct expander *e, const char *before, const struct sp_formula_text *text,
                         size_t end, const char *after) {
    add_word(e, before);
    add_seen(e, text, end);
    add_word(e, after);
}

/* The part that the operation at `end` ends. */
static void add_seen(struct expander *e, const struct sp_formula_text *text, size_t end) {
    static const char *const sign[] = {
        [SP_OPERATION_PLUS] = "+",     [SP_OPERATION_MINUS] = "-",          [SP_OPERATION_TIMES] = "*",
        [SP_OPERATION_OVER] = "/",     [SP_OPERATION_LESS] = "<",           [SP_OPERATION_LESS_EQUAL] = "<=",
        [SP_OPERATION_GREATER] = ">",  [SP_OPERATION_GREATER_EQUAL] = ">=", [SP_OPERATION_EQUAL] = "=",
        [SP_OPERATION_UNEQUAL] = "<>", [SP_OPERATION_AND] = "AND",          [SP_OPERATION_OR] = "OR"};
    const struct sp_operation *operation = &text->operation[end];
    enum sp_operation_kind kind = operation->kind;
    char number[40];
    if (kind == SP_OPERATION_NUMBER) {
        snprintf(number, sizeof number, "(%.17g)", operation->number);
        add_word(e, number);
    } else if (kind == SP_OPERATION_COLUMN) {
        add_seen_column(e, text->name[end]);
    } else if (kind == SP_OPERATION_NEGATE) {
        add_seen_one(e, "(0-", text, end - 1, ")");
    } else if (kind == SP_OPERATION_NOT) {
        add_seen_one(e, "IF(", text, end - 1, "<>0,0,1)");
    } else {
        size_t right = end - 1, left = begin_of(text, right) - 1;
        if (kind <= SP_OPERATION_OVER)
            add_seen_pair(e, text, left, sign[kind], right);
        else if (kind < SP_OPERATION_AND)
            add_seen_comparison(e, text, left, sign[kind], right);
        else
            add_seen_logic(e, text, left, sign[kind], right);
    }
}

/* formula([KEY]); the bracket is read. */
static void read_scenario_formula(struct expander *e) {
    char pattern[WORD];
    expect(e, '[');
    read_pattern(e, pattern);
    expect(e, ']');
    expect(e, ')');
    const char *name = name_of(e, pattern);
    const struct sp_input *input = name ? sp_scenario_find(e->scenario, name) : NULL;
    if (!input || !input->formula || input->formula->operations == 0)
        miss(e);
    else
        add_seen(e, input->formula, input->formula->operations - 1);
}

/* A function of spreadsheets: its name in capitals, and what stands in its brackets. */
static void read_function(struct expander *e, const char *name) {
    char capitals[WORD];
    size_t length = strlen(name);
    for (size_t i = 0; i <= length; i++)
        capitals[i] = (char)toupper((unsigned char)name[i]);
    add_word(e, capitals);
    add_word(e, "(");
    read_expression(e);
    while (take(e, ',')) {
        add_word(e, ",");
        read_expression(e);
    }
    expect(e, ')');
    add_word(e, ")");
}

static void read_word(struct expander *e) {
    char word[WORD];
    read_pattern(e, word);
    if (*e->at != '(') {
        read_name(e, word);
        return;
    }
    e->at++;
    if (strcmp(word, "before") == 0 || strcmp(word, "average") == 0) {
        read_in_time(e, *word == 'a');
    } else if (strcmp(word, "sum") == 0) {
        add_word(e, "(");
        read_for_all(e, "+", "0");
        add_word(e, ")");
    } else if (strcmp(word, "each") == 0) {
        read_for_all(e, ",", "0");
    } else if (strcmp(word, "previous") == 0) {
        add_word(e, "(");
        read_previous(e);
        add_word(e, ")");
    } else if (strcmp(word, "nested") == 0) {
        read_nested(e);
    } else if (strcmp(word, "own") == 0) {
        read_own(e);
    } else if (strcmp(word, "formula") == 0) {
        read_scenario_formula(e);
    } else if (strcmp(word, "count") == 0) {
        read_count(e);
    } else if (strcmp(word, "accounts") == 0) {
        read_accounts(e);
    } else if (strcmp(word, "case") == 0 || strcmp(word, "given") == 0 || strcmp(word, "accrued") == 0) {
        add_word(e, "(");
        if (*word == 'c')
            read_case(e);
        else
            read_either(e, *word == 'a' ? !e->plan->accrual_end : read_key(e) != NULL);
        add_word(e, ")");
    } else {
        read_function(e, word);
    }
}

/* A number, a name, a function, words, or something in brackets. */
static void read_part(struct expander *e) {
    skip_blanks(e);
    if (take(e, '(')) {
        add_word(e, "(");
        read_expression(e);
        expect(e, ')');
        add_word(e, ")");
    } else if (take(e, '[')) {
        read_input(e);
    } else if (isdigit((unsigned char)*e->at)) {
        size_t length = strspn(e->at, "0123456789.");
        add_text(e, e->at, length);
        e->at += length;
    } else if (isalpha((unsigned char)*e->at)) {
        read_word(e);
    } else if (*e->at == '"' && strchr(e->at + 1, '"')) {
        size_t length = (size_t)(strchr(e->at + 1, '"') - e->at) + 1;
        add_text(e, e->at, length);
        e->at += length;
    } else {
        e->is_missing = true;
    }
}

/* Up to a comma, a closing bracket, or the end. */
static void read_expression(struct expander *e) {
    skip_blanks(e);
    while (*e->at && *e->at != ',' && *e->at != ')' && !e->is_missing) {
        if (strchr("+-*/<>=", *e->at))
            add_text(e, e->at++, 1);
        else
            read_part(e);
        skip_blanks(e);
    }
}

/* The instance that the column is of, and its place among them. */
static void find_own_instance(struct expander *e, size_t column) {
    const struct sp_column *own = &e->plan->variant[0].column[column];
    if (!strchr(own->write->column, '*'))
        return;
    e->instance = instance_in(e, own->write->column, own->name);
    for (size_t c = 0; c < column; c++)
        e->place += strcmp(e->plan->variant[0].column[c].write->column, own->write->column) == 0;
    e->own_instance = e->instance;
    e->own_place = e->place;
}

/* Where the company may stop, nothing goes on from the quarter after it has. */
static const struct sp_centre_row *find_stop(const struct expander *e, size_t column) {
    const struct sp_variant *variant = &e->plan->variant[0];
    for (size_t i = 0; i < variant->steps; i++)
        for (size_t o = 0; o < variant->step[i].outs; o++)
            if (variant->step[i].out[o] == (int)column && variant->step[i].mechanism->after_stop)
                return NULL;
    return variant->stop == SP_PLAN_NONE ? NULL : &e->centre->column[variant->stop];
}

static void read_stoppable(struct expander *e, size_t column) {
    const struct sp_centre_row *stop = find_stop(e, column);
    bool may_be_undefined = e->plan->variant[0].column[column].write->may_be_undefined;
    if (stop) {
        add_word(e, "IF(");
        add_figure(e, stop, true);
        add_word(e, may_be_undefined ? ">0,\"\"," : ">0,0,");
    }
    read_expression(e);
    if (stop)
        add_word(e, ")");
}

int sp_centre_formula_make(struct sp_centre *centre, const struct sp_scenario *scenario,
                           const struct sp_plan *plan, size_t column, const char *text, bool is_opening,
                           const struct sp_centre_formula **formula) {
    struct expander e = {.centre = centre, .scenario = scenario, .plan = plan, .at = text};
    *formula = NULL;
    if (!text)
        return 0;
    find_own_instance(&e, column);
    if (is_opening)
        read_expression(&e);
    else
        read_stoppable(&e, column);
    if (e.is_missing || *e.at)
        return e.out_of_memory ? SP_ERROR_RESOURCES : 0;
    struct sp_centre_formula *made = sp_arena_array(centre->arena, 1, sizeof *made);
    if (!made || e.out_of_memory)
        return SP_ERROR_RESOURCES;
    *made = e.formula;
    *formula = made;
    return 0;
}
