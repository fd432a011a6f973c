/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Smooth laws with closed quantiles, or with one that GSL gets right: exponential, Weibull, logistic, Pareto,
 * Student t.
 */
#include "engine/random/law_parts.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* -log(q), from whichever of p and q has more digits. */
static double minus_log_tail(double p, double q) {
    return p <= q ? -log1p(-p) : -log(q);
}

static void positive_support(const struct sp_law *law, double *low, double *high) {
    (void)law;
    *low = 0;
    *high = INFINITY;
}

static void whole_axis(const struct sp_law *law, double *low, double *high) {
    (void)law;
    *low = -INFINITY;
    *high = INFINITY;
}

/* --- Exponential and Weibull: mean and shape 1, or as stated --- */

static double exponential_quantile(const struct sp_law *law, double p, double q) {
    return law->parameter[0] * minus_log_tail(p, q);
}

static void exponential_distribution(const struct sp_law *law, double x, double *p, double *q) {
    double y = fmax(x, 0) / law->parameter[0];
    *p = -expm1(-y);
    *q = exp(-y);
}

static double exponential_density(const struct sp_law *law, double x) {
    return x < 0 ? 0 : exp(-x / law->parameter[0]) / law->parameter[0];
}

static void exponential_moments(const struct sp_law *law, double moment[3]) {
    double mean = law->parameter[0];
    moment[0] = mean;
    moment[1] = mean * mean;
    moment[2] = 2 * mean * mean * mean;
}

const struct sp_law_family sp_law_tails_exponential = {exponential_quantile, exponential_distribution,
                                                       exponential_density,  positive_support,
                                                       exponential_moments,  NULL};

static double weibull_quantile(const struct sp_law *law, double p, double q) {
    return law->parameter[1] * pow(minus_log_tail(p, q), 1 / law->parameter[0]);
}

static void weibull_distribution(const struct sp_law *law, double x, double *p, double *q) {
    double y = pow(fmax(x, 0) / law->parameter[1], law->parameter[0]);
    *p = -expm1(-y);
    *q = exp(-y);
}

static double weibull_density(const struct sp_law *law, double x) {
    return x < 0 ? 0 : gsl_ran_weibull_pdf(x, law->parameter[1], law->parameter[0]);
}

static void weibull_moments(const struct sp_law *law, double moment[3]) {
    double k = law->parameter[0], scale = law->parameter[1];
    double a = exp(gsl_sf_lngamma(1 + 1 / k)), b = exp(gsl_sf_lngamma(1 + 2 / k));
    double c = exp(gsl_sf_lngamma(1 + 3 / k));
    moment[0] = scale * a;
    moment[1] = scale * scale * (b - a * a);
    moment[2] = scale * scale * scale * (c - 3 * a * b + 2 * a * a * a);
}

const struct sp_law_family sp_law_tails_weibull = {weibull_quantile, weibull_distribution, weibull_density,
                                                   positive_support, weibull_moments,      NULL};

/* --- Logistic --- */

static double logistic_quantile(const struct sp_law *law, double p, double q) {
    return law->parameter[0] + law->parameter[1] * (log(p) - log(q));
}

static void logistic_distribution(const struct sp_law *law, double x, double *p, double *q) {
    double y = (x - law->parameter[0]) / law->parameter[1];
    *p = 1 / (1 + exp(-y));
    *q = 1 / (1 + exp(y));
}

static double logistic_density(const struct sp_law *law, double x) {
    double p, q;
    logistic_distribution(law, x, &p, &q);
    return p * q / law->parameter[1];
}

static void logistic_moments(const struct sp_law *law, double moment[3]) {
    moment[0] = law->parameter[0];
    moment[1] = M_PI * M_PI / 3 * law->parameter[1] * law->parameter[1];
    moment[2] = 0;
}

const struct sp_law_family sp_law_tails_logistic = {
    logistic_quantile, logistic_distribution, logistic_density, whole_axis, logistic_moments, NULL};

