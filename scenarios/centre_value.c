/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/centre_value.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS = 64, NAME = 16 };

/* The formula is read piece by piece: the terms, and within a text its letters. */
struct reader {
    const struct sp_centre_formula *formula;
    size_t term;
    const char *at; /* in the text of the term */
    size_t t;
    bool is_blank; /* the last figure was of an opening state that there is none of */
    sp_centre_value_find *find;
    void *context;
};

static const char *text_of(const struct reader *r, size_t term) {
    return term < r->formula->terms ? r->formula->term[term].text : NULL;
}

/* The next letter; 0 before a figure and at the end. */
static char look(struct reader *r) {
    while (r->at && !*r->at)
        r->at = text_of(r, ++r->term);
    return r->at ? *r->at : '\0';
}

static bool take(struct reader *r, char sign) {
    if (look(r) != sign)
        return false;
    r->at++;
    return true;
}

static double read_sum(struct reader *r);
static double read_comparison(struct reader *r);

static double read_figure(struct reader *r) {
    if (r->term >= r->formula->terms)
        return NAN;
    const struct sp_centre_term *term = &r->formula->term[r->term];
    double value = term->before && r->t == 0 ? NAN : r->find(r->context, term->row, r->t - term->before);
    r->is_blank = isnan(value) && r->t <= (term->before ? 1 : 0);
    r->at = text_of(r, ++r->term);
    return r->is_blank ? 0 : value; /* as spreadsheets take an empty cell */
}

/* A number may begin in one term and never ends in another. */
static double read_number(struct reader *r) {
    char *end;
    double number = strtod(r->at, &end);
    r->at = end == r->at ? end + (*end != '\0') : end;
    return number;
}

static double fold(const char *name, const double *x, size_t n) {
    double result = n > 0 ? x[0] : NAN;
    for (size_t i = 1; i < n; i++)
        if (strcmp(name, "MIN") == 0)
            result = x[i] < result ? x[i] : result;
        else if (strcmp(name, "MAX") == 0)
            result = x[i] > result ? x[i] : result;
        else if (strcmp(name, "AND") == 0)
            result = result != 0 && x[i] != 0;
        else
            result = result != 0 || x[i] != 0; /* OR */
    return result;
}

static double apply(const char *name, const double *x, size_t n) {
    if (strcmp(name, "IF") == 0)
        return n == 3 ? (x[0] != 0 ? x[1] : x[2]) : NAN;
    if (strcmp(name, "CHOOSE") == 0)
        return n > 1 && x[0] >= 1 && x[0] < (double)n ? x[(size_t)x[0]] : NAN;
    if (strcmp(name, "INT") == 0)
        return floor(x[0]);
    if (strcmp(name, "SQRT") == 0)
        return sqrt(x[0]);
    if (strcmp(name, "EXP") == 0)
        return exp(x[0]);
    if (strcmp(name, "LN") == 0)
        return log(x[0]);
    if (strcmp(name, "NORMSDIST") == 0)
        return erfc(-x[0] / sqrt(2)) / 2;
    bool known = strcmp(name, "MIN") == 0 || strcmp(name, "MAX") == 0 || strcmp(name, "AND") == 0 ||
                 strcmp(name, "OR") == 0;
    return known ? fold(name, x, n) : NAN;
}

static double read_function(struct reader *r) {
    char name[NAME];
    double argument[ARGUMENTS];
    size_t length = 0, n = 0;
    while (length < NAME - 1 && isalpha((unsigned char)look(r)))
        name[length++] = *r->at++;
    name[length] = '\0';
    if (!take(r, '('))
        return NAN;
    do
        argument[n++] = read_comparison(r);
    while (n < ARGUMENTS && take(r, ','));
    if (!take(r, ')'))
        return NAN;
    if (strcmp(name, "ISNUMBER") == 0)
        return isfinite(argument[0]) && !r->is_blank;
    return apply(name, argument, n);
}

/* Words stand for what is no number: "" for undefined, "inf", "-inf". */
static double read_words(struct reader *r) {
    bool is_negative = take(r, '-'), is_infinite = take(r, 'i');
    while (look(r) && !take(r, '"'))
        r->at++;
    return !is_infinite ? NAN : is_negative ? -INFINITY : INFINITY;
}

static double read_factor(struct reader *r) {
    if (take(r, '-'))
        return -read_factor(r);
    if (take(r, '(')) {
        double value = read_comparison(r);
        return take(r, ')') ? value : NAN;
    }
    if (take(r, '"'))
        return read_words(r);
    char next = look(r);
    if (!next)
        return read_figure(r);
    return isalpha((unsigned char)next) ? read_function(r) : read_number(r);
}

static double read_product(struct reader *r) {
    double value = read_factor(r);
    for (;;)
        if (take(r, '*'))
            value *= read_factor(r);
        else if (take(r, '/'))
            value /= read_factor(r);
        else
            return value;
}

static double read_sum(struct reader *r) {
    double value = read_product(r);
    for (;;)
        if (take(r, '+'))
            value += read_product(r);
        else if (take(r, '-'))
            value -= read_product(r);
        else
            return value;
}

static double read_comparison(struct reader *r) {
    double left = read_sum(r);
    if (take(r, '<')) {
        if (take(r, '='))
            return left <= read_sum(r);
        return take(r, '>') ? left != read_sum(r) : left < read_sum(r);
    }
    if (take(r, '>'))
        return take(r, '=') ? left >= read_sum(r) : left > read_sum(r);
    return take(r, '=') ? left == read_sum(r) : left;
}

double sp_centre_value(const struct sp_centre_formula *formula, size_t t, sp_centre_value_find *find,
                       void *context) {
    struct reader reader = {.formula = formula, .t = t, .find = find, .context = context};
    reader.at = text_of(&reader, 0);
    double value = read_comparison(&reader);
    return look(&reader) || reader.term < formula->terms ? NAN : value;
}

double sp_centre_value_found(void *context, const struct sp_centre_row *row, size_t t) {
    (void)context;
    return row->value[t];
}
