/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Probability laws: what an assumption can be distributed as. GSL's distributions define them; a quantile
 * that GSL has no trustworthy inverse for is found as a bracketed root of its distribution function.
 *
 * A law is written by name and parameters, `{ lognormal = { median = 15, sigma = 0.1 } }`. Some laws have
 * several such forms; each form is one entry of the list here, which the scenario reader and the reference
 * page read. Laws made of lists or of other laws are made by law_make.h. What was accepted when it was made
 * cannot fail later.
 */
#ifndef SP_ENGINE_RANDOM_LAW_H
#define SP_ENGINE_RANDOM_LAW_H

#include "engine/base/arena.h"

#include <stdbool.h>
#include <stddef.h>

enum sp_law_kind {
    SP_LAW_CONSTANT,          /* value */
    SP_LAW_UNIFORM,           /* low, high */
    SP_LAW_NORMAL,            /* mean, sd */
    SP_LAW_LOGNORMAL,         /* mu, sigma: of the logarithm */
    SP_LAW_TRIANGULAR,        /* low, mode, high */
    SP_LAW_BETA,              /* a, b, low, high: PERT is a beta on [low, high] */
    SP_LAW_GAMMA,             /* shape, scale */
    SP_LAW_EXPONENTIAL,       /* mean */
    SP_LAW_WEIBULL,           /* shape, scale */
    SP_LAW_STUDENT,           /* df, loc, scale */
    SP_LAW_LOGISTIC,          /* loc, scale */
    SP_LAW_PARETO,            /* min, shape */
    SP_LAW_BERNOULLI,         /* p */
    SP_LAW_BINOMIAL,          /* n, p */
    SP_LAW_POISSON,           /* mean */
    SP_LAW_NEGATIVE_BINOMIAL, /* r, p: failures before the r-th success */
    SP_LAW_DISCRETE,          /* data: x values, rising; y their cumulative probabilities */
    SP_LAW_METALOG,           /* data: x coefficients; on the whole axis */
    SP_LAW_WITHIN,            /* low, high, share below, share above; data: the law that is cut */
    SP_LAW_MIXTURE,           /* data: parts; y their cumulative weights */
    SP_LAW_SHAPED,          /* axis, low, width, scale; data: x shift, and the law that is put on the axis */
    SP_LAW_ON_AXIS,         /* axis, low, width; data: the law that is seen on the axis */
    SP_LAW_LOG_GAMMA,       /* shape: the logarithm of a gamma */
    SP_LAW_LOG_EXPONENTIAL, /* the logarithm of an exponential with mean 1 */
    SP_LAW_LOGIT_BETA,      /* a, b: log(x / (1 - x)) of a beta */
    SP_LAWS
};

/* How a law that keeps to its bounds is stretched: X = low + width x g(T), with g(T) = T, e^T, 1 / (1 +
 * e^-T).
 */
enum sp_law_axis { SP_LAW_PLAIN, SP_LAW_EXP, SP_LAW_LOGIT };

enum { SP_LAW_PARAMETERS = 4 };

/* What does not fit into the parameters. Whoever makes the law keeps it alive (an arena). */
struct sp_law_data {
    size_t count;
    const double *x, *y;       /* [count] each, where the kind says so */
    const struct sp_law *part; /* WITHIN, SHAPED, ON_AXIS: 1; MIXTURE: [count] */
};

struct sp_law {
    enum sp_law_kind kind;
    double parameter[SP_LAW_PARAMETERS]; /* as listed at the kinds */
    const struct sp_law_data *data;      /* NULL unless the kind says so */
};

struct sp_law_form {
    const char *name;                         /* "lognormal" */
    const char *parameter[SP_LAW_PARAMETERS]; /* names in order, NULL after the last */
    size_t required;                          /* the first so many must be given */
    double standard;                          /* value of the optional last one */
    const char *sentence;
    /* Checks the parameters and makes the law. NULL, or what is wrong with them (static text). */
    const char *(*make)(const double *parameter, struct sp_law *law);
};

/* All forms; *count of them. Forms of one law stand together. */
const struct sp_law_form *sp_law_forms(size_t *count);

/* The law that is always `value`. */
struct sp_law sp_law_constant(double value);

/* The quantile: x with P(X <= x) = p. `q` is 1 - p, given apart so that both tails keep their digits.
 * 0 < p < 1. Finite. */
double sp_law_quantile(const struct sp_law *law, double p, double q);

/* The same when it is expected near `start` (NaN: nobody knows), to the last few bits: where a quantile has
 * to be searched for, that spares most of the search. */
double sp_law_quantile_near(const struct sp_law *law, double p, double q, double start);

/* P(X <= x) in *p and P(X > x) in *q. */
void sp_law_distribution(const struct sp_law *law, double x, double *p, double *q);

/* Density at x; may be infinite at an end of a beta or gamma. Of a constant: 0. */
double sp_law_density(const struct sp_law *law, double x);

/* The same when x is known to be the quantile of p, to the last few bits. */
double sp_law_density_at_quantile(const struct sp_law *law, double x, double p, double q);

/* Mean, standard deviation and skewness: NAN when the law has none, infinity when it is infinite. */
double sp_law_mean(const struct sp_law *law);
double sp_law_sd(const struct sp_law *law);
double sp_law_skewness(const struct sp_law *law);

/* The smallest interval that holds all values; may be infinite. */
void sp_law_support(const struct sp_law *law, double *low, double *high);

/* Whether only separate values are possible: counts, lists, constants. */
bool sp_law_is_discrete(const struct sp_law *law);

/* Whether the quantile function has neither kinks nor jumps. */
bool sp_law_is_smooth(const struct sp_law *law);

/* Equal kinds, parameters and data. */
bool sp_law_equal(const struct sp_law *a, const struct sp_law *b);

/* A copy with its data in the arena. 0 or SP_ERROR_RESOURCES. */
int sp_law_copy(struct sp_arena *arena, const struct sp_law *law, struct sp_law *copy);

/* Many laws are a standard law stretched: X = *shift + *scale x Z. Z has the shape alone; two assumptions
 * with equal standard laws share one table. Others are their own standard. */
void sp_law_standardise(const struct sp_law *law, struct sp_law *standard, double *shift, double *scale);

#endif
