/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/formula.h"

#include "engine/base/wide.h"

#include <string.h>

bool sp_formula_reads(const struct sp_formula *formula, int column) {
    for (size_t i = 0; i < formula->operations; i++)
        if (formula->operation[i].kind == SP_OPERATION_COLUMN && formula->operation[i].column == column)
            return true;
    return false;
}

void sp_formula_mark(const struct sp_formula *formula, bool *marked) {
    for (size_t i = 0; i < formula->operations; i++)
        if (formula->operation[i].kind == SP_OPERATION_COLUMN)
            marked[formula->operation[i].column] = true;
}

static double truth(int condition) {
    return condition ? 1 : 0;
}

/* One operation on two values. */
static inline double combine(enum sp_operation_kind kind, double a, double b) {
    switch (kind) {
    case SP_OPERATION_PLUS:
        return a + b;
    case SP_OPERATION_MINUS:
        return a - b;
    case SP_OPERATION_TIMES:
        return a * b;
    case SP_OPERATION_OVER:
        return a / b;
    case SP_OPERATION_LESS:
        return truth(a < b);
    case SP_OPERATION_LESS_EQUAL:
        return truth(a <= b);
    case SP_OPERATION_GREATER:
        return truth(a > b);
    case SP_OPERATION_GREATER_EQUAL:
        return truth(a >= b);
    case SP_OPERATION_EQUAL:
        return truth(a == b);
    case SP_OPERATION_UNEQUAL:
        return truth(a < b || a > b);
    case SP_OPERATION_AND:
        return truth(a != 0 && b != 0);
    default:
        return truth(a != 0 || b != 0);
    }
}

SP_VARIANT void apply(enum sp_operation_kind kind, double *restrict a, const double *b, size_t n) {
    for (size_t p = 0; p < n; p++)
        a[p] = combine(kind, a[p], b[p]);
}

/* A loop for each operation: within a loop the compiler would ask for every value which it is. */
#define LOOP(kind)                                                                                           \
    case (kind):                                                                                             \
        apply((kind), a, b, n);                                                                              \
        break
SP_WIDE static void apply_two(enum sp_operation_kind kind, double *restrict a, const double *b, size_t n) {
    switch (kind) {
        LOOP(SP_OPERATION_PLUS);
        LOOP(SP_OPERATION_MINUS);
        LOOP(SP_OPERATION_TIMES);
        LOOP(SP_OPERATION_OVER);
        LOOP(SP_OPERATION_LESS);
        LOOP(SP_OPERATION_LESS_EQUAL);
        LOOP(SP_OPERATION_GREATER);
        LOOP(SP_OPERATION_GREATER_EQUAL);
        LOOP(SP_OPERATION_EQUAL);
        LOOP(SP_OPERATION_UNEQUAL);
        LOOP(SP_OPERATION_AND);
    default:
        apply(kind, a, b, n);
    }
}

SP_WIDE static void apply_one(enum sp_operation_kind kind, double *restrict a, size_t n) {
    for (size_t p = 0; p < n; p++)
        a[p] = kind == SP_OPERATION_NEGATE ? -a[p] : truth(a[p] == 0);
}

static void put_number(double number, double *restrict a, size_t n) {
    for (size_t p = 0; p < n; p++)
        a[p] = number;
}

void sp_formula_evaluate(const struct sp_formula *formula, const double *const *columns, double *const *room,
                         size_t n) {
    size_t held = 0;
    for (size_t i = 0; i < formula->operations; i++) {
        const struct sp_operation *operation = &formula->operation[i];
        if (operation->kind == SP_OPERATION_NUMBER) {
            put_number(operation->number, room[held++], n);
        } else if (operation->kind == SP_OPERATION_COLUMN) {
            memcpy(room[held++], columns[operation->column], n * sizeof(double));
        } else if (operation->kind == SP_OPERATION_NEGATE || operation->kind == SP_OPERATION_NOT) {
            apply_one(operation->kind, room[held - 1], n);
        } else {
            held--;
            apply_two(operation->kind, room[held - 1], room[held], n);
        }
    }
}
