/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the bins and atoms of a histogram lie (struct sp_histogram_plan), from a pilot sample. A plan needs a
 * few order statistics of the sample, and the values that it has many copies of, but no order among the rest:
 * values are counted in the buckets of a hash table, and then, without atoms, in fine bins; only buckets that
 * hold enough values for an atom, and bins that a wanted rank falls into, are looked into.
 *
 * Atoms are the values that make up 0.5 % of the sample or more, at least two copies. In a sample of whole
 * numbers that lie close together those around them are atoms too. The centre is the median of the other
 * values and the scale half the distance between their quartiles; where they are positive and lie over more
 * than an order of magnitude, the centre is 0 and the scale an eighth of P1.
 *
 * Values are expected where the sample's lie, and beyond on each side until the distance from the centre has
 * doubled: that is the window of the plan. Those outside are counted as well, more slowly (rows.h).
 */
#ifndef SP_ENGINE_STATS_PLANNER_H
#define SP_ENGINE_STATS_PLANNER_H

#include "engine/base/arena.h"
#include "engine/stats/histogram.h"

struct sp_planner;

enum { SP_PLANNER_GROUPS = 16 };

/* Room in the arena to plan from up to `values` values, by one thread at a time. NULL: out of memory. */
struct sp_planner *sp_planner_create(struct sp_arena *arena, const struct sp_kernels *kernels, size_t values);

/* A sample is put together piece by piece, then planned:
 *
 *     sp_planner_begin(planner, common);
 *     sp_planner_add(planner, x, n); ..
 *     sp_planner_next_group(planner); ..
 *     sp_planner_finish(planner, &plan);
 *
 * `common`: a value that many are likely to be; the more, the quicker (sp_histogram_common). Values come in
 * any order; those that are not finite are left out. There are up to SP_PLANNER_GROUPS groups (tiers): a
 * value is an atom when it makes up 0.5 % of any one of them. No values at all make a plan that works for
 * anything, coarsely. */
void sp_planner_begin(struct sp_planner *planner, double common);
void sp_planner_add(struct sp_planner *planner, const double *x, size_t n);
void sp_planner_add_copies(struct sp_planner *planner, double x, size_t n);
void sp_planner_next_group(struct sp_planner *planner);
void sp_planner_finish(struct sp_planner *planner, struct sp_histogram_plan *plan);

/* Makes the plan from n values. */
void sp_planner_make(struct sp_planner *planner, const double *x, size_t n, struct sp_histogram_plan *plan);

/* Makes the two infinities atoms: undefined values that rank below or above all others. Where there are too
 * many atoms, the outermost give way. */
void sp_planner_add_ranks(struct sp_histogram_plan *plan);

#endif
