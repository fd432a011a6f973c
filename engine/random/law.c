/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law.h"

#include "engine/random/root.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

/* Shapes outside this range are refused: the tables are tested within it. */
#define SHAPE_LOW         1.0
#define BETA_SHAPE_HIGH   1e6
#define BETA_SMALLER_HIGH 1e5 /* of the smaller one */
#define SIGMA_HIGH        5.0
#define GAMMA_SHAPE_HIGH  1e4 /* beyond, GSL's incomplete gamma function has fewer than 10 digits */

/* --- Forms: how a law is written --- */

static const char *make_uniform(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_UNIFORM, {x[0], x[1]}};
    return x[0] < x[1] ? NULL : "min must be below max; for a fixed number write the number alone";
}

static const char *make_normal(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_NORMAL, {x[0], x[1]}};
    return x[1] > 0 ? NULL : "sd must be above 0";
}

static const char *check_sigma(double sigma) {
    if (!(sigma > 0))
        return "sigma must be above 0";
    return sigma <= SIGMA_HIGH ? NULL
                               : "sigma must be at most 5: it is the standard deviation of the logarithm";
}

static const char *make_lognormal(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_LOGNORMAL, {x[0], x[1]}};
    if (fabs(x[0]) > 300)
        return "mu must be within -300 .. 300: it is the logarithm of the median";
    return check_sigma(x[1]);
}

static const char *make_lognormal_median(const double *x, struct sp_law *law) {
    if (!(x[0] > 0))
        return "median must be above 0";
    return make_lognormal((double[]){log(x[0]), x[1]}, law);
}

static const char *make_lognormal_mean(const double *x, struct sp_law *law) {
    if (!(x[0] > 0 && x[1] > 0))
        return "mean and sd must be above 0";
    double variance = log1p(x[1] / x[0] * (x[1] / x[0]));
    return make_lognormal((double[]){log(x[0]) - variance / 2, sqrt(variance)}, law);
}

static const char *make_triangular(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_TRIANGULAR, {x[0], x[1], x[2]}};
    return x[0] <= x[1] && x[1] <= x[2] && x[0] < x[2] ? NULL : "needs min <= mode <= max and min < max";
}

static const char *make_beta_on(double a, double b, double low, double high, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_BETA, {a, b, low, high}};
    if (!(a >= SHAPE_LOW && a <= BETA_SHAPE_HIGH && b >= SHAPE_LOW && b <= BETA_SHAPE_HIGH))
        return "a and b must be within 1 .. 1e6";
    if (a > BETA_SMALLER_HIGH && b > BETA_SMALLER_HIGH)
        return "one of a and b must be at most 1e5; take a normal instead";
    return NULL;
}

static const char *make_beta(const double *x, struct sp_law *law) {
    return make_beta_on(x[0], x[1], 0, 1, law);
}

static const char *make_pert(const double *x, struct sp_law *law) {
    double width = x[2] - x[0];
    if (!(x[0] <= x[1] && x[1] <= x[2] && width > 0))
        return "needs min <= mode <= max and min < max";
    if (!(x[3] > 0 && x[3] <= 1000))
        return "lambda must be within 0 .. 1000 (4 is usual)";
    return make_beta_on(1 + x[3] * (x[1] - x[0]) / width, 1 + x[3] * (x[2] - x[1]) / width, x[0], x[2], law);
}

static const char *make_gamma(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_GAMMA, {x[0], x[1]}};
    if (!(x[1] > 0))
        return "scale must be above 0";
    return x[0] >= SHAPE_LOW && x[0] <= GAMMA_SHAPE_HIGH ? NULL : "shape must be within 1 .. 1e4";
}

static const char *make_constant(const double *x, struct sp_law *law) {
    *law = sp_law_constant(x[0]);
    return NULL;
}

static const struct sp_law_form forms[] = {
    {"constant", {"value"}, 1, NAN, "always the same number", make_constant},
    {"uniform", {"min", "max"}, 2, NAN, "every number between min and max alike", make_uniform},
    {"normal", {"mean", "sd"}, 2, NAN, "the bell curve", make_normal},
    {"lognormal",
     {"mu", "sigma"},
     2,
     NAN,
     "e to the power of a normal with mean mu and sd sigma",
     make_lognormal},
    {"lognormal", {"median", "sigma"}, 2, NAN, "the same, by its median", make_lognormal_median},
    {"lognormal", {"mean", "sd"}, 2, NAN, "the same, by its own mean and sd", make_lognormal_mean},
    {"triangular",
     {"min", "mode", "max"},
     3,
     NAN,
     "rises to the mode, falls from it, in straight lines",
     make_triangular},
    {"pert",
     {"min", "mode", "max", "lambda"},
     3,
     4,
     "a smooth triangular: a beta between min and max",
     make_pert},
    {"beta", {"a", "b"}, 2, NAN, "a share between 0 and 1, like a of a + b", make_beta},
    {"gamma", {"shape", "scale"}, 2, NAN, "positive and skewed, with mean shape x scale", make_gamma},
};

const struct sp_law_form *sp_law_forms(size_t *count) {
    *count = sizeof forms / sizeof *forms;
    return forms;
}

