/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/calendar.h"
#include "scenarios/value.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <math.h>

static const struct sp_field field = {
    .key = "x", .unit = "1", .low = -1e300, .high = 1e300, .sentence = "a value"};

/* Reads `x = text`, with problems. */
static int read_text(struct sp_arena *arena, const char *text, struct sp_problems *problems,
                     struct sp_input *input) {
    struct sp_value_context context = {.arena = arena, .problems = problems, .quarters = 4};
    cr_assert_eq(sp_calendar_parse("2026Q1", &context.first_quarter), 0);
    struct sp_node *root = tree_helper_parse(arena, sp_arena_format(arena, "x = %s\n", text));
    *input = (struct sp_input){.key = "x", .field = &field};
    return sp_value_assumption(&context, sp_tree_find(root, "x"), input);
}

static void expect(const char *text, const char *problems_expected) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    struct sp_input input;
    read_text(arena, text, &problems, &input);
    sp_problems_sort(&problems);
    tree_helper_expect_problems(&problems, text, problems_expected);
    sp_problems_free(&problems);
    sp_arena_free(arena);
}

static void expect_quantile(const char *text, double p, double expected) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    struct sp_input input;
    int error = read_text(arena, text, &problems, &input);
    cr_assert_eq(error, 0, "%s: %s", text, problems.count ? problems.items[0].what : "");
    double x = sp_law_quantile(input.assumption.law, p, 1 - p);
    cr_expect(fabs(x - expected) <= 1e-12 * fmax(1, fabs(expected)), "%s at %g: %.17g, not %.17g", text, p, x,
              expected);
    sp_problems_free(&problems);
    sp_arena_free(arena);
}

Test(law_text, every_form_gives_its_quantiles) {
    expect_quantile("{ p10 = 1, p50 = 2, p90 = 4 }", 0.9, 4);
    expect_quantile("{ p90 = 4, p10 = 1, p50 = 2 }", 0.25, 1.40625);
    expect_quantile("{ p10 = 1, p50 = 2, p90 = 4, min = 0, max = 10 }", 0.1, 1);
    expect_quantile("{ \"p2.5\" = 1, p50 = 2, \"p97.5\" = 4, max = 10 }", 0.975, 4);
    expect_quantile("{ p10 = \"5%\", p50 = \"10%\", p90 = \"20%\", row = \"a.b\", grade = \"J\" }", 0.5, 0.1);
    expect_quantile("{ lognormal = { p10 = 5, p90 = 20 } }", 0.5, 10);
    expect_quantile("{ normal = { p5 = -3, p95 = 5 } }", 0.5, 1);
    expect_quantile("{ normal = { p50 = 1, p90 = 5 } }", 0.9, 5);
    expect_quantile("{ exponential = { mean = 2 } }", 0.5, 2 * M_LN2);
    expect_quantile("{ weibull = { shape = 1, scale = 3 } }", 0.5, 3 * M_LN2);
    expect_quantile("{ student_t = { df = 1, loc = 5, scale = 2 } }", 0.75, 7);
    expect_quantile("{ logistic = { loc = 1, scale = 2 } }", 0.9, 1 + 2 * log(9));
    expect_quantile("{ pareto = { min = 2, shape = 1 } }", 0.5, 4);
    expect_quantile("{ bernoulli = { p = 0.3 } }", 0.71, 1);
    expect_quantile("{ bernoulli = { p = 0.3 } }", 0.69, 0);
    expect_quantile("{ binomial = { n = 2, p = \"50%\" } }", 0.5, 1);
    expect_quantile("{ poisson = { mean = 0 } }", 0.99, 0);
    expect_quantile("{ negative_binomial = { r = 1, p = 0.5 } }", 0.74, 1);
    expect_quantile("{ discrete = { values = [5, 1, 3], weights = [1, 2, 1] } }", 0.74, 3);
    expect_quantile("{ empirical = { values = [4, 2, 2, 8] } }", 0.5, 2);
    expect_quantile("{ uniform = { min = 0, max = 10 }, within = [5, \"inf\"] }", 0.5, 7.5);
    expect_quantile("{ normal = { mean = 3, sd = 1 }, widen = 2 }", 0.5, 3);
    expect_quantile("{ lognormal = { p10 = 5, p90 = 20 }, widen = 2 }", 0.9, 40);
    expect_quantile("{ at = { \"2026Q1\" = { p10 = 1, p50 = 2, p90 = 4 } } }", 0.9, 4);
    expect_quantile("{ mixture = { b = { weight = 1, uniform = { min = 9, max = 10 } }, a = { weight = 3, "
                    "uniform = { min = 0, max = 3 } } } }",
                    0.5, 2);
}

