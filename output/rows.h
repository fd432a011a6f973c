/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result as tidy rows: one figure a row, in the order of the file (variant, axis, metric, time, statistic;
 * then categories; then the passage through them). JSON and CSV are made of these rows.
 *
 * The passage through a category named `tier` gives metrics tier.occupancy (of a quarter), tier.entry (first
 * in it in that quarter, or "never"), tier.dwell.N (N quarters spent in it), tier.quarters,
 * tier.still_inside, tier.skipped and tier.fell_back; their statistic is "probability", of tier.quarters
 * "mean".
 */
#ifndef SP_OUTPUT_ROWS_H
#define SP_OUTPUT_ROWS_H

#include "engine/run/result.h"

/* Texts are borrowed, and last as long as the call. NULL and NAN: there is none. */
struct sp_row {
    const char *variant, *metric;
    const char *time;      /* "2026Q1"; NULL when pooled over time */
    const char *tier;      /* label of the tier; of another category "NAME=LABEL"; NULL over all */
    const char *statistic; /* "p50" */
    double value, se;
    const char *unit;
};

/* What to leave out. A member that is NULL or false leaves out nothing. */
struct sp_rows_filter {
    const char *variant;
    const char *metric; /* "cost.ai", or a family: "cost" is also cost.ai, cost.voice, .. */
    bool tiers_only;
};

/* Is called for each row; anything but 0 stops the walk. */
typedef int sp_rows_visit(void *context, const struct sp_row *row);

/* 0, or what `visit` returned. `filter` may be NULL. */
int sp_rows_walk(const struct sp_result *result, const struct sp_rows_filter *filter, sp_rows_visit *visit,
                 void *context);

/* Whether a name is `metric` or of its family; a metric of NULL has all names. */
bool sp_rows_match(const char *metric, const char *name);

#endif
