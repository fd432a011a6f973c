/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People, support and overheads on plain numbers, worked out by hand, and at their limits.
 */
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(models_team);

/* Users 400.3, 800.6, 1601.2, 3202.4, ..: twice as many every quarter. */
#define DOUBLING                                                                                             \
    "counts = \"continuous\"\naccrual = \"%s\"\n[start]\nusers = 400.3\npaid = 41.7\ncash = 0\n%s\n"         \
    "[growth]\nrate_first = 0.693147180559945309\nrate_longrun = 0.693147180559945309\n"                     \
    "[conversion]\nshare = 0.125\n"

#define STAGES                                                                                               \
    "[team_stage.late]\nfrom = 1_000\nfrom_quarter = 2.5\nheads = 17.3\ncost_per_head = 121_300\n"           \
    "[team_stage.early]\nfrom = 0\nheads = 4.9\n"

static struct paths start(const char *accrual, const char *opening, const char *tables) {
    char text[4096];
    snprintf(text, sizeof text, DOUBLING "%s", accrual, opening, tables);
    return paths_start(text, 64);
}

static void expect(const struct paths *paths, const char *column, double expected) {
    const double *x = paths_column(paths, column);
    cr_assert_not_null(x, "no column %s", column);
    cr_expect_float_eq(x[5], expected, 1e-9 * fmax(1, fabs(expected)), "%s: %.12g, not %.12g", column, x[5],
                       expected);
}

/* A delay of 1.7 quarters leaves 1.7 / 2.7 of the distance. */
Test(models_team, by_users_with_a_delay) {
    struct paths paths = start("average", "",
                               "[team]\ncost_per_head = 98_400\nhiring_delay = 1.7\nwage_inflation = 0.046\n"
                               "[function.build]\nshare = 0.83\naccount = \"opex.r_and_d\"\n"
                               "[function.sell]\nshare = 0.17\naccount = \"opex.s_and_m\"\n" STAGES);
    double heads = 4.9, wages = 1;
    for (int t = 0; t < 6; t++) {
        double before = heads, wanted = t < 1 ? 4.9 : 17.3, yearly = t < 1 ? 98400 : 121300;
        sp_block_quarter(paths.block, (size_t)t);
        heads = before + (wanted - before) / 2.7;
        wages *= t ? 1 + 0.046 / 4 : 1;
        double cost = (before + heads) / 2 * yearly * wages / 4;
        expect(&paths, "heads.wanted", wanted);
        expect(&paths, "heads", heads);
        expect(&paths, "heads.build", 0.83 * heads);
        expect(&paths, "team.wage_index", wages);
        expect(&paths, "cost.team", cost);
        expect(&paths, "cost.team.sell", 0.17 * cost);
        expect(&paths, "cost.severance", 0);
        expect(&paths, "cost.total", cost);
    }
    paths_end(&paths);
}

/* From quarter 2.5 on means from the third quarter on. */
Test(models_team, by_calendar_whether_users_come_or_not) {
    struct paths paths =
        start("end", "heads = 3.1", "[team]\nby = \"calendar\"\ncost_per_head = 98_400\n" STAGES);
    for (int t = 0; t < 4; t++) {
        sp_block_quarter(paths.block, (size_t)t);
        expect(&paths, "heads", t < 2 ? 4.9 : 17.3);
        expect(&paths, "cost.team", t < 2 ? 4.9 * 98400 / 4 : 17.3 * 121300 / 4);
    }
    paths_end(&paths);
}

/* A slip: without growth the calendar hires all the same, and users ask for nobody. */
Test(models_team, a_slip_hurts_by_calendar_only) {
    static const char *const ways[] = {"users", "calendar"};
    double cost[2];
    for (int i = 0; i < 2; i++) {
        char tables[1024];
        snprintf(tables, sizeof tables,
                 "[team]\nby = \"%s\"\ncost_per_head = 98_400\n" STAGES
                 "[change.slip]\nof = [\"growth.rate_first\", \"growth.rate_longrun\"]\nset = 0\n",
                 ways[i]);
        struct paths paths = start("end", "", tables);
        for (size_t t = 0; t < 6; t++)
            sp_block_quarter(paths.block, t);
        cost[i] = paths_column(&paths, "cost.team")[5];
        paths_end(&paths);
    }
    cr_expect_float_eq(cost[0], 4.9 * 98400 / 4, 1e-6);
    cr_expect_float_eq(cost[1], 17.3 * 121300 / 4, 1e-6);
}

