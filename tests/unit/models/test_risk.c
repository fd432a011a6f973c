/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events: when they begin, how long they last, what they cost and change. Equations: models/README.md, Risk.
 */
#include "tests/support/engine_test_run.h"
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(risk, .timeout = 60);

enum { PATHS = 16384, QUARTERS = 6 };

static const char base[] = "counts = \"continuous\"\n"
                           "time = { first = \"2026Q1\", quarters = 6 }\n"
                           "[start]\nusers = 1000\npaid = 100\ncash = 10_000\n"
                           "[growth]\nrate_first = 0\n"
                           "[conversion]\nbasis = \"flow\"\nshare = 0\n"
                           "[revenue]\nprice = 7.25\n";

static struct paths start(const char *more, size_t n) {
    return paths_start(engine_test_text("%s%s", base, more), n);
}

static double fraction(const double *x, size_t n, double value) {
    size_t count = 0;
    for (size_t p = 0; p < n; p++)
        count += x[p] == value;
    return (double)count / (double)n;
}

/* 5 sigma of a share of PATHS paths. */
static double tolerance(double p) {
    return 5 * sqrt(p * (1 - p) / PATHS);
}

Test(risk, never_and_always) {
    struct paths paths = start("[risk.no]\nper_quarter = 0\ncost = 3.5\n"
                               "[risk.yes]\nper_quarter = 1\ncost = 2.385\n"
                               "[risk.year]\nper_year = 1\ncost = 0.25\n",
                               128);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < paths.n; p++) {
            cr_assert_eq(paths_column(&paths, "risk.no.active")[p], 0);
            cr_assert_eq(paths_column(&paths, "cost.risk.no")[p], 0);
            cr_assert_eq(paths_column(&paths, "risk.yes.events")[p], 1);
            cr_assert_eq(paths_column(&paths, "risk.year.events")[p], 1);
            cr_assert_float_eq(paths_column(&paths, "cost.risk")[p], 2.635, 1e-12);
        }
    }
    paths_end(&paths);
}

Test(risk, a_year_of_quarters_has_the_probability_of_a_year) {
    struct paths paths = start("[risk.x]\nper_year = 0.385\nrecurs = \"never\"\n", PATHS);
    double begun = 0;
    for (size_t t = 0; t < 4; t++) {
        sp_block_quarter(paths.block, t);
        begun += paths_mean(&paths, "risk.x.events");
    }
    cr_expect_float_eq(begun, 0.385, tolerance(0.385));
    paths_end(&paths);
}

Test(risk, it_lasts_and_may_come_again_in_the_quarter_after) {
    struct paths paths = start("[risk.x]\nper_quarter = 1\nlasts = 2.385\ncost = 5\nmonthly = 1.5\n", 64);
    static const double events[] = {1, 0, 1, 0, 1, 0};
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_eq(paths_column(&paths, "risk.x.events")[3], events[t], "quarter %zu", t);
        cr_expect_eq(paths_column(&paths, "risk.x.active")[3], 1);
        cr_expect_float_eq(paths_column(&paths, "cost.risk.x")[3], 5 * events[t] + 4.5, 1e-12);
    }
    paths_end(&paths);
}

Test(risk, at_most_once_and_within_its_dates) {
    struct paths paths = start("[risk.once]\nper_quarter = 1\nrecurs = \"never\"\n"
                               "[risk.dated]\nper_quarter = 1\nfrom = \"2026Q3\"\nuntil = \"2026Q4\"\n"
                               "[risk.past]\nper_quarter = 1\nuntil = \"2025Q4\"\n"
                               "[risk.far]\nper_quarter = 1\nfrom = \"2099Q1\"\n",
                               64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_eq(paths_column(&paths, "risk.once.events")[0], t == 0);
        cr_expect_eq(paths_column(&paths, "risk.dated.events")[0], t == 2 || t == 3);
        cr_expect_eq(paths_column(&paths, "risk.past.events")[0], 0);
        cr_expect_eq(paths_column(&paths, "risk.far.events")[0], 0);
    }
    paths_end(&paths);
}

Test(risk, one_that_begins_in_the_last_quarter_acts_in_it) {
    struct paths paths = start("[risk.late]\nper_quarter = 1\nfrom = \"2027Q2\"\nlasts = 9\n"
                               "effect = [{ of = \"revenue.price\", times = 0.5 }]\n",
                               64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, "mrr")[7], t == 5 ? 362.5 : 725, 1e-9);
    }
    paths_end(&paths);
}

/* Set, then times, then plus; each in the order of names: change.b, risk.a.., risk.c... */
Test(risk, events_that_change_the_same_thing_combine_in_the_order_of_names) {
    struct paths paths = start("[change.b]\nof = \"revenue.price\"\ntimes = 1.1\n"
                               "[risk.c]\nper_quarter = 1\neffect = [{ of = \"revenue.price\", set = 9 }]\n"
                               "[risk.a]\nper_quarter = 1\nfrom = \"2026Q2\"\n"
                               "effect = [{ of = \"revenue.price\", set = 4 }, { of = [\"churn.monthly\", "
                               "\"revenue.price\"], plus = 0.125 }]\n"
                               "[churn]\nmonthly = 0\n",
                               64);
    sp_block_quarter(paths.block, 0);
    cr_expect_float_eq(paths_column(&paths, "mrr")[1], 100 * 9 * 1.1, 1e-9);
    sp_block_quarter(paths.block, 1);
    double stay = 100 * pow(1 - 0.125, 3);
    cr_expect_float_eq(paths_column(&paths, "mrr")[1], stay * (9 * 1.1 + 0.125), 1e-9);
    paths_end(&paths);
}

