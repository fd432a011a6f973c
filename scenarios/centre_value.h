/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a formula comes to, worked out as a spreadsheet would.
 */
#ifndef SP_SCENARIOS_CENTRE_VALUE_H
#define SP_SCENARIOS_CENTRE_VALUE_H

#include "engine/run/centre.h"

/* Finds the value of a row in quarter t (0: the opening state). */
typedef double sp_centre_value_find(void *context, const struct sp_centre_row *row, size_t t);

/* The value in quarter t (0: the opening state), with its figures found by `find`. NAN for an empty text, and
 * when the formula cannot be read. */
double sp_centre_value(const struct sp_centre_formula *formula, size_t t, sp_centre_value_find *find,
                       void *context);

/* The engine's value of a row: a `find` for what it has found itself. The context is not looked at. */
double sp_centre_value_found(void *context, const struct sp_centre_row *row, size_t t);

#endif
