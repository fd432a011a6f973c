/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The formulas that mechanisms declare say the same as their steps: of one path at the centre, column by
 * column, and all of them one after the other as a spreadsheet works them out.
 */
#include "engine/base/error.h"
#include "scenarios/centre.h"
#include "scenarios/centre_value.h"
#include "scenarios/compile.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(formulas, .timeout = 60);

#define TIME "counts = \"continuous\"\n[time]\nquarters = 9\n"
#define PEOPLE                                                                                               \
    "[start]\nusers = 723.7\npaid = 61.3\ncash = 98_765.43\n"                                                \
    "[growth]\nrate_first = { normal = { mean = 0.4385, sd = 0.1 } }\nrate_longrun = -0.021\ndecay = 0.83\n" \
    "[churn]\nmonthly = { beta = { a = 8, b = 152 } }\n"                                                     \
    "[revenue]\nprice = { at = { \"2026Q1\" = 15.35, \"2026Q3\" = { lognormal = { median = 18, sigma = 0.1 " \
    "} } } }\n"                                                                                              \
    "[usage]\nfree_monthly = 1.93\npaid_monthly = { gamma = { shape = 4, scale = 1.5 } }\n"                  \
    "[ai]\ncost_free = 0.127\ncost_paid = { pert = { min = 0.7, mode = 1.0, max = 1.6 } }\nprice_drift = "   \
    "-0.0721\n"                                                                                              \
    "[voice]\ncost_free = 0.0231\ncost_paid = 0.913\nshare_free = 0.37\nshare_paid = 0.81\n"                 \
    "[tier.low]\nfrom = 0\nmonthly = 503.7\n[tier.middle]\nfrom = 1_100\nmonthly = 1_511\nonce = 2_385\n"    \
    "[tier.high]\nfrom = 2_900\nmonthly = 7_309\nonce = { lognormal = { median = 8_111, sigma = 1 } }\n"
#define SPLIT                                                                                                \
    "[component.lambda]\nshare = 0.61\naccount = \"cogs.hosting\"\n[component.database]\nshare = 0.39\n"     \
    "[function.build]\nshare = 0.7\n[function.sell]\nshare = 0.3\naccount = \"opex.s_and_m\"\n"
#define OWN                                                                                                  \
    "[component.web]\nmonthly = 25.5\nper_unit = 0.013\nincluded = 800\n"                                    \
    "[component.mail]\nper_unit = 0.17\ndriver = \"payers\"\n[component.queue]\nper_unit = 0.0031\n"         \
    "driver = \"stories\"\nincluded = 900\n"
#define STAGES                                                                                               \
    "[component.store]\nper_unit = 0.0023\ndriver = \"stored_stories\"\n"                                    \
    "[component_stage.web]\ncomponent = \"web\"\nfrom = 1_100\nlead = 1\nmonthly = 101.7\nonce = 333\n"
#define TEAM                                                                                                 \
    "[team_stage.first]\nfrom = 0\nheads = 3.3\nfrom_quarter = 1\n"                                          \
    "[team_stage.second]\nfrom = 1_300\nheads = 7.9\ncost_per_head = 131_000\nfrom_quarter = 4\n"            \
    "[team_stage.third]\nfrom = 1_500\nheads = 5.1\nfrom_quarter = 7.5\n"
#define COMPANY                                                                                              \
    "[overheads]\nmonthly = 3_131\nper_head = 417\ninflation = 0.031\n"                                      \
    "[payables]\ndays = 29\ndays_opex = 4.5\ndays_one_off = 31\n"
#define RISKS                                                                                                \
    "[risk.likely]\nper_quarter = 0.63\nlasts = 2\nseverity = 1.7\ncost = 2_717\nmonthly = 133\nfrom = "     \
    "\"2026Q2\"\n"                                                                                           \
    "[risk.once]\nper_year = 0.97\nrecurs = \"never\"\ncost = 911\nuntil = \"2027Q1\"\n"                     \
    "[risk.unlikely]\nper_quarter = 0.5\ncost = 1e6\n"
#define SEGMENTS                                                                                             \
    "[segment.families]\nshare = { uniform = { min = 0.8, max = 0.9 } }\nusage = 0.9\n"                      \
    "[segment.schools]\nshare = 0.13\nprice = 61.7\nusage = 3.1\nchurn = 0.43\n"
