/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables for a terminal. Each function gives one text of several lines, to be freed with free(); it returns 0
 * or SP_ERROR_RESOURCES.
 */
#ifndef SP_OUTPUT_TABLE_H
#define SP_OUTPUT_TABLE_H

#include "engine/run/result.h"

/* One metric of a variant: time down, P10, P50, P90 and mean across, with the standard errors of the median
 * and of the mean; a column for the share of paths on which it is undefined, if there are any. */
int sp_table_bands(const struct sp_result *result, const struct sp_variant_result *variant, size_t metric,
                   char **text);

/* One category of a variant, label by label: how paths move through it, and the bands of the metric at
 * `position` of the category's list (NULL bands when that is beyond the list). */
int sp_table_category(const struct sp_result *result, const struct sp_variant_result *variant,
                      size_t category, size_t position, char **text);

/* How to read all of these tables, and what they were made from: to be printed once, below the last of them.
 */
int sp_table_notes(const struct sp_result *result, char **text);

/* What [results] times left out, in words (static storage); NULL: nothing. */
const char *sp_table_not_kept(const struct sp_result *result);

#endif
