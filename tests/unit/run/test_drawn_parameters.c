/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws whose parameters are assumptions of their own, seen through mrr = payers x price with one payer.
 */
#include "engine/base/hash.h"
#include "tests/support/engine_test_random.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(drawn_parameters, .timeout = 60);

enum { QUARTERS = 6, KEPT = 128 };

static const char one_payer[] =
    "paths = %d\nseed = 3\n[time]\nfirst = \"2026Q1\"\nquarters = 6\n[start]\ncash = 0\n"
    "users = 1\npaid = 1\n[growth]\nrate_first = 0\n[conversion]\nshare = 1\n"
    "[revenue]\nprice = %s\n%s";

static struct engine_test_run price_of(int paths, const char *law, const char *more) {
    return engine_test_run_well(engine_test_text(one_payer, paths, law, more),
                                (struct engine_test_options){.kept = (size_t)(paths < KEPT ? paths : KEPT)});
}

static struct engine_test_run price(const char *law, const char *more) {
    return price_of(KEPT, law, more);
}

static double uniform_of(const char *name, size_t path, int quarter) {
    return (engine_test_word(3, sp_hash32_text(name), path, quarter, 0) + 0.5) * 0x1p-32;
}

static double mrr(const struct engine_test_run *run, size_t quarter, size_t path) {
    return engine_test_kept(run->result, "mrr", quarter)[path];
}

static const char between[] = "{ uniform = { min = { uniform = { min = 2.385, max = 4 } }, max = { uniform = "
                              "{ min = 5, max = 7 } } } }";

/* Value and parameters have streams of their own, by name; all are inputs that are kept. */
Test(drawn_parameters, value_follows_from_three_draws) {
    struct engine_test_run run = price(between, "");
    for (size_t p = 0; p < KEPT; p++) {
        double low = 2.385 + 1.615 * uniform_of("revenue.price.min", p, 0xFFFF);
        double high = 5 + 2 * uniform_of("revenue.price.max", p, 0xFFFF);
        double expected = low + (high - low) * uniform_of("revenue.price", p, 0xFFFF);
        cr_expect_float_eq(engine_test_kept_input(run.result, "revenue.price.min")[p], low, 1e-12);
        cr_expect_float_eq(engine_test_kept_input(run.result, "revenue.price.max")[p], high, 1e-12);
        cr_expect_float_eq(engine_test_kept_input(run.result, "revenue.price")[p], expected, 1e-12);
        for (size_t t = 0; t < QUARTERS; t++)
            cr_expect_float_eq(mrr(&run, t, p), expected, 1e-12);
    }
    engine_test_free(&run);
}

/* A stream of the value's own is the beginning of those of its parameters: a rename keeps all draws. */
Test(drawn_parameters, stream_is_kept_after_a_rename) {
    char law[sizeof between + 32];
    snprintf(law, sizeof law, "%.*s, stream = \"old\" }", (int)strlen(between) - 2, between);
    struct engine_test_run run = price(law, "");
    for (size_t p = 0; p < KEPT; p++) {
        double low = 2.385 + 1.615 * uniform_of("old.min", p, 0xFFFF);
        double high = 5 + 2 * uniform_of("old.max", p, 0xFFFF);
        cr_expect_float_eq(mrr(&run, 2, p), low + (high - low) * uniform_of("old", p, 0xFFFF), 1e-12);
    }
    engine_test_free(&run);
}

/* A change of a parameter acts from its quarter on, without touching any draw; and ramps. */
Test(drawn_parameters, parameter_can_be_changed) {
    const char *law = "{ exponential = { mean = { uniform = { min = 3, max = 5 } } } }";
    struct engine_test_run plain = price(law, "");
    struct engine_test_run changed =
        price(law, "[change.a]\nof = \"revenue.price.mean\"\ntimes = 3\nfrom = \"2026Q3\"\nramp = 2\n"
                   "[change.b]\nof = \"revenue.price.mean\"\nplus = { uniform = { min = 1, max = 2 } }\n"
                   "from = \"2027Q1\"\n");
    for (size_t p = 0; p < KEPT; p++) {
        double mean = engine_test_kept_input(plain.result, "revenue.price.mean")[p];
        double unit = mrr(&plain, 0, p) / mean, plus = 1 + uniform_of("change.b.plus", p, 0xFFFF);
        double expected[] = {mean, mean, 2 * mean, 3 * mean, 3 * mean + plus, 3 * mean + plus};
        cr_expect_eq(engine_test_kept_input(changed.result, "revenue.price.mean")[p], mean);
        for (size_t t = 0; t < QUARTERS; t++)
            cr_expect_float_eq(mrr(&changed, t, p), unit * expected[t], 1e-12 * mrr(&changed, t, p));
    }
    engine_test_free(&plain);
    engine_test_free(&changed);
}

