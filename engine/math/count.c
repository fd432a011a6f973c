/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/math/count.h"

#include "engine/base/wide.h"
#include "engine/math/elementary.h"
#include "engine/math/normal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Up to this expected count probabilities are added up one by one, as long as they are worth it: the first is
 * above 1e-10, and what follows one below `nothing` cannot change the sum. */
static const double few = 16, nothing = 0x1p-60;

/* --- The two laws --- */

/* Of n people each does it with probability p; or (n infinite) p is the mean of a Poisson law. */
struct law {
    bool is_poisson;
    double n, p;
};

static double mean_of(struct law law) {
    return law.is_poisson ? law.p : law.n * law.p;
}

/* P(0); for p <= 1/2. */
static double none_of(struct law law) {
    double exponent = law.is_poisson ? -law.p : law.n * sp_elementary_log_rest(law.p);
    return sp_elementary_exp(exponent);
}

/* P(k + 1) = P(k) x ratio; odds is p / (1 - p), or the mean. */
static double ratio_after(struct law law, double k, double odds) {
    double inverse = 1 / (k + 1);
    return law.is_poisson ? odds * inverse : odds * (law.n - k) * inverse;
}

static double odds_of(struct law law) {
    return law.is_poisson ? law.p : law.p * (1 / (1 - law.p));
}

/* --- Few: adding up --- */

static double add_up(struct law law, double u) {
    double k = 0, here = none_of(law), sum = here, odds = odds_of(law);
    while (sum < u && here > nothing && k < law.n) {
        here *= ratio_after(law, k, odds);
        k += 1;
        sum += here;
    }
    return k;
}

/* --- Many: the normal law, corrected --- */

/* P(X <= k) is a smooth function at k + 1/2 (the sum of the smooth density's values at 0 .. k, by Euler and
 * Maclaurin): it is nearly a law with the cumulants of X, but 1/12 less of the second and 1/120 more of the
 * fourth. Its quantile is found, and rounded. */
double sp_count_corrected(double mean, double variance, double third, double fourth, double z) {
    double square = variance - 1.0 / 12, sd = sqrt(square), inverse = 1 / square, z2 = z * z;
    double skewness = third * (inverse * inverse * sd), kurtosis = (fourth + 1.0 / 120) * (inverse * inverse);
    double shift = skewness * (z2 - 1) * (1.0 / 6) + kurtosis * z * (z2 - 3) * (1.0 / 24) -
                   skewness * skewness * z * (2 * z2 - 5) * (1.0 / 36);
    return mean + sd * (z + shift);
}

static double hold(double k, double n) {
    return k < 0 ? 0 : k > n ? n : k;
}

static double correct(struct law law, double z) {
    double mean = mean_of(law), rest = law.is_poisson ? 1 : 1 - law.p, variance = mean * rest;
    double third = law.is_poisson ? mean : variance * (1 - 2 * law.p);
    double fourth = law.is_poisson ? mean : variance * (1 - 6 * law.p * rest);
    return hold(floor(sp_count_corrected(mean, variance, third, fourth, z) + 0.5), law.n);
}

/* --- Counts --- */

/* Nobody does it: P(0) >= 1 - mean. */
static bool is_nobody(double mean, double u) {
    return u <= 1 - mean;
}

static bool is_few(double mean, double u) {
    return (mean <= few) & !is_nobody(mean, u);
}

static bool is_many(double mean, double u) {
    return !(mean <= few) & !is_nobody(mean, u);
}

static bool is_far(double u) {
    return (u < SP_NORMAL_NEAR) | (1 - u < SP_NORMAL_NEAR);
}

/* p <= 1/2 */
static double count_one(struct law law, double u) {
    double mean = mean_of(law);
    if (is_nobody(mean, u))
        return 0;
    return mean <= few ? add_up(law, u) : correct(law, sp_normal_quantile(u));
}

/* Who does not do it is counted when these are fewer; 1 - p is exact then. */
double sp_count_binomial(double n, double p, double u) {
    return p <= 0.5 ? count_one((struct law){.n = n, .p = p}, u)
                    : n - count_one((struct law){.n = n, .p = 1 - p}, 1 - u);
}

double sp_count_poisson(double mean, double u) {
    return count_one((struct law){.is_poisson = true, .n = INFINITY, .p = mean}, u);
}

/* --- Several counts at once: the same operations, in loops that become vectors --- */

enum { TOGETHER = 16 };

struct several {
    bool is_poisson;
    double n[TOGETHER], p[TOGETHER], u[TOGETHER]; /* p <= 1/2 */
    double mean[TOGETHER];
    double k[TOGETHER]; /* the counts */
};

static struct law law_of(const struct several *these, size_t i) {
    return (struct law){these->is_poisson, these->n[i], these->p[i]};
}

