/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Probability laws: what an assumption can be distributed as. GSL's distributions define them; a quantile
 * that GSL has no trustworthy inverse for is found as a bracketed root of its distribution function.
 *
 * A law is written by name and parameters, `{ lognormal = { median = 15, sigma = 0.1 } }`. Some laws have
 * several such forms; each form is one entry of the list here, which the scenario reader and the reference
 * page read. A law that sp_law_make has accepted cannot fail later.
 */
#ifndef SP_ENGINE_RANDOM_LAW_H
#define SP_ENGINE_RANDOM_LAW_H

#include <stdbool.h>
#include <stddef.h>

enum sp_law_kind {
    SP_LAW_CONSTANT,   /* value */
    SP_LAW_UNIFORM,    /* low, high */
    SP_LAW_NORMAL,     /* mean, sd */
    SP_LAW_LOGNORMAL,  /* mu, sigma: of the logarithm */
    SP_LAW_TRIANGULAR, /* low, mode, high */
    SP_LAW_BETA,       /* a, b, low, high: PERT is a beta on [low, high] */
    SP_LAW_GAMMA,      /* shape, scale */
    SP_LAWS
};

enum { SP_LAW_PARAMETERS = 4 };

struct sp_law {
    enum sp_law_kind kind;
    double parameter[SP_LAW_PARAMETERS]; /* as listed at the kinds */
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

/* P(X <= x) in *p and P(X > x) in *q. */
void sp_law_distribution(const struct sp_law *law, double x, double *p, double *q);

/* Density at x; may be infinite at an end of a beta or gamma. Of a constant: 0. */
double sp_law_density(const struct sp_law *law, double x);

double sp_law_mean(const struct sp_law *law);
double sp_law_sd(const struct sp_law *law);

/* The smallest interval that holds all values; may be infinite. */
void sp_law_support(const struct sp_law *law, double *low, double *high);

/* Every law is a standard law stretched: X = *shift + *scale x Z. Z has the shape alone; two assumptions with
 * equal standard laws share one table. */
void sp_law_standardise(const struct sp_law *law, struct sp_law *standard, double *shift, double *scale);

#endif
