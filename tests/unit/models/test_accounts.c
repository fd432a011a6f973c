/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Accounts, unit economics and runway on plain numbers, worked out by hand, at their limits, and their
 * statistics where values rank without being numbers.
 */
#include "tests/support/engine_test_run.h"
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

TestSuite(models_accounts, .timeout = 60);

/* 1000.7 users for ever; 100.07 payers, of whom 3.1 % leave in a month and are replaced. */
#define STEADY                                                                                               \
    "counts = \"continuous\"\n[start]\nusers = 1000.7\npaid = 100.07\ncash = %s\n[growth]\nrate_first = 0\n" \
    "[churn]\nmonthly = 0.031\n[conversion]\nshare = 0.1\n[revenue]\nprice = 23.85\n"

#define COSTS                                                                                                \
    "[usage]\nfree_monthly = 1.7\npaid_monthly = 6.3\n[ai]\ncost_free = 0.03\ncost_paid = 0.21\n"            \
    "[voice]\ncost_free = 0.02\ncost_paid = 0.17\nshare_free = 0.4\n"                                        \
    "[tier.only]\nfrom = 0\nmonthly = 313\n[component.a]\nshare = 0.6\n"                                     \
    "[component.b]\nshare = 0.4\naccount = \"opex.tools\"\n"                                                 \
    "[team]\ncost_per_head = 87_300\n[team_stage.only]\nfrom = 0\nheads = 1.3\n"                             \
    "[function.build]\nshare = 0.7\naccount = \"opex.r_and_d\"\n"                                            \
    "[function.sell]\nshare = 0.2\naccount = \"opex.s_and_m.heads\"\n"                                       \
    "[function.more]\nshare = 0.1\naccount = \"opex.s_and_more\"\n[overheads]\nmonthly = 407\n"              \
    "[support]\nusers_per_agent = 4_000\ncost_per_agent = 31_000\n"                                          \
    "[risk.sure]\nper_quarter = 1\ncost = 59\n"

static struct paths start(const char *cash, const char *tables) {
    char text[4096];
    snprintf(text, sizeof text, STEADY "%s", cash, tables);
    return paths_start(text, 64);
}

static double value(const struct paths *paths, const char *column) {
    const double *x = paths_column(paths, column);
    cr_assert_not_null(x, "no column %s", column);
    return x[5];
}

static void expect(const struct paths *paths, const char *column, double expected) {
    double x = value(paths, column);
    cr_expect(x == expected || (isnan(x) && isnan(expected)) ||
                  fabs(x - expected) <= 1e-9 * fmax(1, fabs(expected)),
              "%s: %.12g, not %.12g", column, x, expected);
}

Test(models_accounts, lines_add_up_by_account) {
    struct paths paths = start("1e6", COSTS);
    double free_users = 1000.7 - 100.07, payers = 100.07, revenue = 3 * 23.85 * payers;
    double ai_free = 3 * 1.7 * free_users * 0.03, voice_free = 3 * 1.7 * free_users * 0.4 * 0.02;
    double ai = ai_free + 3 * 6.3 * payers * 0.21, voice = voice_free + 3 * 6.3 * payers * 0.17;
    double hosting = 3 * 313 * 0.6, support = 1000.7 / 4000 * 31000 / 4, team = 1.3 * 87300 / 4;
    double cogs = ai + voice + hosting + support;
    double opex = 3 * 313 * 0.4 + team + 3 * 407;
    double free_tier = ai_free + voice_free + (hosting + support) * 0.9;
    for (size_t t = 0; t < 3; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "cogs", cogs);
        expect(&paths, "opex", opex);
        expect(&paths, "opex.r_and_d", 0.7 * team);
        expect(&paths, "opex.s_and_m", 0.2 * team);
        expect(&paths, "opex.g_and_a", 3 * 407);
        expect(&paths, "opex.other", 3 * 313 * 0.4 + 0.1 * team);
        expect(&paths, "one_off", 59);
        expect(&paths, "cost.total", cogs + opex + 59);
        expect(&paths, "operating_result", revenue - cogs - opex);
        expect(&paths, "cost.free_tier", free_tier);
        expect(&paths, "gross_profit.paid", revenue - cogs + free_tier);
    }
    paths_end(&paths);
}

/* With vendors, lengths, levers and errors: 900.63 free users tell 1.7 stories, 100.07 payers 6.3. */
Test(models_accounts, free_users_part_of_ai_and_voice) {
    struct paths paths =
        start("0", "[usage]\nfree_monthly = 1.7\npaid_monthly = 6.3\n"
                   "[ai]\ncost_free = 0.03\ncost_paid = 0.21\nretries = 0.13\ncache_share = 0.4\n"
                   "[voice]\nby = \"vendor\"\nshare_free = 0.4\n[vendor.cheap]\nplan = \"free\"\nshare = "
                   "0.25\ncost = 0.02\n"
                   "[vendor.all]\nshare = 0.75\ncost = 0.11\n[vendor.dear]\nplan = \"paid\"\ncost = 0.31\n");
    sp_block_quarter(paths.block, 0);
    double stories = 3 * 1.7 * 900.63, voice = stories * 0.4 * (0.02 / 4 + 0.11 * 3 / 4);
    expect(&paths, "cost.free_tier", stories * 0.03 * (1 - 0.4 * 0.9) * 1.13 + voice);
    paths_end(&paths);
}

