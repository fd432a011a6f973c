/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Responses and mitigations: when they act, what they cost and change. Equations: models/README.md.
 */
#include "tests/support/engine_test_run.h"
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(policy, .timeout = 60);

enum { QUARTERS = 8 };

static const char base[] = "counts = \"continuous\"\naccrual = \"end\"\n"
                           "time = { first = \"2026Q1\", quarters = 8 }\n"
                           "[start]\nusers = 1000\npaid = 100\ncash = 10_000\n"
                           "[growth]\nrate_first = 0\n"
                           "[conversion]\nbasis = \"flow\"\nshare = 0\n"
                           "[revenue]\nprice = 7.25\n";

static struct paths start(const char *more) {
    return paths_start(engine_test_text("%s%s", base, more), 64);
}

static void expect_active(const char *policy, const char *name, const double *expected) {
    struct paths paths = start(policy);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_eq(paths_column(&paths, name)[5], expected[t], "%s, quarter %zu", policy, t);
    }
    paths_end(&paths);
}

/* Cash is 10,000 at first and grows by 2,175 a quarter: 12,175, 14,350, 16,525, 18,700, .. */
Test(policy, it_acts_after_what_was_seen) {
    expect_active("[policy.x]\nwhen = \"cash > 14_000\"\ncosts = []\n", "policy.x.active",
                  (double[]){0, 0, 1, 1, 1, 1, 1, 1});
    expect_active("[policy.x]\nwhen = \"cash > 14_000\"\ndelay = 2\ncosts = []\n", "policy.x.active",
                  (double[]){0, 0, 0, 0, 1, 1, 1, 1});
    expect_active("[policy.x]\nwhen = \"cash >= 10_000 and cash < 14_000\"\nlasts = 1.6\ncosts = []\n",
                  "policy.x.begins", (double[]){1, 0, 0, 0, 0, 0, 0, 0});
    expect_active("[policy.x]\nwhen = \"cash > 12_000\"\nlasts = 2\ncosts = []\n", "policy.x.begins",
                  (double[]){0, 1, 0, 1, 0, 1, 0, 1});
    expect_active("[policy.x]\nwhen = \"cash > 12_000\"\nlasts = 2\nrecurs = \"never\"\ncosts = []\n",
                  "policy.x.active", (double[]){0, 1, 1, 0, 0, 0, 0, 0});
    expect_active("[policy.x]\nwhen = \"cash < 0\"\ncosts = []\n", "policy.x.active",
                  (double[]){0, 0, 0, 0, 0, 0, 0, 0});
}

Test(policy, it_changes_what_it_should_at_its_price) {
    struct paths paths = start("[policy.x]\nwhen = \"cash > 14_000\"\nlasts = 3\nonce = 11.5\nmonthly = 2\n"
                               "account = \"opex.s_and_m\"\n"
                               "effect = [{ of = \"revenue.price\", times = 1.2 }]\n"
                               "costs = [{ of = \"churn.monthly\", set = 0.1 }]\n[churn]\nmonthly = 0\n");
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_float_eq(paths_column(&paths, "mrr")[0], t < 2 ? 725 : 725 * 1.2 * pow(0.9, 3), 1e-9);
        cr_expect_float_eq(paths_column(&paths, "cost.policy.x")[0], t < 2 ? 0 : 11.5 + 6, 1e-12);
        cr_expect_float_eq(paths_column(&paths, "cost.total")[0], t < 2 ? 0 : 17.5, 1e-12);
    }
    paths_end(&paths);
}

