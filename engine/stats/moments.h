/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Count, mean, sum of squared deviations, extremes: moments that can be merged (Chan, Golub, LeVeque 1983).
 * Paths are added to lanes (engine/math/kernels.h), around a centre near their mean, a batch at a time;
 * batches are merged pairwise, in the order of batches.
 */
#ifndef SP_ENGINE_STATS_MOMENTS_H
#define SP_ENGINE_STATS_MOMENTS_H

#include "engine/math/kernels.h"

struct sp_moments {
    uint64_t count;
    double mean, squares; /* squares: sum of (x - mean)^2 */
    double low, high;     /* +inf and -inf when count is 0 */
};

/* Lanes with nothing in them. */
void sp_moments_clear(struct sp_moment_lanes *lanes);

/* What the lanes hold, as moments; `centre` is the one they were filled with. */
struct sp_moments sp_moments_collect(const struct sp_moment_lanes *lanes, double centre);

/* into = into and then more. */
void sp_moments_merge(struct sp_moments *into, const struct sp_moments *more);

/* Standard deviation with n - 1; NAN below two values. */
double sp_moments_sd(const struct sp_moments *moments);

#endif
