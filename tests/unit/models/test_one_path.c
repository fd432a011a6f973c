/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every mechanism on one path of plain numbers, against the equations of models/README.md, written again
 * here.
 */
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(one_path, .timeout = 60);

enum { QUARTERS = 9, TIERS = 3, COMPONENTS = 2 };

/* The assumptions of a world without chance. */
struct world {
    bool end, flow; /* accrual, basis */
    double users, paid, cash;
    double first, longrun, decay, shock;
    double churn, share, price;
    double free_monthly, paid_monthly;
    double ai_free, ai_paid, drift;
    double voice_free, voice_paid, voiced_free, voiced_paid;
    double factor, from[TIERS], monthly[TIERS], once[TIERS], part[COMPONENTS];
    double risk, loss;
};

struct state {
    double users, users_new, paid, paid_new, churned, free, mrr, revenue, stories_free, stories_paid;
    double index, ai, voice, hosting, component[COMPONENTS], upgrade, events, risk, cogs, total, cash, burn;
    double fade, log_index, lowest, lowest_quarter, ran_out_quarter;
    size_t highest;
};

static double average(const struct world *w, double before, double now) {
    return w->end ? now : (before + now) / 2;
}

static void move_users(const struct world *w, const struct state *b, struct state *s, int t) {
    s->churned = b->paid * (1 - pow(1 - w->churn, 3));
    s->fade = t == 0 ? 1 : b->fade * w->decay;
    s->users = b->users * exp(w->longrun + (w->first - w->longrun) * s->fade + w->shock);
    s->users = fmax(s->users, b->paid - s->churned);
    s->users_new = fmax(s->users - b->users, 0);
    double stay = b->paid - s->churned;
    double wanted = w->flow ? w->share * s->users_new : w->share * s->users - stay;
    s->paid_new = fmin(fmax(wanted, 0), s->users - stay);
    s->paid = stay + s->paid_new;
    s->free = fmax(s->users - s->paid, 0);
}

static void earn_and_use(const struct world *w, const struct state *b, struct state *s) {
    s->mrr = s->paid * w->price;
    s->revenue = 3 * w->price * average(w, b->paid, s->paid);
    s->stories_free = 3 * w->free_monthly * average(w, b->free, s->free);
    s->stories_paid = 3 * w->paid_monthly * average(w, b->paid, s->paid);
    s->log_index = b->log_index + w->drift;
    s->index = exp(s->log_index);
    s->ai = (s->stories_free * w->ai_free + s->stories_paid * w->ai_paid) * s->index;
    s->voice =
        s->stories_free * w->voiced_free * w->voice_free + s->stories_paid * w->voiced_paid * w->voice_paid;
}

static size_t tier_of(const struct world *w, double users) {
    size_t tier = TIERS - 1;
    while (users < w->from[tier])
        tier--;
    return tier;
}

static void host(const struct world *w, const struct state *b, struct state *s) {
    size_t tier = tier_of(w, s->users);
    s->hosting = 3 * w->monthly[tier] * w->factor;
    s->highest = tier > b->highest ? tier : b->highest;
    s->upgrade = s->highest > b->highest ? w->once[s->highest] : 0;
    for (size_t i = 0; i < COMPONENTS; i++)
        s->component[i] = s->hosting * w->part[i] / (w->part[0] + w->part[1]);
}

/* Component 1 is opex, all else of hosting cogs; risk and upgrade one-off. */
static void account(const struct world *w, const struct state *b, struct state *s, int t) {
    s->events = w->risk; /* 0 or 1 */
    s->risk = w->risk * w->loss;
    s->cogs = s->ai + s->voice + s->component[0];
    s->total = s->cogs + s->component[1] + s->upgrade + s->risk;
    s->burn = s->total - s->revenue;
    s->cash = b->cash - s->burn;
    s->lowest = t == 0 ? s->cash : fmin(b->lowest, s->cash);
    s->lowest_quarter = t == 0 || s->cash < b->lowest ? t + 1 : b->lowest_quarter;
    s->ran_out_quarter = isnan(b->ran_out_quarter) && s->cash < 0 ? t + 1 : b->ran_out_quarter;
}

static void simulate(const struct world *w, struct state s[QUARTERS + 1]) {
    s[0] = (struct state){.users = w->users, .paid = w->paid, .cash = w->cash, .ran_out_quarter = NAN};
    s[0].free = fmax(w->users - w->paid, 0);
    s[0].highest = tier_of(w, w->users);
    for (int t = 0; t < QUARTERS; t++) {
        s[t + 1] = (struct state){0};
        move_users(w, &s[t], &s[t + 1], t);
        earn_and_use(w, &s[t], &s[t + 1]);
        host(w, &s[t], &s[t + 1]);
        account(w, &s[t], &s[t + 1], t);
    }
}

