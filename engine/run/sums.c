/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/sums.h"

#include <math.h>
#include <string.h>

int sp_sums_create(struct sp_arena *arena, struct sp_shape shape, struct sp_sums *sums) {
    *sums = (struct sp_sums){.shape = shape};
    sums->stream = sp_arena_array(arena, shape.streams, sizeof *sums->stream);
    sums->residual = sp_arena_array(arena, shape.streams, sizeof *sums->residual);
    sums->cell = sp_arena_array(arena, shape.cells, sizeof *sums->cell);
    sums->group = sp_arena_array(arena, shape.cells * SP_STATISTICS, sizeof *sums->group);
    if (!sums->stream || !sums->residual || !sums->cell || !sums->group)
        return -1;
    sp_sums_clear(sums);
    return 0;
}

void sp_sums_clear(struct sp_sums *sums) {
    const struct sp_moments nothing = {.low = INFINITY, .high = -INFINITY};
    sums->paths = 0;
    for (size_t i = 0; i < sums->shape.streams; i++)
        sums->stream[i] = sums->residual[i] = nothing;
    for (size_t i = 0; i < sums->shape.cells; i++)
        sp_pooled_clear(&sums->cell[i]);
    memset(sums->group, 0, sums->shape.cells * SP_STATISTICS * sizeof *sums->group);
}

void sp_sums_merge(struct sp_sums *into, const struct sp_sums *more) {
    into->paths += more->paths;
    for (size_t i = 0; i < into->shape.streams; i++) {
        sp_moments_merge(&into->stream[i], &more->stream[i]);
        sp_moments_merge(&into->residual[i], &more->residual[i]);
    }
    for (size_t i = 0; i < into->shape.cells; i++)
        sp_pooled_merge(&into->cell[i], &more->cell[i]);
    for (size_t i = 0; i < into->shape.cells * SP_STATISTICS; i++)
        sp_pooled_group_merge(&into->group[i], &more->group[i]);
}

static void swap(struct sp_sums *a, struct sp_sums *b) {
    struct sp_sums kept = *a;
    *a = *b;
    *b = kept;
}

/* Like adding one to a binary number: full levels are merged into the carry, which lands on the first free
 * one. */
int sp_sums_tree_add(struct sp_sums_tree *tree, struct sp_sums *batch) {
    size_t level = 0;
    for (; tree->batches >> level & 1; level++) {
        sp_sums_merge(&tree->level[level], batch);
        swap(&tree->level[level], batch);
    }
    if (!tree->level[level].stream && sp_sums_create(tree->arena, tree->shape, &tree->level[level]))
        return -1;
    swap(&tree->level[level], batch);
    tree->batches++;
    return 0;
}

void sp_sums_tree_finish(const struct sp_sums_tree *tree, struct sp_sums *total) {
    sp_sums_clear(total);
    for (size_t level = SP_SUMS_LEVELS; level-- > 0;)
        if (tree->batches >> level & 1)
            sp_sums_merge(total, &tree->level[level]);
}
