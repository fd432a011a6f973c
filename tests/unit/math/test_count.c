/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Counts against GSL's binomial and Poisson laws: exact steps, distance in total variation, edges.
 */
#include "engine/math/count.h"
#include "engine/math/elementary.h"
#include "engine/math/normal.h"

#include <criterion/criterion.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

TestSuite(math_count);

static double uniform(double word) {
    return (word + 0.5) * 0x1p-32;
}

/* Of the 2^32 uniform numbers of a draw, the share whose count is at most k: counts grow with u. */
static double share_up_to(double n, double p, double k) {
    double low = 0, high = 0x1p32;
    while (low < high) {
        double middle = floor((low + high) / 2);
        if (sp_count_binomial(n, p, uniform(middle)) <= k)
            low = middle + 1;
        else
            high = middle;
    }
    return low * 0x1p-32;
}

static double distance(double n, double p) {
    double sd = sqrt(n * p * (1 - p)), first = fmax(0, floor(n * p - 7 * sd - 40));
    double last = fmin(n, ceil(n * p + 7 * sd + 40)), sum = 0;
    double before = first > 0 ? share_up_to(n, p, first - 1) : 0;
    for (double k = first; k <= last; k++) {
        double now = share_up_to(n, p, k);
        sum += fabs(now - before - gsl_ran_binomial_pdf((unsigned)k, p, (unsigned)n));
        before = now;
    }
    return sum / 2;
}

static const double probability[] = {1e-9, 1e-6, 1e-3, 0.01, 0.03, 0.08, 0.15,     0.25,    0.4,
                                     0.5,  0.6,  0.75, 0.85, 0.92, 0.99, 1 - 1e-6, 1 - 1e-9};
enum { PROBABILITIES = sizeof probability / sizeof *probability };

static void expect_near(double n, double p, double most) {
    double d = distance(n, p);
    cr_expect_lt(d, most, "n = %.0f, p = %g: distance %g", n, p, d);
}

/* Adding up is exact but for the 2^-32 to which a draw is rounded. */
Test(math_count, is_exact_for_small_n) {
    for (double n = 0; n <= 32; n++)
        for (size_t i = 0; i < PROBABILITIES; i++)
            expect_near(n, probability[i], 1e-8);
}

Test(math_count, is_near_the_law_up_to_200) {
    for (double n = 33; n <= 200; n++)
        for (size_t i = 0; i < PROBABILITIES; i++)
            expect_near(n, probability[i], 2e-4);
}

Test(math_count, is_near_the_law_up_to_1e9) {
    static const double size[] = {300, 1000, 1600, 5000, 1e5, 1e6, 1.7e7, 2e7};
    for (size_t s = 0; s < sizeof size / sizeof *size; s++)
        for (size_t i = 0; i < PROBABILITIES; i++)
            expect_near(size[s], probability[i], 2e-4);
    static const double rare[] = {1e-9, 1e-8, 1.7e-8, 1e-6, 1e-4, 1 - 1e-9, 1 - 1.7e-8, 1 - 1e-4};
    for (size_t i = 0; i < sizeof rare / sizeof *rare; i++)
        expect_near(1e9, rare[i], 2e-4);
}

/* At a thousand million people and any p, steps lie where the exact law has them; in the tails, since nearer
 * than one sd GSL's incomplete beta function gives NaN. */
Test(math_count, steps_of_1e9_are_right) {
    for (double p = 0.05; p < 1; p += 0.15)
        for (double z = -4.5; z < 5; z += z == -1.5 ? 3 : 1) {
            double n = 1e9, k = floor(n * p + z * sqrt(n * p * (1 - p)));
            double exact = gsl_cdf_beta_Q(p, k + 1, n - k);
            cr_expect_float_eq(share_up_to(n, p, k), exact, 1e-8 + 1e-5 * fmin(exact, 1 - exact),
                               "p = %g, z = %g", p, z);
        }
}

