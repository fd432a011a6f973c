/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantiles of a whole sample at hand (the pilot's, and tests).
 */
#ifndef SP_ENGINE_STATS_QUANTILE_H
#define SP_ENGINE_STATS_QUANTILE_H

#include <stddef.h>

/* Sorts ascending; no NaN among the values. */
void sp_quantile_sort(double *x, size_t n);

/* The same by digits (a radix sort over the leading bits in which the values differ): several times faster
 * for many values. `scratch` holds n values. */
void sp_quantile_sort_many(double *x, double *scratch, size_t n);

/* The p-quantile, 0 <= p <= 1, of n >= 1 sorted values: type 7 of Hyndman and Fan (1996), the default of R
 * and NumPy: linear between order statistics at (n - 1) p. */
double sp_quantile_sorted(const double *x, size_t n, double p);

/* The same in two steps, for who has no sorted values but can find single ones: the ranks (0 .. n - 1) to be
 * found, and what lies between their values. */
struct sp_quantile_place {
    size_t below, above; /* above: below + 1, or below when `share` is 0 */
    double share;        /* of the way from one to the other */
};

struct sp_quantile_place sp_quantile_place(size_t n, double p);
double sp_quantile_between(double below, double above, double share);

#endif