/* A schedule of a parameter: the same uniform, another law. */
Test(drawn_parameters, parameter_can_have_a_schedule) {
    struct engine_test_run run =
        price("{ uniform = { min = 0, max = { at = { \"2026Q1\" = 10, \"2026Q3\" = { uniform = { min = 20, "
              "max = 30 } } } } } }",
              "");
    for (size_t p = 0; p < KEPT; p++) {
        double u = uniform_of("revenue.price", p, 0xFFFF), v = uniform_of("revenue.price.max", p, 0xFFFF);
        cr_expect_float_eq(mrr(&run, 1, p), 10 * u, 1e-12);
        cr_expect_float_eq(mrr(&run, 2, p), (20 + 10 * v) * u, 1e-12);
    }
    engine_test_free(&run);
}

/* The value of a quarter from that quarter's draw, the parameter from the path's; or from the quarter's own.
 */
Test(drawn_parameters, each_says_how_often) {
    struct engine_test_run path =
        price("{ uniform = { min = 0, max = { uniform = { min = 1, max = 3 } } }, each = \"quarter\" }", "");
    struct engine_test_run quarter =
        price("{ uniform = { min = 0, max = { uniform = { min = 1, max = 3 }, each = \"quarter\" } }, each = "
              "\"quarter\" }",
              "");
    for (size_t p = 0; p < KEPT; p++)
        for (int t = 0; t < QUARTERS; t++) {
            double u = uniform_of("revenue.price", p, t);
            cr_expect_float_eq(mrr(&path, (size_t)t, p),
                               u * (1 + 2 * uniform_of("revenue.price.max", p, 0xFFFF)), 1e-12);
            cr_expect_float_eq(mrr(&quarter, (size_t)t, p),
                               u * (1 + 2 * uniform_of("revenue.price.max", p, t)), 1e-12);
        }
    engine_test_free(&path);
    engine_test_free(&quarter);
}

/* The value of a change may have drawn parameters too. */
Test(drawn_parameters, value_of_a_change) {
    struct engine_test_run run = price(
        "10",
        "[change.a]\nof = \"revenue.price\"\ntimes = { uniform = { min = 1, max = { uniform = { min = 2, "
        "max = 3 } } } }\nfrom = \"2026Q2\"\n");
    for (size_t p = 0; p < KEPT; p++) {
        double high = 2 + uniform_of("change.a.times.max", p, 0xFFFF);
        cr_expect_eq(mrr(&run, 0, p), 10);
        cr_expect_float_eq(mrr(&run, 1, p), 10 * (1 + (high - 1) * uniform_of("change.a.times", p, 0xFFFF)),
                           1e-12);
    }
    engine_test_free(&run);
}

/* --- Counted --- */

/* An sd below 0 is held to 0, which leaves the mean; and is counted under its own name. */
Test(drawn_parameters, parameters_are_held_to_what_the_law_allows) {
    struct engine_test_run run =
        price("{ normal = { mean = 20, sd = { uniform = { min = -1, max = 3 } } } }", "");
    uint64_t held = 0;
    for (size_t p = 0; p < KEPT; p++) {
        bool is_held = 4 * uniform_of("revenue.price.sd", p, 0xFFFF) - 1 < 0;
        held += is_held;
        cr_expect_eq(mrr(&run, 3, p) == 20, is_held);
    }
    cr_expect_gt(held, 15);
    cr_expect_eq(engine_test_rule(run.result, "revenue.price.sd"), held);
    cr_expect_eq(engine_test_rule(run.result, "revenue.price"), 0);
    engine_test_free(&run);
}

/* Ends that cross: the max gives way, and is counted once a path. So is a value outside its own bounds. */
Test(drawn_parameters, contradictions_are_counted) {
    struct engine_test_run run =
        price("{ uniform = { min = { uniform = { min = -2, max = 4 } }, max = { uniform = "
              "{ min = 2, max = 4 } } } }",
              "");
    uint64_t crossed = 0, below = 0;
    for (size_t p = 0; p < KEPT; p++) {
        double low = engine_test_kept_input(run.result, "revenue.price.min")[p];
        double high = engine_test_kept_input(run.result, "revenue.price.max")[p];
        double u = uniform_of("revenue.price", p, 0xFFFF), value = low + (fmax(low, high) - low) * u;
        crossed += high < low;
        below += value < 0;
        cr_expect_float_eq(mrr(&run, 5, p), fmax(0, value), 1e-12);
    }
    cr_expect_gt(crossed, 3);
    cr_expect_gt(below, 5);
    cr_expect_eq(engine_test_rule(run.result, "revenue.price.max"), crossed);
    cr_expect_eq(engine_test_rule(run.result, "revenue.price.min"), 0);
    cr_expect_eq(engine_test_rule(run.result, "revenue.price"), below);
    engine_test_free(&run);
}

/* --- Statistics --- */

/* mean ~ normal(20, 3), value ~ normal(mean, 1): sd = sqrt(10) over paths. */
Test(drawn_parameters, spread_is_that_of_both_layers) {
    enum { PATHS = 16384 };
    struct engine_test_run run =
        price_of(PATHS, "{ normal = { mean = { normal = { mean = 40, sd = 3 } }, sd = 1 } }", "");
    double mean = engine_test_estimate(run.result, SP_AXIS_QUARTER, "mrr", 2, SP_STATISTIC_MEAN)->value;
    double sd = engine_test_estimate(run.result, SP_AXIS_QUARTER, "mrr", 2, SP_STATISTIC_SD)->value;
    cr_expect_lt(fabs(mean - 40), 5 * sqrt(10.0 / PATHS));
    cr_expect_lt(fabs(sd - sqrt(10)), 5 * sqrt(10.0 / 2 / PATHS));
    engine_test_free(&run);
}

