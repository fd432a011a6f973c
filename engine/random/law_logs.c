/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws of logarithms. A gamma or beta with a small shape crowds against its end over hundreds of orders of
 * magnitude; its logarithm (for the beta, log(x / (1 - x))) is spread out, and smooth enough for a table.
 */
#include "engine/random/law_parts.h"

#include "engine/random/root.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

static void whole_axis(const struct sp_law *law, double *low, double *high) {
    (void)law;
    *low = -INFINITY;
    *high = INFINITY;
}

/* --- Gamma --- */

static double gamma_quantile(const struct sp_law *law, double p, double q) {
    struct sp_law gamma = {.kind = SP_LAW_GAMMA, .parameter = {law->parameter[0], 1}};
    return log(sp_law_quantile(&gamma, p, q));
}

static void gamma_distribution(const struct sp_law *law, double x, double *p, double *q) {
    *p = gsl_cdf_gamma_P(exp(x), law->parameter[0], 1);
    *q = gsl_cdf_gamma_Q(exp(x), law->parameter[0], 1);
}

static double gamma_density(const struct sp_law *law, double x) {
    return exp(law->parameter[0] * x - exp(x) - gsl_sf_lngamma(law->parameter[0]));
}

const struct sp_law_family sp_law_logs_gamma = {
    gamma_quantile, gamma_distribution, gamma_density, whole_axis, NULL, NULL};

/* --- Exponential --- */

static double exponential_quantile(const struct sp_law *law, double p, double q) {
    (void)law;
    return p <= q ? log(-log1p(-p)) : log(-log(q));
}

static void exponential_distribution(const struct sp_law *law, double x, double *p, double *q) {
    (void)law;
    *p = -expm1(-exp(x));
    *q = exp(-exp(x));
}

static double exponential_density(const struct sp_law *law, double x) {
    (void)law;
    return exp(x - exp(x));
}

const struct sp_law_family sp_law_logs_exponential = {
    exponential_quantile, exponential_distribution, exponential_density, whole_axis, NULL, NULL};

/* --- Beta --- */

static void beta_distribution(const struct sp_law *law, double x, double *p, double *q) {
    double a = law->parameter[0], b = law->parameter[1], near = 1 / (1 + exp(fabs(x)));
    *p = x < 0 ? gsl_cdf_beta_P(near, a, b) : gsl_cdf_beta_Q(near, b, a);
    *q = x < 0 ? gsl_cdf_beta_Q(near, a, b) : gsl_cdf_beta_P(near, b, a);
}

static double beta_density(const struct sp_law *law, double x) {
    double a = law->parameter[0], b = law->parameter[1];
    double below = -log1p(exp(-fabs(x))), log_x = fmin(x, 0) + below, log_rest = fmin(-x, 0) + below;
    return exp(a * log_x + b * log_rest - gsl_sf_lnbeta(a, b));
}

/* Halving on the logit, where the shapes of 0.05 and above have room: p = 2^-33 is at x > e^-700. */
static double beta_quantile(const struct sp_law *law, double p, double q) {
    double low = -740, high = 740;
    for (int i = 0; i < 64; i++) {
        double below, above, x = (low + high) / 2;
        beta_distribution(law, x, &below, &above);
        if (p <= q ? below < p : above > q)
            low = x;
        else
            high = x;
    }
    return high;
}

const struct sp_law_family sp_law_logs_beta = {
    beta_quantile, beta_distribution, beta_density, whole_axis, NULL, NULL};