Test(models_accounts, what_nobody_has_stays_away) {
    struct paths paths = start("0", "");
    static const char *const absent[] = {"opex",    "opex.other",       "opex.s_and_m", "one_off",
                                         "payback", "operating_result", "heads",        "cost.team"};
    sp_block_quarter(paths.block, 0);
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        cr_expect_null(paths_column(&paths, absent[i]), "%s", absent[i]);
    expect(&paths, "cost.free_tier", 0);
    paths_end(&paths);
}

/* --- Economics --- */

Test(models_accounts, a_payer_at_constant_churn) {
    struct paths paths = start("1e6", COSTS);
    double stay = pow(1 - 0.031, 3), months = 0, alive = 1;
    for (int a = 0; a < 12; a++, alive *= stay)
        months += 3 * (alive + alive * stay) / 2;
    sp_block_quarter(paths.block, 0);
    double profit = value(&paths, "gross_profit") / (3 * 100.07);
    expect(&paths, "churn.lifetime", months);
    expect(&paths, "ltv", profit * months);
    expect(&paths, "payback", 0.2 * 1.3 * 87300 / 4 / (100.07 * (1 - stay)) / profit);
    paths_end(&paths);
}

Test(models_accounts, lifetime_by_age_and_by_year) {
    struct paths paths = paths_start(
        "counts = \"continuous\"\naccrual = \"end\"\n[start]\nusers = 1e5\npaid = 100\ncash = 0\n[growth]\n"
        "rate_first = 0\n[conversion]\nshare = 0.1\n[revenue]\nprice = 1\n[churn]\nby = \"profile\"\n"
        "quarter_1 = 0.5\nquarter_2 = 0.3\nlater = 0.1\nannual_share = 0.37\nannual_renewal = 0.6\n",
        64);
    double monthly = 0, annual = 0, alive = 1;
    for (int a = 0; a < 12; a++) {
        alive *= a == 0 ? 0.5 : a == 1 ? 0.7 : 0.9;
        monthly += 3 * alive;
        annual += 3 * (a < 3 ? 1 : a < 7 ? 0.6 : a < 11 ? 0.36 : 0.216);
    }
    sp_block_quarter(paths.block, 0);
    expect(&paths, "churn.lifetime", 0.63 * monthly + 0.37 * annual);
    paths_end(&paths);
}

/* Everybody leaves at once: half a quarter is paid. Nobody leaves: 36 months. */
Test(models_accounts, lifetime_at_its_limits) {
    static const struct {
        const char *change;
        double months;
    } limits[] = {{"set = 1\n", 1.5}, {"set = 0\n", 36}};
    for (int i = 0; i < 2; i++) {
        char text[256];
        snprintf(text, sizeof text, "[change.limit]\nof = [\"churn.monthly\"]\n%s", limits[i].change);
        struct paths paths = start("0", text);
        sp_block_quarter(paths.block, 0);
        expect(&paths, "churn.lifetime", limits[i].months);
        paths_end(&paths);
    }
}

#define SELLERS                                                                                              \
    "[team]\ncost_per_head = 80_000\n[function.sell]\nshare = 1\naccount = \"opex.s_and_m\"\n"               \
    "[team_stage.only]\nfrom = 0\nheads = "

Test(models_accounts, payback_that_never_comes) {
    struct paths nobody = start("0", SELLERS "1\n[change.a]\nof = [\"churn.monthly\"]\nset = 0\n");
    struct paths loss = start("0", SELLERS "1\n[support]\nusers_per_agent = 1\ncost_per_agent = 1e6\n");
    struct paths nothing = start("0", SELLERS "0\n");
    sp_block_quarter(nobody.block, 0);
    sp_block_quarter(loss.block, 0);
    sp_block_quarter(nothing.block, 0);
    expect(&nobody, "payback", INFINITY);
    expect(&loss, "payback", INFINITY);
    expect(&nothing, "payback", 0);
    paths_end(&nobody);
    paths_end(&loss);
    paths_end(&nothing);
}