/* A count given an uncertain mean: gamma-Poisson is the negative binomial, with variance m + m^2 / shape. */
Test(drawn_parameters, uncertain_rate_widens_a_count) {
    enum { PATHS = 65536 };
    struct engine_test_run run =
        price_of(PATHS, "{ poisson = { mean = { gamma = { shape = 4, scale = 10 } } } }", "");
    double mean = engine_test_estimate(run.result, SP_AXIS_QUARTER, "mrr", 0, SP_STATISTIC_MEAN)->value;
    double sd = engine_test_estimate(run.result, SP_AXIS_QUARTER, "mrr", 0, SP_STATISTIC_SD)->value;
    double variance = 40 + 1600 / 4.0, kurtosis = 3 + 6 / 4.0 + 1 / variance;
    cr_expect_lt(fabs(mean - 40), 5 * sqrt(variance / PATHS));
    cr_expect_lt(fabs(sd * sd - variance), 5 * variance * sqrt((kurtosis - 1) / PATHS));
    engine_test_free(&run);
}

/* A factor moves a parameter; the value's own draw, and that of others, stay where they were. */
Test(drawn_parameters, parameter_can_follow_a_factor) {
    const char *law = "{ uniform = { min = 5, max = { uniform = { min = 6, max = 8 } } } }";
    struct engine_test_run run = price(
        law, "[usage]\nfree_monthly = 1\npaid_monthly = { uniform = { min = 1, max = 2 } }\n[factor.f]\n"
             "loadings = { \"revenue.price.max\" = 1, \"usage.paid_monthly\" = 1 }\n");
    for (size_t p = 0; p < KEPT; p++) {
        double high = engine_test_kept_input(run.result, "revenue.price.max")[p];
        double usage = engine_test_kept_input(run.result, "usage.paid_monthly")[p];
        cr_expect_float_eq((high - 6) / 2, usage - 1, 1e-12);
        cr_expect_float_eq(mrr(&run, 1, p), 5 + (high - 5) * uniform_of("revenue.price", p, 0xFFFF), 1e-12);
    }
    engine_test_free(&run);
}

/* --- Same bits --- */

Test(drawn_parameters, neither_blocks_nor_threads_nor_levels_show) {
    const char *text = engine_test_scenario(20000, "seed = 11",
                                            "[risk.breach]\nper_quarter = 0.3\ncost = { poisson = { mean = { "
                                            "lognormal = { median = 900, sigma = { "
                                            "uniform = { min = 0.1, max = 1 } } } } } }\n");
    const char *law =
        engine_test_scenario(20000, "seed = 11",
                             "[risk.breach]\nper_quarter = 0.3\ncost = { lognormal = { median = { gamma = { "
                             "shape = 3, scale = 400 } }, "
                             "sigma = { uniform = { min = 0.1, max = 1 } } }, each = \"quarter\" }\n"
                             "[risk.theft]\nper_quarter = 0.3\ncost = { poisson = { mean = { gamma = { shape "
                             "= 3, scale = 400 } } } }\n"
                             "[risk.fire]\nper_quarter = 0.3\ncost = { lognormal = { mean = { value = 9 }, "
                             "sd = { uniform = { min = 1, "
                             "max = 9 } } }, noise = { sd = 0.1 }, each = \"path\" }\n");
    struct engine_test_run nested = engine_test_compile(text, (struct engine_test_options){0});
    cr_expect_null(nested.plan); /* deeper than one level */
    engine_test_free(&nested);
    struct engine_test_run one = engine_test_run_well(law, (struct engine_test_options){.threads = 1});
    struct engine_test_run other =
        engine_test_run_well(law, (struct engine_test_options){.threads = 2, .block = 192, .level = "v2"});
    cr_expect_eq(one.result->fingerprint, other.result->fingerprint);
    double a = engine_test_estimate(one.result, SP_AXIS_HORIZON, "cash", 0, SP_STATISTIC_MEAN)->value;
    double b = engine_test_estimate(other.result, SP_AXIS_HORIZON, "cash", 0, SP_STATISTIC_MEAN)->value;
    cr_expect_eq(a, b);
    engine_test_free(&one);
    engine_test_free(&other);
}

/* A drawn parameter elsewhere moves no other draw. */
Test(drawn_parameters, others_stay_where_they_are) {
    struct engine_test_run plain = price("{ normal = { mean = 30, sd = 2 } }", "");
    struct engine_test_run drawn = price("{ normal = { mean = { value = 30 }, sd = 2 } }", "");
    cr_expect_arr_eq(engine_test_kept_input(plain.result, "revenue.price"),
                     engine_test_kept_input(drawn.result, "revenue.price"), KEPT * sizeof(double));
    engine_test_free(&plain);
    engine_test_free(&drawn);
}
