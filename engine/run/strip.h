/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A strip: the paths of a block that go through all steps of a quarter before the next ones do, few enough
 * for what a step writes to be in the first-level cache still when the next step reads it. It works out the
 * assumptions in force and runs the steps; draws are made by the first strip for all, but for those that are
 * needed on few paths only. Only block.c uses it: whoever looks at a block sees arrays over all its paths, of
 * which each strip has a part.
 */
#ifndef SP_ENGINE_RUN_STRIP_H
#define SP_ENGINE_RUN_STRIP_H

#include "engine/run/plan.h"

/* Paths first .. first + n - 1, of which the first `valid` count; n is a multiple of 64. */
struct sp_strip_paths {
    uint64_t first;
    size_t n, valid;
};

/* What the strips of a block share: arrays over all its paths, scratch, and counts. Filled in by its owner,
 * but for the arrays, which the first strip makes. */
struct sp_strip_store {
    struct sp_arena *arena;
    size_t size;                 /* most paths of the block */
    bool for_metrics;            /* other columns of a strip may be lost when the next one runs */
    struct sp_strip_paths paths; /* of the block now */
    size_t arrays;               /* made so far */
    double **array;              /* [arrays] -> [size] */
    double *slab;                /* memory for the next ones, */
    size_t left;                 /* so many */
    uint32_t *words;             /* [size + SP_SELECT_MORE] scratch */
    uint16_t *chosen;            /* the same, of numbers of paths */
    uint64_t *rule;              /* [rules] how often each was applied */
};

struct sp_strip;

/* The strip whose paths begin with the one that is `first` in the block; strips are created in order.
 * `lender`: NULL, or the same strip of a block that lends columns (sp_block_create_beside). NULL: out of
 * memory. It is freed with the store's arena. */
struct sp_strip *sp_strip_create(struct sp_strip_store *store, const struct sp_plan *plan,
                                 const struct sp_variant *variant, size_t first,
                                 const struct sp_strip *lender);

/* As in block.h, of the paths of this strip; the first strip first. */
void sp_strip_begin(struct sp_strip *strip, struct sp_strip_paths paths);
void sp_strip_quarter(struct sp_strip *strip, size_t t);

/* As in block.h: of the first strip, the arrays of the whole block. */
double *const *sp_strip_place(const struct sp_strip *strip, int column);
const double *sp_strip_opening(const struct sp_strip *strip, int column);
const double *sp_strip_draw(const struct sp_strip *strip, size_t variable);
const double *sp_strip_drawn(const struct sp_strip *strip, size_t variable, size_t t);
const double *sp_strip_in_force(const struct sp_strip *strip, size_t variable);

#endif
