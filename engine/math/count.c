/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/math/count.h"

#include "engine/math/elementary.h"
#include "engine/math/normal.h"

#include <math.h>

/* Up to this expected count probabilities are added up one by one, as long as they are worth it: the first is
 * above 1e-10, and what follows one below `nothing` cannot change the sum. */
static const double few = 16, nothing = 0x1p-60;

/* --- Few: adding up --- */

/* P(0) is given, P(k + 1) = P(k) x (n - k) / (k + 1) x odds. */
static double add_up(double none, double n, double odds, double u) {
    double k = 0, here = none, sum = none;
    while (sum < u && here > nothing && k < n) {
        here *= odds * (n - k) / (k + 1);
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

void sp_count_binomial_array(const double *n, const double *p, const double *u, double *out, size_t count) {
    for (size_t i = 0; i < count; i++)
        out[i] = sp_count_binomial(n[i], p[i], u[i]);
}

double sp_count_poisson(double mean, double u) {
    if (mean <= few)
        return add_up_poisson(mean, u);
    return hold(correct(mean, mean, mean, mean, u), INFINITY);
}
