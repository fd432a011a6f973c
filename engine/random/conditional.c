/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/conditional.h"

#include "engine/base/wide.h"
#include "engine/math/count.h"
#include "engine/math/elementary.h"

#include <math.h>
#include <string.h>

/* --- Standard draws --- */

static struct sp_law standard_uniform(const double *x) {
    (void)x;
    return (struct sp_law){SP_LAW_UNIFORM, {0, 1}};
}

static struct sp_law standard_normal(const double *x) {
    (void)x;
    return (struct sp_law){SP_LAW_NORMAL, {0, 1}};
}

static struct sp_law standard_exponential(const double *x) {
    (void)x;
    return (struct sp_law){SP_LAW_EXPONENTIAL, {1}};
}

static struct sp_law standard_gamma(const double *x) {
    return (struct sp_law){SP_LAW_GAMMA, {x[0], 1}};
}

static struct sp_law standard_weibull(const double *x) {
    return (struct sp_law){SP_LAW_WEIBULL, {x[0], 1}};
}

static struct sp_law standard_student(const double *x) {
    return (struct sp_law){SP_LAW_STUDENT, {x[0], 0, 1}};
}

static struct sp_law standard_logistic(const double *x) {
    (void)x;
    return (struct sp_law){SP_LAW_LOGISTIC, {0, 1}};
}

static struct sp_law standard_pareto(const double *x) {
    return (struct sp_law){SP_LAW_PARETO, {1, x[1]}};
}

/* --- Location and scale --- */

SP_WIDE static void add_scaled(const double *loc, const double *scale, const double *z, double *out,
                               size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = __builtin_fma(z[i], scale[i], loc[i]); /* as the table kernel does, to the last bit */
}

SP_WIDE static void scaled(const double *scale, const double *z, double *out, size_t n) {
    for (size_t i = 0; i < n; i++)
        out[i] = scale[i] * z[i];
}

static void fill_location(const struct sp_kernels *kernels, const double *const *x, const double *z,
                          double *out, size_t n) {
    (void)kernels;
    add_scaled(x[0], x[1], z, out, n);
}

static void fill_student(const struct sp_kernels *kernels, const double *const *x, const double *z,
                         double *out, size_t n) {
    (void)kernels;
    add_scaled(x[1], x[2], z, out, n);
}

static void fill_first_scale(const struct sp_kernels *kernels, const double *const *x, const double *z,
                             double *out, size_t n) {
    (void)kernels;
    scaled(x[0], z, out, n);
}

static void fill_second_scale(const struct sp_kernels *kernels, const double *const *x, const double *z,
                              double *out, size_t n) {
    (void)kernels;
    scaled(x[1], z, out, n);
}

/* --- Lognormal --- */

/* What would overflow is held below: every draw is finite. */
static const double highest_exponent = 700;

SP_WIDE static void exponents(const double *mu, const double *sigma, const double *z, double *out, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double t = __builtin_fma(z[i], sigma[i], mu[i]);
        out[i] = t > highest_exponent ? highest_exponent : t;
    }
}

static void fill_lognormal(const struct sp_kernels *kernels, const double *const *x, const double *z,
                           double *out, size_t n) {
    exponents(x[0], x[1], z, out, n);
    kernels->exp(out, out, n);
}

static void fill_lognormal_median(const struct sp_kernels *kernels, const double *const *x, const double *z,
                                  double *out, size_t n) {
    scaled(x[1], z, out, n);
    kernels->exp(out, out, n);
    scaled(x[0], out, out, n);
}

/* sqrt(e^100 - 1): where sigma of the logarithm is 10, the most that a lognormal may have. */
static const double widest = 5.1847055285870722e21;

/* mean e^(sigma Z - sigma^2 / 2), sigma^2 = ln(1 + (sd / mean)^2). */
SP_WIDE static void exponents_of_mean(const double *mean, const double *sd, const double *z, double *out,
                                      size_t n) {
    for (size_t i = 0; i < n; i++) {
        double ratio = mean[i] > 0 ? sd[i] / mean[i] : 0;
        ratio = ratio > widest ? widest : ratio;
        double variance = sp_elementary_log(1 + ratio * ratio);
        out[i] = __builtin_sqrt(variance) * z[i] - variance / 2;
    }
}

static void fill_lognormal_mean(const struct sp_kernels *kernels, const double *const *x, const double *z,
                                double *out, size_t n) {
    exponents_of_mean(x[0], x[1], z, out, n);
    kernels->exp(out, out, n);
    scaled(x[0], out, out, n);
}

static size_t contradict_lognormal_mean(size_t j, const double *const *x, size_t n) {
    size_t count = 0;
    for (size_t i = 0; j == 1 && i < n; i++)
        count += x[1][i] > widest * x[0][i];
    return count;
}

/* --- Between ends --- */

static double at_least(double x, double low) {
    return x < low ? low : x;
}

SP_WIDE static void fill_uniform(const struct sp_kernels *kernels, const double *const *x, const double *z,
                                 double *out, size_t n) {
    (void)kernels;
    for (size_t i = 0; i < n; i++) {
        double low = x[0][i], high = x[1][i] < low ? low : x[1][i];
        out[i] = __builtin_fma(high - low, z[i], low);
    }
}

