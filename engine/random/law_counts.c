/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws of whole numbers: Bernoulli, binomial, Poisson, negative binomial. Their distribution functions are
 * incomplete beta and gamma functions; quantiles are found by halving on the whole numbers. GSL's own
 * functions take counts of 32 bits and accept nonsense; these take any that the forms let through. Large
 * binomial and Poisson counts are the corrected normal of engine/math/count.h, as they are drawn: GSL's
 * incomplete beta and gamma functions lose digits there, or give NaN.
 */
#include "engine/math/count.h"
#include "engine/random/law_parts.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

static void moments(const struct sp_law *law, double moment[3]);

/* --- Large counts --- */

bool sp_law_counts_is_large(const struct sp_law *law) {
    double a = law->parameter[0], b = law->parameter[1];
    return (law->kind == SP_LAW_POISSON && a > SP_LAW_COUNTS_MEAN) ||
           (law->kind == SP_LAW_BINOMIAL && a * b * (1 - b) > SP_LAW_COUNTS_VARIANCE);
}

static double corrected(const struct sp_law *law, double z) {
    double moment[3], b = law->parameter[1];
    moments(law, moment);
    double fourth = law->kind == SP_LAW_POISSON ? moment[0] : moment[1] * (1 - 6 * b * (1 - b));
    return sp_count_corrected(moment[0], moment[1], moment[2], fourth, z);
}

/* The normal value of k + 1/2; beyond 38, its tail is nothing. */
static void at_large_count(const struct sp_law *law, double k, double *p, double *q) {
    double low = -38, high = 38;
    for (int i = 0; i < 70; i++) {
        double z = (low + high) / 2;
        if (corrected(law, z) < k + 0.5)
            low = z;
        else
            high = z;
    }
    bool is_last = law->kind == SP_LAW_BINOMIAL && k >= law->parameter[0];
    *p = is_last ? 1 : gsl_cdf_ugaussian_P(low);
    *q = is_last ? 0 : gsl_cdf_ugaussian_Q(low);
}

static double large_quantile(const struct sp_law *law, double p, double q) {
    double k = floor(corrected(law, p <= q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q)) + 0.5);
    double most = law->kind == SP_LAW_BINOMIAL ? law->parameter[0] : INFINITY;
    return fmin(fmax(k, 0), most);
}

/* --- All counts --- */

/* Far from the mean GSL's series end in an error; there the probability is 0 to all digits (Bernstein: at 45
 * sd plus 1,000, below 1e-300). The negative binomial has longer tails, which GSL manages. */
static bool is_far(const struct sp_law *law, double k, double *p, double *q) {
    double moment[3];
    if (law->kind == SP_LAW_NEGATIVE_BINOMIAL)
        return false;
    moments(law, moment);
    double distance = k - moment[0];
    *p = distance > 0;
    *q = distance < 0;
    return fabs(distance) > 45 * sqrt(moment[1]) + 1000;
}

static void by_gsl(const struct sp_law *law, double k, double *p, double *q) {
    double a = law->parameter[0], b = law->parameter[1];
    switch (law->kind) {
    case SP_LAW_BERNOULLI:
        *p = k >= 1 ? 1 : 1 - a;
        *q = k >= 1 ? 0 : a;
        return;
    case SP_LAW_BINOMIAL:
        *p = k >= a ? 1 : gsl_cdf_beta_Q(b, k + 1, a - k);
        *q = k >= a ? 0 : gsl_cdf_beta_P(b, k + 1, a - k);
        return;
    case SP_LAW_POISSON:
        *p = a == 0 ? 1 : gsl_cdf_gamma_Q(a, k + 1, 1);
        *q = a == 0 ? 0 : gsl_cdf_gamma_P(a, k + 1, 1);
        return;
    default:
        *p = b >= 1 ? 1 : gsl_cdf_beta_P(b, a, k + 1);
        *q = b >= 1 ? 0 : gsl_cdf_beta_Q(b, a, k + 1);
    }
}

/* P(X <= k), P(X > k) for a whole k >= 0. Near the middle of a binomial of millions GSL gives NaN. */
static void at_count(const struct sp_law *law, double k, double *p, double *q) {
    if (sp_law_counts_is_large(law)) {
        at_large_count(law, k, p, q);
        return;
    }
    if (is_far(law, k, p, q))
        return;
    by_gsl(law, k, p, q);
    if (!(*p >= 0 && *q >= 0))
        at_large_count(law, k, p, q);
}

static void distribution(const struct sp_law *law, double x, double *p, double *q) {
    *p = 0;
    *q = 1;
    if (x >= 0)
        at_count(law, fmin(floor(x), 0x1p53), p, q);
}

static double density(const struct sp_law *law, double x) {
    double p, q, before = 0, after = 1;
    if (x < 0 || x != floor(x))
        return 0;
    at_count(law, x, &p, &q);
    if (x > 0)
        at_count(law, x - 1, &before, &after);
    return p < 0.5 ? p - before : after - q;
}

static double quantile(const struct sp_law *law, double p, double q) {
    double low = -1, high = 1, below, above;
    if (sp_law_counts_is_large(law))
        return large_quantile(law, p, q);
    for (;;) {
        at_count(law, high, &below, &above);
        if ((p <= q ? below >= p : above <= q) || high >= 0x1p53)
            break;
        low = high;
        high *= 2;
    }
    while (high - low > 1) {
        double middle = floor((low + high) / 2);
        at_count(law, middle, &below, &above);
        if (p <= q ? below >= p : above <= q)
            high = middle;
        else
            low = middle;
    }
    return high;
}

static void support(const struct sp_law *law, double *low, double *high) {
    *low = 0;
    *high = law->kind == SP_LAW_BERNOULLI ? 1 : law->kind == SP_LAW_BINOMIAL ? law->parameter[0] : INFINITY;
}

static void moments(const struct sp_law *law, double moment[3]) {
    double a = law->parameter[0], b = law->parameter[1], n = law->kind == SP_LAW_BINOMIAL ? a : 1;
    double p = law->kind == SP_LAW_BINOMIAL ? b : a;
    moment[0] = n * p;
    moment[1] = n * p * (1 - p);
    moment[2] = n * p * (1 - p) * (1 - 2 * p);
    if (law->kind == SP_LAW_POISSON)
        moment[1] = moment[2] = moment[0];
    if (law->kind == SP_LAW_NEGATIVE_BINOMIAL) {
        moment[0] = a * (1 - b) / b;
        moment[1] = moment[0] / b;
        moment[2] = moment[1] * (2 - b) / b;
    }
}

const struct sp_law_family sp_law_counts_bernoulli = {quantile, distribution, density,
                                                      support,  moments,      NULL};
const struct sp_law_family sp_law_counts_binomial = {quantile, distribution, density, support, moments, NULL};
const struct sp_law_family sp_law_counts_poisson = {quantile, distribution, density, support, moments, NULL};
const struct sp_law_family sp_law_counts_negative_binomial = {quantile, distribution, density,
                                                              support,  moments,      NULL};