#define MARKETS                                                                                              \
    "[market.home]\nlaunch = -3\nshare = 0.77\nlocalisation = 5_000\n"                                       \
    "[market.abroad]\nlaunch = { uniform = { min = 2, max = 5.1 } }\nramp = 3\nshare = 0.31\ngrowth = "      \
    "0.041\n"                                                                                                \
    "price_level = 0.83\nfx_change = 0.013\nlocalisation = 31_313\ncompliance = 817\n"
#define PARTNERS                                                                                             \
    "[partner.cloud]\ntype = \"technology\"\narrivals = 0.3\ncredits = 50_000\ncredits_last = 2\n"           \
    "[partner.shop]\nmodel = \"affiliate\"\nstart = 2\ninitial = 3\narrivals = 1.3\nleaving = 0.07\nusers "  \
    "= 21.7\n"                                                                                               \
    "commission = 0.21\nmonthly = 55\nonboarding = 711\n"                                                    \
    "[partner.label]\ntype = \"content\"\nmodel = \"white_label\"\narrivals = 0.4\nlicence = 917\nroyalty "  \
    "= 0.011\nstory_share = 0.2\n"                                                                           \
    "[partner.api]\nmodel = \"api_fees\"\ninitial = 1\nstart = -1\nunits = 1_703\nfee = 0.17\nunit_cost = "  \
    "0.06\n"                                                                                                 \
    "[partner.share]\nmodel = \"revenue_share\"\narrivals = 0.3\nusers = 3\nshare_paid = 0.3\nsales = "      \
    "1_009\nshare_received = 0.11\n"

#define MONEY                                                                                                \
    "[channel.web]\nshare = 0.6\nfee_share = 0.029\nfee_each = 0.3\nsettlement_days = 2\n"                   \
    "[channel.store]\nshare = 0.4\nfee_share = 0.15\nsettlement_days = 45\n"                                 \
    "[refunds]\nshare = 0.042\nchargeback_share = 0.004\n[sales_tax]\nrate = 0.083\nprices = \"with_tax\"\n" \
    "[acquisition]\npaid_share = 0.4\ncost_each = 31.7\nfixed_monthly = 500\n"
#define RESPONSES                                                                                            \
    "[risk.likely.mitigation]\nfrom = \"2026Q3\"\ntier = \"middle\"\nonce = 1_000\nmonthly = 77\n"           \
    "effect = [{ of = \"risk.likely.per_quarter\", times = 0.9 }]\n"                                         \
    "[policy.limit]\nwhen = \"users > 900\"\nlasts = 2\nonce = 300\nmonthly = 50\n"                          \
    "effect = [{ of = \"usage.paid_monthly\", times = 0.8 }]\ncosts = [{ of = \"churn.monthly\", times = "   \
    "1.1 }]\n"