/* --- The same world as a scenario
 * ---------------------------------------------------------------------------- */

static const char *scenario_of(const struct world *w) {
    const char *people = engine_test_text(
        "paths = 65\ncounts = \"continuous\"\naccrual = \"%s\"\n[time]\nquarters = %d\n[start]\nusers = "
        "%.17g\npaid = %.17g\ncash = "
        "%.17g\n"
        "[growth]\nrate_first = %.17g\nrate_longrun = %.17g\ndecay = %.17g\nshock = %.17g\n[churn]\nmonthly "
        "= %.17g\n"
        "[conversion]\nbasis = \"%s\"\nshare = %.17g\n[revenue]\nprice = %.17g\n",
        w->end ? "end" : "average", QUARTERS, w->users, w->paid, w->cash, w->first, w->longrun, w->decay,
        w->shock, w->churn, w->flow ? "flow" : "stock", w->share, w->price);
    const char *stories = engine_test_text(
        "[usage]\nfree_monthly = %.17g\npaid_monthly = %.17g\n[ai]\ncost_free = %.17g\ncost_paid = %.17g\n"
        "price_drift = %.17g\n[voice]\ncost_free = %.17g\ncost_paid = %.17g\nshare_free = %.17g\nshare_paid "
        "= %.17g\n",
        w->free_monthly, w->paid_monthly, w->ai_free, w->ai_paid, w->drift, w->voice_free, w->voice_paid,
        w->voiced_free, w->voiced_paid);
    const char *hosting = engine_test_text(
        "[infrastructure]\nfactor = %.17g\n[component.a]\nshare = %.17g\n[component.b]\nshare = %.17g\n"
        "account = \"opex.x\"\n[risk.r]\nper_quarter = %.17g\ncost = %.17g\n",
        w->factor, w->part[0], w->part[1], w->risk, w->loss);
    for (size_t i = 0; i < TIERS; i++) /* in the order of the text, not of their thresholds */
        hosting = engine_test_text("%s[tier.t%zu]\nfrom = %.17g\nmonthly = %.17g\nonce = %.17g\n", hosting,
                                   TIERS - 1 - i, w->from[TIERS - 1 - i], w->monthly[TIERS - 1 - i],
                                   w->once[TIERS - 1 - i]);
    return engine_test_text("%s%s%s", people, stories, hosting);
}

static void expect(const struct sp_result *r, const char *metric, size_t t, double truth) {
    const double *kept = engine_test_kept(r, metric, t);
    for (size_t p = 0; p < r->kept_paths; p += 64)
        cr_expect((isnan(truth) && isnan(kept[p])) || fabs(kept[p] - truth) <= 1e-11 * fabs(truth) + 1e-300,
                  "%s in quarter %zu on path %zu: %.17g, not %.17g", metric, t, p, kept[p], truth);
}

static double ratio(double numerator, double denominator) {
    return denominator > 0 ? numerator / denominator : NAN;
}

static void expect_people(const struct sp_result *r, size_t t, const struct state *s) {
    expect(r, "users", t, s->users);
    expect(r, "users.new", t, s->users_new);
    expect(r, "paid", t, s->paid);
    expect(r, "paid.new", t, s->paid_new);
    expect(r, "paid.churned", t, s->churned);
    expect(r, "free", t, s->free);
    expect(r, "conversion.stock", t, ratio(s->paid, s->users));
    expect(r, "conversion.flow", t, ratio(s->paid_new, s->users_new));
    expect(r, "mrr", t, s->mrr);
    expect(r, "arr", t, 12 * s->mrr);
    expect(r, "revenue", t, s->revenue);
}

static void expect_costs(const struct sp_result *r, size_t t, const struct state *s) {
    expect(r, "stories", t, s->stories_free + s->stories_paid);
    expect(r, "stories.free", t, s->stories_free);
    expect(r, "stories.paid", t, s->stories_paid);
    expect(r, "ai.price_index", t, s->index);
    expect(r, "cost.ai", t, s->ai);
    expect(r, "cost.voice", t, s->voice);
    expect(r, "cost.infrastructure", t, s->hosting);
    expect(r, "cost.infrastructure.a", t, s->component[0]);
    expect(r, "cost.infrastructure.b", t, s->component[1]);
    expect(r, "cost.upgrade", t, s->upgrade);
    expect(r, "cost.risk", t, s->risk);
    expect(r, "cost.risk.r", t, s->risk);
    expect(r, "risk.r.events", t, s->events);
    expect(r, "cogs", t, s->cogs);
    expect(r, "cost.total", t, s->total);
}

