/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How laws are written by name and parameters, and which parameters are refused.
 */
#include "engine/random/law.h"

#include <gsl/gsl_errno.h>
#include <math.h>

/* Shapes outside this range are refused: the tables are tested within it. */
#define SHAPE_LOW  0.05
#define SHAPE_HIGH 1e6 /* of a beta; beyond 1e4, GSL's incomplete gamma function loses digits */

/* Beyond these sizes, squares and cubes of values would leave the doubles. NULL, or what is wrong. */
static const char *check_sizes(const double *x, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!(fabs(x[i]) <= 1e50 && (x[i] == 0 || fabs(x[i]) >= 1e-50)))
            return "numbers must be 0, or within 1e-50 .. 1e50 in size";
    return NULL;
}

/* --- Forms: how a law is written --- */

static const char *make_uniform(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_UNIFORM, {x[0], x[1]}};
    return x[0] < x[1] ? check_sizes(x, 2)
                       : "min must be below max; for a fixed number write the number alone";
}

static const char *make_normal(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_NORMAL, {x[0], x[1]}};
    return x[1] > 0 ? check_sizes(x, 2) : "sd must be above 0";
}

static const char *check_sigma(double sigma) {
    if (!(sigma > 0))
        return "sigma must be above 0";
    return sigma <= 10 ? NULL : "sigma must be at most 10: it is the standard deviation of the logarithm";
}

static const char *make_lognormal(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_LOGNORMAL, {x[0], x[1]}};
    if (!(fabs(x[0]) <= 300))
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
    if (check_sizes(x, 2))
        return check_sizes(x, 2);
    double variance = log1p(x[1] / x[0] * (x[1] / x[0]));
    return make_lognormal((double[]){log(x[0]) - variance / 2, sqrt(variance)}, law);
}

static const char *make_triangular(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_TRIANGULAR, {x[0], x[1], x[2]}};
    return x[0] <= x[1] && x[1] <= x[2] && x[0] < x[2] ? check_sizes(x, 3)
                                                       : "needs min <= mode <= max and min < max";
}

static const char *make_beta_on(double a, double b, double low, double high, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_BETA, {a, b, low, high}};
    if (!(a >= SHAPE_LOW && a <= SHAPE_HIGH && b >= SHAPE_LOW && b <= SHAPE_HIGH))
        return "a and b must be within 0.05 .. 1e6";
    if (fmin(a, b) > 1e5)
        return "one of a and b must be at most 1e5; beyond, take a normal";
    return NULL;
}

static const char *make_beta(const double *x, struct sp_law *law) {
    return make_beta_on(x[0], x[1], 0, 1, law);
}

static const char *make_pert(const double *x, struct sp_law *law) {
    double width = x[2] - x[0];
    if (!(x[0] <= x[1] && x[1] <= x[2] && width > 0))
        return "needs min <= mode <= max and min < max";
    if (check_sizes(x, 3))
        return check_sizes(x, 3);
    if (!(x[3] > 0 && x[3] <= 1000))
        return "lambda must be within 0 .. 1000 (4 is usual)";
    return make_beta_on(1 + x[3] * (x[1] - x[0]) / width, 1 + x[3] * (x[2] - x[1]) / width, x[0], x[2], law);
}

static const char *make_gamma(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_GAMMA, {x[0], x[1]}};
    if (!(x[1] > 0))
        return "scale must be above 0";
    return x[0] >= SHAPE_LOW && x[0] <= 1e4 ? check_sizes(x, 2)
                                            : "shape must be within 0.05 .. 1e4; beyond, take a normal";
}

static const char *make_constant(const double *x, struct sp_law *law) {
    *law = sp_law_constant(x[0]);
    return isfinite(x[0]) ? NULL : "value must be a number";
}

/* --- Smooth laws with tails --- */

static const char *make_exponential(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_EXPONENTIAL, {x[0]}};
    return x[0] > 0 ? check_sizes(x, 1) : "mean must be above 0";
}

