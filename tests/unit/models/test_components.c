/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What components cost: shares of the tier, own costs, stages. Equations: models/README.md, Infrastructure.
 */
#include "tests/support/engine_test_run.h"
#include "tests/unit/models/paths_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(components, .timeout = 60);

enum { QUARTERS = 6 };

/* Users of 1000 before the first quarter, then 900, 1350, 1200, 2600, 1900, 500. */
static const char base[] =
    "counts = \"continuous\"\ntime = { first = \"2026Q1\", quarters = 6 }\n"
    "[start]\nusers = 1000\npaid = 100\ncash = 10_000\nstored_stories = 517\n"
    "[growth]\nrate_longrun = 0\ndecay = 1\n"
    "rate_first = { at = { \"2026Q1\" = -0.10536051565782628, \"2026Q2\" = 0.4054651081081644, "
    "\"2026Q3\" = -0.11778303565638346, \"2026Q4\" = 0.7731898882334818, \"2027Q1\" = -0.3136575588550416, "
    "\"2027Q2\" = -1.3350010667323402 } }\n"
    "[conversion]\nshare = 0.1385\n[usage]\nfree_monthly = 1.13\npaid_monthly = 7.7\nkept = 0.9\n";
static const double users[] = {1000, 900, 1350, 1200, 2600, 1900, 500};

static const char one_tier[] = "[infrastructure]\nby = \"component\"\nfactor = 1.07\n[tier.only]\nfrom = 0\n";

static struct paths start(const char *more, size_t n) {
    return paths_start(engine_test_text("%s%s", base, more), n);
}

static double now(const struct paths *paths, const char *name) {
    const double *column = paths_column(paths, name);
    cr_assert_not_null(column, "%s", name);
    return column[0];
}

static void expect(const struct paths *paths, const char *name, size_t t, double value) {
    double found = now(paths, name);
    cr_expect(fabs(found - value) <= 1e-9 * fabs(value), "%s in quarter %zu: %.15g, not %.15g", name, t + 1,
              found, value);
}

static double average_users(size_t t) {
    return (users[t] + users[t + 1]) / 2;
}

/* --- Stages, by hand --- */

Test(components, stages_replace_costs_and_are_paid_once) {
    struct paths paths =
        start(engine_test_text("%s%s", one_tier,
                               "[component.db]\nmonthly = 25.5\nper_unit = 0.013\nincluded = 800\n"
                               "[component_stage.big]\ncomponent = \"db\"\nfrom = 2_500\nper_unit = 0.007\n"
                               "once = 777\nhysteresis = 0.25\n"
                               "[component_stage.mid]\ncomponent = \"db\"\nfrom = 1_300\nmonthly = 101.7\n"
                               "once = 333\nhysteresis = 0.1\n"),
              64);
    static const double monthly[] = {25.5, 101.7, 101.7, 25.5, 25.5, 25.5};
    static const double per_unit[] = {0.013, 0.013, 0.013, 0.007, 0.007, 0.013};
    static const double mid[] = {0, 333, 0, 0, 0, 0}, big[] = {0, 0, 0, 777, 0, 0};
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "users", t, users[t + 1]);
        double own = 3 * 1.07 * (monthly[t] + per_unit[t] * (average_users(t) - 800));
        expect(&paths, "cost.infrastructure.db", t, own);
        expect(&paths, "cost.infrastructure", t, own);
        expect(&paths, "cost.upgrade.mid", t, mid[t]);
        expect(&paths, "cost.upgrade.big", t, big[t]);
        expect(&paths, "cost.upgrade", t, mid[t] + big[t]);
        expect(&paths, "cogs", t, own);
        expect(&paths, "cost.total", t, own + mid[t] + big[t]);
        expect(&paths, "component_stage.mid.active", t, t == 1 || t == 2);
        expect(&paths, "component_stage.big.active", t, t == 3 || t == 4);
    }
    paths_end(&paths);
}

/* Two quarters ahead: 1350 x 1.5^2 = 3037.5, 2600 x (13/6)^2 = 12205.6; with falling users those that there
 * are. */
