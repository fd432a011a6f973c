/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Formulas of columns, as mechanisms declare them (struct sp_write, in engine/run/mechanism.h), made those of
 * a scenario: names become rows, what the scenario does not have falls away, sums are written out.
 *
 * A formula is what a spreadsheet would have, with names in place of cells:
 *
 *     paid                      a column in this quarter; * in it is the instance that the column is of
 *     before(paid)              in the quarter before; in quarter 1 the opening state
 *     average(paid)             what flows are based on: the mean of both or, with accrual = "end", this one
 *     [revenue.price]           an assumption in force in this quarter
 *     NAME?X                    any of these, or X (a number, a name, or something in brackets) where it does
 *                               not exist in the scenario; without ?X the column has no formula then
 *     sum(X), each(X)           X for every instance of what has a * in it, added up; separated by commas
 *     previous(X, Y)            X of the instance before this one; of the first instance Y
 *     place                     the place of the instance, from 0
 *     own(X)                    within sum and each: X of the instance that the column is of
 *     formula([KEY])            what a formula of the scenario comes to with the values of the quarter before
 *     nested(N, X, Y)           X (1 + X (1 + .. X Y)), N times X, with place 0, 1, .. in them
 *     count(NAME)               how many instances there are
 *     accounts(cogs.)           the sum of all cost lines whose account begins so
 *     case([KEY], word, X, Y)   X when that choice is `word`, else Y
 *     given([KEY], X, Y)        X when the scenario has that assumption, else Y
 *     accrued(X, Y)             X when flows are based on the mean of opening and closing, Y when on closing
 *     none                      there is no formula
 *     quarter, season           the number of the quarter, from 1, and that of the calendar year, 1 .. 4
 *
 * and + - * / ( ) numbers < <= > >= = <>, "" for what is undefined, "inf", "-inf", and the functions min max
 * if and or int sqrt exp ln normsdist isnumber choose of spreadsheets.
 */
#ifndef SP_SCENARIOS_CENTRE_FORMULA_H
#define SP_SCENARIOS_CENTRE_FORMULA_H

#include "engine/run/centre.h"
#include "scenarios/scenario.h"

/* The formula `text` of the column with this index, of a quarter or of the opening state; NULL when the
 * scenario has none. The rows of `centre` stand in the order of the scenario's inputs, draws left out, and of
 * the plan's columns. 0 or SP_ERROR_RESOURCES. */
int sp_centre_formula_make(struct sp_centre *centre, const struct sp_scenario *scenario,
                           const struct sp_plan *plan, size_t column, const char *text, bool is_opening,
                           const struct sp_centre_formula **formula);

#endif
