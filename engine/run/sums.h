/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a batch adds up to, and the tree in which batches are merged. Floating-point sums depend on their
 * order, so the order is fixed: batches are leaves of a binary tree over their number, whoever computed them.
 */
#ifndef SP_ENGINE_RUN_SUMS_H
#define SP_ENGINE_RUN_SUMS_H

#include "engine/run/result.h"
#include "engine/stats/moments.h"
#include "engine/stats/pooled.h"

/* How many of everything a variant has. A stream is a metric at a time of an axis; a cell is a metric within
 * a label of a category. */
struct sp_shape {
    size_t streams, cells;
};

struct sp_sums {
    struct sp_shape shape;
    uint64_t paths;
    struct sp_moments *stream;   /* [streams] */
    struct sp_moments *residual; /* [streams] of a ratio: numerator - pilot's ratio x denominator */
    struct sp_pooled *cell;      /* [cells] */
    struct sp_group_sums *group; /* [cells][SP_STATISTICS] */
};

/* Empty sums in the arena. 0 or -1. */
int sp_sums_create(struct sp_arena *arena, struct sp_shape shape, struct sp_sums *sums);
void sp_sums_clear(struct sp_sums *sums);
void sp_sums_merge(struct sp_sums *into, const struct sp_sums *more);

/* The tree: at most one finished subtree of each size waits. */
enum { SP_SUMS_LEVELS = 48 };

struct sp_sums_tree {
    struct sp_arena *arena;
    struct sp_shape shape;
    uint64_t batches;
    struct sp_sums level[SP_SUMS_LEVELS]; /* subtree of 2^level batches; made when first needed */
};

/* Adds the next batch (in order of their number). `batch` is used up. 0 or -1. */
int sp_sums_tree_add(struct sp_sums_tree *tree, struct sp_sums *batch);

/* Merges what waits into `total`, largest subtree first. */
void sp_sums_tree_finish(const struct sp_sums_tree *tree, struct sp_sums *total);

#endif
