/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tallies: what one thread counts while paths go by. Every metric at every time is a stream, with moments and
 * a histogram; every metric within a tier is a cell, pooled over quarters. Moments are collected batch by
 * batch; histograms, passage and rules are whole numbers and add up in any order.
 */
#ifndef SP_ENGINE_RUN_TALLY_H
#define SP_ENGINE_RUN_TALLY_H

#include "engine/run/follow.h"
#include "engine/run/sums.h"
#include "engine/stats/histogram.h"
#include "engine/stats/passage.h"
#include "engine/stats/rows.h"

/* What is fixed before the first batch, from the pilot (pilot.h). */
struct sp_tally_plan {
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    struct sp_shape shape;
    uint64_t group_paths;             /* paths in a group (stats/pooled.h) */
    struct sp_histogram_plan *stream; /* [streams] */
    double *ratio;                    /* [streams] the pilot's ratio of sums; 0 for others */
    struct sp_histogram_plan **cell;  /* [category] -> [metrics]: one plan for all labels of a metric */
    size_t *first_cell;               /* [category] */
    size_t **metric_row;              /* [category] -> [metrics]: row of a metric among those by category, or
                                         SIZE_MAX */
};

/* The stream of a metric at a time; all streams of an axis stand together, in the order in which they are
 * seen: [time][metric]. That of a stock over a year or the horizon is the stream of its last quarter (the
 * ones in its own place stay empty). */
size_t sp_tally_stream(const struct sp_plan *plan, enum sp_axis_kind axis, size_t metric, size_t time);
size_t sp_tally_streams(const struct sp_plan *plan);

/* Whether the metric is accumulated by category, and how many are. Values that may be undefined are not,
 * unless they are ratios. */
bool sp_tally_is_by_category(const struct sp_plan *plan, const struct sp_variant *variant, size_t metric);

/* The level of a quantile among the statistics, 0.5 for p50; 0 for the others. */
double sp_tally_level(enum sp_statistic statistic);

/* A value that is not a number: where. */
struct sp_bad_value {
    bool found;
    size_t metric, time;
    enum sp_axis_kind axis;
    uint64_t path;
    double value;
};

struct sp_tally;

/* NULL: out of memory. The tally plan is borrowed. */
struct sp_tally *sp_tally_create(const struct sp_tally_plan *plan, size_t block);
void sp_tally_free(struct sp_tally *tally);

/* Runs and counts the paths of one batch, which `also` is shown too (NULL: nobody). Its sums are then at
 * sp_tally_sums until the next batch. */
void sp_tally_batch(struct sp_tally *tally, uint64_t first_path, size_t paths, const struct sp_visitor *also);

struct sp_sums *sp_tally_sums(struct sp_tally *tally);
const struct sp_bad_value *sp_tally_bad_value(const struct sp_tally *tally);

/* Whole-number counts of a run: what its tallies hold, and what was moved from them. */
struct sp_counts {
    const struct sp_tally_plan *plan;
    struct sp_tally *const *tally; /* [tallies] */
    int tallies;
    size_t streams, cells, passage, rules;
    bool were_moved;         /* some histogram was moved */
    uint64_t *stream;        /* [streams][SP_HISTOGRAM_SLOTS] moved */
    uint64_t *cell;          /* [cells][SP_HISTOGRAM_SLOTS] moved */
    uint64_t *passage_count; /* [passage] of all categories, one after the other */
    uint64_t *rule;          /* [rules] */
};

/* The tallies are borrowed. 0 or -1. */
int sp_tally_counts_create(const struct sp_tally_plan *plan, struct sp_tally *const *tally, int tallies,
                           struct sp_counts *counts);
void sp_tally_counts_free(struct sp_counts *counts);

/* Moves the histograms of a tally into `counts`, before its 32 bits are full. */
void sp_tally_flush(struct sp_tally *tally, struct sp_counts *counts);

/* Moves passage and rules of all tallies into `counts`; after the last batch. */
void sp_tally_finish(struct sp_counts *counts);

/* Fills row[SP_HISTOGRAM_SLOTS] with the counts of a stream or a cell whose values lie in low .. high: the
 * bins that these reach (in whole fours), NaN, and the atoms; other slots are not set. */
void sp_tally_stream_counts(const struct sp_counts *counts, size_t stream, double low, double high,
                            uint64_t *row);
void sp_tally_cell_counts(const struct sp_counts *counts, size_t cell, double low, double high,
                          uint64_t *row);

#endif
