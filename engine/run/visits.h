/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is summed path by path while the paths of a block move through the labels of a category (tiers): for
 * each row (a metric), each path and each label the sum of x - centre over the quarters that the path spent
 * in the label. At the end of the block S, that sum, and N, the number of those quarters, are added to lanes
 * (math/kernels.h): what stats/pooled.h needs.
 *
 * Most paths stay where they are, so the sum of the label that a path is in has a place of its own; what is
 * kept of labels that it has left stands in the order in which paths left, close together.
 */
#ifndef SP_ENGINE_RUN_VISITS_H
#define SP_ENGINE_RUN_VISITS_H

#include "engine/base/arena.h"
#include "engine/math/kernels.h"

#include <stdbool.h>

/* A path that moves: where it leaves the sum of its old label, and finds that of the new one (0: it has not
 * been there). */
struct sp_visit_move {
    uint32_t left, found;
    uint16_t path;
};

struct sp_visits {
    size_t labels, rows, size;
    uint16_t *before;           /* [size] labels of the quarter before */
    uint16_t *changes;          /* [size] 1 where the label is another than before */
    uint16_t *mover;            /* [size] these paths */
    struct sp_visit_move *move; /* [size] and what they do */
    size_t quarters, movers;
    uint32_t *place;    /* [labels][size] where the sum is kept that a path has left; 0: it has not */
    uint32_t last;      /* the last place in use; the first is 1 */
    size_t shelves;     /* in use */
    uint32_t shelf_end; /* the place after those of the last one */
    double *here;       /* [rows][size] the sums of the labels that the paths are in */
    double *left;       /* [shelves][rows][size] and of those that they have left, by place; 0 at 0 */
    bool *is_zero;      /* [rows] all sums are 0, and have not been written */
};

/* For blocks of up to `size` paths, a multiple of 8, at most 2^15. 0 or -1: out of
 * memory, or there are more than 2^31 places. */
int sp_visits_create(struct sp_arena *arena, size_t labels, size_t rows, size_t size,
                     struct sp_visits *visits);

/* A block begins. */
void sp_visits_begin(struct sp_visits *visits);

/* The next quarter, in which path p is in label now[p]. */
void sp_visits_move(struct sp_visits *visits, const struct sp_kernels *kernels, const uint16_t *now,
                    size_t n);

/* What sp_visits_add begins with: the sums of a row, [size], or NULL while they are all 0. */
const double *sp_visits_sums(const struct sp_visits *visits, size_t row);

/* Adds the values of a row in this quarter; NaN adds nothing. `is_constant`: they are all the same. */
void sp_visits_add(struct sp_visits *visits, size_t row, const double *x, double centre, bool is_constant,
                   size_t n);

/* The block has ended; spent[label x size + p] quarters were spent. Adds N^2 of a label's paths to
 * number_squares[label]. */
void sp_visits_end(const struct sp_visits *visits, const uint16_t *spent, size_t n, uint64_t *number_squares);

/* Adds S, S^2 and S N of a row's paths in a label to the lanes. */
void sp_visits_collect(const struct sp_visits *visits, const struct sp_kernels *kernels, size_t row,
                       size_t label, const uint16_t *now, const uint16_t *spent, size_t n,
                       struct sp_path_lanes *lanes);

#endif
