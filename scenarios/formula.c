/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/formula.h"

#include "engine/base/error.h"
#include "scenarios/columns.h"
#include "scenarios/suggest.h"
#include "scenarios/value_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* --- Words --- */

struct parser {
    const struct sp_value_context *context;
    struct sp_arena *arena;
    const char *key, *text, *at; /* `at`: what has not been read */
    struct sp_place place;       /* of the text */
    struct sp_formula_text *formula;
    size_t held, nested;
    int error;
};

static struct sp_place place_of(const struct parser *parser, const char *at) {
    struct sp_place place = parser->place;
    place.column += 1 + (int)(at - parser->text);
    return place;
}

static void fail(struct parser *parser, const char *at, const char *what) {
    if (!parser->error)
        parser->error = sp_problems_add(parser->context->problems, SP_ERROR_SCENARIO, place_of(parser, at),
                                        "%s: %s", parser->key, what);
}

static void skip_blanks(struct parser *parser) {
    parser->at += strspn(parser->at, " \t\n");
}

static bool is_of_name(char c) {
    return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-';
}

/* Takes a sign, or a word that no longer name begins with. */
static bool take(struct parser *parser, const char *word) {
    size_t length = strlen(word);
    skip_blanks(parser);
    if (strncmp(parser->at, word, length) != 0 ||
        (isalpha((unsigned char)*word) && is_of_name(parser->at[length])))
        return false;
    parser->at += length;
    return true;
}

/* --- Operations --- */

static void add(struct parser *parser, struct sp_operation operation, const char *name, const char *at) {
    struct sp_formula_text *formula = parser->formula;
    if (parser->error)
        return;
    if (formula->operations == SP_FORMULA_OPERATIONS || parser->held > SP_FORMULA_DEPTH) {
        fail(parser, at, "the formula is too long; make it shorter");
        return;
    }
    formula->operation[formula->operations] = operation;
    formula->place[formula->operations] = place_of(parser, at);
    formula->name[formula->operations++] = name;
}

static void add_two(struct parser *parser, enum sp_operation_kind kind, const char *at) {
    parser->held--;
    add(parser, (struct sp_operation){.kind = kind}, NULL, at);
}

static void parse_or(struct parser *parser);

/* Digits with _ between them, a fraction, an exponent, and % for a hundredth. */
static void parse_number(struct parser *parser) {
    char digits[64] = "", *end;
    const char *from = parser->at;
    size_t length = 0;
    for (; length < sizeof digits - 1; parser->at++) {
        bool is_sign = length > 0 && strchr("+-", *parser->at) && strchr("eE", digits[length - 1]);
        if (*parser->at == '_')
            continue;
        if (!*parser->at || (!isalnum((unsigned char)*parser->at) && *parser->at != '.' && !is_sign))
            break;
        digits[length++] = *parser->at;
    }
    digits[length] = 0;
    double number = strtod(digits, &end);
    if (*end || !isfinite(number) || strpbrk(digits, "xXnN")) {
        fail(parser, from, "this is no number");
        return;
    }
    parser->held++;
    add(parser,
        (struct sp_operation){.kind = SP_OPERATION_NUMBER,
                              .number = take(parser, "%") ? number / 100 : number},
        NULL, from);
}

static void parse_name(struct parser *parser) {
    const char *from = parser->at;
    while (is_of_name(*parser->at))
        parser->at++;
    const char *name = sp_arena_text_n(parser->arena, from, (size_t)(parser->at - from));
    if (!name)
        parser->error = SP_ERROR_RESOURCES;
    parser->held++;
    add(parser, (struct sp_operation){.kind = SP_OPERATION_COLUMN}, name, from);
}

static void parse_factor(struct parser *parser) {
    skip_blanks(parser);
    const char *from = parser->at;
    if (parser->error)
        return;
    if (parser->nested == SP_FORMULA_DEPTH) {
        fail(parser, from, "too many signs or brackets within each other");
        return;
    }
    parser->nested++;
    if (take(parser, "-")) {
        parse_factor(parser);
        add(parser, (struct sp_operation){.kind = SP_OPERATION_NEGATE}, NULL, from);
    } else if (take(parser, "(")) {
        parse_or(parser);
        if (!take(parser, ")"))
            fail(parser, parser->at, "a bracket ( is not closed");
    } else if (isdigit((unsigned char)*from) || *from == '.') {
        parse_number(parser);
    } else if (isalpha((unsigned char)*from)) {
        parse_name(parser);
    } else {
        fail(parser, from, "here a number, a metric or ( is missing");
    }
    parser->nested--;
}

/* --- Levels of binding --- */

struct sign {
    const char *text;
    enum sp_operation_kind kind;
};

/* `next` parts, joined from left to right by any of the signs. */
static void parse_joined(struct parser *parser, void (*next)(struct parser *), const struct sign *sign,
                         bool once) {
    bool found = true;
    next(parser);
    while (found && !parser->error) {
        skip_blanks(parser);
        const char *from = parser->at;
        const struct sign *s = sign;
        while (s->text && !take(parser, s->text))
            s++;
        found = s->text != NULL;
        if (!found)
            return;
        next(parser);
        add_two(parser, s->kind, from);
        found = !once;
    }
}

static void parse_product(struct parser *parser) {
    static const struct sign signs[] = {{"*", SP_OPERATION_TIMES}, {"/", SP_OPERATION_OVER}, {0}};
    parse_joined(parser, parse_factor, signs, false);
}