/* 23.9 heads are there, 4.9 are wanted: a third of the rest goes each quarter, with 2.4 months of pay. */
Test(models_team, heads_that_go_are_paid_off) {
    struct paths paths = start("average", "heads = 23.9",
                               "[team]\ncost_per_head = 98_400\nreduction_delay = 2\nseverance_months = 2.4\n"
                               "[team_stage.only]\nfrom = 0\nheads = 4.9\n");
    double heads = 23.9;
    for (size_t t = 0; t < 5; t++) {
        double before = heads;
        sp_block_quarter(paths.block, t);
        heads -= (heads - 4.9) / 3;
        expect(&paths, "heads", heads);
        expect(&paths, "cost.severance", (before - heads) * 2.4 * 98400 / 12);
        expect(&paths, "cost.total", (before - heads) * 2.4 * 8200 + (before + heads) / 2 * 98400 / 4);
    }
    paths_end(&paths);
}

Test(models_team, nobody_is_hired_and_nobody_goes) {
    struct paths none = start("average", "", "[team]\ncost_per_head = 98_400\nseverance_months = 3\n");
    struct paths same =
        start("average", "heads = 7.7", "[team]\ncost_per_head = 98_400\nseverance_months = 3\n");
    for (size_t t = 0; t < 5; t++) {
        sp_block_quarter(none.block, t);
        sp_block_quarter(same.block, t);
        expect(&none, "heads", 0);
        expect(&none, "cost.total", 0);
        expect(&same, "heads", 7.7);
        expect(&same, "cost.total", 7.7 * 98400 / 4);
    }
    paths_end(&none);
    paths_end(&same);
}

Test(models_team, all_shares_zero_are_even) {
    struct paths paths =
        start("end", "heads = 7.7",
              "[team]\ncost_per_head = 98_400\n[function.a]\nshare = 0.5\n[function.b]\nshare = 0.5\n"
              "[change.none]\nof = [\"function.a.share\", \"function.b.share\"]\nset = 0\n");
    sp_block_quarter(paths.block, 0);
    expect(&paths, "cost.team.a", 7.7 * 98400 / 8);
    expect(&paths, "cost.team.b", 7.7 * 98400 / 8);
    paths_end(&paths);
}

/* --- Support --- */

Test(models_team, support_by_users) {
    struct paths paths = start("average", "",
                               "[support]\nusers_per_agent = 230.7\nminimum = 3.3\ncost_per_agent = 41_900\n"
                               "[team]\ncost_per_head = 0\nwage_inflation = 0.046\n");
    double users = 400.3, wages = 1;
    for (int t = 0; t < 4; t++) {
        double agents = fmax(users * 1.5 / 230.7, 3.3), paid_before = t ? users / 8 : 41.7;
        double paid = (paid_before + users / 4) / 2;
        sp_block_quarter(paths.block, (size_t)t);
        wages *= t ? 1 + 0.046 / 4 : 1;
        expect(&paths, "support.agents", agents);
        expect(&paths, "cost.support", agents * wages * 41900 / 4);
        expect(&paths, "cost.support.free",
               agents * wages * 41900 / 4 * (users * 1.5 - paid) / (users * 1.5));
        expect(&paths, "cogs", agents * wages * 41900 / 4);
        users *= 2;
    }
    paths_end(&paths);
}

