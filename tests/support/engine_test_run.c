/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/engine_test_run.h"

#include "scenarios/compile.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void write_file(char *path, const char *text) {
    int file = mkstemps(path, 5);
    cr_assert_geq(file, 0, "%s", path);
    cr_assert_eq(write(file, text, strlen(text)), (ssize_t)strlen(text));
    close(file);
}

struct engine_test_run engine_test_compile(const char *text, struct engine_test_options options) {
    char path[] = "/tmp/scalepath-engine-XXXXXX.toml";
    struct engine_test_run run = {0};
    struct sp_request request = {.scenario = path};
    struct sp_compile_options compile = {
        .kernel_level = options.level, .kept_paths = options.kept, .threads = options.threads};
    write_file(path, text);
    struct sp_scenario *scenario = sp_scenario_read(&request, &run.problems);
    if (scenario)
        run.plan = sp_compile_plan(scenario, &compile, &run.problems);
    sp_scenario_free(scenario);
    unlink(path);
    run.error = run.plan ? 0 : sp_problems_error(&run.problems);
    return run;
}

struct engine_test_run engine_test_run(const char *text, struct engine_test_options options) {
    struct engine_test_run run = engine_test_compile(text, options);
    struct sp_run_options how = {.threads = options.threads, .block = options.block};
    if (run.plan)
        run.error = sp_run(run.plan, &how, &run.problems, &run.result);
    return run;
}

struct engine_test_run engine_test_run_well(const char *text, struct engine_test_options options) {
    struct engine_test_run run = engine_test_run(text, options);
    cr_assert_not_null(run.result, "%s", engine_test_problem(&run));
    return run;
}

void engine_test_free(struct engine_test_run *run) {
    sp_result_free(run->result);
    sp_plan_free(run->plan);
    sp_problems_free(&run->problems);
    *run = (struct engine_test_run){0};
}

const char *engine_test_problem(const struct engine_test_run *run) {
    return run->problems.count ? run->problems.items[0].what : "";
}

size_t engine_test_metric(const struct sp_result *result, const char *metric) {
    size_t m = 0;
    while (m < result->metrics && strcmp(result->metric[m].name, metric) != 0)
        m++;
    cr_assert_lt(m, result->metrics, "no metric %s", metric);
    return m;
}

const struct sp_estimate *engine_test_estimate(const struct sp_result *result, enum sp_axis_kind axis,
                                               const char *metric, size_t time, enum sp_statistic statistic) {
    size_t row = engine_test_metric(result, metric) * result->axis[axis].count + time;
    return &result->variant[0].estimate[axis][row * SP_STATISTICS + (size_t)statistic];
}

const struct sp_estimate *engine_test_tier(const struct sp_result *result, const char *metric, size_t label,
                                           enum sp_statistic statistic) {
    const struct sp_category_view *view = &result->category[0];
    size_t m = engine_test_metric(result, metric), row = 0;
    while (row < view->metrics && view->metric[row] != m)
        row++;
    cr_assert_lt(row, view->metrics, "%s is not by tier", metric);
    return &result->variant[0]
                .by_category[0][(row * view->labels + label) * SP_STATISTICS + (size_t)statistic];
}

const double *engine_test_kept(const struct sp_result *result, const char *metric, size_t quarter) {
    size_t row = engine_test_metric(result, metric) * result->axis[SP_AXIS_QUARTER].count + quarter;
    return result->variant[0].kept + row * result->kept_paths;
}

const double *engine_test_kept_input(const struct sp_result *result, const char *input) {
    size_t i = 0;
    while (i < result->inputs && strcmp(result->input[i], input) != 0)
        i++;
    cr_assert_lt(i, result->inputs, "no input %s", input);
    return result->variant[0].kept_input + i * result->kept_paths;
}

uint64_t engine_test_rule(const struct sp_result *result, const char *name) {
    const struct sp_variant_result *variant = &result->variant[0];
    size_t i = 0;
    while (i < variant->counts && strcmp(variant->count[i].name, name) != 0)
        i++;
    cr_assert_lt(i, variant->counts, "no rule %s", name);
    return variant->count[i].count;
}

/* Texts live as long as the test; the list keeps them in sight of those who look for leaks. */
static struct text {
    struct text *before;
    char *text;
} * texts;

const char *engine_test_text(const char *format, ...) {
    struct text *added = malloc(sizeof *added);
    cr_assert_not_null(added);
    *added = (struct text){.before = texts};
    texts = added;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&added->text, format, arguments);
    va_end(arguments);
    cr_assert_geq(length, 0);
    return added->text;
}

static const char scenario_tables[] =
    "[time]\nfirst = \"2026Q2\"\nquarters = 12\nfiscal_year_ends = \"Q3\"\n"
    "[start]\nusers = { lognormal = { median = 700, sigma = 0.3 } }\npaid = 44\ncash = 250_000.25\n"
    "[growth]\nrate_first = { normal = { mean = 0.35, sd = 0.2 } }\ndecay = 0.9\nrate_longrun = 0.03\n"
    "shock = { normal = { mean = 0, sd = 0.25 } }\n"
    "[churn]\nmonthly = { beta = { a = 8, b = 152 } }\n"
    "[conversion]\nbasis = \"flow\"\nshare = { beta = { a = 20, b = 180 } }\n"
    "[revenue]\nprice = { lognormal = { median = 15, sigma = 0.1 } }\n"
    "[usage]\nfree_monthly = { gamma = { shape = 4, scale = 0.5 } }\n"
    "paid_monthly = { gamma = { shape = 4, scale = 1.5 } }\n"
    "[ai]\ncost_free = { triangular = { min = 0.10, mode = 0.15, max = 0.25 } }\n"
    "cost_paid = { pert = { min = 0.7, mode = 1.0, max = 1.6 } }\n"
    "price_drift = { normal = { mean = -0.02, sd = 0.03 } }\n"
    "[voice]\ncost_free = 0.02\ncost_paid = { uniform = { min = 0.6, max = 1.4 } }\nshare_free = 0.3\n"
    "[infrastructure]\nfactor = { lognormal = { mu = 0, sigma = 0.15 } }\n"
    "[tier.current]\nfrom = 0\nmonthly = 500\n"
    "[tier.optimized]\nfrom = 1_000\nmonthly = 1_500\nonce = 2_385\n"
    "[tier.scaled]\nfrom = 10_000\nmonthly = { uniform = { min = 6_000, max = 9_000 } }\nonce = 20_000\n"
    "[tier.global]\nfrom = 100_000_000_000\nmonthly = 50_000\n"
    "[component.lambda]\nshare = { uniform = { min = 0.2, max = 0.4 } }\n"
    "[component.redis]\nshare = 0.45\naccount = \"opex.cache\"\n"
    "[component.cdn]\nshare = 0.25\n"
    "[risk.outage]\nper_quarter = 0.15\ncost = { lognormal = { median = 3_000, sigma = 0.5 } }\n";

const char *engine_test_scenario(size_t paths, const char *top, const char *more) {
    return engine_test_text("paths = %zu\n%s\n%s%s\n", paths, top, scenario_tables, more);
}
