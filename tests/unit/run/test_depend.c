/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/depend.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(depend, .timeout = 60);

static size_t variable_of(const struct sp_plan *plan, const char *name) {
    size_t i = 0;
    while (i < plan->variant[0].variables && strcmp(plan->variant[0].variable[i].name, name) != 0)
        i++;
    cr_assert_lt(i, plan->variant[0].variables, "no variable %s", name);
    return i;
}

static size_t column_of(const struct sp_plan *plan, const char *name) {
    size_t i = 0;
    while (i < plan->variant[0].columns && strcmp(plan->variant[0].column[i].name, name) != 0)
        i++;
    cr_assert_lt(i, plan->variant[0].columns, "no column %s", name);
    return i;
}

/* Seven variables, so that they do not fit into one trial. */
static const char *const names[] = {"growth.rate_first", "revenue.price", "ai.cost_free",
                                    "risk.outage.cost",  "start.cash",    "voice.share_free",
                                    "ai.price_drift"};
enum { NAMES = sizeof names / sizeof *names };

static bool **find_all(const struct sp_plan *plan, int threads) {
    size_t variable[NAMES];
    bool **depends = malloc(NAMES * sizeof *depends);
    for (size_t i = 0; i < NAMES; i++) {
        variable[i] = variable_of(plan, names[i]);
        depends[i] = calloc(plan->variant[0].columns, sizeof **depends);
    }
    cr_assert_eq(sp_depend_find(plan, &plan->variant[0], threads, NAMES, variable, depends), 0);
    return depends;
}

static void release(bool **depends) {
    for (size_t i = 0; i < NAMES; i++)
        free(depends[i]);
    free(depends);
}

Test(depend, finds_what_a_variable_moves_and_nothing_else) {
    static const struct {
        int name;
        const char *column;
        bool depends;
    } row[] = {
        {0, "users", true},       {0, "cash", true},        {0, "cost.ai", true},    {1, "mrr", true},
        {1, "cash", true},        {1, "users", false},      {1, "cost.ai", false},   {2, "cost.ai", true},
        {2, "cost.voice", false}, {2, "cost.total", true},  {3, "cash", true},       {3, "cost.voice", false},
        {4, "cash", true},        {4, "cost.total", false}, {5, "cost.voice", true}, {5, "mrr", false},
        {6, "cost.ai", true},     {6, "paid", false},
    };
    struct engine_test_run run =
        engine_test_compile(engine_test_scenario(1000, "", ""), (struct engine_test_options){0});
    cr_assert_not_null(run.plan, "%s", engine_test_problem(&run));
    bool **depends = find_all(run.plan, 1);
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        cr_expect_eq(depends[row[i].name][column_of(run.plan, row[i].column)], row[i].depends, "%s on %s",
                     row[i].column, names[row[i].name]);
    release(depends);
    engine_test_free(&run);
}

Test(depend, threads_find_the_same) {
    struct engine_test_run run =
        engine_test_compile(engine_test_scenario(1000, "", ""), (struct engine_test_options){0});
    bool **one = find_all(run.plan, 1), **three = find_all(run.plan, 3);
    for (size_t i = 0; i < NAMES; i++)
        cr_expect_arr_eq(one[i], three[i], run.plan->variant[0].columns * sizeof **one, "%s", names[i]);
    release(one);
    release(three);
    engine_test_free(&run);
}

/* Steps leave out what is always 0, but not while another value is tried. */
Test(depend, a_placeholder_of_0_is_found_too) {
    struct engine_test_run run =
        engine_test_compile(engine_test_scenario(1000, "",
                                                 "[risk.leak]\nper_quarter = 0.3\n"
                                                 "cost = { value = 0, placeholder = true }\n"),
                            (struct engine_test_options){0});
    cr_assert_not_null(run.plan, "%s", engine_test_problem(&run));
    const struct sp_column *column = run.plan->variant[0].column;
    cr_assert_not_null(column[column_of(run.plan, "cost.total")].placeholders);
    cr_expect_str_eq(column[column_of(run.plan, "cost.total")].placeholders, "risk.leak.cost");
    cr_expect_null(column[column_of(run.plan, "mrr")].placeholders);
    engine_test_free(&run);
}