Test(components, lead_looks_ahead_as_users_grow) {
    struct paths paths = start(
        engine_test_text("%s%s", one_tier,
                         "[component.cache]\nmonthly = 10\n"
                         "[component_stage.ahead]\ncomponent = \"cache\"\nfrom = 3_037\nlead = 2\n"
                         "monthly = 50\nonce = 5.5\n"
                         "[component_stage.not_yet]\ncomponent = \"cache\"\nfrom = 3_038\nlead = 2\n"
                         "monthly = 70\n"
                         "[component_stage.never]\ncomponent = \"cache\"\nfrom = 1e12\nlead = 2\nonce = 9\n"),
        64);
    static const double monthly[] = {10, 50, 10, 70, 10, 10};
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "cost.infrastructure", t, 3 * 1.07 * monthly[t]);
        expect(&paths, "cost.upgrade.ahead", t, t == 1 ? 5.5 : 0);
        expect(&paths, "component_stage.never.active", t, 0);
        expect(&paths, "cost.upgrade.never", t, 0);
    }
    paths_end(&paths);
}

Test(components, hysteresis_of_0_forgets_and_of_1_never_leaves) {
    struct paths paths = start(
        engine_test_text("%s%s", one_tier,
                         "[component.a]\nmonthly = 1\n[component.b]\nmonthly = 1\n"
                         "[component_stage.a]\ncomponent = \"a\"\nfrom = 1_300\nonce = 3\n"
                         "[component_stage.b]\ncomponent = \"b\"\nfrom = 1_300\nhysteresis = 1\nonce = 5\n"),
        64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "component_stage.a.active", t, users[t + 1] >= 1300);
        expect(&paths, "component_stage.b.active", t, t >= 1);
        expect(&paths, "cost.upgrade", t, t == 1 ? 8 : 0); /* entered again, nothing is paid */
    }
    paths_end(&paths);
}

/* What the opening users need is there and paid. */
Test(components, stages_of_the_opening_are_not_paid) {
    struct paths paths =
        start(engine_test_text("%s%s", one_tier,
                               "[component.a]\nmonthly = 1\n"
                               "[component_stage.here]\ncomponent = \"a\"\nfrom = 1_000\n"
                               "monthly = 2\nonce = 3\nhysteresis = 0.1\n"
                               "[component_stage.zero]\ncomponent = \"a\"\nfrom = 0\nonce = 7\n"),
              64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "cost.upgrade", t, 0);
        expect(&paths, "component_stage.here.active", t, users[t + 1] >= 900);
        expect(&paths, "component_stage.zero.active", t, users[t + 1] < 900);
    }
    paths_end(&paths);
}

/* --- Drivers --- */

Test(components, every_driver) {
    struct paths paths =
        start(engine_test_text("%s%s", one_tier,
                               "[component.u]\nper_unit = 0.31\n"
                               "[component.p]\nper_unit = 0.17\ndriver = \"payers\"\nincluded = 11\n"
                               "[component.s]\nper_unit = 0.013\ndriver = \"stories\"\n"
                               "included = 1_000\n"
                               "[component.k]\nper_unit = 0.0023\ndriver = \"stored_stories\"\n"
                               "[component.i]\nper_unit = 4\nincluded = 1e9\n"),
              64);
    double paid = 100, stored = 517;
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        double stories = now(&paths, "stories");
        expect(&paths, "cost.infrastructure.u", t, 1.07 * 3 * 0.31 * average_users(t));
        expect(&paths, "cost.infrastructure.p", t, 1.07 * 3 * 0.17 * ((paid + now(&paths, "paid")) / 2 - 11));
        expect(&paths, "cost.infrastructure.s", t, stories > 3000 ? 1.07 * 0.013 * (stories - 3000) : 0);
        expect(&paths, "cost.infrastructure.k", t,
               1.07 * 3 * 0.0023 * (stored + now(&paths, "stories.stored")) / 2);
        expect(&paths, "cost.infrastructure.i", t, 0);
        paid = now(&paths, "paid");
        stored = now(&paths, "stories.stored");
    }
    paths_end(&paths);
}