Test(risk, severity_is_how_far_effects_and_costs_go) {
    struct paths paths = start("[risk.x]\nper_quarter = 1\nseverity = 0.3\ncost = 10\nmonthly = 2\n"
                               "effect = [{ of = \"revenue.price\", times = 0.5 }]\n"
                               "[risk.y]\nper_quarter = 1\nseverity = 2\n"
                               "effect = [{ of = \"growth.rate_first\", plus = 0.05 }]\n",
                               64);
    sp_block_quarter(paths.block, 0);
    cr_expect_float_eq(paths_column(&paths, "users")[2], 1000 * exp(0.1), 1e-9);
    cr_expect_float_eq(paths_column(&paths, "mrr")[2], 725 * (1 - 0.3 * 0.5), 1e-9);
    cr_expect_float_eq(paths_column(&paths, "cost.risk.x")[2], 3 + 3 * 2 * 0.3, 1e-12);
    paths_end(&paths);
}

/* It acts on the paths on which it lasts, and on no other. */
Test(risk, effects_act_on_their_paths_only) {
    struct paths paths = start("[risk.x]\nper_quarter = 0.31\nlasts = { uniform = { min = 1, max = 4 } }\n"
                               "effect = [{ of = \"revenue.price\", plus = 1.75 }]\n",
                               PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        const double *active = paths_column(&paths, "risk.x.active"), *mrr = paths_column(&paths, "mrr");
        for (size_t p = 0; p < PATHS; p++)
            cr_assert_float_eq(mrr[p], active[p] != 0 ? 900 : 725, 1e-9, "path %zu", p);
        if (t == 0)
            cr_expect_float_eq(paths_mean(&paths, "risk.x.active"), 0.31, tolerance(0.31));
    }
    paths_end(&paths);
}

/* The same value while it lasts, another for the next event. */
Test(risk, the_value_of_an_effect_is_drawn_for_each_event) {
    struct paths paths =
        start("[risk.x]\nper_quarter = 1\nlasts = 2\n"
              "effect = [{ of = \"revenue.price\", times = { uniform = { min = 1, max = 3 } } }]\n",
              64);
    double mrr[QUARTERS];
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        mrr[t] = paths_column(&paths, "mrr")[11];
    }
    for (size_t t = 0; t < QUARTERS; t += 2)
        cr_expect_eq(mrr[t], mrr[t + 1]);
    cr_expect_neq(mrr[0], mrr[2]);
    cr_expect_neq(mrr[2], mrr[4]);
    paths_end(&paths);
}

Test(risk, one_may_change_the_probability_of_another) {
    struct paths paths =
        start("[risk.b]\nper_quarter = 0.2\n"
              "[risk.z]\nper_quarter = 0.4\neffect = [{ of = \"risk.b.per_quarter\", set = 0.9 }]\n",
              PATHS);
    sp_block_quarter(paths.block, 0);
    cr_expect_float_eq(paths_mean(&paths, "risk.b.active"), 0.4 * 0.9 + 0.6 * 0.2, tolerance(0.48));
    paths_end(&paths);
}

Test(risk, two_that_wait_for_each_other_are_refused) {
    const char *circle =
        "[risk.a]\nper_quarter = 0.1\neffect = [{ of = \"risk.b.per_quarter\", times = 2 }]\n"
        "[risk.b]\nper_quarter = 0.1\neffect = [{ of = \"risk.a.per_quarter\", times = 2 }]\n";
    struct engine_test_run run =
        engine_test_compile(engine_test_text("%s%s", base, circle), (struct engine_test_options){0});
    cr_expect_null(run.plan);
    cr_expect_str_eq(engine_test_problem(&run),
                     "these results need each other within a quarter: risk.a.strength -> "
                     "risk.b.strength -> risk.a.strength");
    engine_test_free(&run);
}

Test(risk, one_that_changes_itself_is_refused) {
    const char *circle = "[risk.a]\nper_quarter = 0.1\neffect = [{ of = \"risk.a.cost\", times = 2 }]\n";
    struct engine_test_run run =
        engine_test_compile(engine_test_text("%s%s", base, circle), (struct engine_test_options){0});
    cr_expect_null(run.plan);
    cr_expect(strstr(engine_test_problem(&run), "risk.a.strength -> risk.a.strength"), "%s",
              engine_test_problem(&run));
    engine_test_free(&run);
}

