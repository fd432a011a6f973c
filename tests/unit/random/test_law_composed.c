/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law_make.h"
#include "tests/unit/random/law_helper.h"

#include <criterion/criterion.h>
#include <math.h>

static struct sp_arena *arena;

static void set_up(void) {
    arena = sp_arena_create();
}

static void tear_down(void) {
    sp_arena_free(arena);
}

TestSuite(law_composed, .init = set_up, .fini = tear_down);

static void expect_near(double found, double expected, double tolerance) {
    cr_expect(fabs(found - expected) <= tolerance * fmax(1, fabs(expected)), "%.17g, not %.17g", found,
              expected);
}

/* The word at which the draw changes from one value to the next: found by halving, and exact. */
static double words_up_to(const struct sp_law *law, double value) {
    struct sp_tables *tables = sp_tables_create();
    struct sp_sampler sampler;
    uint64_t low = 0, high = 1ull << 32;
    cr_assert_eq(sp_sampler_make(&sampler, law, tables), 0);
    while (low < high) {
        uint32_t word[4] = {(uint32_t)((low + high) / 2)};
        double out[4];
        sp_sampler_fill(&sampler, sp_kernels_find(NULL), word, out, 4);
        if (out[0] <= value)
            low = (low + high) / 2 + 1;
        else
            high = (low + high) / 2;
    }
    sp_tables_free(tables);
    return (double)low;
}

Test(law_composed, every_threshold_of_a_discrete_law_is_exact) {
    struct sp_law list, poisson = law_helper_make("poisson", 1, (double[]){3.5});
    const double values[] = {2, 7, -1, 2.5}, weights[] = {1, 2, 3, 2};
    cr_assert_null(sp_law_make_list(arena, values, weights, 4, &list));
    cr_expect_eq(words_up_to(&list, -1), 3 * 0x1p29);
    cr_expect_eq(words_up_to(&list, 2), 4 * 0x1p29);
    cr_expect_eq(words_up_to(&list, 2.5), 6 * 0x1p29);
    cr_expect_eq(words_up_to(&list, 7), 0x1p32);
    double sum = 0, term = exp(-3.5);
    for (int k = 0; k < 12; k++) {
        sum += term;
        term *= 3.5 / (k + 1);
        cr_expect_eq(words_up_to(&poisson, k), floor(sum * 0x1p32 + 0.5), "%d", k);
    }
}

Test(law_composed, counts_meet_the_sums_of_their_probabilities) {
    const double means[] = {0.01, 12, 900, 1e4};
    for (int m = 0; m < 4; m++) {
        struct sp_law law = law_helper_make("poisson", 1, &means[m]);
        double sum = 0, p, q, end = means[m] + 7 * sqrt(means[m]) + 5;
        for (int k = 0; k < end; k++) {
            sum += exp(k * log(means[m]) - means[m] - lgamma(k + 1.0));
            sp_law_distribution(&law, k, &p, &q);
            cr_assert(fabs(p - sum) < 3e-8, "poisson %g at %d: %.12g, not %.12g", means[m], k, p, sum);
        }
    }
    struct sp_law binomial = law_helper_make("binomial", 2, (double[]){1e6, 0.3});
    double sum = 0, p, q, n = 1e6;
    for (int k = 296000; k < 304000; k++) {
        sum += exp(lgamma(n + 1) - lgamma(k + 1.0) - lgamma(n - k + 1) + k * log(0.3) + (n - k) * log(0.7));
        sp_law_distribution(&binomial, k, &p, &q);
        cr_assert(fabs(p - sum) < 3e-8, "binomial at %d: %.12g, not %.12g", k, p, sum);
    }
}

Test(law_composed, certain_events_are_certain) {
    struct sp_law never = law_helper_make("bernoulli", 1, (double[]){0});
    struct sp_law always = law_helper_make("bernoulli", 1, (double[]){1});
    const uint32_t words[] = {0, 1, UINT32_MAX - 1, UINT32_MAX};
    double out[4];
    law_helper_draw(&never, words, out, 4);
    for (int i = 0; i < 4; i++)
        cr_expect_eq(out[i], 0);
    law_helper_draw(&always, words, out, 4);
    for (int i = 0; i < 4; i++)
        cr_expect_eq(out[i], 1);
    cr_expect_eq(words_up_to(&never, 0), 0x1p32);
}

/* Of a normal above a: mean = density / share; the rest by hand. */
Test(law_composed, moments_of_truncated_laws) {
    struct sp_law normal = law_helper_make("normal", 2, (double[]){0, 1}), cut;
    cr_assert_null(sp_law_make_within(arena, &normal, 0, INFINITY, &cut));
    expect_near(sp_law_mean(&cut), sqrt(2 / M_PI), 1e-10);
    expect_near(sp_law_sd(&cut), sqrt(1 - 2 / M_PI), 1e-10);
    expect_near(sp_law_skewness(&cut), sqrt(2.0) * (4 - M_PI) / pow(M_PI - 2, 1.5), 1e-9);
    struct sp_law exponential = law_helper_make("exponential", 1, (double[]){2});
    cr_assert_null(sp_law_make_within(arena, &exponential, 5, INFINITY, &cut));
    expect_near(sp_law_mean(&cut), 7, 1e-10);
    expect_near(sp_law_quantile(&cut, 0.5, 0.5), 5 + 2 * M_LN2, 1e-12);
    struct sp_law pareto = law_helper_make("pareto", 2, (double[]){1, 1});
    cr_expect(isinf(sp_law_mean(&pareto)));
    cr_assert_null(sp_law_make_within(arena, &pareto, 0, 10, &cut));
    expect_near(sp_law_mean(&cut), log(10) / 0.9, 1e-10);
}