Test(components, closing_stocks) {
    struct paths paths = paths_start(
        engine_test_text("accrual = \"end\"\n%s%s[component.u]\nper_unit = 0.31\n", base, one_tier), 64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "cost.infrastructure.u", t, 1.07 * 3 * 0.31 * users[t + 1]);
    }
    paths_end(&paths);
}

Test(components, without_users_and_stories) {
    struct paths paths = paths_start(
        engine_test_text("counts = \"continuous\"\ntime = { first = \"2026Q1\", quarters = 6 }\n"
                         "[start]\nusers = 0\npaid = 0\ncash = 1\n[growth]\nrate_first = 0.7\n"
                         "[conversion]\nshare = 0.1\n[usage]\nfree_monthly = 0\npaid_monthly = 0\n"
                         "%s%s",
                         one_tier,
                         "[component.u]\nmonthly = 2.385\nper_unit = 0.31\n"
                         "[component.s]\nper_unit = 0.7\ndriver = \"stories\"\n"
                         "[component_stage.one]\ncomponent = \"u\"\nfrom = 1\nlead = 3\nonce = 5\n"),
        64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "cost.infrastructure", t, 3 * 1.07 * 2.385);
        expect(&paths, "cost.upgrade", t, 0);
    }
    paths_end(&paths);
}

/* --- Together with tiers --- */

Test(components, own_costs_come_on_top_of_the_tier) {
    struct paths paths =
        start("[tier.low]\nfrom = 0\nmonthly = 503.7\n[tier.high]\nfrom = 1_300\nmonthly = 1_511\n"
              "once = 99\n"
              "[component.a]\nshare = 0.61\n[component.b]\nshare = 0.39\naccount = \"opex.it\"\n"
              "[component.own]\nmonthly = 77.7\n"
              "[component_stage.own]\ncomponent = \"own\"\nfrom = 1_300\nonce = 11\n",
              64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        double tier = 3 * (users[t + 1] >= 1300 ? 1511 : 503.7);
        expect(&paths, "cost.infrastructure", t, tier + 3 * 77.7);
        expect(&paths, "cost.infrastructure.a", t, 0.61 * tier);
        expect(&paths, "cost.infrastructure.b", t, 0.39 * tier);
        expect(&paths, "cost.infrastructure.own", t, 3 * 77.7);
        expect(&paths, "cogs", t, 0.61 * tier + 3 * 77.7);
        expect(&paths, "cost.upgrade", t, t == 1 ? 110 : 0);
    }
    paths_end(&paths);
}

/* Tiers are labels then: neither their monthly nor their one-off cost is paid. */
Test(components, tiers_cost_nothing_by_component) {
    struct paths paths = start("[infrastructure]\nby = \"component\"\n"
                               "[tier.low]\nfrom = 0\nmonthly = 503.7\n[tier.high]\nfrom = 1_300\nonce = 99\n"
                               "[component.own]\nmonthly = 77.7\nshare = 0\n",
                               64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "cost.infrastructure", t, 3 * 77.7);
        expect(&paths, "cost.upgrade", t, 0);
        expect(&paths, "tier", t, users[t + 1] >= 1300);
    }
    paths_end(&paths);
}

/* The tier of the opening is entered in the first quarter that ends in it; one that is never entered says
 * nothing.
 */
Test(components, cash_and_cost_at_the_entry_of_a_tier) {
    struct paths paths =
        start("[tier.low]\nfrom = 0\nmonthly = 503.7\n[tier.high]\nfrom = 1_300\nmonthly = 1_511\n"
              "once = 99\n[tier.top]\nfrom = 2_700\nmonthly = 9_999\nonce = 7\n",
              64);
    double low = NAN, high = NAN;
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        low = t == 0 ? now(&paths, "cash") : low;
        high = t == 1 ? now(&paths, "cash") : high;
        expect(&paths, "tier.low.cash_at_entry", t, low);
        expect(&paths, "tier.low.cost_at_entry", t, 0);
        cr_expect(isnan(now(&paths, "tier.top.cash_at_entry")) &&
                  isnan(now(&paths, "tier.top.cost_at_entry")));
        if (t == 0) {
            cr_expect(isnan(now(&paths, "tier.high.cash_at_entry")));
            continue;
        }
        expect(&paths, "tier.high.cash_at_entry", t, high);
        expect(&paths, "tier.high.cost_at_entry", t, 99);
    }
    cr_expect_float_eq(high, 10000 - 3 * (503.7 + 1511) - 99, 1e-9);
    paths_end(&paths);
}

