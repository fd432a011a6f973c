/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Identities of the books on every path and in every quarter, to 1e-9 relative.
 */
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(identities, .timeout = 60);

enum { PATHS = 1000, QUARTERS = 12 };

static const char second_risk[] = "[risk.audit]\nper_quarter = 0.05\naccount = \"opex.legal\"\n"
                                  "cost = { gamma = { shape = 4, scale = 2_385 } }\n";

static struct engine_test_run run_kept(const char *top) {
    return engine_test_run_well(engine_test_scenario(PATHS, top, second_risk),
                                (struct engine_test_options){.kept = PATHS});
}

/* sum over parts of sign x metric = 0; the largest part tells how small 0 has to be. */
struct identity {
    const char *name;
    const char *part[8]; /* "+cash", "-cash@" (the quarter before) */
};

static double value_of(const struct sp_result *r, const char *part, size_t t, size_t p,
                       const double *opening) {
    char name[64];
    double sign = part[0] == '-' ? -1 : 1;
    size_t length = strlen(part + 1);
    bool before = part[length] == '@';
    memcpy(name, part + 1, length + 1);
    name[before ? length - 1 : length] = 0;
    if (before && t == 0)
        return sign * opening[p];
    return sign * engine_test_kept(r, name, before ? t - 1 : t)[p];
}

static void expect_identity(const struct sp_result *r, const struct identity *identity, double opening) {
    double openings[PATHS];
    for (size_t p = 0; p < PATHS; p++)
        openings[p] = opening;
    for (size_t t = 0; t < QUARTERS; t++)
        for (size_t p = 0; p < PATHS; p += 7) {
            double sum = 0, largest = 0;
            for (size_t i = 0; identity->part[i]; i++) {
                double x = value_of(r, identity->part[i], t, p, openings);
                sum += x;
                largest = fmax(largest, fabs(x));
            }
            cr_expect(fabs(sum) <= 1e-9 * largest, "%s: %g of %g is left in quarter %zu on path %zu",
                      identity->name, sum, largest, t, p);
        }
}