Test(law_text, impossible_percentiles_are_refused_with_the_reason) {
    expect(
        "{ p10 = 1, p50 = 1.1, p90 = 4 }",
        "1:5: x: no metalog fits these percentiles: p50 lies at r = 0.0333 of the way, and must lie within "
        "0.1666 .. 0.8334, between 1.49973 and 3.50027; move it or add percentiles");
    expect("{ p10 = 1, p50 = 0.9, p90 = 4 }", "1:5: x: p10 = 1 must be below p50 = 0.9");
    expect(
        "{ p10 = 1, p90 = 4 }",
        "1:5: x: 2 percentiles say too little; name a law, like { lognormal = { p10 = .., p90 = .. } }, or "
        "give three or more");
    expect("{ p10 = 1, p50 = 2, p90 = 4, min = 1 }", "1:5: x: min must be below p10");
    expect("{ p10 = 1, p50 = 2, p90 = 4, max = 3 }", "1:5: x: max must be above p90");
    expect("{ p0 = 1, p50 = 2, p90 = 4 }", "1:5: x: percentiles must be above p0 and below p100");
    expect("{ lognormal = { p10 = 0, p90 = 3 } }",
           "1:19: x: lognormal: percentiles of a lognormal must be above 0");
    expect("{ lognormal = { p10 = 5, p90 = 3 } }",
           "1:19: x: lognormal: the higher percentile must have the higher value");
    expect("{ lognormal = { p10 = 5 } }",
           "1:19: x: lognormal takes { mu, sigma } or { median, sigma } or { mean, "
           "sd } or two percentiles like { p10, p90 }");
}

/* GSL would mirror, wrap, hang or return a number for all of these. */
Test(law_text, parameters_that_gsl_accepts_and_should_not_are_refused) {
    expect("{ normal = { mean = 0, sd = -1 } }", "1:16: x: normal: sd must be above 0");
    expect("{ exponential = { mean = -1 } }", "1:21: x: exponential: mean must be above 0");
    expect("{ weibull = { shape = 1, scale = -1 } }", "1:17: x: weibull: scale must be above 0");
    expect("{ gamma = { shape = -1, scale = 1 } }",
           "1:15: x: gamma: shape must be within 0.05 .. 1e4; beyond, take a normal");
    expect("{ beta = { a = -1, b = 2 } }", "1:14: x: beta: a and b must be within 0.05 .. 1e6");
    expect("{ beta = { a = 1e-5, b = 1e-5 } }", "1:14: x: beta: a and b must be within 0.05 .. 1e6");
    expect("{ binomial = { n = 10, p = 1.7 } }", "1:18: x: binomial: p must be within 0 .. 1");
    expect("{ poisson = { mean = -3 } }",
           "1:17: x: poisson: mean must be within 0 .. 1e9; beyond, take a normal");
    expect("{ poisson = { mean = 5e9 } }",
           "1:17: x: poisson: mean must be within 0 .. 1e9; beyond, take a normal");
    expect("{ discrete = { values = [1, 2], weights = [0, 0] } }",
           "1:18: x: discrete: the weights add up to 0");
    expect("{ student_t = { df = 0, loc = 0, scale = 1 } }",
           "1:19: x: student_t: df must be within 0.5 .. 1e6");
    expect("{ logistic = { loc = 0, scale = 0 } }", "1:18: x: logistic: scale must be above 0");
    expect("{ pareto = { min = 0, shape = 1 } }", "1:16: x: pareto: min must be above 0");
    expect("{ negative_binomial = { r = 1, p = 0 } }",
           "1:27: x: negative_binomial: p must be within 1e-6 .. 1");
}