static const char *const scenarios[] = {
    "counts = \"continuous\"\n[start]\ncash = 1_000.5\n",
    TIME PEOPLE "[conversion]\nshare = 0.0917\n",
    TIME PEOPLE TEAM SPLIT OWN COMPANY RISKS SEGMENTS MARKETS PARTNERS
    "[conversion]\nshare = 0.1131\n"
    "[team]\ncost_per_head = 118_000\nhiring_delay = 0.7\nreduction_delay = 1.3\nseverance_months = 2.5\n"
    "wage_inflation = 0.035\n"
    "[support]\nusers_per_agent = 517\nminimum = 0.25\ncost_per_agent = 47_711\n",
    "accrual = \"end\"\n" TIME PEOPLE TEAM COMPANY RISKS PARTNERS
    "[conversion]\nbasis = \"flow\"\nshare = 0.0871\n"
    "[team]\nby = \"calendar\"\ncost_per_head = 118_000\n"
    "[support]\nby = \"contacts\"\ncontacts_free = 0.013\ncontacts_paid = 0.057\ncontacts_per_agent = 817\n"
    "cost_per_agent = 47_711\n" MONEY
    "[change.fewer]\nof = \"conversion.share\"\ntimes = 0.5\nfrom = \"2026Q4\"\nramp = 3\n",
    /* seasons, a cap, take-off, returns, lengths, levers, vendors, responses */
    TIME "[start]\nusers = 723.7\npaid = 61.3\ncash = 98_765.43\nregistered = 1_111\nreceivables = "
         "333\ntax_payable = 77\n"
         "stored_stories = 1_234\n"
         "[growth]\nrate_first = 0.4385\nrate_longrun = -0.021\ndecay = 0.83\nseason_q1 = 1.1\nseason_q3 = "
         "0.7\ncap = 4_000\n"
         "takes_off = 0.45\nstalled_first = 0.3\nstalled_longrun = 0.01\ninactive_monthly = 0.031\n"
         "[churn]\nmonthly = 0.0713\nreactivation = 0.23\n[conversion]\nshare = 0.0917\n"
         "[revenue]\nprice = 15.35\ndiscount = 0.07\n"
         "[usage]\nfree_monthly = 1.93\npaid_monthly = 7.1\nfree_cap = 1.5\npaid_cap = 30\nlength = "
         "1.07\nkept = 0.91\n"
         "[ai]\ncost_free = 0.127\ncost_paid = 1.03\nretries = 0.11\ncache_share = 0.3\nbatch_share = "
         "0.1\ncheaper_share = 0.25\n"
         "[voice]\nby = \"vendor\"\nshare_free = 0.37\n"
         "[vendor.polly]\nplan = \"free\"\ncost = 0.021\n[vendor.eleven]\ncost = 0.61\nprice_drift = "
         "-0.03\nshare = 0.6\n"
         "[infrastructure]\nby = \"component\"\n[tier.low]\nfrom = 0\n[tier.middle]\nfrom = 1_100\nmonthly = "
         "1_511\nonce = "
         "2_385\n" OWN STAGES RISKS RESPONSES MONEY COMPANY,
    /* cohorts and annual plans, tails with a cap, credits, rounds, a company that stops */
    TIME
    "[start]\nusers = 723.7\npaid = 161.3\ncash = 40_000\n"
    "[growth]\nrate_first = 0.4385\ndecay = 0.83\n[conversion]\nshare = 0.1917\n"
    "[churn]\nby = \"sbg\"\nalpha = 0.8\nbeta = 1.3\nage_classes = 3\nstart_age = 2\nannual_share = 0.37\n"
    "annual_renewal = 0.41\nstart_annual_share = 0.23\nreactivation = 0.21\nannual_reactivation = 0.06\n"
    "[revenue]\nprice = 15.35\nannual_discount = 0.17\n"
    "[usage]\nfree_monthly = 1.93\npaid_monthly = 7.1\nfree_tail = 1.1\npaid_tail = 1.3\nfree_cap = "
    "5\npaid_cap = 30\n"
    "[ai]\ncost_free = 0.127\ncost_paid = 1.03\n[voice]\ncost_free = 0.0231\ncost_paid = 0.913\n"
    "[tier.low]\nfrom = 0\nmonthly = 503.7\n[partner.cloud]\ntype = \"technology\"\narrivals = 0.3\ncredits "
    "= 5_000\n"
    "credits_last = 4\n"
    "[round.seed]\nquarter = 3\nsize = 20_000\nprobability = 0.6\ncommitted = \"true\"\n"
    "[round.later]\nquarter = 4\nsize = 1e6\nprobability = 0.5\n"
    "[surviving]\n[cash]\ninsolvency = \"stop\"\n[overheads]\nmonthly = 9_000\n" SEGMENTS RISKS,
};
enum { SCENARIOS = sizeof scenarios / sizeof *scenarios };

static struct sp_centre *make_of(const struct sp_request *request) {
    struct sp_problems problems = {0};
    struct sp_scenario *scenario = sp_scenario_read(request, &problems);
    cr_assert_not_null(scenario, "%s", problems.count ? problems.items[0].what : "");
    struct sp_plan *plan =
        sp_compile_plan(scenario, &(struct sp_compile_options){.at_centre = true, .threads = 1}, &problems);
    cr_assert_not_null(plan, "%s", problems.count ? problems.items[0].what : "");
    struct sp_centre *centre;
    int error = sp_centre_make(scenario, plan, &problems, &centre);
    cr_assert_eq(error, 0, "%s", problems.count ? problems.items[0].what : "");
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    sp_problems_free(&problems);
    return centre;
}

static struct sp_centre *make(const char *text) {
    struct sp_arena *arena = sp_arena_create();
    const char *folder = tree_helper_folder(arena);
    struct sp_request request = {.scenario = tree_helper_write(arena, folder, "centre.toml", text)};
    struct sp_centre *centre = make_of(&request);
    tree_helper_remove(folder);
    sp_arena_free(arena);
    return centre;
}