/* What a formula is worth, seen through a policy that acts when it holds. The opening state: flows are 0. */
Test(policy, formulas_are_worth_what_they_say) {
    static const struct {
        const char *formula;
        double holds;
    } cases[] = {
        {"1 + 2 * 3 == 7", 1},
        {"(1 + 2) * 3 == 9", 1},
        {"8 / 4 / 2 == 1", 1},
        {"7 - 4 - 2 == 1", 1},
        {"-2 * -3 == 6", 1},
        {"not 1 < 2", 0},
        {"not cash < 0 and users == 1000", 1},
        {"1 > 2 or 2 > 1 and 1 > 3", 0},
        {"users * 10% == 100", 1},
        {"1_000.5 > users", 1},
        {"1e3 == users", 1},
        {"paid / users >= 0.1", 1},
        {"revenue > 0 or revenue < 0", 0},
        {"gross_margin < 1", 0},
        {"gross_margin >= 1", 0},
        {"cash != 10_000", 0},
        {"3", 1},
        {"cash - 10_000", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct paths paths =
            start(engine_test_text("[policy.x]\nwhen = \"%s\"\ncosts = []\n", cases[i].formula));
        sp_block_quarter(paths.block, 0);
        cr_expect_eq(paths_column(&paths, "policy.x.active")[9], cases[i].holds, "%s", cases[i].formula);
        paths_end(&paths);
    }
}

/* Before the first quarter prices are those of today, and what is reckoned from a quarter is not there yet.
 */
Test(policy, the_opening_state_has_no_figures_of_a_quarter) {
    static const char more[] = "[churn]\nmonthly = 0.1\n[usage]\nfree_monthly = 1\npaid_monthly = 1\n"
                               "[ai]\ncost_free = 1\ncost_paid = 1\nprice_drift = -1\n"
                               "[voice]\nby = \"vendor\"\n[vendor.v]\ncost = 1\nprice_drift = -1\n"
                               "[surviving]\n[policy.x]\nwhen = \"%s\"\ncosts = []\n";
    static const char *const not_yet[] = {
        "runway.simple < 6",  "burn_multiple < 1",        "burn_multiple > -1",       "ltv < 100",
        "ai.price_index < 1", "vendor.v.price_index < 1", "cash.ran_out_quarter < 9", "users.surviving < 1"};
    for (size_t i = 0; i < sizeof not_yet / sizeof *not_yet; i++) {
        struct paths paths = start(engine_test_text(more, not_yet[i]));
        sp_block_quarter(paths.block, 0);
        cr_expect_eq(paths_column(&paths, "policy.x.active")[9], 0, "%s", not_yet[i]);
        paths_end(&paths);
    }
    struct paths paths = start(engine_test_text(more, "ai.price_index == 1 and vendor.v.price_index == 1"));
    sp_block_quarter(paths.block, 0);
    cr_expect_eq(paths_column(&paths, "policy.x.active")[9], 1);
    paths_end(&paths);
}

Test(policy, mistakes_in_formulas_are_told) {
    static const struct {
        const char *formula, *message;
    } wrong[] = {
        {"", "here a number, a metric or ( is missing"},
        {"cash <", "here a number, a metric or ( is missing"},
        {"cash < 3 5", "here the formula should end"},
        {"(cash < 3", "is not closed"},
        {"cash < 3)", "here the formula should end"},
        {"1 < 2 < 3", "here the formula should end"},
        {"1x > 2", "this is no number"},
        {"0x10 > 2", "this is no number"},
        {"1e999 > 2", "this is no number"},
        {"kash < 3", "no metric 'kash'; did you mean 'cash'?"},
        {"((((((((((((((((((1))))))))))))))))))", "within each other"},
        {"------------------------1", "within each other"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct engine_test_run run = engine_test_compile(
            engine_test_text("%s[policy.x]\nwhen = \"%s\"\ncosts = []\n", base, wrong[i].formula),
            (struct engine_test_options){0});
        cr_expect_null(run.plan);
        cr_expect(strstr(engine_test_problem(&run), wrong[i].message), "%s\ngives: %s", wrong[i].formula,
                  engine_test_problem(&run));
        engine_test_free(&run);
    }
}

Test(policy, a_long_formula_is_refused) {
    char text[4096] = "1";
    for (size_t i = 0; i < 300; i++)
        strcat(text, " + 1");
    struct engine_test_run run =
        engine_test_compile(engine_test_text("%s[policy.x]\nwhen = \"%s\"\ncosts = []\n", base, text),
                            (struct engine_test_options){0});
    cr_expect(strstr(engine_test_problem(&run), "too long"), "%s", engine_test_problem(&run));
    engine_test_free(&run);
}

Test(policy, side_effects_that_are_not_stated_are_missed) {
    struct engine_test_run run = engine_test_compile(
        engine_test_text("%s[policy.x]\nwhen = \"cash < 0\"\n", base), (struct engine_test_options){0});
    cr_expect_not_null(run.plan);
    cr_expect(strstr(engine_test_problem(&run), "costs is not given"), "%s", engine_test_problem(&run));
    engine_test_free(&run);
    cr_expect(strstr(paths_problems(engine_test_text("%s[policy.x]\ncosts = []\n", base)),
                     "policy.x.when is missing"));
}

static const char risky[] = "[tier.small]\nfrom = 0\nmonthly = 1\n[tier.large]\nfrom = 1_100\nmonthly = 1\n"
                            "[risk.x]\nper_quarter = 1\ncost = 8\n";

Test(policy, a_mitigation_acts_from_its_date_on) {
    struct paths paths =
        start(engine_test_text("%s%s", risky,
                               "[risk.x.mitigation]\nfrom = \"2026Q3\"\nonce = 5\nmonthly = 2.5\n"
                               "effect = [{ of = \"risk.x.cost\", times = 0.25 }]\n"));
    for (size_t t = 0; t < 4; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_eq(paths_column(&paths, "risk.x.mitigated")[1], t >= 2);
        cr_expect_float_eq(paths_column(&paths, "cost.risk.x")[1], t >= 2 ? 2 : 8, 1e-12);
        cr_expect_float_eq(paths_column(&paths, "cost.mitigation.x")[1],
                           t < 2    ? 0
                           : t == 2 ? 12.5
                                    : 7.5,
                           1e-12);
    }
    paths_end(&paths);
}

/* 1,000 users grow by 4 % a quarter: 1,125 at the end of the third; in place from the fourth on. */
Test(policy, a_mitigation_may_need_a_tier) {
    struct paths paths = start(engine_test_text("%s%s", risky,
                                                "[risk.x.mitigation]\ntier = \"large\"\n"
                                                "effect = [{ of = \"risk.x.per_quarter\", set = 0 }]\n"
                                                "[change.grow]\nof = \"growth.rate_first\"\nset = 0.04\n"));
    for (size_t t = 0; t < 5; t++) {
        sp_block_quarter(paths.block, t);
        cr_expect_eq(paths_column(&paths, "risk.x.mitigated")[1], t >= 3, "quarter %zu", t);
        cr_expect_eq(paths_column(&paths, "risk.x.events")[1], t < 3);
    }
    paths_end(&paths);
    cr_expect(
        strstr(paths_problems(engine_test_text("%s%s[risk.x.mitigation]\ntier = \"lage\"\n", base, risky)),
               "there is no [tier.lage]; did you mean 'large'?"));
}

Test(policy, a_mitigation_taken_out_leaves_the_risk) {
    struct paths paths =
        start(engine_test_text("%s%s", risky, "[risk.x.mitigation]\nenabled = false\nmonthly = 3\n"));
    sp_block_quarter(paths.block, 0);
    cr_expect_null(paths_column(&paths, "risk.x.mitigated"));
    cr_expect_eq(paths_column(&paths, "cost.risk.x")[0], 8);
    paths_end(&paths);
}
