/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law_make.h"
#include "tests/unit/random/law_helper.h"

#include <criterion/criterion.h>
#include <math.h>

/* Every law that is refused by none of its checks is drawn with an error in probability below 1e-7. */
Test(law_accuracy, draws_of_named_laws_meet_their_probability) {
    static const struct {
        const char *name;
        size_t count;
        double parameter[4];
    } laws[] = {
        {"normal", 2, {3, 2}},
        {"lognormal", 2, {1, 0.2}},
        {"lognormal", 2, {1, 3}},
        {"lognormal", 2, {-2, 10}},
        {"triangular", 3, {1, 2, 7}},
        {"pert", 3, {0, 1, 4}},
        {"pert", 3, {0, 0, 4}},
        {"beta", 2, {20, 180}},
        {"beta", 2, {1.215, 241.785}},
        {"beta", 2, {10.9, 2176}},
        {"beta", 2, {10000, 1e6}},
        {"beta", 2, {0.5, 0.5}},
        {"beta", 2, {0.05, 0.05}},
        {"beta", 2, {0.05, 1000}},
        {"beta", 2, {7, 0.05}},
        {"beta", 2, {1e5, 1e5}},
        {"gamma", 2, {0.05, 3}},
        {"gamma", 2, {0.3, 1}},
        {"gamma", 2, {0.85, 1}},
        {"gamma", 2, {0.99, 1}},
        {"gamma", 2, {4, 0.5}},
        {"gamma", 2, {9e3, 1}},
        {"gamma", 2, {1e4, 1}},
        {"exponential", 1, {2.5}},
        {"weibull", 2, {0.05, 2}},
        {"weibull", 2, {0.7, 2}},
        {"weibull", 2, {1, 1}},
        {"weibull", 2, {1000, 5}},
        {"student_t", 3, {0.5, 0, 1}},
        {"student_t", 3, {0.706581, 0, 1}}, /* GSL's inverse gives NaN for many df below 1 */
        {"student_t", 3, {0.97, 0, 1}},
        {"student_t", 3, {1, 10, 2}},
        {"student_t", 3, {2, 0, 1}},
        {"student_t", 3, {3, 0, 1}},
        {"student_t", 3, {5, -3, 0.1}},
        {"student_t", 3, {30, 0, 1}},
        {"student_t", 3, {1e6, 0, 1}},
        {"logistic", 2, {4, 0.3}},
        {"pareto", 2, {3, 0.1}},
        {"pareto", 2, {1, 1.2}},
        {"pareto", 2, {1, 1000}},
        {"bernoulli", 1, {0.3}},
        {"binomial", 2, {20, 0.1}},
        {"binomial", 2, {1e9, 0.0005}},
        {"poisson", 1, {0.01}},
        {"poisson", 1, {7.5}},
        {"poisson", 1, {1e4}},
        {"poisson", 1, {10001}},
        {"poisson", 1, {1e9}},
        {"binomial", 2, {1e9, 0.3}},
        {"binomial", 2, {1e9, 0.9993}},
        {"binomial", 2, {2.1e6, 0.5}},
        {"negative_binomial", 2, {0.05, 0.001}},
        {"negative_binomial", 2, {3, 0.25}},
    };
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct sp_law law = law_helper_make(laws[i].name, laws[i].count, laws[i].parameter);
        double error = law_helper_error(&law, laws[i].name);
        cr_expect(error < 1e-7, "%s %g %g: error %.3g", laws[i].name, laws[i].parameter[0],
                  laws[i].parameter[1], error);
    }
}

static struct sp_arena *arena;

static void expect_accurate(const struct sp_law *law, const char *about) {
    double error = law_helper_error(law, about);
    cr_expect(error < 1e-7, "%s: error %.3g", about, error);
}

static struct sp_law widen(const struct sp_law *law, double times) {
    struct sp_law widened;
    cr_assert_null(sp_law_make_widened(arena, law, times, &widened));
    return widened;
}

Test(law_accuracy, draws_of_composed_laws_meet_their_probability) {
    arena = sp_arena_create();
    const double p[] = {0.1, 0.5, 0.9}, x[] = {1, 2, 4}, infinite = INFINITY;
    struct sp_law metalog, above, below, between, cut, mixed;
    cr_assert_null(sp_law_make_metalog(arena, p, x, 3, -infinite, infinite, &metalog));
    cr_assert_null(sp_law_make_metalog(arena, p, x, 3, 0, infinite, &above));
    cr_assert_null(sp_law_make_metalog(arena, p, x, 3, -infinite, 9, &below));
    cr_assert_null(sp_law_make_metalog(arena, p, x, 3, 0, 9, &between));
    expect_accurate(&metalog, "metalog");
    expect_accurate(&above, "metalog above 0");
    expect_accurate(&below, "metalog below 9");
    expect_accurate(&between, "metalog within 0 .. 9");
    struct sp_law normal = law_helper_make("normal", 2, (double[]){0, 1});
    struct sp_law gamma = law_helper_make("gamma", 2, (double[]){0.3, 1});
    struct sp_law triangular = law_helper_make("triangular", 3, (double[]){1, 2, 7});
    struct sp_law poisson = law_helper_make("poisson", 1, (double[]){4});
    struct sp_law pareto = law_helper_make("pareto", 2, (double[]){5, 1.2});
    struct sp_law uniform = law_helper_make("uniform", 2, (double[]){20, 21});
    struct sp_law student = law_helper_make("student_t", 3, (double[]){2, 0, 1});
    struct sp_law beta = law_helper_make("beta", 2, (double[]){20, 180});
    const struct {
        const struct sp_law *law;
        double low, high;
    } cuts[] = {{&normal, -1, infinite}, {&normal, 4, 4.5},   {&gamma, 0.001, 1}, {&triangular, 1.5, 3},
                {&poisson, 2, 6},        {&pareto, -1, 1000}, {&student, -9, 9},  {&normal, -0.1, 0.1}};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        cr_assert_null(sp_law_make_within(arena, cuts[i].law, cuts[i].low, cuts[i].high, &cut));
        expect_accurate(&cut, "cut");
        if (i != 4) {
            struct sp_law widened = widen(&cut, 1.5);
            expect_accurate(&widened, "cut and widened");
        }
    }
    const struct sp_law parts[] = {normal, poisson, pareto, uniform};
    cr_assert_null(sp_law_make_mixture(arena, parts, (double[]){1, 1, 2, 1}, 4, &mixed));
    expect_accurate(&mixed, "mixture with steps and gaps");
    cr_assert_null(
        sp_law_make_mixture(arena, (struct sp_law[]){normal, student}, (double[]){8, 2}, 2, &mixed));
    expect_accurate(&mixed, "smooth mixture");
    const struct sp_law *to_widen[] = {&metalog,    &above,   &between, &gamma,
                                       &triangular, &uniform, &beta,    &pareto};
    for (size_t i = 0; i < sizeof to_widen / sizeof *to_widen; i++) {
        struct sp_law wide = widen(to_widen[i], 1.5), narrow = widen(to_widen[i], 0.5);
        expect_accurate(&wide, "widened");
        expect_accurate(&narrow, "narrowed");
    }
    sp_arena_free(arena);
}
