/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row as JSON: {"variant": "base", "metric": "cash", "time": "2026Q1", "tier": null, "statistic": "p50",
 * "value": 1.5, "se": 0.25, "unit": "USD"}. What there is none of is null, as are numbers that are not
 * finite; numbers have the 17 digits that give back every bit.
 */
#ifndef SP_OUTPUT_JSON_H
#define SP_OUTPUT_JSON_H

#include "output/rows.h"

/* 0 with *text, one line without its end, to be freed with free(); or SP_ERROR_RESOURCES. Bytes of a text
 * that are not UTF-8 become U+FFFD. */
int sp_json_row(const struct sp_row *row, char **text);

#endif
