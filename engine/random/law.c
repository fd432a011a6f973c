/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law.h"

#include "engine/base/error.h"
#include "engine/random/law_parts.h"
#include "engine/random/root.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <string.h>

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

/* -log B(a, b), which takes longer than the rest of a density; a table asks a thousand times for it, and for
 * that with a and b changed over. */
static double beta_constant(double a, double b) {
    static _Thread_local struct { double a, b, constant; } known[2];
    size_t i = a < b;
    if (known[i].a != a || known[i].b != b) {
        known[i].a = a;
        known[i].b = b;
        known[i].constant = gsl_sf_lngamma(a + b) - gsl_sf_lngamma(a) - gsl_sf_lngamma(b);
    }
    return known[i].constant;
}

static double beta_density(double x, double a, double b) {
    return x > 0 && x < 1 ? exp(beta_constant(a, b) + log(x) * (a - 1) + log1p(-x) * (b - 1))
                          : gsl_ran_beta_pdf(x, a, b);
}

static double standard_density(const struct sp_law *law, double z) {
    const double *x = law->parameter;
    switch (law->kind) {
    case SP_LAW_NORMAL:
        return gsl_ran_ugaussian_pdf(z);
    case SP_LAW_LOGNORMAL:
        return z > 0 ? gsl_ran_lognormal_pdf(z, 0, x[1]) : 0;
    case SP_LAW_BETA:
        return z < 0 || z > 1 ? 0 : beta_density(z, x[0], x[1]);
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
    *density = beta_density(x, tail->a, tail->b);
    return gsl_cdf_beta_P(x, tail->a, tail->b);
}

/* Of the law near 0, x^a / (a B(a, b)), which is exact far out and safe elsewhere. */
static double beta_start(double a, double b, double p) {
    return exp(fmin((log(p) + log(a) + gsl_sf_lnbeta(a, b)) / a, log(a / (a + b))));
}

static double beta_lower_quantile(double a, double b, double p, double start) {
    struct sp_root_tail tail = {.a = a, .b = b};
    bool is_usable = start > 0 && start < 1;
    return sp_root_find(beta_tail, &tail, p, is_usable ? start : beta_start(a, b, p), 1);
}

static double beta_quantile(double a, double b, double p, double q, double start) {
    return p <= q ? beta_lower_quantile(a, b, p, start) : 1 - beta_lower_quantile(b, a, q, 1 - start);
}

static double gamma_start(double a, double p, double q) {
    return p > q ? a : exp(fmin((log(p) + gsl_sf_lngamma(a + 1)) / a, log(a)));
}

static double gamma_quantile(double a, double p, double q, double start) {
    struct sp_root_tail tail = {.a = a, .upper = p > q};
    bool is_usable = start > 0 && isfinite(start);
    return sp_root_find(gamma_tail, &tail, fmin(p, q), is_usable ? start : gamma_start(a, p, q), INFINITY);
}

static double triangular_quantile(const double *x, double p, double q) {
    double width = x[2] - x[0];
    if (p * width < x[1] - x[0])
        return x[0] + sqrt(p * width * (x[1] - x[0]));
    return x[2] - sqrt(q * width * (x[2] - x[1]));
}

static double standard_quantile(const struct sp_law *law, double p, double q, double start) {
    const double *x = law->parameter;
    switch (law->kind) {
    case SP_LAW_NORMAL:
        return p <= q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q);
    case SP_LAW_LOGNORMAL:
        return exp(x[1] * (p <= q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q)));
    case SP_LAW_BETA:
        return beta_quantile(x[0], x[1], p, q, start);
    case SP_LAW_GAMMA:
        return gamma_quantile(x[0], p, q, start);
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
    return sp_law_quantile_near(law, p, q, NAN);
}

double sp_law_quantile_near(const struct sp_law *law, double p, double q, double start) {
    const struct sp_law_family *family = sp_law_parts_family(law->kind);
    struct sp_law standard;
    double shift, scale;
    if (family)
        return family->quantile(law, p, q);
    sp_law_standardise(law, &standard, &shift, &scale);
    return shift + scale * standard_quantile(&standard, p, q, (start - shift) / scale);
}

void sp_law_distribution(const struct sp_law *law, double x, double *p, double *q) {
    const struct sp_law_family *family = sp_law_parts_family(law->kind);
    struct sp_law standard;
    double shift, scale;
    if (family) {
        family->distribution(law, x, p, q);
        return;
    }
    sp_law_standardise(law, &standard, &shift, &scale);
    standard_distribution(&standard, (x - shift) / scale, p, q);
}

