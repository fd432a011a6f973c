/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/math/count.h"

#include "engine/base/wide.h"
#include "engine/math/elementary.h"
#include "engine/math/normal.h"

#include <math.h>
#include <stdbool.h>

/* Up to this expected count probabilities are added up one by one, as long as they are worth it: the first is
 * above 1e-10, and what follows one below `nothing` cannot change the sum. */
static const double few = 16, nothing = 0x1p-60;

/* --- Few: adding up --- */

/* P(k + 1) = P(k) x (n - k) / (k + 1) x odds. */
static double ratio_after(double k, double n, double odds) {
    return odds * (n - k) * (1 / (k + 1));
}

/* P(0) is given. */
static double add_up(double none, double n, double odds, double u) {
    double k = 0, here = none, sum = none;
    while (sum < u && here > nothing && k < n) {
        here *= ratio_after(k, n, odds);
        k += 1;
        sum += here;
    }
    return k;
}

static double add_up_poisson(double mean, double u) {
    double k = 0, here = sp_elementary_exp(-mean), sum = here;
    while (sum < u && here > nothing) {
        k += 1;
        here *= mean / k;
        sum += here;
    }
    return k;
}

/* --- Many: the normal law, corrected --- */

/* P(X <= k) is a smooth function at k + 1/2 (the sum of the smooth density's values at 0 .. k, by Euler and
 * Maclaurin): it is nearly a law with the cumulants of X, but 1/12 less of the second and 1/120 more of the
 * fourth. Its quantile is found, and rounded. */
double sp_count_corrected(double mean, double variance, double third, double fourth, double z) {
    double square = variance - 1.0 / 12, sd = sqrt(square), z2 = z * z;
    double skewness = third / (square * sd), kurtosis = (fourth + 1.0 / 120) / (square * square);
    double shift =
        skewness * (z2 - 1) / 6 + kurtosis * z * (z2 - 3) / 24 - skewness * skewness * z * (2 * z2 - 5) / 36;
    return mean + sd * (z + shift);
}

static double correct(double mean, double variance, double third, double fourth, double u) {
    return floor(sp_count_corrected(mean, variance, third, fourth, sp_normal_quantile(u)) + 0.5);
}

static double hold(double k, double n) {
    return k < 0 ? 0 : k > n ? n : k;
}

/* --- Counts --- */

/* p <= 1/2 */
static double lower_half(double n, double p, double u) {
    double mean = n * p, rest = 1 - p;
    if (u <= 1 - mean) /* nobody: (1 - p)^n >= 1 - n p */
        return 0;
    if (mean <= few)
        return add_up(sp_elementary_exp(n * sp_elementary_log_rest(p)), n, p / rest, u);
    double variance = mean * rest;
    return hold(correct(mean, variance, variance * (1 - 2 * p), variance * (1 - 6 * p * rest), u), n);
}

/* Who does not do it is counted when these are fewer; 1 - p is exact then. */
double sp_count_binomial(double n, double p, double u) {
    return p <= 0.5 ? lower_half(n, p, u) : n - lower_half(n, 1 - p, 1 - u);
}

/* --- Several counts at once: the same operations, in loops that become vectors --- */

enum { TOGETHER = 16 };

struct several {
    double n[TOGETHER], p[TOGETHER], u[TOGETHER]; /* p <= 1/2 */
    double k[TOGETHER];                           /* the counts */
};

static bool is_nobody(double mean, double u) {
    return u <= 1 - mean;
}

static bool is_few(double mean, double u) {
    return (mean <= few) & !is_nobody(mean, u);
}

static bool is_many(double mean, double u) {
    return !(mean <= few) & !is_nobody(mean, u);
}

static bool is_any(const struct several *these, bool (*is)(double mean, double u)) {
    int64_t any = 0;
    for (size_t i = 0; i < TOGETHER; i++)
        any |= is(these->n[i] * these->p[i], these->u[i]);
    return any != 0;
}

/* The first probability of those that are added up; of all others the sum is at its end from the first. */
static void begin_sums(const struct several *these, double *odds, double *here, double *sum) {
    for (size_t i = 0; i < TOGETHER; i++) {
        double n = these->n[i], p = these->p[i];
        double none = sp_elementary_exp(n * sp_elementary_log_rest(p));
        odds[i] = p / (1 - p);
        here[i] = none;
        sum[i] = is_few(n * p, these->u[i]) ? none : 1;
    }
}

/* As add_up does it, until the last of them has ended. For those that have ended earlier it goes on too, and
 * changes nothing: sums do not fall, and probabilities that have become too small do not rise. */
static void add_up_several(struct several *these) {
    double odds[TOGETHER], here[TOGETHER], sum[TOGETHER], *restrict k = these->k;
    int64_t going = 1;
    begin_sums(these, odds, here, sum);
    for (double now = 0; going; now += 1) {
        going = 0;
        for (size_t i = 0; i < TOGETHER; i++) {
            int64_t goes = (sum[i] < these->u[i]) & (here[i] > nothing) & (now < these->n[i]);
            here[i] *= ratio_after(now, these->n[i], odds[i]);
            sum[i] += here[i];
            k[i] = goes ? now + 1 : k[i];
            going |= goes;
        }
    }
}

static void correct_several(struct several *these) {
    for (size_t i = 0; i < TOGETHER; i++) {
        double n = these->n[i], p = these->p[i], u = these->u[i], mean = n * p, rest = 1 - p;
        double variance = mean * rest, third = variance * (1 - 2 * p);
        double fourth = variance * (1 - 6 * p * rest), z = sp_normal_quantile_near(u);
        double k = hold(floor(sp_count_corrected(mean, variance, third, fourth, z) + 0.5), n);
        these->k[i] = is_many(mean, u) ? k : these->k[i];
    }
}

/* Draws have 32 bits, so that a tail beyond `near` is rare; but anybody may ask. */
static void correct_far(struct several *these) {
    for (size_t i = 0; i < TOGETHER; i++)
        if ((these->u[i] < SP_NORMAL_NEAR) | (1 - these->u[i] < SP_NORMAL_NEAR))
            these->k[i] = lower_half(these->n[i], these->p[i], these->u[i]);
}

static void count_several(const double *n, const double *p, const double *u, double *out) {
    struct several these;
    for (size_t i = 0; i < TOGETHER; i++) {
        these.n[i] = n[i];
        these.p[i] = p[i] <= 0.5 ? p[i] : 1 - p[i];
        these.u[i] = p[i] <= 0.5 ? u[i] : 1 - u[i];
        these.k[i] = 0;
    }
    if (is_any(&these, is_few))
        add_up_several(&these);
    if (is_any(&these, is_many)) {
        correct_several(&these);
        correct_far(&these);
    }
    for (size_t i = 0; i < TOGETHER; i++)
        out[i] = p[i] <= 0.5 ? these.k[i] : n[i] - these.k[i];
}

SP_WIDE void sp_count_binomial_array(const double *n, const double *p, const double *u, double *out,
                                     size_t count) {
    size_t whole = count / TOGETHER * TOGETHER;
    for (size_t i = 0; i < whole; i += TOGETHER)
        count_several(n + i, p + i, u + i, out + i);
    for (size_t i = whole; i < count; i++)
        out[i] = sp_count_binomial(n[i], p[i], u[i]);
}

double sp_count_poisson(double mean, double u) {
    if (mean <= few)
        return add_up_poisson(mean, u);
    return hold(correct(mean, mean, mean, mean, u), INFINITY);
}