Test(math_count, is_the_smallest_that_reaches_u) {
    for (unsigned n = 1; n <= 30; n++)
        for (size_t i = 0; i < PROBABILITIES; i++)
            for (double u = uniform(0); u < 1; u += 0.0317) {
                unsigned k = (unsigned)sp_count_binomial(n, probability[i], u);
                cr_expect(gsl_cdf_binomial_P(k, probability[i], n) >= u - 1e-13);
                cr_expect(k == 0 || gsl_cdf_binomial_P(k - 1, probability[i], n) < u + 1e-13);
            }
}

Test(math_count, edges) {
    static const double tail[] = {0x1p-33, 0.3, 1 - 0x1p-33};
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(sp_count_binomial(0, 0.3, tail[i]), 0);
        cr_expect_eq(sp_count_binomial(0, 1, tail[i]), 0);
        cr_expect_eq(sp_count_binomial(7, 0, tail[i]), 0);
        cr_expect_eq(sp_count_binomial(7, 1, tail[i]), 7);
        cr_expect_eq(sp_count_binomial(1e9, 0, tail[i]), 0);
        cr_expect_eq(sp_count_binomial(1e9, 1, tail[i]), 1e9);
        cr_expect_eq(sp_count_binomial(1e12, 1e-300, tail[i]), 0);
        cr_expect_eq(sp_count_poisson(0, tail[i]), 0);
    }
    cr_expect_eq(sp_count_binomial(1, 0.25, 0.7499), 0);
    cr_expect_eq(sp_count_binomial(1, 0.25, 0.7501), 1);
    cr_expect_eq(sp_count_binomial(1, 0.75, 0.2499), 0);
    cr_expect_eq(sp_count_binomial(1, 0.75, 0.2501), 1);
    cr_expect_lt(sp_count_binomial(1e9, 1e-9, 1 - 0x1p-53), 25);
    cr_expect_lt(sp_count_poisson(1, 1 - 0x1p-53), 25);
}

/* Whole, within 0 .. n, and growing with u, for all sizes and both kinds of computing. */
Test(math_count, grows_with_u) {
    for (double n = 1; n <= 1e15; n *= 7)
        for (size_t i = 0; i < PROBABILITIES; i++) {
            double before = 0;
            for (double word = 0; word < 0x1p32; word = word * 1.01 + 1) {
                double k =
                    sp_count_binomial(floor(n), probability[i], uniform(fmin(floor(word), 0x1p32 - 1)));
                cr_expect(k >= before && k <= floor(n) && k == floor(k), "n = %g, p = %g", n, probability[i]);
                before = k;
            }
        }
}