Test(models_team, support_by_contacts) {
    struct paths paths = start("end", "",
                               "[support]\nby = \"contacts\"\ncontacts_free = 0.013\ncontacts_paid = 0.37\n"
                               "contacts_per_agent = 61.9\ncost_per_agent = 41_900\n");
    sp_block_quarter(paths.block, 0);
    double of_free = 800.6 * 0.875 * 0.013 / 61.9, of_paid = 800.6 * 0.125 * 0.37 / 61.9;
    expect(&paths, "support.agents", of_free + of_paid);
    expect(&paths, "cost.support", (of_free + of_paid) * 41900 / 4);
    expect(&paths, "cost.support.free", of_free * 41900 / 4);
    paths_end(&paths);
}

/* Nobody asks and nobody pays: only the minimum is there, for nobody's sake. */
Test(models_team, support_of_nobody) {
    struct paths paths =
        paths_start("[start]\nusers = 0\npaid = 0\ncash = 0\n[growth]\nrate_first = 1\n[conversion]\nshare = "
                    "0.1\n[support]\nusers_per_agent = 100\nminimum = 1.5\ncost_per_agent = 41_900\n",
                    64);
    sp_block_quarter(paths.block, 0);
    expect(&paths, "support.agents", 1.5);
    expect(&paths, "cost.support", 1.5 * 41900 / 4);
    expect(&paths, "cost.support.free", 0);
    paths_end(&paths);
}

Test(models_team, support_without_payers) {
    struct paths paths =
        paths_start("counts = \"continuous\"\n[start]\nusers = 730\ncash = 0\n[growth]\nrate_first = 0\n"
                    "[support]\nusers_per_agent = 100\ncost_per_agent = 41_900\n",
                    64);
    sp_block_quarter(paths.block, 0);
    expect(&paths, "support.agents", 7.3);
    expect(&paths, "cost.support.free", 7.3 * 41900 / 4);
    paths_end(&paths);
}

/* --- Overheads --- */

Test(models_team, overheads_fixed_and_by_head) {
    struct paths paths = start("average", "heads = 3.3",
                               "[team]\ncost_per_head = 0\n[team_stage.only]\nfrom = 0\nheads = 5.9\n"
                               "[support]\nusers_per_agent = 1_000\ncost_per_agent = 0\n"
                               "[overheads]\nmonthly = 2_385\nper_head = 417\ninflation = 0.08\n");
    double heads = 3.3, users = 400.3, prices = 1;
    for (int t = 0; t < 4; t++) {
        sp_block_quarter(paths.block, (size_t)t);
        prices *= t ? 1.02 : 1;
        expect(&paths, "cost.overheads",
               3 * (2385 + 417 * ((heads + 5.9) / 2 + users * 1.5 / 1000)) * prices);
        heads = 5.9;
        users *= 2;
    }
    paths_end(&paths);
}

Test(models_team, overheads_without_anybody) {
    struct paths paths = start("average", "", "[overheads]\nmonthly = 2_385\nper_head = 417\n");
    sp_block_quarter(paths.block, 0);
    expect(&paths, "cost.overheads", 3 * 2385);
    paths_end(&paths);
}

/* --- Mistakes --- */

Test(models_team, mistakes_are_told) {
#define BASE "[start]\nusers = 400\ncash = 0\n[growth]\nrate_first = 0\n"
    cr_expect_not_null(strstr(paths_problems(BASE "[team]\n"), "team.cost_per_head is missing"));
    cr_expect_not_null(strstr(paths_problems(BASE "[team]\ncost_per_head = 1\n[team_stage.a]\nfrom = "
                                                  "5\nheads = 1\n"),
                              "must have from = 0"));
    cr_expect_not_null(strstr(paths_problems(BASE "[team]\ncost_per_head = 1\n[function.a]\nshare = 0.5\n"),
                              "must add up to 1"));
    cr_expect_not_null(strstr(paths_problems(BASE "[team_stage.a]\nfrom = 0\nheads = 1\n"),
                              "[team_stage] is not used: there is no [team]"));
    cr_expect_not_null(
        strstr(paths_problems(BASE "[support]\ncost_per_agent = 1\n"), "support.users_per_agent is missing"));
}