static void parse_sum(struct parser *parser) {
    static const struct sign signs[] = {{"+", SP_OPERATION_PLUS}, {"-", SP_OPERATION_MINUS}, {0}};
    parse_joined(parser, parse_product, signs, false);
}

static void parse_comparison(struct parser *parser) {
    static const struct sign signs[] = {{"<=", SP_OPERATION_LESS_EQUAL},
                                        {">=", SP_OPERATION_GREATER_EQUAL},
                                        {"==", SP_OPERATION_EQUAL},
                                        {"!=", SP_OPERATION_UNEQUAL},
                                        {"<", SP_OPERATION_LESS},
                                        {">", SP_OPERATION_GREATER},
                                        {0}};
    parse_joined(parser, parse_sum, signs, true);
}

static void parse_not(struct parser *parser) {
    skip_blanks(parser);
    const char *from = parser->at;
    bool negated = take(parser, "not");
    parse_comparison(parser);
    if (negated)
        add(parser, (struct sp_operation){.kind = SP_OPERATION_NOT}, NULL, from);
}

static void parse_and(struct parser *parser) {
    static const struct sign signs[] = {{"and", SP_OPERATION_AND}, {0}};
    parse_joined(parser, parse_not, signs, false);
}

static void parse_or(struct parser *parser) {
    static const struct sign signs[] = {{"or", SP_OPERATION_OR}, {0}};
    parse_joined(parser, parse_and, signs, false);
}

int sp_formula_parse(const struct sp_value_context *context, const struct sp_node *node, const char *key,
                     struct sp_formula_text **formula) {
    struct parser parser = {.context = context, .arena = context->arena, .key = key, .place = node->place};
    int error = sp_value_text(context, node, key, &parser.text);
    if (error)
        return error;
    *formula = parser.formula = sp_arena_array(context->arena, 1, sizeof **formula);
    if (!*formula)
        return SP_ERROR_RESOURCES;
    (*formula)->operation =
        sp_arena_array(context->arena, SP_FORMULA_OPERATIONS, sizeof *(*formula)->operation);
    (*formula)->name = sp_arena_array(context->arena, SP_FORMULA_OPERATIONS, sizeof *(*formula)->name);
    (*formula)->place = sp_arena_array(context->arena, SP_FORMULA_OPERATIONS, sizeof *(*formula)->place);
    if (!(*formula)->operation || !(*formula)->name || !(*formula)->place)
        return SP_ERROR_RESOURCES;
    parser.at = parser.text;
    parse_or(&parser);
    skip_blanks(&parser);
    if (*parser.at)
        fail(&parser, parser.at,
             "here the formula should end; join its parts by and, or, or a sign like < or *");
    return parser.error;
}

/* --- Columns --- */

static int tell_unknown(struct sp_arena *arena, const char *key, const char *name, struct sp_place place,
                        const struct sp_variant *variant, struct sp_problems *problems) {
    const char **known = sp_arena_array(arena, variant->columns, sizeof *known);
    size_t count = 0;
    for (size_t c = 0; known && c < variant->columns; c++)
        if (!variant->column[c].write->internal)
            known[count++] = variant->column[c].name;
    const char *near = sp_suggest_nearest(name, known, count);
    return sp_problems_add(problems, SP_ERROR_SCENARIO, place, "%s: this scenario has no metric '%s'%s%s%s",
                           key, name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static int add_column(struct sp_arena *arena, struct sp_formula *formula, enum sp_operation_kind kind,
                      int column) {
    struct sp_operation *operation =
        sp_arena_append(arena, &formula->operation, &formula->operations, sizeof *operation);
    if (operation)
        *operation = (struct sp_operation){.kind = kind, .column = column};
    return operation ? 0 : SP_ERROR_RESOURCES;
}

static int bind_column(struct sp_arena *arena, const struct sp_variant *variant, struct sp_formula *formula,
                       int index) {
    const struct sp_column *column = &variant->column[index];
    if (column->numerator == SP_PLAN_NONE)
        return add_column(arena, formula, SP_OPERATION_COLUMN, index);
    return add_column(arena, formula, SP_OPERATION_COLUMN, column->numerator) ||
                   add_column(arena, formula, SP_OPERATION_COLUMN, column->denominator) ||
                   add_column(arena, formula, SP_OPERATION_OVER, 0)
               ? SP_ERROR_RESOURCES
               : 0;
}

int sp_formula_bind(struct sp_arena *arena, const struct sp_formula_text *text, const char *key,
                    const struct sp_variant *variant, struct sp_problems *problems,
                    struct sp_formula **formula) {
    int error = 0;
    *formula = sp_arena_array(arena, 1, sizeof **formula);
    for (size_t i = 0; *formula && !error && i < text->operations; i++) {
        if (text->operation[i].kind != SP_OPERATION_COLUMN) {
            error = add_column(arena, *formula, text->operation[i].kind, 0);
            if (!error)
                (*formula)->operation[(*formula)->operations - 1].number = text->operation[i].number;
            continue;
        }
        int column = sp_columns_find(variant, text->name[i]);
        error = column == SP_PLAN_NONE
                    ? tell_unknown(arena, key, text->name[i], text->place[i], variant, problems)
                    : bind_column(arena, variant, *formula, column);
    }
    return *formula ? error : SP_ERROR_RESOURCES;
}
