/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A formula over columns, compiled to operations on arrays: `cash < 100_000 and cost.ai > 0.3 * revenue`. It
 * reads the columns of the quarter before. Truth is 1, anything but 0 counts as true; what is undefined (NaN)
 * makes a comparison false.
 *
 *     sp_formula_evaluate(formula, columns, room, n);      (the result is in room[0])
 */
#ifndef SP_ENGINE_RUN_FORMULA_H
#define SP_ENGINE_RUN_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

enum { SP_FORMULA_DEPTH = 16, SP_FORMULA_OPERATIONS = 256 };

enum sp_operation_kind {
    SP_OPERATION_NUMBER, /* puts a number on the stack */
    SP_OPERATION_COLUMN, /* puts a column there */
    SP_OPERATION_NEGATE, /* the others take one or two from it, and put back what they find */
    SP_OPERATION_NOT,
    SP_OPERATION_PLUS,
    SP_OPERATION_MINUS,
    SP_OPERATION_TIMES,
    SP_OPERATION_OVER,
    SP_OPERATION_LESS,
    SP_OPERATION_LESS_EQUAL,
    SP_OPERATION_GREATER,
    SP_OPERATION_GREATER_EQUAL,
    SP_OPERATION_EQUAL,
    SP_OPERATION_UNEQUAL,
    SP_OPERATION_AND,
    SP_OPERATION_OR
};

struct sp_operation {
    enum sp_operation_kind kind;
    double number;
    int column;
};

/* In the order of execution; the stack never holds more than SP_FORMULA_DEPTH values. */
struct sp_formula {
    size_t operations;
    struct sp_operation *operation;
};

/* Whether it reads the column. */
bool sp_formula_reads(const struct sp_formula *formula, int column);

/* Sets marked[column] of those that it reads. */
void sp_formula_mark(const struct sp_formula *formula, bool *marked);

/* columns[column]: n values each. `room`: SP_FORMULA_DEPTH arrays of n values. */
void sp_formula_evaluate(const struct sp_formula *formula, const double *const *columns, double *const *room,
                         size_t n);

#endif
