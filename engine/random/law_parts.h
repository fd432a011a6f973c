/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files law*.c share among themselves: a family is how one kind of law computes. Its functions get
 * laws of that kind only, with parameters that have been checked.
 */
#ifndef SP_ENGINE_RANDOM_LAW_PARTS_H
#define SP_ENGINE_RANDOM_LAW_PARTS_H

#include "engine/random/law.h"

struct sp_law_family {
    double (*quantile)(const struct sp_law *law, double p, double q);
    void (*distribution)(const struct sp_law *law, double x, double *p, double *q);
    double (*density)(const struct sp_law *law, double x);
    void (*support)(const struct sp_law *law, double *low, double *high);
    /* Mean, variance and third central moment. NULL: found by integration over the quantile. */
    void (*moments)(const struct sp_law *law, double moment[3]);
    /* Moments of this order and above are infinite or undefined. NULL: all are finite. */
    double (*tail)(const struct sp_law *law);
    /* Density at the quantile of p. NULL: by density(). */
    double (*density_at_quantile)(const struct sp_law *law, double p, double q);
};

extern const struct sp_law_family sp_law_tails_exponential, sp_law_tails_weibull, sp_law_tails_student,
    sp_law_tails_logistic, sp_law_tails_pareto;
extern const struct sp_law_family sp_law_logs_gamma, sp_law_logs_exponential, sp_law_logs_beta;
extern const struct sp_law_family sp_law_counts_bernoulli, sp_law_counts_binomial, sp_law_counts_poisson,
    sp_law_counts_negative_binomial;
extern const struct sp_law_family sp_law_list_family, sp_law_metalog_family, sp_law_within_family,
    sp_law_mixture_family, sp_law_axis_shaped, sp_law_axis_on;

/* Whether a binomial or Poisson count is drawn by the corrected normal of engine/math/count.h, not from a
 * table: beyond these, a table would have too many steps. */
#define SP_LAW_COUNTS_MEAN     1e4 /* of a Poisson */
#define SP_LAW_COUNTS_VARIANCE 5e5 /* of a binomial */
bool sp_law_counts_is_large(const struct sp_law *law);

/* NULL for the kinds that law.c computes itself. */
const struct sp_law_family *sp_law_parts_family(enum sp_law_kind kind);

/* P(X < x) in *p and P(X >= x) in *q. */
void sp_law_parts_below(const struct sp_law *law, double x, double *p, double *q);

/* The smallest double x with P(X <= x) >= p, found by halving between low and high. */
double sp_law_parts_invert(const struct sp_law *law, double p, double q, double low, double high);

/* Mean, variance, third central moment of any law; see sp_law_mean for what is infinite. */
void sp_law_moments(const struct sp_law *law, double moment[3]);

/* As sp_law_mean, .. */
double sp_law_moments_mean(const struct sp_law *law);
double sp_law_moments_sd(const struct sp_law *law);
double sp_law_moments_skewness(const struct sp_law *law);

/* Moments of this order and above are infinite or undefined; infinity when all are finite. */
double sp_law_moments_tail(const struct sp_law *law);

#endif