Test(law_composed, a_mixture_has_the_probabilities_of_its_parts) {
    struct sp_law part[2] = {law_helper_make("lognormal", 2, (double[]){0, 0.5}),
                             law_helper_make("pareto", 2, (double[]){5, 2.5})};
    struct sp_law mixture;
    cr_assert_null(sp_law_make_mixture(arena, part, (double[]){8, 2}, 2, &mixture));
    for (double u = 0.001; u < 1; u += 0.001) {
        double a, b, ignored, x = sp_law_quantile(&mixture, u, 1 - u);
        sp_law_distribution(&part[0], x, &a, &ignored);
        sp_law_distribution(&part[1], x, &b, &ignored);
        expect_near(0.8 * a + 0.2 * b, u, 1e-13);
    }
    expect_near(sp_law_mean(&mixture), 0.8 * exp(0.125) + 0.2 * 5 * 2.5 / 1.5, 1e-12);
    cr_expect(isinf(sp_law_skewness(&mixture)));
}

/* Draws rise with their words, across steps, gaps and kinks. */
Test(law_composed, draws_rise) {
    static uint32_t words[1 << 16];
    static double out[1 << 16];
    struct sp_law part[3] = {law_helper_make("poisson", 1, (double[]){2}),
                             law_helper_make("triangular", 3, (double[]){0, 1, 4}),
                             law_helper_make("uniform", 2, (double[]){9, 10})};
    struct sp_law mixture;
    cr_assert_null(sp_law_make_mixture(arena, part, (double[]){1, 1, 1}, 3, &mixture));
    for (uint32_t i = 0; i < 1 << 16; i++)
        words[i] = i << 16 | 0x5555;
    law_helper_draw(&mixture, words, out, 1 << 16);
    for (int i = 1; i < 1 << 16; i++)
        cr_assert(out[i] >= out[i - 1] - 1e-9, "%d: %.17g after %.17g", i, out[i], out[i - 1]);
}

Test(law_composed, widening_keeps_the_median_and_the_bounds) {
    const struct {
        const char *name;
        size_t count;
        double parameter[3];
    } laws[] = {{"normal", 2, {3, 1}},        {"gamma", 2, {0.3, 2}},  {"weibull", 2, {1.5, 2}},
                {"exponential", 1, {4}},      {"beta", 2, {2, 30}},    {"uniform", 2, {-1, 4}},
                {"triangular", 3, {1, 2, 7}}, {"pareto", 2, {3, 1.5}}, {"logistic", 2, {0, 1}}};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct sp_law law = law_helper_make(laws[i].name, laws[i].count, laws[i].parameter), wide;
        double low, high, wide_low, wide_high;
        cr_assert_null(sp_law_make_widened(arena, &law, 1.5, &wide));
        expect_near(sp_law_quantile(&wide, 0.5, 0.5), sp_law_quantile(&law, 0.5, 0.5), 1e-12);
        sp_law_support(&law, &low, &high);
        sp_law_support(&wide, &wide_low, &wide_high);
        cr_expect(low == wide_low && high == wide_high, "%s: %g .. %g", laws[i].name, wide_low, wide_high);
        cr_expect_lt(sp_law_quantile(&wide, 0.1, 0.9), sp_law_quantile(&law, 0.1, 0.9));
        cr_expect_gt(sp_law_quantile(&wide, 0.9, 0.1), sp_law_quantile(&law, 0.9, 0.1));
    }
}

Test(law_composed, moments_that_do_not_exist_are_told) {
    struct sp_law cauchy = law_helper_make("student_t", 3, (double[]){1, 0, 1});
    struct sp_law student = law_helper_make("student_t", 3, (double[]){2, 5, 1});
    cr_expect(isnan(sp_law_mean(&cauchy)) && isnan(sp_law_sd(&cauchy)));
    cr_expect_eq(sp_law_mean(&student), 5);
    cr_expect(isinf(sp_law_sd(&student)));
}

/* The same bits at every kernel level. */
Test(law_composed, levels_agree) {
    static uint32_t words[4096];
    static double expected[4096], found[4096];
    const struct sp_law laws[] = {law_helper_make("gamma", 2, (double[]){0.2, 3}),
                                  law_helper_make("beta", 2, (double[]){0.2, 0.3}),
                                  law_helper_make("pareto", 2, (double[]){1, 1.1}),
                                  law_helper_make("student_t", 3, (double[]){1, 0, 1}),
                                  law_helper_make("lognormal", 2, (double[]){0, 8})};
    const char *const level[] = {"v2", "v3", "v4"};
    for (uint32_t i = 0; i < 4096; i++)
        words[i] = i * 2654435769u;
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct sp_tables *tables = sp_tables_create();
        struct sp_sampler sampler;
        cr_assert_eq(sp_sampler_make(&sampler, &laws[i], tables), 0);
        sp_sampler_fill(&sampler, sp_kernels_find(NULL), words, expected, 4096);
        for (int l = 0; l < 3; l++) {
            if (!sp_kernels_find(level[l]))
                continue;
            sp_sampler_fill(&sampler, sp_kernels_find(level[l]), words, found, 4096);
            cr_expect_arr_eq(found, expected, sizeof found);
        }
        sp_tables_free(tables);
    }
}
