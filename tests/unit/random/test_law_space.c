/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All parameters that pass the check, drawn at random over their whole ranges, corners included: no law gives
 * anything that is no number, nothing infinite where a draw could be, and its quantile never falls.
 */
#include "engine/math/count.h"
#include "tests/unit/random/law_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(law_space, .timeout = 300);

static uint64_t state;

static double random_unit(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 32) + 0.5) * 0x1p-32;
}

/* Where ranges end; the checks of the laws say which belong to which. */
static const double corners[] = {0,    1e-50, 1e-6, 0.05, 0.1, 0.5,  1,    4,    10,   300,
                                 1000, 1e4,   1e5,  1e6,  1e9, 1e15, 1e50, -300, -1e50};

/* A corner, or a number of any size, often of a usual one. */
static double random_parameter(const char *name) {
    double kind = random_unit(), u = random_unit();
    double size = pow(10, kind < 0.6 ? 4 * u - 1 : 14 * u - 6);
    if (kind < 0.25)
        return corners[(size_t)(u * (sizeof corners / sizeof *corners))];
    if (strcmp(name, "p") == 0)
        return kind < 0.5 ? u : kind < 0.7 ? 1 - pow(10, -9 * u) : pow(10, -9 * u);
    if (strcmp(name, "n") == 0)
        return floor(size);
    return kind > 0.95 ? -size : size;
}

/* The next set that the form accepts. */
static void choose(const struct sp_law_form *form, double *parameter, struct sp_law *law) {
    for (int i = 0; i < 100000; i++) {
        for (size_t j = 0; j < SP_LAW_PARAMETERS; j++)
            parameter[j] = form->parameter[j] ? random_parameter(form->parameter[j]) : form->standard;
        if (!form->make(parameter, law))
            return;
    }
    cr_assert_fail("%s accepts nothing", form->name);
}

static void expect_sound(const struct sp_law_form *form, const double *x, const struct sp_law *law) {
    static const double tail[] = {0x1p-33, 1e-9, 1e-5, 0.01, 0.1, 0.4, 0.5};
    enum { TAILS = sizeof tail / sizeof *tail };
    double before = -INFINITY, low, high;
    sp_law_support(law, &low, &high);
    for (size_t i = 0; i < 2 * TAILS - 1; i++) {
        bool upper = i >= TAILS;
        double t = tail[upper ? 2 * TAILS - 2 - i : i], p, q;
        double value = sp_law_quantile(law, upper ? 1 - t : t, upper ? t : 1 - t);
        cr_expect(isfinite(value), "%s %g %g %g %g: %g at %zu", form->name, x[0], x[1], x[2], x[3], value, i);
        cr_expect(value >= before - 1e-9 * fabs(before), "%s %g %g %g %g falls at %zu: %g, then %g",
                  form->name, x[0], x[1], x[2], x[3], i, before, value);
        cr_expect(value >= low - 1e-12 * fabs(low) && value <= high + 1e-12 * fabs(high));
        sp_law_distribution(law, value, &p, &q);
        cr_expect(p >= 0 && p <= 1 && q >= 0 && q <= 1, "%s %g %g %g %g: P %g, %g at %g", form->name, x[0],
                  x[1], x[2], x[3], p, q, value);
        cr_expect(sp_law_density(law, value) >= 0, "%s %g %g %g %g: density %g", form->name, x[0], x[1], x[2],
                  x[3], sp_law_density(law, value));
        before = value;
    }
}

/* A mean that is no number is one that does not exist: that of a Student with df <= 1. */
static void expect_moments(const struct sp_law_form *form, const double *x, const struct sp_law *law) {
    double mean = sp_law_mean(law), sd = sp_law_sd(law), skewness = sp_law_skewness(law);
    bool is_student = law->kind == SP_LAW_STUDENT;
    cr_expect(!isnan(mean) || (is_student && x[0] <= 1), "%s %g %g: mean", form->name, x[0], x[1]);
    cr_expect(sd >= 0 || (is_student && x[0] <= 2), "%s %g %g: sd %g", form->name, x[0], x[1], sd);
    cr_expect(!isnan(skewness) || (is_student && x[0] <= 3) || sd == 0 || isinf(sd),
              "%s %g %g %g: skewness of sd %g", form->name, x[0], x[1], x[2], sd);
}

Test(law_space, whatever_is_accepted_is_sound) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    state = 20260401;
    for (size_t f = 0; f < count; f++)
        for (int i = 0; i < 1000; i++) {
            double x[SP_LAW_PARAMETERS];
            struct sp_law law;
            choose(&form[f], x, &law);
            expect_sound(&form[f], x, &law);
            expect_moments(&form[f], x, &law);
        }
}

/* Whether a law is so narrow beside where it lies that its values are the same to nine digits. */
static bool is_lost(const struct sp_law *law) {
    double median = sp_law_quantile(law, 0.5, 0.5);
    double quartiles = sp_law_quantile(law, 0.75, 0.25) - sp_law_quantile(law, 0.25, 0.75);
    return !sp_law_is_discrete(law) && quartiles < 1e-9 * fabs(median);
}

/* A binomial in which GSL's incomplete beta function gives NaN, and others of its size, against the corrected
 * normal, which is right to 1e-7 there: what is not NaN is right too. */
Test(law_space, binomials_of_millions_are_right_all_over) {
    state = 20260403;
    for (int i = 0; i < 3000; i++) {
        double n = floor(pow(10, 5 + 4 * random_unit())), variance = pow(10, 4 + 1.69 * random_unit()), z, p,
               q;
        double share = variance / n, at = 8 * random_unit() - 4;
        if (share > 0.2)
            continue;
        share = i % 2 ? share : 1 - share;
        struct sp_law law = law_helper_make("binomial", 2, (double[]){n, share});
        variance = n * share * (1 - share);
        double fourth = variance * (1 - 6 * share * (1 - share)), third = variance * (1 - 2 * share);
        double k = floor(n * share + at * sqrt(variance)), low = -9, high = 9;
        while (high - low > 1e-12) {
            z = (low + high) / 2;
            *(sp_count_corrected(n * share, variance, third, fourth, z) < k + 0.5 ? &low : &high) = z;
        }
        sp_law_distribution(&law, k, &p, &q);
        cr_expect_float_eq(p, 0.5 * erfc(-high / sqrt(2)), 2e-6, "n = %g, p = %g at %g: %g", n, share, k, p);
        cr_expect_float_eq(q, 0.5 * erfc(high / sqrt(2)), 2e-6, "n = %g, p = %g at %g: %g", n, share, k, q);
    }
}

/* Draws: finite (the helper fails on others), and with the probability that is promised. */
Test(law_space, whatever_is_accepted_is_drawn) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    state = 20260402;
    for (size_t f = 0; f < count; f++)
        for (int i = 0; i < 12; i++) {
            double x[SP_LAW_PARAMETERS];
            struct sp_law law;
            choose(&form[f], x, &law);
            if (is_lost(&law))
                continue;
            double error = law_helper_error(&law, form[f].name);
            cr_expect_lt(error, 1e-7, "%s %.17g %.17g %.17g %.17g: error %.3g", form[f].name, x[0], x[1],
                         x[2], x[3], error);
        }
}