Test(math_count, array_is_the_same) {
    double n[] = {0, 5, 100, 1e6}, p[] = {0.5, 0.9, 0.3, 1e-4}, u[] = {0.1, 0.7, 0.999, 0.4}, out[4];
    sp_count_binomial_array(n, p, u, out, 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(out[i], sp_count_binomial(n[i], p[i], u[i]));
    sp_count_binomial_array(n, p, u, u, 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(out[i], u[i]);
}

/* Few and many, of both halves, tails and middles, mixed in every group that is counted at once. */
Test(math_count, array_of_all_kinds_is_the_same) {
    enum { COUNT = 16 * 500 + 7 };
    static double n[COUNT], p[COUNT], u[COUNT], out[COUNT];
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < COUNT; i++) {
        n[i] = i % 13 == 0 ? 0 : floor(exp(20 * gsl_rng_uniform(random)));
        p[i] = i % 11 == 0 ? (double)(i % 2) : i % 3 == 0 ? gsl_rng_uniform(random) : 20 / (n[i] + 30);
        p[i] = i % 5 == 0 ? 1 - p[i] : p[i];
        double tail = exp(-gsl_rng_uniform(random) * (i % 17 == 0 ? 35 : 22));
        u[i] = i % 2 ? 1 - 0.999 * tail : 0.999 * tail;
        if (u[i] >= 1)
            u[i] = 0.5;
    }
    sp_count_binomial_array(n, p, u, out, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        cr_expect_eq(out[i], sp_count_binomial(n[i], p[i], u[i]), "n %g, p %g, u %g", n[i], p[i], u[i]);
    gsl_rng_free(random);
}

Test(math_count, poisson_array_is_the_same) {
    enum { COUNT = 16 * 500 + 7 };
    static double mean[COUNT], u[COUNT], out[COUNT];
    gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < COUNT; i++) {
        mean[i] = i % 13 == 0 ? 0 : exp((i % 3 ? 6 : 30) * gsl_rng_uniform(random) - 4);
        double tail = exp(-gsl_rng_uniform(random) * (i % 17 == 0 ? 35 : 22));
        u[i] = i % 2 ? fmin(1 - 0.999 * tail, 1 - 0x1p-53) : 0.999 * tail;
    }
    sp_count_poisson_array(mean, u, out, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        cr_expect_eq(out[i], sp_count_poisson(mean[i], u[i]), "mean %g, u %g", mean[i], u[i]);
    sp_count_poisson_array(mean, u, u, COUNT);
    cr_expect_arr_eq(u, out, sizeof out);
    gsl_rng_free(random);
}

/* The measure of u that gives each count is bracketed from GSL's own cumulative sums. */
Test(math_count, poisson) {
    static const double mean[] = {1e-6, 0.5, 3, 16, 17, 50, 1000, 1e6};
    for (size_t i = 0; i < sizeof mean / sizeof *mean; i++)
        for (double u = 0.001; u < 1; u += 0.00731) {
            unsigned k = (unsigned)sp_count_poisson(mean[i], u);
            cr_expect(gsl_cdf_poisson_P(k, mean[i]) >= u - 2e-4, "mean %g, u %g", mean[i], u);
            cr_expect(k == 0 || gsl_cdf_poisson_P(k - 1, mean[i]) < u + 2e-4, "mean %g, u %g", mean[i], u);
        }
}

/* Total variation distance to GSL's pmf, which holds to 1e-5 of itself at these means. */
static double poisson_distance(double mean) {
    double first = fmax(0, floor(mean - 7 * sqrt(mean) - 40)), last = ceil(mean + 7 * sqrt(mean) + 40),
           sum = 0;
    double before = 0;
    for (double k = first; k <= last; k++) {
        double low = before, high = 0x1p32;
        for (double step = 0x1p20; low + step < high && sp_count_poisson(mean, uniform(low + step)) > k;)
            high = low + step;
        while (low < high) {
            double middle = floor((low + high) / 2);
            if (sp_count_poisson(mean, uniform(middle)) <= k)
                low = middle + 1;
            else
                high = middle;
        }
        sum += fabs((low - before) * 0x1p-32 - gsl_ran_poisson_pdf((unsigned)k, mean));
        before = low;
    }
    return sum / 2;
}

Test(math_count, poisson_is_near_the_law) {
    static const double mean[] = {0.01, 0.7, 5,    15.9, 16.1, 17,  25,  60,
                                  100,  400, 2500, 1e4,  1e5,  1e6, 1e8, 1e9};
    for (size_t i = 0; i < sizeof mean / sizeof *mean; i++) {
        double d = poisson_distance(mean[i]);
        cr_expect_lt(d, mean[i] < 16 ? 1e-8 : 2e-4, "mean %g: distance %g", mean[i], d);
    }
}

Test(math_count, elementary_functions) {
    for (int i = 1; i < 200000; i++) {
        double u = (double)i / 200000, x = 0.01 * i;
        cr_expect_float_eq(sp_normal_quantile(u), gsl_cdf_ugaussian_Pinv(u), 1e-14 * (1 + fabs(x)));
        cr_expect_float_eq(sp_elementary_log(x), log(x), 1e-15 * fabs(log(x)) + 1e-17);
        cr_expect_float_eq(sp_elementary_log_rest(u), log1p(-u), 1e-15 * fabs(log1p(-u)));
        cr_expect_float_eq(sp_elementary_exp(-0.3 * x) / exp(-0.3 * x), 1, 1e-15);
    }
    cr_expect_float_eq(sp_normal_quantile(0x1p-33) / gsl_cdf_ugaussian_Pinv(0x1p-33), 1, 1e-14);
    cr_expect_float_eq(sp_normal_quantile(1e-300) / gsl_cdf_ugaussian_Pinv(1e-300), 1, 1e-14);
}
