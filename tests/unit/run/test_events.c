/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What an event costs, how long it lasts, how bad it is and what it changes is drawn only on the paths where
 * it begins, when nobody looks at anything but metrics: these are what they are when all is drawn. So are
 * those of laws that must be drawn on all paths: with draws held to their bounds and counted, with noise,
 * with drawn parameters, once a path, changed, or by dates.
 */
#include "engine/run/block.h"
#include "tests/unit/scenarios/plan_helper.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(events, .timeout = 60);

/* Blocks have several strips. */
enum { PATHS = 1088, QUARTERS = 8, LATER = 7 * 16384 + 192 };

static struct sp_arena *arena;
static const char *folder, *file;

static const char text[] = "name = \"events\"\n"
                           "[time]\n"
                           "quarters = 8\n"
                           "[start]\n"
                           "users = 1_238.5\n"
                           "paid = 62\n"
                           "cash = 250_000\n"
                           "[growth]\n"
                           "rate_first = 0.1385\n"
                           "[conversion]\n"
                           "share = 0.052\n"
                           "[churn]\n"
                           "monthly = 0.043\n"
                           "[revenue]\n"
                           "price = 9.99\n"
                           "[risk.brief]\n"
                           "per_quarter = 0.2385\n"
                           "cost = { lognormal = { median = 3_000, sigma = 0.5 } }\n"
                           "[risk.long]\n"
                           "per_year = 0.62\n"
                           "lasts = { triangular = { min = 1, mode = 2, max = 4 } }\n"
                           "severity = { gamma = { shape = 4, scale = 0.25 } }\n"
                           "cost = { uniform = { min = 100, max = 2_385 } }\n"
                           "monthly = 71.5\n"
                           "effect = [{ of = \"churn.monthly\", "
                           "times = { lognormal = { median = 1.4, sigma = 0.2 } } }]\n";

static void begin(void) {
    arena = sp_arena_create();
    folder = tree_helper_folder(arena);
    file = tree_helper_write(arena, folder, "events.toml", text);
}

static void end(void) {
    tree_helper_remove(folder);
    sp_arena_free(arena);
}

/* With `few`, nobody asks how often and how long events act: then an event of one quarter is its cost alone.
 */
static struct sp_plan *compile(const char *setting, bool few) {
    const char *set[] = {"results.metrics=[\"cash\", \"cost.total\"]", "results.by_tier=[]", setting};
    size_t first = few ? 0 : 2, end = setting ? 3 : 2;
    return plan_helper_compile(file, set + first, end - first, setting ? setting : "-");
}

static void expect_metrics(const struct sp_plan *plan, const struct sp_block *all, const struct sp_block *few,
                           const char *about) {
    for (size_t m = 0; m < plan->metrics; m++) {
        const struct sp_column *column = &plan->variant[0].column[plan->metric[m]];
        if (column->numerator == SP_PLAN_NONE) /* others are made of these */
            cr_expect_arr_eq(sp_block_now(all, plan->metric[m]), sp_block_now(few, plan->metric[m]),
                             sp_block_valid(all) * sizeof(double), "%s: %s", about, column->name);
    }
    cr_expect_arr_eq(sp_block_rules(all), sp_block_rules(few), plan->variant[0].rules * sizeof(uint64_t),
                     "%s: rules", about);
}

/* Some paths, then others in the same blocks, of which not all count. */
static void compare(const char *setting, bool are_few) {
    struct sp_plan *plan = compile(setting, are_few);
    struct sp_block *all = sp_block_create(plan, &plan->variant[0], PATHS);
    struct sp_block *few = sp_block_create_for_metrics(plan, &plan->variant[0], PATHS);
    for (size_t turn = 0; turn < 2; turn++) {
        sp_block_begin(all, turn * LATER, PATHS - turn * 25);
        sp_block_begin(few, turn * LATER, PATHS - turn * 25);
        for (size_t t = 0; t < QUARTERS; t++) {
            sp_block_quarter(all, t);
            sp_block_quarter(few, t);
            expect_metrics(plan, all, few, setting ? setting : "-");
        }
    }
    sp_block_free(all);
    sp_block_free(few);
    sp_plan_free(plan);
}

Test(events, draws_where_they_begin_are_enough, .init = begin, .fini = end) {
    compare(NULL, false);
    compare(NULL, true);
}

static const char *const settings[] = {
    "risk.brief.cost={ normal = { mean = 900, sd = 700 } }", /* below 0: held, and counted */
    "risk.brief.cost={ gamma = { shape = 2.385, scale = 700 }, each = \"path\", noise = { sd = 0.3 } }",
    "risk.brief.cost={ lognormal = { median = { uniform = { min = 1_000, max = 4_000 } }, sigma = 0.4 } }",
    "risk.brief.cost={ pert = { min = 1_000, mode = 2_000, max = 9_000 }, each = \"path\" }",
    "risk.brief.cost={ at = { \"2026Q1\" = 500, \"2026Q4\" = { exponential = { mean = 800 } } } }",
    "risk.brief.cost={ poisson = { mean = 7.5 } }",
    "risk.brief.cost={ bernoulli = { p = 0.385 }, stream = \"another\" }", /* 0 is a draw, too */
    "risk.brief.cost=1_234.5",
    "risk.long.severity={ beta = { a = 0.5, b = 3 } }",
    "risk.long.recurs=\"never\"",
    "risk.long.lasts=3",
    "change.dearer={ of = \"risk.brief.cost\", times = 1.385, from = \"2026Q3\" }",
    "factor.fate={ each = \"quarter\", "
    "loadings = { \"risk.brief.cost\" = 0.62, \"risk.long.severity\" = -0.385 } }",
    "risk.long.effect=[{ of = \"churn.monthly\", times = 1.4 }]",
    "risk.long.effect=[{ of = [\"churn.monthly\", \"conversion.share\"], "
    "plus = { normal = { mean = 0.01, sd = 0.004 } } }]",
    "risk.long.effect=[{ of = \"churn.monthly\", times = { uniform = { min = 1, max = 2 }, each = "
    "\"quarter\" } }]",
    "risk.long.effect=[{ of = \"churn.monthly\", times = { uniform = { min = 1, max = 2 }, each = \"path\" } "
    "}]",
    "risk.long.effect=[{ of = \"churn.monthly\", "
    "times = { lognormal = { median = { uniform = { min = 1, max = 2 } }, sigma = 0.2 } } }]",
};

Test(events, draws_of_every_form_count_where_they_begin, .init = begin, .fini = end) {
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        compare(settings[i], false);
        compare(settings[i], true);
    }
}

/* Before the first event, too. */
Test(events, what_always_is_a_number_is_never_anything_else, .init = begin, .fini = end) {
    struct sp_plan *plan = compile("risk.long.effect=[{ of = \"churn.monthly\", times = 1.385 }]", false);
    struct sp_block *block = sp_block_create(plan, &plan->variant[0], PATHS);
    size_t i = 0;
    while (strcmp(plan->variant[0].variable[i].name, "risk.long.effect.churn.monthly.times") != 0)
        i++;
    sp_block_begin(block, 0, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(block, t);
        const double *in_force = sp_block_in_force(block, i);
        cr_assert_not_null(in_force);
        for (size_t p = 0; p < PATHS; p++)
            cr_assert_eq(in_force[p], 1.385, "path %zu in quarter %zu", p, t);
    }
    sp_block_free(block);
    sp_plan_free(plan);
}