Test(law_text, mistakes_around_a_law_are_told) {
    expect("{ nomal = { mean = 1, sd = 2 } }", "1:5: x: does not say what it is; give value = .., at = { .. "
                                               "} or a law | 1:7: unknown key 'nomal' in "
                                               "x; did you mean 'normal'?");
    expect("{ normal = { mean = 1, sd = 2 }, withn = [0, 1] }",
           "1:38: unknown key 'withn' in x; did you mean 'within'?");
    expect("{ normal = { mean = 1, sd = 2 }, p10 = 1 }",
           "1:5: x: says twice what it is; keep one of value, at and the laws");
    expect("{ normal = { mean = 1, sd = 2 }, min = 1 }",
           "1:44: x: min goes with percentiles; cut a law with within = [low, high]");
    expect("{ normal = { mean = 1, sd = 2 }, within = [3, 1] }",
           "1:47: x: within: the lower end must be below the upper end");
    expect("{ normal = { mean = 1, sd = 2 }, within = [300, \"inf\"] }",
           "1:47: x: within: less than a millionth of the law lies within; choose other ends");
    expect("{ normal = { mean = 1, sd = 2 }, within = 3 }",
           "1:47: x: within needs two ends, like [0, 1] or [0, \"inf\"]");
    expect("{ poisson = { mean = 3 }, widen = 2 }",
           "1:39: x: widen: this law has separate values, and no range to stretch");
    expect("{ normal = { mean = 1, sd = 2 }, widen = 0 }", "1:46: x: widen: must be within 0.01 .. 100");
    expect("{ value = 3, widen = 2 }", "1:26: x: widen needs a law beside it");
}

Test(law_text, mistakes_in_lists_and_mixtures_are_told) {
    expect("{ mixture = { a = { weight = 1, normal = { mean = 0, sd = 1 } } } }",
           "1:17: x: mixture: needs two parts or more");
    expect("{ mixture = { a = { normal = { mean = 0, sd = 1 } }, b = 3 } }",
           "1:23: x: mixture: a: weight is missing | 1:62: x: mixture: b: each part of a mixture is a table "
           "like { "
           "weight = 0.8, normal = { .. } }");
    expect("{ discrete = { values = [1, 2], weights = [1] } }",
           "1:18: x: discrete: there are 2 values and 1 weights; each value needs one");
    expect("{ empirical = { csv = \"../x.csv\", column = \"a\" } }",
           "1:27: x: csv must name a file beside the scenario or below it");
    expect("{ empirical = { csv = \"nope.csv\", column = \"a\" } }",
           "1:27: x: \"nope.csv\" cannot be read: No such file or directory");
    expect("{ empirical = { csv = \"nope.csv\" } }",
           "1:19: x: empirical: column is missing; name one of the file's first line");
}

Test(law_text, a_csv_column_becomes_values) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    const char *folder = tree_helper_folder(arena);
    tree_helper_write(arena, folder, "orders.csv", "id,\"amount\"\r\n1,10\r\n2,\"30\"\r\n\r\n3, 20 \r\n");
    const char *path =
        tree_helper_write(arena, folder, "s.toml",
                          "x = { empirical = { csv = \"orders.csv\", column = \"amount\" } }\n"
                          "y = { empirical = { csv = \"orders.csv\", column = \"amont\" } }\n");
    struct sp_node *root = sp_tree_read(arena, path, &problems);
    cr_assert_not_null(root);
    struct sp_value_context context = {.arena = arena, .problems = &problems, .quarters = 4};
    struct sp_input input = {.key = "x", .field = &field};
    cr_expect_eq(sp_value_assumption(&context, sp_tree_find(root, "x"), &input), 0);
    cr_expect_eq(sp_law_quantile(input.assumption.law, 0.5, 0.5), 20);
    cr_expect_str_eq(sp_tree_print_value(arena, sp_tree_find(root, "x")),
                     "{ empirical = { values = [10.0, 30.0, 20.0] } }");
    sp_value_assumption(&context, sp_tree_find(root, "y"), &input);
    tree_helper_expect_problems(&problems, "y",
                                "2:50: x: \"orders.csv\" has no column 'amont'; did you mean 'amount'?");
    tree_helper_remove(folder);
    sp_problems_free(&problems);
    sp_arena_free(arena);
}
