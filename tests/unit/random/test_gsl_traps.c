/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What GSL 2.7.1 gets wrong, or accepts and should not, and the test that holds scalepath to better:
 *
 *     gsl_cdf_beta_Pinv: NaN, or silently off         law_quantile (beta), law_vectors
 *     gsl_cdf_gamma_Pinv, Qinv: NaN, silently wrong   law_quantile (gamma), law_forms (shapes refused)
 *     gsl_cdf_tdist_Pinv: far tails; NaN, df < 1      law_accuracy, below
 *     gsl_cdf_beta_P: NaN for counts in millions      law_space (binomials), math_count (steps of 1e9)
 *     gsl_ran_poisson: wraps at 2^32, hangs           below
 *     gsl_ran_binomial, ..: p > 1 and NaN taken       law_text (parameters that GSL accepts), below
 *     negative sd or scale: mirrored                  law_text (parameters that GSL accepts)
 *     gsl_cdf_gamma_Pinv(1.5): NaN                    tests/cli/dist.case (mistakes)
 *     gsl_rng_set: seeds cut to 32 bits, 0 replaced   stream (odd seeds, seeds and names)
 *     gsl_ran_discrete: all-zero weights taken        law_text (parameters that GSL accepts)
 *     gsl_stats_quantile: unsorted data               quantile (sort), below
 *     gsl_matrix_alloc: the size overflows            arena (impossible sizes)
 */
#include "engine/math/count.h"
#include "engine/random/law.h"
#include "engine/stats/quantile.h"
#include "tests/unit/random/law_helper.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(gsl_traps, .timeout = 30);

/* Every parameter of every law that is no number, or infinite, is refused. */
Test(gsl_traps, what_is_no_number_is_refused) {
    static const double odd[] = {NAN, INFINITY, -INFINITY};
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t f = 0; f < count; f++)
        for (size_t j = 0; j < SP_LAW_PARAMETERS && form[f].parameter[j]; j++)
            for (size_t i = 0; i < 3; i++) {
                double x[SP_LAW_PARAMETERS] = {0.25, 0.5, 0.75, 4};
                struct sp_law law;
                x[j] = odd[i];
                cr_expect_not_null(form[f].make(x, &law), "%s with %s = %g", form[f].name,
                                   form[f].parameter[j], odd[i]);
            }
}

/* gsl_ran_poisson gives 704,893,790 for a mean of 5e9, and does not come back for 1e12. */
Test(gsl_traps, large_poisson_counts_do_not_wrap) {
    static const double mean[] = {4e9, 5e9, 1e12, 1e15};
    for (size_t i = 0; i < 4; i++) {
        double sd = sqrt(mean[i]);
        cr_expect_float_eq(sp_count_poisson(mean[i], 0.5), mean[i], 1);
        cr_expect_float_eq(sp_count_poisson(mean[i], 0.975), mean[i] + 1.959963984540054 * sd, 2 + 1e-9 * sd);
        cr_expect_float_eq(sp_count_poisson(mean[i], 0x1p-33), mean[i] - 6.337957754553789 * sd,
                           10 + 1e-9 * sd);
    }
}

/* Student's law of odd degrees of freedom: the quantile gives its probability back, in the middle and far
 * out. */
Test(gsl_traps, student_makes_the_round_trip) {
    for (double df = 0.5; df < 3; df += 0.0173)
        for (double p = 0.4999; p > 1e-10; p *= 0.71) {
            struct sp_law law = law_helper_make("student_t", 3, (double[]){df, 0, 1});
            double low, high, ignored, x = sp_law_quantile(&law, p, 1 - p);
            sp_law_distribution(&law, x, &low, &ignored);
            sp_law_distribution(&law, sp_law_quantile(&law, 1 - p, p), &ignored, &high);
            cr_expect_float_eq(low, p, 1e-9 * p, "df %g at %g: %g", df, p, low);
            cr_expect_float_eq(high, p, 1e-9 * p, "df %g at 1 - %g: %g", df, p, high);
        }
}

Test(gsl_traps, quantile_of_unsorted_data) {
    double x[] = {5, 1, 4, 2, 3};
    sp_quantile_sort(x, 5);
    cr_expect_eq(sp_quantile_sorted(x, 5, 0.5), 3);
}
