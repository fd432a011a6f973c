/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Makes the laws that consist of lists or of other laws. Their data go to the arena. Each function returns
 * NULL, or what is wrong (static, or in the arena).
 */
#ifndef SP_ENGINE_RANDOM_LAW_MAKE_H
#define SP_ENGINE_RANDOM_LAW_MAKE_H

#include "engine/random/law.h"

enum { SP_LAW_MAKE_PERCENTILES = 16, SP_LAW_MAKE_VALUES = 100 * 1000 };

/* `count` values with their weights (NULL: alike), in any order; equal values are put together. */
const char *sp_law_make_list(struct sp_arena *arena, const double *value, const double *weight, size_t count,
                             struct sp_law *law);

/* The normal (or lognormal) law with these two percentiles; p within 0 .. 1. */
const char *sp_law_make_fitted(bool logarithm, const double p[2], const double x[2], struct sp_law *law);

/* The metalog through all `count` percentiles, 3 or more, p rising; low and high may be infinite. Refused
 * when its density would not be positive everywhere. */
const char *sp_law_make_metalog(struct sp_arena *arena, const double *p, const double *x, size_t count,
                                double low, double high, struct sp_law *law);

/* The law `part`, given that it lies within low .. high (both included; either may be infinite). At least a
 * millionth of it must. */
const char *sp_law_make_within(struct sp_arena *arena, const struct sp_law *part, double low, double high,
                               struct sp_law *law);

/* One of the parts, with probabilities like the weights. */
const char *sp_law_make_mixture(struct sp_arena *arena, const struct sp_law *part, const double *weight,
                                size_t count, struct sp_law *law);

/* Stretches a law about its median: median + times (x - median), on the axis that belongs to its bounds
 * (law_axis.h), so that bounds hold. times within 0.01 .. 100. */
const char *sp_law_make_widened(struct sp_arena *arena, const struct sp_law *part, double times,
                                struct sp_law *law);

#endif