struct sp_law sp_law_constant(double value) {
    return (struct sp_law){SP_LAW_CONSTANT, {value}};
}

/* --- Distribution functions of the standard laws ---
 * X = shift + scale x Z: everything about X
 * follows from Z, whose parameters are its shape alone. */

void sp_law_standardise(const struct sp_law *law, struct sp_law *standard, double *shift, double *scale) {
    const double *x = law->parameter;
    *standard = *law;
    *shift = 0;
    *scale = 1;
    if (law->kind == SP_LAW_NORMAL) {
        *standard = (struct sp_law){SP_LAW_NORMAL, {0, 1}};
        *shift = x[0];
        *scale = x[1];
    } else if (law->kind == SP_LAW_LOGNORMAL) {
        *standard = (struct sp_law){SP_LAW_LOGNORMAL, {0, x[1]}};
        *scale = exp(x[0]);
    } else if (law->kind == SP_LAW_BETA) {
        *standard = (struct sp_law){SP_LAW_BETA, {x[0], x[1], 0, 1}};
        *shift = x[2];
        *scale = x[3] - x[2];
    } else if (law->kind == SP_LAW_GAMMA) {
        *standard = (struct sp_law){SP_LAW_GAMMA, {x[0], 1}};
        *scale = x[1];
    }
}

static void standard_distribution(const struct sp_law *law, double z, double *p, double *q) {
    const double *x = law->parameter;
    double above_low = z - x[0], below_high = x[2] - z;
    switch (law->kind) {
    case SP_LAW_NORMAL:
        *p = gsl_cdf_ugaussian_P(z);
        *q = gsl_cdf_ugaussian_Q(z);
        return;
    case SP_LAW_LOGNORMAL:
        *p = z > 0 ? gsl_cdf_ugaussian_P(log(z) / x[1]) : 0;
        *q = z > 0 ? gsl_cdf_ugaussian_Q(log(z) / x[1]) : 1;
        return;
    case SP_LAW_BETA:
        *p = z <= 0 ? 0 : z >= 1 ? 1 : gsl_cdf_beta_P(z, x[0], x[1]);
        *q = z <= 0 ? 1 : z >= 1 ? 0 : gsl_cdf_beta_Q(z, x[0], x[1]);
        return;
    case SP_LAW_GAMMA:
        *p = z <= 0 ? 0 : gsl_cdf_gamma_P(z, x[0], 1);
        *q = z <= 0 ? 1 : gsl_cdf_gamma_Q(z, x[0], 1);
        return;
    case SP_LAW_UNIFORM:
        *p = z <= x[0] ? 0 : z >= x[1] ? 1 : (z - x[0]) / (x[1] - x[0]);
        *q = 1 - *p;
        return;
    case SP_LAW_TRIANGULAR:
        *p = z <= x[0]   ? 0
             : z >= x[2] ? 1
             : z <= x[1] ? above_low * above_low / ((x[2] - x[0]) * (x[1] - x[0]))
                         : 1 - below_high * below_high / ((x[2] - x[0]) * (x[2] - x[1]));
        *q = 1 - *p;
        return;
    default:
        *p = z >= x[0];
        *q = z < x[0];
    }
}

static double standard_density(const struct sp_law *law, double z) {
    const double *x = law->parameter;
    switch (law->kind) {
    case SP_LAW_NORMAL:
        return gsl_ran_ugaussian_pdf(z);
    case SP_LAW_LOGNORMAL:
        return z > 0 ? gsl_ran_lognormal_pdf(z, 0, x[1]) : 0;
    case SP_LAW_BETA:
        return z < 0 || z > 1 ? 0 : gsl_ran_beta_pdf(z, x[0], x[1]);
    case SP_LAW_GAMMA:
        return z < 0 ? 0 : gsl_ran_gamma_pdf(z, x[0], 1);
    case SP_LAW_UNIFORM:
        return z < x[0] || z > x[1] ? 0 : 1 / (x[1] - x[0]);
    case SP_LAW_TRIANGULAR:
        if (z < x[0] || z > x[2])
            return 0;
        return 2 / (x[2] - x[0]) *
               (z < x[1]   ? (z - x[0]) / (x[1] - x[0])
                : z > x[1] ? (x[2] - z) / (x[2] - x[1])
                           : 1);
    default:
        return 0;
    }
}

/* --- Quantiles of the standard laws --- */

static double gamma_tail(const void *context, double x, double *density) {
    const struct sp_root_tail *tail = context;
    *density = gsl_ran_gamma_pdf(x, tail->a, 1);
    return tail->upper ? gsl_cdf_gamma_Q(x, tail->a, 1) : gsl_cdf_gamma_P(x, tail->a, 1);
}

static double beta_tail(const void *context, double x, double *density) {
    const struct sp_root_tail *tail = context;
    *density = gsl_ran_beta_pdf(x, tail->a, tail->b);
    return gsl_cdf_beta_P(x, tail->a, tail->b);
}