/* A common cause: both begin together more often than chance would have it. */
Test(risk, a_factor_makes_events_begin_together) {
    struct paths paths = start("[risk.a]\nper_quarter = 0.2\n[risk.b]\nper_quarter = 0.2\n"
                               "[factor.cause]\neach = \"quarter\"\n"
                               "loadings = { \"risk.a.occurs\" = 0.8, \"risk.b.occurs\" = 0.8 }\n",
                               PATHS);
    sp_block_quarter(paths.block, 0);
    const double *a = paths_column(&paths, "risk.a.events"), *b = paths_column(&paths, "risk.b.events");
    size_t both = 0;
    for (size_t p = 0; p < PATHS; p++)
        both += a[p] != 0 && b[p] != 0;
    cr_expect_float_eq(paths_mean(&paths, "risk.a.events"), 0.2, tolerance(0.2));
    cr_expect_float_eq(paths_mean(&paths, "risk.b.events"), 0.2, tolerance(0.2));
    /* P(both below the 20 % quantile) of a bivariate normal with correlation 0.64, by numerical integration
     */
    cr_expect_float_eq((double)both / PATHS, 0.1109, tolerance(0.1109) + 5e-5);
    paths_end(&paths);
}

/* What an effect would drive out of bounds is held to them, and counted. */
Test(risk, what_leaves_the_bounds_is_held_and_counted) {
    const char *more = "[churn]\nmonthly = 0.5\n[risk.x]\nper_quarter = 1\nfrom = \"2026Q3\"\n"
                       "effect = [{ of = \"churn.monthly\", times = 4 }]\n";
    struct engine_test_run run = engine_test_run_well(engine_test_text("paths = 1000\n%s%s", base, more),
                                                      (struct engine_test_options){0});
    cr_expect_eq(engine_test_rule(run.result, "churn.monthly"), 4 * 1000);
    cr_expect_eq(engine_test_estimate(run.result, SP_AXIS_QUARTER, "paid", 2, SP_STATISTIC_MEAN)->value, 0);
    engine_test_free(&run);
}

/* With and without an event, every draw is the same: what it does not touch has the same bits. */
Test(risk, an_event_moves_no_other_draw) {
    const char *usual = "[usage]\nfree_monthly = { gamma = { shape = 2.385, scale = 1 } }\npaid_monthly = 3\n"
                        "[risk.b]\nper_quarter = 0.2\ncost = { lognormal = { median = 3, sigma = 1 } }\n";
    struct paths without = start(usual, 512);
    struct paths with = start(engine_test_text("%s%s", usual,
                                               "[risk.a]\nper_quarter = 0.5\nlasts = 2\n"
                                               "effect = [{ of = \"revenue.price\", times = 2 }]\n"),
                              512);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(without.block, t);
        sp_block_quarter(with.block, t);
        static const char *const same[] = {"stories", "cost.risk.b", "users"};
        for (int i = 0; i < 3; i++)
            cr_assert_arr_eq(paths_column(&without, same[i]), paths_column(&with, same[i]),
                             512 * sizeof(double));
    }
    cr_expect_gt(fraction(paths_column(&with, "risk.a.active"), 512, 1), 0.5);
    paths_end(&without);
    paths_end(&with);
}

Test(risk, mistakes_are_told) {
    static const struct {
        const char *text, *message;
    } wrong[] = {
        {"[risk.x]\ncost = 1\n", "risk.x: give per_quarter or per_year"},
        {"[risk.x]\nper_quarter = 0.1\nper_year = 0.1\n", "say the same in two ways; keep one of them"},
        {"[risk.x]\nper_year = 1.5\n", "risk.x.per_year"},
        {"[risk.x]\nper_year = 0.1\nlasts = 0.5\n", "risk.x.lasts"},
        {"[risk.x]\nper_year = 0.1\nfrom = \"soon\"\n", "\"soon\" is not a quarter"},
        {"[risk.x]\nper_year = 0.1\neffect = 3\n", "risk.x.effect must be a list of changes"},
        {"[risk.x]\nper_year = 0.1\neffect = [{ times = 2 }]\n", "of is missing"},
        {"[risk.x]\nper_year = 0.1\neffect = [{ of = \"revenue.price\" }]\n",
         "exactly one of times, plus and set"},
        {"[risk.x]\nper_year = 0.1\neffect = [{ of = \"revenue.prize\", times = 2 }]\n",
         "did you mean 'revenue.price'?"},
        {"[risk.x]\nper_year = 0.1\neffect = [{ of = \"start.cash\", times = 2 }]\n",
         "which is used before anything can happen"},
        {"[risk.x]\nper_year = 0.1\neffect = [{ of = \"revenue.price\", times = 2, from = \"2026Q2\" }]\n",
         "unknown key 'from'"},
        {"[risk.x]\nper_year = 0.1\neffect = [{ of = \"revenue.price\", times = 2 }, { of = "
         "\"revenue.price\", plus = 1 "
         "}]\n",
         "begin with the same assumption; join them"},
        {"[risk.x]\nper_year = 0.1\nefect = []\n", "did you mean 'effect'?"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *found = paths_problems(engine_test_text("%s%s", base, wrong[i].text));
        cr_expect(strstr(found, wrong[i].message), "%s\ngives: %s", wrong[i].text, found);
    }
}