/* A change acts on what is not given too. */
Test(components, changes_act_on_own_costs_and_stages) {
    struct paths paths =
        start(engine_test_text(
                  "%s%s", one_tier,
                  "[component.a]\nmonthly = 10\n"
                  "[component_stage.a]\ncomponent = \"a\"\nfrom = 1_300\nmonthly = 20\nhysteresis = 1\n"
                  "[change.unit]\nof = \"component.a.per_unit\"\nplus = 0.01\nfrom = \"2026Q2\"\n"
                  "[change.dear]\nof = \"component_stage.a.monthly\"\ntimes = 1.5\nfrom = \"2026Q3\"\n"),
              64);
    static const double monthly[] = {10, 20, 30, 30, 30, 30};
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(paths.block, t);
        expect(&paths, "cost.infrastructure", t,
               3 * 1.07 * (monthly[t] + (t > 0 ? 0.01 : 0) * average_users(t)));
    }
    paths_end(&paths);
}

/* --- At random --- */

enum { PATHS = 512, STAGES = 4, LONG = 16 };

/* Users who come in bursts; one company begins with none. */
static const char at_random[] =
    "time = { first = \"2026Q1\", quarters = 16 }\n"
    "[start]\nusers = { uniform = { min = -900, max = 2_500 } }\npaid = 0\ncash = 1\n"
    "[growth]\nrate_first = 0.05\nshock = { normal = { mean = 0, sd = 0.9 }, each = \"quarter\" }\n"
    "[partner.shop]\nmodel = \"affiliate\"\nstart = 1\narrivals = 0.4\nusers = 31.7\ncommission = "
    "0.1\n[revenue]\nprice = 7.25\n"
    "[conversion]\nshare = 0.12\n[usage]\nfree_monthly = { gamma = { shape = 2, scale = 0.7 } "
    "}\npaid_monthly = 5\n"
    "[infrastructure]\nfactor = { lognormal = { median = 1, sigma = 0.3 } }\n"
    "[tier.low]\nfrom = 0\nmonthly = 503.7\n[tier.high]\nfrom = 1_300\nmonthly = 1_511\nonce = 99\n"
    "[component.a]\nshare = { uniform = { min = 0, max = 1 } }\n[component.b]\nshare = 0.39\n"
    "[component.c]\nmonthly = { uniform = { min = 5, max = 90 } }\nper_unit = 0.0137\ndriver = \"stories\"\n"
    "[component.d]\nper_unit = { lognormal = { median = 0.02, sigma = 1 } }\nincluded = 311\n"
    "[component_stage.s0]\ncomponent = \"c\"\nfrom = 700\nlead = 1\nhysteresis = 0.2\nonce = 100\nmonthly = "
    "7\n"
    "[component_stage.s1]\ncomponent = \"c\"\nfrom = 3_100\nlead = 3\nonce = { uniform = { min = 1, max = 9 "
    "} }\n"
    "[component_stage.s2]\ncomponent = \"d\"\nfrom = 10\nhysteresis = 0.5\nonce = 31\nmonthly = 3\n"
    "[component_stage.s3]\ncomponent = \"d\"\nfrom = 2_000\nhysteresis = 0.4\nper_unit = 0.001\nonce = 77\n";
static const struct {
    double from, lead, hysteresis;
    size_t first, end; /* stages of its component */
} stage[STAGES] = {{700, 1, 0.2, 0, 2}, {3100, 3, 0, 0, 2}, {10, 0, 0.5, 2, 4}, {2000, 0, 0.4, 2, 4}};

struct memory {
    double users;
    bool held[STAGES], reached[STAGES];
};

static const double *opening_users(const struct paths *paths) {
    const struct sp_variant *variant = &paths->plan->variant[0];
    for (size_t c = 0; c < variant->columns; c++)
        if (strcmp(variant->column[c].name, "users") == 0)
            return sp_block_opening(paths->block, (int)c);
    return NULL;
}

