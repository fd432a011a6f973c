/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A metric over the path-quarters spent in one tier. Its unit is the path, not the path-quarter: the quarters
 * of one path resemble each other, and errors that forget this are 1.5 to 2.2 times too small.
 *
 * The mean is a ratio estimator, sum of S over sum of N, with S and N the sum and the number of a path's
 * quarters in the tier; its error follows from the path-level variances (Cochran, Sampling Techniques, ch.
 * 6). Quantiles and the like are estimated in every group of paths too; their error comes from how the groups
 * differ. A group is a batch, or a part of one when there are fewer than 16 batches.
 */
#ifndef SP_ENGINE_STATS_POOLED_H
#define SP_ENGINE_STATS_POOLED_H

#include <stddef.h>
#include <stdint.h>

enum { SP_POOLED_GROUPS = 16 }; /* at least so many groups, when there are paths for it */

/* Sums over paths and over groups; they add up, batch after batch. */
struct sp_pooled {
    uint64_t quarters;                         /* path-quarters in the tier on which the metric is defined */
    double sum;                                /* of x - centre over path-quarters */
    double sum_squares, cross, number_squares; /* over paths: S^2, S N, N^2, with S the sum of x - centre */
    double low, high;
};

/* Weighted sums over groups of one statistic, around the centre. */
struct sp_group_sums {
    uint64_t groups;
    double weight, weight2, weight2_value, weight2_square; /* w, w^2, w^2 g, w^2 g^2 */
};

void sp_pooled_clear(struct sp_pooled *pooled);
void sp_pooled_merge(struct sp_pooled *into, const struct sp_pooled *more);

/* The pooled mean and its standard error, from `paths` paths in all. NAN where there is nothing. */
double sp_pooled_mean(const struct sp_pooled *pooled, double centre, uint64_t paths, double *error);

/* Standard error of the number of path-quarters. */
double sp_pooled_count_error(const struct sp_pooled *pooled, uint64_t paths);

/* Adds a group's value of a statistic (less the centre), with its number of path-quarters as weight. */
void sp_pooled_group_add(struct sp_group_sums *sums, double weight, double value);
void sp_pooled_group_merge(struct sp_group_sums *into, const struct sp_group_sums *more);

/* Standard error of the overall value (less the centre); NAN below two groups, and where a group has on
 * average fewer than 20 path-quarters in the tail that the statistic looks at (share `tail` of all): then
 * groups do not tell. */
double sp_pooled_group_error(const struct sp_group_sums *sums, double value, double tail);

/* Paths in a group, for a run of `paths` paths: the largest power of two, 64 .. batch, that leaves 16 groups.
 */
uint64_t sp_pooled_group_size(uint64_t paths, uint64_t batch);

#endif
