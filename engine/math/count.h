/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts: how many of n people do it, when each does with probability p. One uniform number makes one count,
 * through the quantile function: the smallest k with P(X <= k) >= u.
 *
 * Small counts (the expected number of those who do it, or of those who do not, is at most 16; so for every
 * n <= 32) are exact: the probabilities are added up in doubles, so that only a u within 1e-13 of a step can
 * fall to its other side. Larger ones come from the normal quantile with the corrections of Cornish and
 * Fisher for skewness and kurtosis. Their law is within a total variation distance of 2e-4 of the binomial,
 * less the larger the count (1e-5 at 100, below 1e-6 at 1000).
 *
 * Bits are fixed: no function of the C library but floor and sqrt is called, and nothing is fused.
 */
#ifndef SP_ENGINE_MATH_COUNT_H
#define SP_ENGINE_MATH_COUNT_H

#include <stddef.h>

/* The binomial count. n is whole, 0 .. 2^53 (the caller rounds); 0 <= p <= 1; 0 < u < 1. Grows with u. */
double sp_count_binomial(double n, double p, double u);

/* The same for arrays; `out` may be any of the others. */
void sp_count_binomial_array(const double *n, const double *p, const double *u, double *out, size_t count);

/* The Poisson count, 0 <= mean <= 2^53. Exact up to a mean of 16; within a total variation distance of 2e-4
 * of the law beyond. */
double sp_count_poisson(double mean, double u);

/* The same for arrays; `out` may be any of the others. */
void sp_count_poisson_array(const double *mean, const double *u, double *out, size_t count);

/* What larger counts are rounded from: the value of a smooth law with these cumulants of the count's (mean,
 * variance, third, fourth) where the standard normal is z. P(X <= k) = P(Z <= z) where this is k + 1/2. */
double sp_count_corrected(double mean, double variance, double third, double fourth, double z);

#endif