static void expect_money(const struct sp_result *r, size_t t, const struct state *s) {
    expect(r, "gross_profit", t, s->revenue - s->cogs);
    expect(r, "gross_margin", t, ratio(s->revenue - s->cogs, s->revenue));
    expect(r, "net_burn", t, s->burn);
    expect(r, "cash", t, s->cash);
    expect(r, "cash.lowest", t, s->lowest);
    expect(r, "cash.lowest_quarter", t, s->lowest_quarter);
    expect(r, "cash.below_zero", t, s->cash < 0);
    expect(r, "cash.ran_out", t, !isnan(s->ran_out_quarter));
    expect(r, "cash.ran_out_quarter", t, s->ran_out_quarter);
}

static void expect_world(const struct world *given) {
    for (int way = 0; way < 4; way++) {
        struct world w = *given;
        struct state s[QUARTERS + 1];
        w.end = way & 1;
        w.flow = way & 2;
        simulate(&w, s);
        struct engine_test_run run =
            engine_test_run_well(scenario_of(&w), (struct engine_test_options){.kept = 65});
        for (size_t t = 0; t < QUARTERS; t++) {
            expect_people(run.result, t, &s[t + 1]);
            expect_costs(run.result, t, &s[t + 1]);
            expect_money(run.result, t, &s[t + 1]);
        }
        engine_test_free(&run);
    }
}

/* --- Worlds
 * ------------------------------------------------------------------------------------------------- */

static struct world usual(void) {
    return (struct world){.users = 713.7,
                          .paid = 43.3,
                          .cash = 20000.25,
                          .first = 0.385,
                          .longrun = 0.0317,
                          .decay = 0.871,
                          .shock = -0.0123,
                          .churn = 0.0519,
                          .share = 0.1123,
                          .price = 14.79,
                          .free_monthly = 2.117,
                          .paid_monthly = 6.31,
                          .ai_free = 0.1517,
                          .ai_paid = 1.073,
                          .drift = -0.0213,
                          .voice_free = 0.0219,
                          .voice_paid = 0.913,
                          .voiced_free = 0.371,
                          .voiced_paid = 0.93,
                          .factor = 1.0719,
                          .from = {0, 1000, 2500},
                          .monthly = {501, 1523, 7577},
                          .once = {9, 2385, 20011},
                          .part = {0.63, 0.37},
                          .risk = 0,
                          .loss = 3001.5};
}

Test(one_path, the_usual) {
    struct world w = usual();
    expect_world(&w);
}

Test(one_path, decline_and_falling_back) {
    struct world w = usual();
    w.users = 5000;
    w.first = -0.5;
    w.longrun = 0.4;
    w.decay = 0.6;
    w.drift = 0.07;
    expect_world(&w);
}

/* Users shrink below the payers who stay, who are active: users are raised to them, and no one is free. */
Test(one_path, users_are_raised_to_payers) {
    struct world w = usual();
    w.first = -2;
    w.decay = 1;
    w.churn = 0.01;
    w.share = 1;
    expect_world(&w);
    struct engine_test_run run = engine_test_run_well(scenario_of(&w), (struct engine_test_options){0});
    cr_expect_eq(engine_test_rule(run.result, "growth.users_raised"), 65 * (QUARTERS - 1),
                 "all but the first quarter, in which there are free users");
    engine_test_free(&run);
}

Test(one_path, nobody) {
    struct world w = usual();
    w.users = w.paid = 0;
    expect_world(&w);
}

Test(one_path, nothing_is_charged_and_nobody_stays) {
    struct world w = usual();
    w.price = 0;
    w.churn = 1;
    expect_world(&w);
}

Test(one_path, nobody_leaves_and_nobody_pays) {
    struct world w = usual();
    w.churn = 0;
    w.share = 0;
    expect_world(&w);
    w.share = 1;
    expect_world(&w);
}

Test(one_path, a_certain_risk_and_a_free_world) {
    struct world w = usual();
    w.risk = 1;
    w.part[0] = 0;
    w.part[1] = 1;
    expect_world(&w);
    w.ai_free = w.ai_paid = w.voice_free = w.voice_paid = w.factor = w.loss = w.cash = 0;
    expect_world(&w);
}

/* A threshold belongs to the tier above it, and a tier that is skipped costs nothing. */
Test(one_path, thresholds) {
    struct world w = usual();
    w.users = 500;
    w.first = w.longrun = w.shock = 0;
    w.from[1] = 500;
    expect_world(&w);
    w.from[1] = nextafter(500, 1000);
    expect_world(&w);
    w.first = 3;
    w.decay = 0.1;
    expect_world(&w);
}