static const struct sp_centre_row *find(const struct sp_centre *centre, const char *name) {
    for (size_t c = 0; c < centre->columns; c++)
        if (strcmp(centre->column[c].name, name) == 0)
            return &centre->column[c];
    cr_assert_fail("no column %s", name);
    return NULL;
}

/* --- As a spreadsheet does --- */

/* What the cells show, [column][quarter]; those not worked out yet are not `known`. */
struct sheet {
    const struct sp_centre *centre;
    double value[256][16];
    bool known[256][16];
};

/* The value of a cell: its formula's where it has one, with those that it refers to worked out first. */
static double recalculate(void *context, const struct sp_centre_row *row, size_t t) {
    struct sheet *sheet = context;
    const struct sp_centre_formula *formula = t == 0 ? row->opening : row->formula;
    size_t c = (size_t)(row - sheet->centre->column);
    if (!formula)
        return row->value[t];
    if (!sheet->known[c][t])
        sheet->value[c][t] = sp_centre_value(formula, t, recalculate, sheet);
    sheet->known[c][t] = true;
    return sheet->value[c][t];
}

static void expect_recalculated(const struct sp_centre *centre) {
    static struct sheet sheet;
    cr_assert(centre->columns <= 256 && centre->quarters < 16);
    memset(&sheet, 0, sizeof sheet);
    sheet.centre = centre;
    for (size_t t = 0; t <= centre->quarters; t++)
        for (size_t c = 0; c < centre->columns; c++) {
            const struct sp_centre_row *row = &centre->column[c];
            double value = recalculate(&sheet, row, t), expected = row->value[t];
            bool close = value == expected || (isnan(value) && isnan(expected)) ||
                         fabs(value - expected) <= 1e-9 * fmax(1, fabs(expected));
            cr_expect(close, "%s in quarter %zu: by formulas %.15g, by the engine %.15g", row->name, t, value,
                      expected);
        }
}

static void expect_no_contradiction(const struct sp_centre *centre) {
    for (size_t c = 0; c < centre->columns; c++)
        cr_expect_not(centre->column[c].contradicts,
                      "the formula of %s (models/, mechanism %s) says something else than its step",
                      centre->column[c].name, centre->column[c].mechanism);
}

Test(formulas, say_what_steps_do) {
    for (size_t i = 0; i < SCENARIOS; i++) {
        struct sp_centre *centre = make(scenarios[i]);
        expect_no_contradiction(centre);
        sp_centre_free(centre);
    }
}

Test(formulas, recalculate_to_the_figures_of_the_engine) {
    for (size_t i = 0; i < SCENARIOS; i++) {
        struct sp_centre *centre = make(scenarios[i]);
        expect_recalculated(centre);
        sp_centre_free(centre);
    }
}

/* The books in every scenario, and what they rest on where that can be said. */
Test(formulas, are_there_for_the_books) {
    static const char *const always[] = {"cash", "net_burn", "cost.total", "cogs", "gross_profit", NULL};
    static const char *const rest[] = {
        "users",   "paid",       "paid.churned",        "free",         "mrr", "revenue", "stories",
        "cost.ai", "cost.voice", "cost.infrastructure", "cost.upgrade", NULL};
    for (size_t i = 0; i < SCENARIOS; i++) {
        struct sp_centre *centre = make(scenarios[i]);
        for (size_t n = 0; always[n]; n++)
            cr_expect_not_null(find(centre, always[n])->formula, "%s in scenario %zu", always[n], i);
        for (size_t n = 0; i > 0 && rest[n]; n++)
            cr_expect_not_null(find(centre, rest[n])->formula, "%s in scenario %zu", rest[n], i);
        sp_centre_free(centre);
    }
}

/* The company of the last scenario stops: what it did until then, and then nothing, is said by the formulas
 * too. */
Test(formulas, hold_when_the_company_stops) {
    struct sp_centre *centre = make(scenarios[SCENARIOS - 1]);
    size_t last = centre->quarters;
    cr_expect_eq(find(centre, "cash.stopped")->value[last], 1);
    cr_expect_eq(find(centre, "revenue")->value[last], 0);
    cr_expect_gt(find(centre, "revenue")->value[1], 0);
    cr_expect_not_null(find(centre, "revenue")->formula);
    sp_centre_free(centre);
}