/* u reaches the mode at (mode - low) / (high - low); there is one root only. */
SP_WIDE static void fill_triangular(const struct sp_kernels *kernels, const double *const *x, const double *z,
                                    double *out, size_t n) {
    const double *lows = x[0], *modes = x[1], *highs = x[2];
    (void)kernels;
    for (size_t i = 0; i < n; i++) {
        double low = lows[i], mode = at_least(modes[i], low), high = at_least(highs[i], mode);
        double width = high - low, left = z[i] * width, right = (1 - z[i]) * width;
        bool is_left = left < mode - low;
        double area = is_left ? left * (mode - low) : right * (high - mode);
        out[i] = (is_left ? low : high) + (is_left ? 1 : -1) * __builtin_sqrt(area);
    }
}

static size_t contradict_ends(size_t j, const double *const *x, size_t n) {
    size_t count = 0;
    for (size_t i = 0; j > 0 && i < n; i++)
        count += x[j][i] < (j == 1 ? x[0][i] : at_least(x[1][i], x[0][i]));
    return count;
}

/* --- Counts --- */

SP_WIDE static void fill_bernoulli(const struct sp_kernels *kernels, const double *const *x, const double *z,
                                   double *out, size_t n) {
    const double *p = x[0];
    (void)kernels;
    for (size_t i = 0; i < n; i++)
        out[i] = z[i] > 1 - p[i];
}

static void fill_binomial(const struct sp_kernels *kernels, const double *const *x, const double *z,
                          double *out, size_t n) {
    enum { AT_ONCE = 64 };
    double people[AT_ONCE];
    (void)kernels;
    for (size_t done = 0; done < n; done += AT_ONCE) {
        size_t count = n - done < AT_ONCE ? n - done : AT_ONCE;
        for (size_t i = 0; i < count; i++)
            people[i] = floor(x[0][done + i] + 0.5);
        sp_count_binomial_array(people, x[1] + done, z + done, out + done, count);
    }
}

static void fill_poisson(const struct sp_kernels *kernels, const double *const *x, const double *z,
                         double *out, size_t n) {
    (void)kernels;
    sp_count_poisson_array(x[0], z, out, n);
}

/* --- All --- */

#define NUMBER                                                                                               \
    { false, false, 0, 0 }
#define LOCATION                                                                                             \
    { true, false, -1e15, 1e15 }
#define SCALE                                                                                                \
    { true, false, 0, 1e15 }
#define PROBABILITY                                                                                          \
    { true, true, 0, 1 }

static const struct sp_conditional conditionals[] = {
    {"uniform", {"min", "max"}, {LOCATION, LOCATION}, standard_uniform, fill_uniform, contradict_ends},
    {"normal", {"mean", "sd"}, {LOCATION, SCALE}, standard_normal, fill_location, NULL},
    {"lognormal",
     {"mu", "sigma"},
     {{true, true, -300, 300}, {true, true, 0, 10}},
     standard_normal,
     fill_lognormal,
     NULL},
    {"lognormal",
     {"median", "sigma"},
     {SCALE, {true, true, 0, 10}},
     standard_normal,
     fill_lognormal_median,
     NULL},
    {"lognormal",
     {"mean", "sd"},
     {SCALE, SCALE},
     standard_normal,
     fill_lognormal_mean,
     contradict_lognormal_mean},
    {"triangular",
     {"min", "mode", "max"},
     {LOCATION, LOCATION, LOCATION},
     standard_uniform,
     fill_triangular,
     contradict_ends},
    {"gamma", {"shape", "scale"}, {NUMBER, SCALE}, standard_gamma, fill_second_scale, NULL},
    {"exponential", {"mean"}, {SCALE}, standard_exponential, fill_first_scale, NULL},
    {"weibull", {"shape", "scale"}, {NUMBER, SCALE}, standard_weibull, fill_second_scale, NULL},
    {"student_t", {"df", "loc", "scale"}, {NUMBER, LOCATION, SCALE}, standard_student, fill_student, NULL},
    {"logistic", {"loc", "scale"}, {LOCATION, SCALE}, standard_logistic, fill_location, NULL},
    {"pareto", {"min", "shape"}, {SCALE, NUMBER}, standard_pareto, fill_first_scale, NULL},
    {"bernoulli", {"p"}, {PROBABILITY}, standard_uniform, fill_bernoulli, NULL},
    {"binomial", {"n", "p"}, {{true, true, 0, 1e9}, PROBABILITY}, standard_uniform, fill_binomial, NULL},
    {"poisson", {"mean"}, {{true, false, 0, 1e9}}, standard_uniform, fill_poisson, NULL},
};

enum { CONDITIONALS = sizeof conditionals / sizeof *conditionals };

static bool has_names(const struct sp_conditional *conditional, const struct sp_law_form *form) {
    for (size_t j = 0; j <= SP_CONDITIONAL_PARAMETERS && j < SP_LAW_PARAMETERS; j++) {
        const char *a = conditional->name[j], *b = form->parameter[j];
        if (!a || !b)
            return a == b;
        if (strcmp(a, b) != 0)
            return false;
    }
    return true;
}

const struct sp_conditional *sp_conditional_find(const struct sp_law_form *form) {
    for (size_t i = 0; i < CONDITIONALS; i++)
        if (strcmp(conditionals[i].law, form->name) == 0 && has_names(&conditionals[i], form))
            return &conditionals[i];
    return NULL;
}

bool sp_conditional_is_parameter(const char *name) {
    for (size_t i = 0; i < CONDITIONALS; i++)
        for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS && conditionals[i].name[j]; j++)
            if (conditionals[i].parameter[j].can_be_drawn && strcmp(conditionals[i].name[j], name) == 0)
                return true;
    return false;
}