/* The first probability of those that are added up; of all others the sum is at its end from the first. */
static void begin_sums(const struct several *these, double *odds, double *here, double *sum) {
    for (size_t i = 0; i < TOGETHER; i++) {
        struct law law = law_of(these, i);
        double none = none_of(law);
        odds[i] = odds_of(law);
        here[i] = none;
        sum[i] = is_few(these->mean[i], these->u[i]) ? none : 1;
    }
}

/* One step of add_up; whether it was one for any of them. For those that have ended earlier it changes
 * nothing: sums do not fall, and probabilities that have become too small do not rise. */
static inline int64_t add_next(struct several *these, double now, const double *odds, double *restrict here,
                               double *restrict sum) {
    double *restrict k = these->k;
    int64_t going = 0;
    for (size_t i = 0; i < TOGETHER; i++) {
        int64_t goes = (sum[i] < these->u[i]) & (here[i] > nothing) & (now < these->n[i]);
        here[i] *= ratio_after(law_of(these, i), now, odds[i]);
        sum[i] += here[i];
        k[i] = goes ? now + 1 : k[i];
        going |= goes;
    }
    return going;
}

/* Until the last of them has ended; asking for that takes as long as a step. */
static void add_up_several(struct several *these) {
    enum { STEPS = 4 };
    double odds[TOGETHER], here[TOGETHER], sum[TOGETHER], now = 0;
    int64_t going = 1;
    begin_sums(these, odds, here, sum);
    while (going)
        for (int step = 0; step < STEPS; step++, now += 1)
            going = add_next(these, now, odds, here, sum);
}

/* In two loops, since a processor has more rounds of a short one under way. Returns whether some lie in a
 * tail beyond `near`. */
static bool correct_several(struct several *these) {
    double z[TOGETHER];
    int64_t any_far = 0;
    for (size_t i = 0; i < TOGETHER; i++) {
        double u = these->u[i];
        z[i] = sp_normal_quantile_near(u);
        any_far |= is_far(u);
    }
    for (size_t i = 0; i < TOGETHER; i++) {
        double u = these->u[i], k = correct(law_of(these, i), z[i]);
        these->k[i] = is_many(these->mean[i], u) ? k : these->k[i];
    }
    return any_far != 0;
}

/* Draws have 32 bits, so that this is rare; but anybody may ask. */
static void correct_far(struct several *these) {
    for (size_t i = 0; i < TOGETHER; i++)
        if (is_far(these->u[i]))
            these->k[i] = count_one(law_of(these, i), these->u[i]);
}

static void count_several(struct several *these) {
    int64_t any_few = 0, any_many = 0;
#pragma GCC unroll 1 /* or gcc writes sixteen single ones */
    for (size_t i = 0; i < TOGETHER; i++) {
        any_few |= is_few(these->mean[i], these->u[i]);
        any_many |= is_many(these->mean[i], these->u[i]);
        these->k[i] = 0;
    }
    if (any_few)
        add_up_several(these);
    if (any_many && correct_several(these))
        correct_far(these);
}

static void count_binomials(const double *n, const double *p, const double *u, double *out) {
    struct several these;
    these.is_poisson = false;
    for (size_t i = 0; i < TOGETHER; i++) {
        these.n[i] = n[i];
        these.p[i] = p[i] <= 0.5 ? p[i] : 1 - p[i];
        these.u[i] = p[i] <= 0.5 ? u[i] : 1 - u[i];
        these.mean[i] = these.n[i] * these.p[i];
    }
    count_several(&these);
    for (size_t i = 0; i < TOGETHER; i++)
        out[i] = p[i] <= 0.5 ? these.k[i] : n[i] - these.k[i];
}

SP_WIDE void sp_count_binomial_array(const double *n, const double *p, const double *u, double *out,
                                     size_t count) {
    size_t whole = count / TOGETHER * TOGETHER;
    for (size_t i = 0; i < whole; i += TOGETHER)
        count_binomials(n + i, p + i, u + i, out + i);
    for (size_t i = whole; i < count; i++)
        out[i] = sp_count_binomial(n[i], p[i], u[i]);
}

static void count_poissons(const double *mean, const double *u, double *out) {
    struct several these;
    these.is_poisson = true;
    for (size_t i = 0; i < TOGETHER; i++) {
        these.n[i] = INFINITY;
        these.p[i] = these.mean[i] = mean[i];
        these.u[i] = u[i];
    }
    count_several(&these);
    memcpy(out, these.k, sizeof these.k);
}

SP_WIDE void sp_count_poisson_array(const double *mean, const double *u, double *out, size_t count) {
    size_t whole = count / TOGETHER * TOGETHER;
    for (size_t i = 0; i < whole; i += TOGETHER)
        count_poissons(mean + i, u + i, out + i);
    for (size_t i = whole; i < count; i++)
        out[i] = sp_count_poisson(mean[i], u[i]);
}