/* --- Pareto --- */

static double pareto_quantile(const struct sp_law *law, double p, double q) {
    return law->parameter[0] * exp(minus_log_tail(p, q) / law->parameter[1]);
}

static void pareto_distribution(const struct sp_law *law, double x, double *p, double *q) {
    double y = law->parameter[1] * log(fmax(x / law->parameter[0], 1));
    *p = -expm1(-y);
    *q = exp(-y);
}

static double pareto_density(const struct sp_law *law, double x) {
    double p, q;
    pareto_distribution(law, x, &p, &q);
    return x < law->parameter[0] ? 0 : q * law->parameter[1] / x;
}

static void pareto_support(const struct sp_law *law, double *low, double *high) {
    *low = law->parameter[0];
    *high = INFINITY;
}

static void pareto_moments(const struct sp_law *law, double moment[3]) {
    double m = law->parameter[0], k = law->parameter[1];
    double a = m * k / (k - 1), b = m * m * k / (k - 2), c = m * m * m * k / (k - 3);
    moment[0] = a;
    moment[1] = m * m * k / ((k - 1) * (k - 1) * (k - 2));
    moment[2] = c - 3 * a * b + 2 * a * a * a;
}

static double pareto_tail(const struct sp_law *law) {
    return law->parameter[1];
}

const struct sp_law_family sp_law_tails_pareto = {pareto_quantile, pareto_distribution, pareto_density,
                                                  pareto_support,  pareto_moments,      pareto_tail};

/* --- Student t --- */

/* In the far tail GSL's inverse loses digits (reliability: p < 1e-8): the tail is solved for there, as a
 * power of x, from the incomplete beta function. */
static double student_far(double df, double tail) {
    double low = 0, high = 700;
    for (int i = 0; i < 120; i++) {
        double y = (low + high) / 2;
        if (gsl_cdf_tdist_Q(exp(y), df) > tail)
            low = y;
        else
            high = y;
    }
    return exp(high);
}

/* Nearer to the middle, where GSL's inverse gives NaN for many df below 1. */
static double student_near(double df, double tail) {
    double t = -gsl_cdf_tdist_Pinv(tail, df), low = 0, high = 1;
    if (fabs(gsl_cdf_tdist_Q(t, df) - tail) < 1e-11)
        return t;
    while (gsl_cdf_tdist_Q(high, df) > tail)
        high *= 2;
    for (int i = 0; i < 100; i++) {
        double middle = (low + high) / 2;
        if (gsl_cdf_tdist_Q(middle, df) > tail)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static double student_quantile(const struct sp_law *law, double p, double q) {
    double df = law->parameter[0], tail = fmin(p, q);
    double t = tail < 0.1 ? student_far(df, tail) : student_near(df, tail);
    return law->parameter[1] + law->parameter[2] * (p <= q ? -t : t);
}

static void student_distribution(const struct sp_law *law, double x, double *p, double *q) {
    double t = (x - law->parameter[1]) / law->parameter[2];
    *p = gsl_cdf_tdist_P(t, law->parameter[0]);
    *q = gsl_cdf_tdist_Q(t, law->parameter[0]);
}

static double student_density(const struct sp_law *law, double x) {
    return gsl_ran_tdist_pdf((x - law->parameter[1]) / law->parameter[2], law->parameter[0]) /
           law->parameter[2];
}

static void student_moments(const struct sp_law *law, double moment[3]) {
    double df = law->parameter[0], scale = law->parameter[2];
    moment[0] = law->parameter[1];
    moment[1] = scale * scale * df / (df - 2);
    moment[2] = 0;
}

static double student_tail(const struct sp_law *law) {
    return law->parameter[0];
}

const struct sp_law_family sp_law_tails_student = {student_quantile, student_distribution, student_density,
                                                   whole_axis,       student_moments,      student_tail};