/* Starts from the law near 0, x^a / (a B(a, b)), which is exact far out and safe elsewhere. */
static double beta_lower_quantile(double a, double b, double p) {
    struct sp_root_tail tail = {.a = a, .b = b};
    double start = exp(fmin((log(p) + log(a) + gsl_sf_lnbeta(a, b)) / a, log(a / (a + b))));
    return sp_root_find(beta_tail, &tail, p, start, 1);
}

static double beta_quantile(double a, double b, double p, double q) {
    return p <= q ? beta_lower_quantile(a, b, p) : 1 - beta_lower_quantile(b, a, q);
}

static double gamma_quantile(double a, double p, double q) {
    struct sp_root_tail tail = {.a = a, .upper = p > q};
    double start = p > q ? a : exp(fmin((log(p) + gsl_sf_lngamma(a + 1)) / a, log(a)));
    return sp_root_find(gamma_tail, &tail, fmin(p, q), start, INFINITY);
}

static double triangular_quantile(const double *x, double p, double q) {
    double width = x[2] - x[0];
    if (p * width < x[1] - x[0])
        return x[0] + sqrt(p * width * (x[1] - x[0]));
    return x[2] - sqrt(q * width * (x[2] - x[1]));
}

static double standard_quantile(const struct sp_law *law, double p, double q) {
    const double *x = law->parameter;
    switch (law->kind) {
    case SP_LAW_NORMAL:
        return p <= q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q);
    case SP_LAW_LOGNORMAL:
        return exp(x[1] * (p <= q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q)));
    case SP_LAW_BETA:
        return beta_quantile(x[0], x[1], p, q);
    case SP_LAW_GAMMA:
        return gamma_quantile(x[0], p, q);
    case SP_LAW_UNIFORM:
        return p <= q ? x[0] + p * (x[1] - x[0]) : x[1] - q * (x[1] - x[0]);
    case SP_LAW_TRIANGULAR:
        return triangular_quantile(x, p, q);
    default:
        return x[0];
    }
}

/* --- Any law --- */

double sp_law_quantile(const struct sp_law *law, double p, double q) {
    struct sp_law standard;
    double shift, scale;
    sp_law_standardise(law, &standard, &shift, &scale);
    return shift + scale * standard_quantile(&standard, p, q);
}

void sp_law_distribution(const struct sp_law *law, double x, double *p, double *q) {
    struct sp_law standard;
    double shift, scale;
    sp_law_standardise(law, &standard, &shift, &scale);
    standard_distribution(&standard, (x - shift) / scale, p, q);
}

double sp_law_density(const struct sp_law *law, double x) {
    struct sp_law standard;
    double shift, scale;
    sp_law_standardise(law, &standard, &shift, &scale);
    return standard_density(&standard, (x - shift) / scale) / scale;
}

static void moments(const struct sp_law *law, double *mean, double *variance) {
    const double *x = law->parameter;
    double sum = x[0] + x[1], width = x[3] - x[2];
    switch (law->kind) {
    case SP_LAW_UNIFORM:
        *mean = sum / 2;
        *variance = (x[1] - x[0]) * (x[1] - x[0]) / 12;
        return;
    case SP_LAW_NORMAL:
        *mean = x[0];
        *variance = x[1] * x[1];
        return;
    case SP_LAW_LOGNORMAL:
        *mean = exp(x[0] + x[1] * x[1] / 2);
        *variance = expm1(x[1] * x[1]) * *mean * *mean;
        return;
    case SP_LAW_TRIANGULAR:
        *mean = (x[0] + x[1] + x[2]) / 3;
        *variance = ((x[2] - x[0]) * (x[2] - x[0]) - (x[1] - x[0]) * (x[2] - x[1])) / 18;
        return;
    case SP_LAW_BETA:
        *mean = x[2] + width * x[0] / sum;
        *variance = width * width * x[0] * x[1] / (sum * sum * (sum + 1));
        return;
    case SP_LAW_GAMMA:
        *mean = x[0] * x[1];
        *variance = x[0] * x[1] * x[1];
        return;
    default:
        *mean = x[0];
        *variance = 0;
    }
}

double sp_law_mean(const struct sp_law *law) {
    double mean, variance;
    moments(law, &mean, &variance);
    return mean;
}

double sp_law_sd(const struct sp_law *law) {
    double mean, variance;
    moments(law, &mean, &variance);
    return sqrt(variance);
}

void sp_law_support(const struct sp_law *law, double *low, double *high) {
    const double *x = law->parameter;
    static const int high_at[SP_LAWS] = {[SP_LAW_UNIFORM] = 1, [SP_LAW_TRIANGULAR] = 2, [SP_LAW_BETA] = 3};
    *low = law->kind == SP_LAW_BETA ? x[2] : x[0];
    *high = x[high_at[law->kind]];
    if (law->kind == SP_LAW_NORMAL)
        *low = -INFINITY;
    if (law->kind == SP_LAW_LOGNORMAL || law->kind == SP_LAW_GAMMA)
        *low = 0;
    if (law->kind == SP_LAW_NORMAL || law->kind == SP_LAW_LOGNORMAL || law->kind == SP_LAW_GAMMA)
        *high = INFINITY;
}