static void expect_all(const struct sp_result *r) {
    static const struct {
        struct identity identity;
        double opening;
    } all[] = {
        {{"cash rolls forward", {"+cash", "-cash@", "-revenue", "+cost.total"}}, 250000.25},
        {{"net burn is the fall of cash", {"+cash", "-cash@", "+net_burn"}}, 250000.25},
        {{"payers roll forward", {"+paid", "-paid@", "+paid.churned", "-paid.new"}}, 44},
        {{"users are free or pay", {"+users", "-free", "-paid"}}, 0},
        {{"components are the infrastructure",
          {"+cost.infrastructure", "-cost.infrastructure.lambda", "-cost.infrastructure.redis",
           "-cost.infrastructure.cdn"}},
         0},
        {{"risks are their sum", {"+cost.risk", "-cost.risk.outage", "-cost.risk.audit"}}, 0},
        {{"lines are cogs",
          {"+cogs", "-cost.ai", "-cost.voice", "-cost.infrastructure.lambda", "-cost.infrastructure.cdn"}},
         0},
        {{"lines are the total",
          {"+cost.total", "-cost.ai", "-cost.voice", "-cost.infrastructure", "-cost.upgrade", "-cost.risk"}},
         0},
        {{"gross profit", {"+gross_profit", "-revenue", "+cogs"}}, 0},
        {{"stories", {"+stories", "-stories.free", "-stories.paid"}}, 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect_identity(r, &all[i].identity, all[i].opening);
}

Test(identities, hold_with_average_stocks) {
    struct engine_test_run run = run_kept("");
    expect_all(run.result);
    engine_test_free(&run);
}

Test(identities, hold_with_closing_stocks) {
    struct engine_test_run run = run_kept("accrual = \"end\"");
    expect_all(run.result);
    engine_test_free(&run);
}

Test(identities, hold_without_whole_people) {
    struct engine_test_run run = run_kept("counts = \"continuous\"");
    expect_all(run.result);
    engine_test_free(&run);
}

Test(identities, people_are_whole) {
    struct engine_test_run run = run_kept("");
    static const char *const people[] = {"users", "users.new", "paid", "paid.new", "paid.churned", "free"};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        for (size_t t = 0; t < QUARTERS; t++)
            for (size_t p = 0; p < PATHS; p += 7) {
                double x = engine_test_kept(run.result, people[i], t)[p];
                cr_expect_eq(x, floor(x), "%g %s in quarter %zu on path %zu", x, people[i], t, p);
            }
    engine_test_free(&run);
}

/* Everything that has an account is in the total, and nothing else. */
Test(identities, accounts_tell_the_lines) {
    struct engine_test_run run = run_kept("");
    const struct sp_result *r = run.result;
    for (size_t p = 0; p < PATHS; p += 11)
        for (size_t t = 0; t < QUARTERS; t++) {
            double total = 0, cogs = 0;
            for (size_t m = 0; m < r->metrics; m++) {
                double x = engine_test_kept(r, r->metric[m].name, t)[p];
                total += r->metric[m].account ? x : 0;
                cogs += r->metric[m].account && !strncmp(r->metric[m].account, "cogs.", 5) ? x : 0;
            }
            double all = engine_test_kept(r, "cost.total", t)[p], direct = engine_test_kept(r, "cogs", t)[p];
            cr_expect(fabs(total - all) <= 1e-9 * all && fabs(cogs - direct) <= 1e-9 * direct);
        }
    engine_test_free(&run);
}

/* Bounds of sense: nobody is negative, payers are users, indices are positive, the lowest is the lowest. */
Test(identities, signs_and_order) {
    struct engine_test_run run = run_kept("");
    const struct sp_result *r = run.result;
    for (size_t t = 0; t < QUARTERS; t++)
        for (size_t p = 0; p < PATHS; p++) {
            double users = engine_test_kept(r, "users", t)[p], paid = engine_test_kept(r, "paid", t)[p];
            cr_expect(paid >= 0 && users >= paid * (1 - 1e-12), "path %zu: %g pay of %g", p, paid, users);
            cr_expect(engine_test_kept(r, "free", t)[p] >= 0 && engine_test_kept(r, "paid.new", t)[p] >= 0);
            cr_expect_gt(engine_test_kept(r, "ai.price_index", t)[p], 0);
            double lowest = engine_test_kept(r, "cash.lowest", t)[p];
            cr_expect(lowest <= engine_test_kept(r, "cash", t)[p]);
            size_t at = (size_t)engine_test_kept(r, "cash.lowest_quarter", t)[p] - 1;
            cr_expect(at <= t && engine_test_kept(r, "cash", at)[p] == lowest);
        }
    engine_test_free(&run);
}

/* --- The whole company, over the space of what may be written --- */

static double pick(unsigned *state, double low, double high) {
    *state = *state * 1664525u + 1013904223u;
    return low + (high - low) * ((*state >> 8) / 16777216.0);
}

/* Any delay, any share, rounds that never, perhaps or surely close, zero heads, falling or growing users. */
static const char *company(unsigned *state) {
    static const char *const ways[] = {"users", "calendar"};
    static const double chance[] = {0, 0.5, 1};
    double share = pick(state, 0, 1);
    const char *team = engine_test_text(
        "[team]\nby = \"%s\"\ncost_per_head = { uniform = { min = 0, max = %g } }\nhiring_delay = %g\n"
        "reduction_delay = %g\nseverance_months = %g\nwage_inflation = %g\n"
        "[team_stage.a]\nfrom = 0\nheads = %g\n[team_stage.b]\nfrom = %g\nfrom_quarter = %g\nheads = { "
        "uniform = { min = 0, max = %g } }\n",
        ways[pick(state, 0, 2) < 1], pick(state, 1, 3e5), pick(state, 0, 4), pick(state, 0, 4),
        pick(state, 0, 9), pick(state, -0.1, 0.5), floor(pick(state, 0, 4)), pick(state, 1, 3000),
        pick(state, 0, 14), pick(state, 0.1, 90));
    const char *rest = engine_test_text(
        "[function.r]\nshare = %.17g\naccount = \"opex.r_and_d\"\n"
        "[function.s]\nshare = %.17g\naccount = \"opex.s_and_m\"\n"
        "[support]\nusers_per_agent = %g\ncost_per_agent = %g\n[overheads]\nmonthly = %g\nper_head = %g\n"
        "[round.a]\nquarter = { uniform = { min = 0, max = 15 } }\nsize = %g\nprobability = %g\n"
        "committed = true\n[round.b]\nquarter = %g\nsize = %g\nprobability = %g\n",
        share, 1 - share, pick(state, 1, 1e4), pick(state, 0, 9e4), pick(state, 0, 1e5), pick(state, 0, 1e3),
        pick(state, 0, 1e7), chance[(int)pick(state, 0, 3)], pick(state, 0, 15), pick(state, 0, 1e7),
        chance[(int)pick(state, 0, 3)]);
    return engine_test_text("%s%s%s[change.growth]\nof = [\"growth.rate_first\"]\nplus = %g\n", second_risk,
                            team, rest, pick(state, -2, 1));
}

static void expect_company(const struct sp_result *r) {
    static const struct {
        struct identity identity;
        double opening;
    } all[] = {
        {{"cash rolls forward with financing", {"+cash", "-cash@", "+net_burn", "-financing"}}, 250000.25},
        {{"rounds are the financing", {"+financing", "-financing.a", "-financing.b"}}, 0},
        {{"functions are the team", {"+cost.team", "-cost.team.r", "-cost.team.s"}}, 0},
        {{"functions are the heads", {"+heads", "-heads.r", "-heads.s"}}, 0},
        {{"all costs have a kind", {"+cost.total", "-cogs", "-opex", "-one_off"}}, 0},
        {{"opex has kinds", {"+opex", "-opex.r_and_d", "-opex.s_and_m", "-opex.g_and_a", "-opex.other"}}, 0},
        {{"one-off costs", {"+one_off", "-cost.upgrade", "-cost.risk.outage", "-cost.severance"}}, 0},
        {{"cogs",
          {"+cogs", "-cost.ai", "-cost.voice", "-cost.infrastructure.lambda", "-cost.infrastructure.cdn",
           "-cost.support"}},
         0},
        {{"operating result", {"+operating_result", "-gross_profit", "+opex"}}, 0},
        {{"the margin of payers", {"+gross_profit.paid", "-gross_profit", "-cost.free_tier"}}, 0},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        expect_identity(r, &all[i].identity, all[i].opening);
}

static void expect_signs(const struct sp_result *r) {
    static const char *const never_negative[] = {"heads",          "heads.r",        "cost.team",
                                                 "cost.severance", "support.agents", "cost.free_tier",
                                                 "financing",      "funding_need",   "cost.overheads"};
    for (size_t i = 0; i < sizeof never_negative / sizeof *never_negative; i++)
        for (size_t t = 0; t < QUARTERS; t++)
            for (size_t p = 0; p < PATHS; p += 7)
                cr_expect_geq(engine_test_kept(r, never_negative[i], t)[p], 0, "%s", never_negative[i]);
    for (size_t t = 0; t < QUARTERS; t++)
        for (size_t p = 0; p < PATHS; p += 7)
            cr_expect(engine_test_kept(r, "cost.free_tier", t)[p] <=
                      engine_test_kept(r, "cogs", t)[p] * (1 + 1e-9));
}

Test(identities, hold_for_any_company) {
    static const char *const tops[] = {"", "accrual = \"end\"", "counts = \"continuous\""};
    unsigned state = 2385;
    for (int i = 0; i < 9; i++) {
        struct engine_test_run run =
            engine_test_run_well(engine_test_scenario(PATHS, tops[i % 3], company(&state)),
                                 (struct engine_test_options){.kept = PATHS});
        expect_company(run.result);
        expect_signs(run.result);
        engine_test_free(&run);
    }
}