static double need_of(size_t i, double before, double users_now) {
    double times = before > 0 && users_now > before ? users_now / before : 1;
    return users_now * pow(times, stage[i].lead);
}

static double active(const struct paths *paths, size_t i, size_t p) {
    return paths_column(paths, engine_test_text("component_stage.s%zu.active", i))[p];
}

static void expect_stages(const struct paths *paths, struct memory *memory, size_t p) {
    double users_now = paths_column(paths, "users")[p];
    int highest[STAGES];
    for (size_t i = 0; i < STAGES; i++) {
        double need = need_of(i, memory->users, users_now);
        memory->held[i] =
            need >= stage[i].from || (memory->held[i] && need >= stage[i].from * (1 - stage[i].hysteresis));
    }
    for (size_t i = 0; i < STAGES; i++) {
        highest[i] = -1;
        for (size_t j = stage[i].first; j < stage[i].end; j++)
            highest[i] = memory->held[j] ? (int)j : highest[i];
        cr_expect_eq(active(paths, i, p), highest[i] == (int)i);
        double paid = paths_column(paths, engine_test_text("cost.upgrade.s%zu", i))[p];
        cr_expect_eq(paid > 0, highest[i] == (int)i && !memory->reached[i]);
        memory->reached[i] = memory->reached[i] || highest[i] >= (int)i;
    }
    memory->users = users_now;
}

static void expect_parts(const struct paths *paths, size_t p) {
    double all = paths_column(paths, "cost.infrastructure")[p], sum = 0, upgrade = 0;
    for (const char *name = "abcd"; *name; name++)
        sum += paths_column(paths, engine_test_text("cost.infrastructure.%c", *name))[p];
    cr_expect(fabs(all - sum) <= 1e-9 * all && all > 0);
    for (size_t i = 0; i < STAGES; i++)
        upgrade += paths_column(paths, engine_test_text("cost.upgrade.s%zu", i))[p];
    double of_tier = paths_column(paths, "cost.upgrade")[p] - upgrade;
    cr_expect(fabs(of_tier) < 1e-9 || fabs(of_tier - 99) < 1e-9);
}

Test(components, stages_at_random) {
    static struct memory memory[PATHS];
    struct paths paths = paths_start(at_random, PATHS);
    size_t empty = 0, left = 0;
    for (size_t p = 0; p < PATHS; p++) {
        memory[p].users = opening_users(&paths)[p];
        empty += memory[p].users == 0;
        for (size_t i = 0; i < STAGES; i++)
            memory[p].held[i] = memory[p].reached[i] = memory[p].users >= stage[i].from;
    }
    for (size_t t = 0; t < LONG; t++) {
        sp_block_quarter(paths.block, t);
        for (size_t p = 0; p < PATHS; p++) {
            bool was_held = memory[p].held[3];
            expect_stages(&paths, &memory[p], p);
            expect_parts(&paths, p);
            left += was_held && !memory[p].held[3];
        }
    }
    cr_expect(empty > 50 && left > 10, "%zu begin empty, %zu leave the last stage", empty, left);
    paths_end(&paths);
}

/* Own costs change no draw of anything else. */
Test(components, change_nothing_else) {
    struct paths with =
        start("[tier.a]\nfrom = 0\nmonthly = { lognormal = { median = 500, sigma = 1 } }\n"
              "[component.a]\nshare = 1\n[component.b]\nmonthly = { gamma = { shape = 2, scale = "
              "30 } }\n[component_stage.b]\ncomponent = \"b\"\nfrom = 1_000\nonce = { lognormal = "
              "{ median = 9, sigma = 1 } }\n",
              64);
    struct paths without =
        start("[tier.a]\nfrom = 0\nmonthly = { lognormal = { median = 500, sigma = 1 } }\n", 64);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(with.block, t);
        sp_block_quarter(without.block, t);
        cr_expect_arr_eq(paths_column(&with, "cost.infrastructure.a"),
                         paths_column(&without, "cost.infrastructure"), 64 * sizeof(double));
        cr_expect_arr_eq(paths_column(&with, "users"), paths_column(&without, "users"), 64 * sizeof(double));
    }
    paths_end(&with);
    paths_end(&without);
}
