/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A sample in a file of its own: { empirical = { csv = "orders.csv", column = "amount" } }.
 */
#ifndef SP_SCENARIOS_VALUE_CSV_H
#define SP_SCENARIOS_VALUE_CSV_H

#include "scenarios/value.h"

/* Reads the column that the table names and puts `values = [..]` in the place of `csv` and `column`, so that
 * the resolved scenario repeats the run without the file. The file lies beside the scenario that names it, or
 * below; at most 16 MiB. Its first line has the names of the columns; fields are parted by commas and may be
 * in quotes; empty fields of the column are refused. */
int sp_value_csv_read(const struct sp_value_context *context, struct sp_node *table, const char *key);

#endif