static const char *make_weibull(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_WEIBULL, {x[0], x[1]}};
    if (!(x[0] >= 0.05 && x[0] <= 1000))
        return "shape must be within 0.05 .. 1000";
    return x[1] > 0 ? check_sizes(x, 2) : "scale must be above 0";
}

static const char *make_student(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_STUDENT, {x[0], x[1], x[2]}};
    if (!(x[0] >= 0.5 && x[0] <= 1e6))
        return "df must be within 0.5 .. 1e6";
    return x[2] > 0 ? check_sizes(x + 1, 2) : "scale must be above 0";
}

static const char *make_logistic(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_LOGISTIC, {x[0], x[1]}};
    return x[1] > 0 ? check_sizes(x, 2) : "scale must be above 0";
}

static const char *make_pareto(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_PARETO, {x[0], x[1]}};
    if (!(x[0] > 0))
        return "min must be above 0";
    return x[1] >= 0.1 && x[1] <= 1000 ? check_sizes(x, 2) : "shape must be within 0.1 .. 1000";
}

/* --- Counts. Large ones are rounded from a normal (law_counts.c); of a negative binomial each is a step of a
 * table, so it has at most about a quarter of a million different draws --- */

static const char *make_bernoulli(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_BERNOULLI, {x[0]}};
    return x[0] >= 0 && x[0] <= 1 ? NULL : "p must be within 0 .. 1";
}

static const char *make_binomial(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_BINOMIAL, {x[0], x[1]}};
    if (!(x[0] >= 0 && x[0] <= 1e9 && x[0] == floor(x[0])))
        return "n must be a whole number within 0 .. 1e9";
    if (!(x[1] >= 0 && x[1] <= 1))
        return "p must be within 0 .. 1";
    return NULL;
}

static const char *make_poisson(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_POISSON, {x[0]}};
    return x[0] >= 0 && x[0] <= 1e9 ? NULL : "mean must be within 0 .. 1e9; beyond, take a normal";
}

static const char *make_negative_binomial(const double *x, struct sp_law *law) {
    *law = (struct sp_law){SP_LAW_NEGATIVE_BINOMIAL, {x[0], x[1]}};
    if (!(x[0] >= 0.05 && x[0] <= 1e5))
        return "r must be within 0.05 .. 1e5";
    if (!(x[1] >= 1e-6 && x[1] <= 1))
        return "p must be within 1e-6 .. 1";
    if (sp_law_quantile(law, 1 - 0x1p-33, 0x1p-33) - sp_law_quantile(law, 0x1p-33, 1 - 0x1p-33) > 3e5)
        return "spreads over more than 300,000 whole numbers; take a gamma";
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
    {"exponential", {"mean"}, 1, NAN, "waiting time with a constant rate, 1 / mean", make_exponential},
    {"weibull", {"shape", "scale"}, 2, NAN, "waiting time whose rate rises or falls with age", make_weibull},
    {"student_t", {"df", "loc", "scale"}, 3, NAN, "a bell with heavy tails", make_student},
    {"logistic", {"loc", "scale"}, 2, NAN, "a bell with tails like an exponential", make_logistic},
    {"pareto", {"min", "shape"}, 2, NAN, "above min, with a power for its tail", make_pareto},
    {"bernoulli", {"p"}, 1, NAN, "1 with probability p, else 0", make_bernoulli},
    {"binomial", {"n", "p"}, 2, NAN, "how many of n, each with probability p", make_binomial},
    {"poisson", {"mean"}, 1, NAN, "how many independent events", make_poisson},
    {"negative_binomial",
     {"r", "p"},
     2,
     NAN,
     "how many failures before the r-th success, each try succeeding with probability p",
     make_negative_binomial},
};

/* GSL's own handler would end the process; what it returns is checked where it is used. All that makes laws
 * comes by here first. */
const struct sp_law_form *sp_law_forms(size_t *count) {
    gsl_set_error_handler_off();
    *count = sizeof forms / sizeof *forms;
    return forms;
}