Test(models_accounts, nobody_pays) {
    struct paths paths =
        paths_start("[start]\nusers = 0\npaid = 0\ncash = 10\n[growth]\nrate_first = 0.2\n[churn]\nmonthly = "
                    "0.1\n[conversion]\nshare = 0.1\n[revenue]\nprice = 20\n" SELLERS "1\n",
                    64);
    sp_block_quarter(paths.block, 0);
    expect(&paths, "ltv", NAN);
    expect(&paths, "payback", INFINITY);
    expect(&paths, "cost.free_tier", 0);
    expect(&paths, "gross_profit.paid", 0);
    paths_end(&paths);
}

/* Users, payers and arr grow by a half every quarter; sellers cost 20,000 a quarter. */
Test(models_accounts, burn_per_arr_gained) {
    struct paths paths =
        paths_start("counts = \"continuous\"\naccrual = \"end\"\n[start]\nusers = 1000\npaid = 100\ncash = "
                    "0\n[growth]\nrate_first = 0.405465108108164382\n[conversion]\nshare = 0.1\n"
                    "[revenue]\nprice = 20\n" SELLERS "1\n",
                    64);
    double burn[8], arr[8], paid = 100;
    for (int t = 0; t < 8; t++) {
        paid *= 1.5;
        burn[t] = 20000 - 60 * paid;
        arr[t] = 240 * paid;
        sp_block_quarter(paths.block, (size_t)t);
        expect(&paths, "burn_multiple",
               t < 4 ? NAN : (burn[t] + burn[t - 1] + burn[t - 2] + burn[t - 3]) / (arr[t] - arr[t - 4]));
    }
    paths_end(&paths);
}

Test(models_accounts, burn_without_growth) {
    struct paths burns = start("0", SELLERS "5\n"), earns = start("0", "");
    for (size_t t = 0; t < 6; t++) {
        sp_block_quarter(burns.block, t);
        sp_block_quarter(earns.block, t);
    }
    expect(&burns, "burn_multiple", INFINITY);
    expect(&earns, "burn_multiple", -INFINITY);
    paths_end(&burns);
    paths_end(&earns);
}

/* --- Runway --- */

/* 20,000 x 5 less 7,160.0085 of revenue is burnt in a quarter. */
Test(models_accounts, cash_that_ends) {
    struct paths paths = start("238_500", SELLERS "5\n");
    double burn = 100000 - 3 * 23.85 * 100.07;
    for (int t = 0; t < 4; t++) {
        sp_block_quarter(paths.block, (size_t)t);
        expect(&paths, "runway", t < 2 ? INFINITY : 3 * 238500 / burn);
        expect(&paths, "runway.simple", fmax(3 * (238500 - burn * (t + 1)) / burn, 0));
        expect(&paths, "funding_need", burn * (t + 1));
    }
    paths_end(&paths);
}

Test(models_accounts, cash_that_grows) {
    struct paths paths = start("-5", "");
    sp_block_quarter(paths.block, 0);
    expect(&paths, "runway", 0);
    expect(&paths, "runway.simple", INFINITY);
    expect(&paths, "funding_need", 0);
    paths_end(&paths);
}

/* Revenue is 0 or much, each on half of the paths: half run out after 2.385 x 3 months, half never. */
Test(models_accounts, ranks_have_quantiles_and_no_mean) {
    struct engine_test_run run = engine_test_run_well(
        "paths = 4096\n[start]\nusers = 1000\npaid = 100\ncash = 238_500\n[growth]\nrate_first = 0\n"
        "[conversion]\nshare = 0.1\n[revenue]\nprice = { discrete = { values = [0, 5000], weights = [3, 7] } "
        "}\n" SELLERS "5\n",
        (struct engine_test_options){0});
    const struct sp_estimate *e =
        engine_test_estimate(run.result, SP_AXIS_HORIZON, "runway", 0, SP_STATISTIC_COUNT);
    cr_expect_float_eq(e[SP_STATISTIC_UNDEFINED].value, 0.7, 5 * sqrt(0.3 * 0.7 / 4096));
    cr_expect_float_eq(e[SP_STATISTIC_P25].value, 3 * 2.385, 1e-9);
    cr_expect_float_eq(e[SP_STATISTIC_MAX].value, 3 * 2.385, 1e-9);
    cr_expect_eq(e[SP_STATISTIC_P50].value, INFINITY);
    cr_expect_eq(e[SP_STATISTIC_P99].value, INFINITY);
    cr_expect(isnan(e[SP_STATISTIC_MEAN].value) && isnan(e[SP_STATISTIC_ES5].value));
    cr_expect(isnan(e[SP_STATISTIC_P50].error));
    e = engine_test_estimate(run.result, SP_AXIS_QUARTER, "burn_multiple", 7, SP_STATISTIC_COUNT);
    cr_expect_eq(e[SP_STATISTIC_COUNT].value, 0);
    cr_expect_eq(e[SP_STATISTIC_P5].value, -INFINITY);
    cr_expect_eq(e[SP_STATISTIC_P95].value, INFINITY);
    engine_test_free(&run);
}