Test(formulas, of_the_moderate_scenario_hold) {
    const char *const continuous[] = {"counts = \"continuous\""};
    struct sp_request request = {.scenario = "scenarios/moderate.toml", .set = continuous, .sets = 1};
    struct sp_centre *centre = make_of(&request);
    expect_no_contradiction(centre);
    cr_expect_not_null(find(centre, "cash")->formula);
    cr_expect_not_null(find(centre, "cost.infrastructure.lambda")->formula);
    sp_centre_free(centre);
}

/* --- The rule of the centre --- */

Test(formulas, draws_are_medians_and_events_need_more_than_half) {
    struct sp_centre *centre = make(TIME "[start]\ncash = { lognormal = { median = 2_385, sigma = 1.3 } }\n"
                                         "[risk.half]\nper_quarter = 0.5\ncost = 100\n"
                                         "[risk.more]\nper_quarter = 0.500001\ncost = { lognormal = { median "
                                         "= 71.3, sigma = 2 }, each = \"quarter\" }\n");
    cr_expect_float_eq(find(centre, "cash")->value[0], 2385, 1e-5);
    for (size_t t = 1; t <= centre->quarters; t++) {
        cr_expect_eq(find(centre, "risk.half.events")->value[t], 0);
        cr_expect_eq(find(centre, "risk.more.events")->value[t], 1);
        cr_expect_float_eq(find(centre, "cost.risk.more")->value[t], 71.3, 1e-6);
    }
    sp_centre_free(centre);
}

/* Noise and factors are 0: a loaded, noisy value is its median. */
Test(formulas, noise_and_factors_are_nothing) {
    struct sp_centre *centre = make(
        TIME "[start]\ncash = 1\n[overheads]\nmonthly = { lognormal = { median = 317, sigma = 0.4 }, noise = "
             "{ sd = 0.3, phi = 0.5 } }\n"
             "per_head = { lognormal = { median = 10, sigma = 0.4 } }\n"
             "[factor.all]\nloadings = { \"overheads.monthly\" = 0.7, \"overheads.per_head\" = -0.9 }\n");
    for (size_t t = 1; t <= centre->quarters; t++)
        cr_expect_float_eq(find(centre, "cost.overheads")->value[t], 951, 1e-5);
    sp_centre_free(centre);
}

Test(formulas, people_are_not_rounded) {
    struct sp_centre *centre = make(scenarios[1]);
    double users = find(centre, "users")->value[1];
    cr_expect_float_eq(users, 723.7 * exp(0.4385), 1e-4);
    cr_expect_neq(users, floor(users));
    sp_centre_free(centre);
}

/* At the centre as many as the median count: of a mean of 3.1 / 4 a quarter, 1. */
Test(formulas, jumps_of_prices) {
    struct sp_centre *centre = make(
        TIME
        "[start]\nusers = 700\npaid = 50\ncash = 1\n[growth]\nrate_first = 0.1\n[conversion]\nshare = 0.5\n"
        "[usage]\nfree_monthly = 2\npaid_monthly = 7\n"
        "[ai]\ncost_free = 0.1\ncost_paid = 1\njump_per_year = 3.1\njump_factor = 0.7\n");
    cr_expect_not_null(find(centre, "ai.log_index")->formula);
    cr_expect_float_eq(find(centre, "ai.price_index")->value[2], 0.49, 1e-9);
    cr_expect_not_null(find(centre, "cost.ai")->formula);
    expect_recalculated(centre);
    sp_centre_free(centre);
}

Test(formulas, numbers_out_of_range_are_told) {
    struct sp_arena *arena = sp_arena_create();
    const char *folder = tree_helper_folder(arena);
    struct sp_problems problems = {0};
    struct sp_request request = {
        .scenario = tree_helper_write(
            arena, folder, "huge.toml",
            "[time]\nquarters = 400\n[start]\nusers = 1e12\ncash = 0\n[growth]\nrate_first = 5\n")};
    struct sp_scenario *scenario = sp_scenario_read(&request, &problems);
    struct sp_plan *plan =
        sp_compile_plan(scenario, &(struct sp_compile_options){.at_centre = true, .threads = 1}, &problems);
    struct sp_centre *centre;
    cr_expect_eq(sp_centre_make(scenario, plan, &problems, &centre), SP_ERROR_NUMERIC);
    cr_expect(centre == NULL && problems.count == 1 && strstr(problems.items[0].what, "users is inf in 20"));
    tree_helper_remove(folder);
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    sp_problems_free(&problems);
    sp_arena_free(arena);
}
