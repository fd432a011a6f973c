/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Follows a block of paths through its quarters and shows every metric at every time to a visitor: by
 * quarter, and by fiscal year and over the horizon where these are kept. Flows are summed over the period,
 * stocks are taken at its end, ratios are made of their parts' sums, path by path. The tallies and the kept
 * paths are visitors.
 */
#ifndef SP_ENGINE_RUN_FOLLOW_H
#define SP_ENGINE_RUN_FOLLOW_H

#include "engine/run/block.h"

/* One metric at one time, for the valid paths of the block. */
struct sp_sight {
    enum sp_axis_kind axis;
    size_t metric, time;
    const double *x;                       /* [valid]; NaN where undefined */
    const double *numerator, *denominator; /* of a ratio, [valid]; else NULL */
    const double *next;                    /* [valid] what is shown afterwards, to be fetched; or x */
};

struct sp_visitor {
    void *context;
    void (*begin)(void *context, const struct sp_block *block); /* after the opening state is there */
    void (*quarter)(void *context, const struct sp_block *block, size_t t); /* before the metrics of t */
    void (*metric)(void *context, const struct sp_block *block, const struct sp_sight *sight);
    void (*end)(void *context, const struct sp_block *block);
    const struct sp_visitor *next; /* who sees the same after this one, or NULL */
};                                 /* functions may be NULL, but `metric` */

struct sp_follower;

struct sp_follower *sp_follow_create(const struct sp_plan *plan, const struct sp_variant *variant,
                                     size_t size);
void sp_follow_free(struct sp_follower *follower);

/* Runs paths first_path .. + valid - 1 (as in sp_block_begin) and shows them. */
void sp_follow_paths(struct sp_follower *follower, uint64_t first_path, size_t valid,
                     const struct sp_visitor *visitor);

/* Adds a flow over a part of a period to its sum; the first part begins it. */
void sp_follow_sum(const double *x, bool begins, double *restrict sum, size_t n);

const struct sp_block *sp_follow_block(const struct sp_follower *follower);

#endif