double sp_law_density(const struct sp_law *law, double x) {
    const struct sp_law_family *family = sp_law_parts_family(law->kind);
    struct sp_law standard;
    double shift, scale;
    if (family)
        return family->density(law, x);
    sp_law_standardise(law, &standard, &shift, &scale);
    return standard_density(&standard, (x - shift) / scale) / scale;
}

double sp_law_density_at_quantile(const struct sp_law *law, double x, double p, double q) {
    const struct sp_law_family *family = sp_law_parts_family(law->kind);
    bool is_known = family && family->density_at_quantile;
    return is_known ? family->density_at_quantile(law, p, q) : sp_law_density(law, x);
}

void sp_law_support(const struct sp_law *law, double *low, double *high) {
    const double *x = law->parameter;
    if (sp_law_parts_family(law->kind)) {
        sp_law_parts_family(law->kind)->support(law, low, high);
        return;
    }
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

double sp_law_mean(const struct sp_law *law) {
    return sp_law_moments_mean(law);
}

double sp_law_sd(const struct sp_law *law) {
    return sp_law_moments_sd(law);
}

double sp_law_skewness(const struct sp_law *law) {
    return sp_law_moments_skewness(law);
}

bool sp_law_is_discrete(const struct sp_law *law) {
    if (law->kind == SP_LAW_WITHIN)
        return sp_law_is_discrete(law->data->part);
    return law->kind == SP_LAW_CONSTANT || law->kind == SP_LAW_DISCRETE ||
           (law->kind >= SP_LAW_BERNOULLI && law->kind <= SP_LAW_NEGATIVE_BINOMIAL);
}

bool sp_law_is_smooth(const struct sp_law *law) {
    if (law->kind == SP_LAW_WITHIN || law->kind == SP_LAW_ON_AXIS || law->kind == SP_LAW_SHAPED)
        return sp_law_is_smooth(law->data->part);
    return !sp_law_is_discrete(law) && law->kind != SP_LAW_TRIANGULAR && law->kind != SP_LAW_MIXTURE;
}

/* --- Data --- */

static size_t count_parts(const struct sp_law *law) {
    return !law->data || !law->data->part ? 0 : law->kind == SP_LAW_MIXTURE ? law->data->count : 1;
}

static bool equal_numbers(const double *a, const double *b, size_t count) {
    return a && b ? memcmp(a, b, count * sizeof *a) == 0 : a == b;
}

bool sp_law_equal(const struct sp_law *a, const struct sp_law *b) {
    if (a->kind != b->kind || !equal_numbers(a->parameter, b->parameter, SP_LAW_PARAMETERS) ||
        !a->data != !b->data)
        return false;
    if (!a->data)
        return true;
    size_t count = a->data->count;
    if (count != b->data->count || !equal_numbers(a->data->x, b->data->x, count) ||
        !equal_numbers(a->data->y, b->data->y, count))
        return false;
    for (size_t i = 0; i < count_parts(a); i++)
        if (!sp_law_equal(&a->data->part[i], &b->data->part[i]))
            return false;
    return true;
}

static const double *copy_numbers(struct sp_arena *arena, const double *x, size_t count, int *error) {
    double *copy = x ? sp_arena_array(arena, count, sizeof *x) : NULL;
    if (copy)
        memcpy(copy, x, count * sizeof *x);
    else if (x)
        *error = SP_ERROR_RESOURCES;
    return copy;
}

int sp_law_copy(struct sp_arena *arena, const struct sp_law *law, struct sp_law *copy) {
    int error = 0;
    size_t parts = count_parts(law);
    *copy = *law;
    if (!law->data)
        return 0;
    struct sp_law_data *data = sp_arena_array(arena, 1, sizeof *data);
    struct sp_law *part = sp_arena_array(arena, parts + 1, sizeof *part);
    if (!data || !part)
        return SP_ERROR_RESOURCES;
    *data = *law->data;
    data->x = copy_numbers(arena, law->data->x, data->count, &error);
    data->y = copy_numbers(arena, law->data->y, data->count, &error);
    for (size_t i = 0; i < parts && !error; i++)
        error = sp_law_copy(arena, &law->data->part[i], &part[i]);
    data->part = parts ? part : NULL;
    copy->data = data;
    return error;
}
