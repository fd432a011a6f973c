/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Markets open at uncertain times, bring growth, pay other prices and cost money. Equations: README.md,
 * Markets.
 */
#include "models/models.h"

#include <math.h>
#include <string.h>

enum { MARKETS };
enum {
    LAUNCH,
    RAMP,
    SHARE,
    GROWTH,
    PRICE_LEVEL,
    FX,
    FX_CHANGE,
    LOCALISATION,
    COMPLIANCE,
    LOCALISATION_ACCOUNT,
    COMPLIANCE_ACCOUNT
};
enum { AGE_BEFORE, FX_LOG_BEFORE };
enum {
    LIVE,
    USER_SHARE,
    FX_NOW,
    AVERAGE_PRICE,
    COST,
    COST_OF,
    LOCALISATION_COST,
    COMPLIANCE_COST,
    AGE,
    ADDED_GROWTH,
    FX_LOG
};

static const struct sp_field fields[] = {
    [LAUNCH] = {.key = "launch",
                .unit = "quarter",
                .standard = NAN,
                .low = -1000,
                .high = 10000,
                .sentence =
                    "quarter of the launch, counted from 1 and rounded; already live when 0 or less, never "
                    "launched when beyond the horizon",
                .example = {"-7", "{ triangular = { min = 4, mode = 5, max = 8 } }"}},
    [RAMP] = {.key = "ramp",
              .unit = "quarters",
              .standard = 4,
              .low = 1,
              .high = 400,
              .sentence = "quarters from the launch until the market has its full share"},
    [SHARE] = {.key = "share",
               .unit = "1",
               .standard = NAN,
               .low = 0,
               .high = 1,
               .sentence = "the market's share of all users and payers, once it has it in full",
               .example = {"0.8", "{ pert = { min = 0.05, mode = 0.15, max = 0.30 } }"}},
    [GROWTH] = {.key = "growth",
                .unit = "1/quarter",
                .standard = 0,
                .low = -5,
                .high = 5,
                .sentence = "added to the growth rate of users while the market ramps up"},
    [PRICE_LEVEL] = {.key = "price_level",
                     .unit = "1",
                     .standard = 1,
                     .low = 0,
                     .high = 1000,
                     .sentence =
                         "what payers there pay, relative to the base price, at today's exchange rate",
                     .example = {NULL, "0.9"}},
    [FX] = {.key = "fx",
            .unit = "1",
            .standard = 1,
            .low = 0,
            .high = 1000,
            .sentence = "value of the market's currency relative to today's"},
    [FX_CHANGE] = {.key = "fx_change",
                   .unit = "1/quarter",
                   .standard = 0,
                   .low = -5,
                   .high = 5,
                   .each = SP_EACH_QUARTER,
                   .sentence =
                       "logarithmic change of that value in a quarter; changes add up (a random walk)",
                   .example = {NULL, "{ normal = { mean = 0, sd = 0.04 } }"}},
    [LOCALISATION] = {.key = "localisation",
                      .unit = "USD",
                      .standard = 0,
                      .low = 0,
                      .high = 1e12,
                      .sentence =
                          "one-off cost in the quarter of the launch: language, content, payment methods",
                      .example = {NULL, "30_000"}},
    [COMPLIANCE] = {.key = "compliance",
                    .unit = "USD/month",
                    .standard = 0,
                    .low = 0,
                    .high = 1e12,
                    .sentence = "cost of the market's rules from its launch on",
                    .example = {NULL, "800"}},
    [LOCALISATION_ACCOUNT] = {.key = "localisation_account",
                              .kind = SP_FIELD_TEXT,
                              .unit = "1",
                              .sentence = "account of localisation; one_off when not given",
                              .example = {"\"one_off\""}},
    [COMPLIANCE_ACCOUNT] = {.key = "compliance_account",
                            .kind = SP_FIELD_TEXT,
                            .unit = "1",
                            .sentence = "account of compliance; opex.g_and_a when not given",
                            .example = {"\"opex.g_and_a\""}},
};

static const struct sp_field_table table = {.name = "market",
                                            .instanced = true,
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "a market: a country or a language",
                                            .instance = {"home", "abroad"}};

static const struct sp_read reads[] = {
    [AGE_BEFORE] = {.column = "market.*.quarters", .before = true},
    [FX_LOG_BEFORE] = {.column = "market.*.fx_log", .before = true},
};

static const struct sp_write writes[] = {
    [LIVE] = {.column = "market.*.live",
              .formula = "if(or(before(market.*.quarters)>0,int([market.*.launch]+"
                         "0.5)<=quarter),1,0)",
              .kind = SP_STOCK,
              .unit = "probability",
              .instanced = 1 + MARKETS,
              .sentence = "1 when the market is live; its mean is the probability"},
    [USER_SHARE] = {.column = "market.*.share",
                    .formula = "[market.*.share]*min(market.*.quarters,[market.*.ramp])/[market.*"
                               ".ramp]/max(sum([market.*.share]*min(market.*.quarters,[market.*"
                               ".ramp])/[market.*.ramp]),1)",
                    .kind = SP_STOCK,
                    .unit = "1",
                    .instanced = 1 + MARKETS,
                    .sentence = "the market's share of users and payers"},
    [FX_NOW] = {.column = "market.*.fx",
                .formula = "[market.*.fx]*exp(market.*.fx_log)",
                .kind = SP_STOCK,
                .unit = "1",
                .instanced = 1 + MARKETS,
                .sentence = "value of the market's currency relative to today's"},
    [AVERAGE_PRICE] = {.column = "market.price",
                       .formula = "max(1-sum(market.*.share),0)+sum(market.*.share*[market.*"
                                  ".price_level]*market.*.fx)",
                       .kind = SP_STOCK,
                       .unit = "1",
                       .sentence = "average price over all markets, relative to the base price"},
    [COST] = {.column = "cost.market",
              .formula = "sum(cost.market.*)",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .sentence = "localisation and compliance of all markets"},
    [COST_OF] = {.column = "cost.market.*",
                 .formula = "cost.market.*.localisation+cost.market.*.compliance",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .instanced = 1 + MARKETS,
                 .sentence = "localisation and compliance of the market"},
    [LOCALISATION_COST] = {.column = "cost.market.*.localisation",
                           .formula =
                               "if(and(market.*.quarters=1,market.*.live=1),[market.*.localisation],0)",
                           .kind = SP_FLOW,
                           .unit = "USD",
                           .adverse = SP_HIGH,
                           .instanced = 1 + MARKETS,
                           .account = "one_off",
                           .account_table = 1 + MARKETS,
                           .account_field = LOCALISATION_ACCOUNT,
                           .sentence = "one-off cost of the launch"},
    [COMPLIANCE_COST] = {.column = "cost.market.*.compliance",
                         .formula = "3*[market.*.compliance]*market.*.live",
                         .kind = SP_FLOW,
                         .unit = "USD",
                         .adverse = SP_HIGH,
                         .instanced = 1 + MARKETS,
                         .account = "opex.g_and_a",
                         .account_table = 1 + MARKETS,
                         .account_field = COMPLIANCE_ACCOUNT,
                         .sentence = "cost of the market's rules"},
    [AGE] = {.column = "market.*.quarters",
             .formula = "before(market.*.quarters)+market.*.live",
             .opening = "max(1-int([market.*.launch]+0.5),0)",
             .kind = SP_STOCK,
             .unit = "quarters",
             .internal = true,
             .instanced = 1 + MARKETS,
             .sentence = "quarters since the launch, that of the launch included"},
    [ADDED_GROWTH] = {.column = "market.*.growth",
                      .formula = "[market.*.growth]*(min(market.*.quarters,[market.*.ramp])-min(market.*"
                                 ".quarters-market.*.live,[market.*.ramp]))",
                      .kind = SP_STOCK,
                      .unit = "1/quarter",
                      .internal = true,
                      .instanced = 1 + MARKETS,
                      .sentence = "what the market adds to the growth rate of users"},
    [FX_LOG] = {.column = "market.*.fx_log",
                .formula = "before(market.*.fx_log)+[market.*.fx_change]",
                .kind = SP_STOCK,
                .unit = "1",
                .internal = true,
                .instanced = 1 + MARKETS,
                .sentence = "sum of all changes of the exchange rate"},
};

/* Whoever is live stays so, even when the launch is put off later. */
static void update_age(const struct sp_step *s, size_t i) {
    const double *launch = sp_step_field(s, MARKETS, i, LAUNCH), *before = sp_step_read_one(s, AGE_BEFORE, i);
    double *restrict age = sp_step_out(s, AGE, i), *restrict live = sp_step_out(s, LIVE, i);
    double now = s->quarter + 1;
    for (size_t p = 0; p < s->n; p++) {
        live[p] = (before[p] > 0) | (floor(launch[p] + 0.5) <= now) ? 1 : 0;
        age[p] = before[p] + live[p];
    }
}

/* The share grows in equal parts over the ramp, and with it goes the growth, growth x ramp in all. */
static void update_reach(const struct sp_step *s, size_t i) {
    const double *ramp = sp_step_field(s, MARKETS, i, RAMP), *full = sp_step_field(s, MARKETS, i, SHARE);
    const double *growth = sp_step_field(s, MARKETS, i, GROWTH), *age = sp_step_out(s, AGE, i);
    const double *live = sp_step_out(s, LIVE, i);
    double *restrict share = sp_step_out(s, USER_SHARE, i), *restrict added = sp_step_out(s, ADDED_GROWTH, i);
    for (size_t p = 0; p < s->n; p++) {
        double reached = age[p] < ramp[p] ? age[p] : ramp[p];
        double before = age[p] - live[p] < ramp[p] ? age[p] - live[p] : ramp[p];
        share[p] = full[p] * (reached / ramp[p]);
        added[p] = growth[p] * (reached - before);
    }
}

static void update_fx(const struct sp_step *s, size_t i) {
    const double *level = sp_step_field(s, MARKETS, i, FX), *change = sp_step_field(s, MARKETS, i, FX_CHANGE);
    const double *before = sp_step_read_one(s, FX_LOG_BEFORE, i);
    double *restrict log = sp_step_out(s, FX_LOG, i), *restrict fx = sp_step_out(s, FX_NOW, i);
    for (size_t p = 0; p < s->n; p++) {
        log[p] = before[p] + change[p];
        fx[p] = level[p];
    }
    if (sp_step_is(s, MARKETS, i, FX_CHANGE, 0))
        return;
    s->kernels->exp(log, fx, s->n);
    for (size_t p = 0; p < s->n; p++)
        fx[p] *= level[p];
}

static void update_cost(const struct sp_step *s, size_t i, double *restrict all) {
    const double *once = sp_step_field(s, MARKETS, i, LOCALISATION),
                 *monthly = sp_step_field(s, MARKETS, i, COMPLIANCE);
    const double *age = sp_step_out(s, AGE, i), *live = sp_step_out(s, LIVE, i);
    double *restrict localisation = sp_step_out(s, LOCALISATION_COST, i), *restrict compliance = sp_step_out(
                                                                              s, COMPLIANCE_COST, i);
    double *restrict cost = sp_step_out(s, COST_OF, i);
    for (size_t p = 0; p < s->n; p++) {
        localisation[p] = age[p] == 1 ? once[p] : 0;
        compliance[p] = SP_MODELS_MONTHS * monthly[p] * live[p];
        cost[p] = localisation[p] + compliance[p];
        all[p] += cost[p];
    }
}

/* Shares that add up to more than 1 are divided by their sum. */
static void limit_shares(const struct sp_step *s, double *restrict sum) {
    for (size_t p = 0; p < s->n; p++)
        sum[p] = 0;
    for (size_t i = 0; i < s->instances[MARKETS]; i++) {
        const double *restrict share = sp_step_out(s, USER_SHARE, i);
        for (size_t p = 0; p < s->n; p++)
            sum[p] += share[p];
    }
    for (size_t i = 0; i < s->instances[MARKETS]; i++) {
        double *restrict share = sp_step_out(s, USER_SHARE, i);
        for (size_t p = 0; p < s->n; p++)
            share[p] = sum[p] > 1 ? share[p] / sum[p] : share[p];
    }
}

/* Users outside all markets pay the base price. `price` has the sum of the shares. */
static void update_price(const struct sp_step *s, double *restrict price) {
    for (size_t p = 0; p < s->n; p++)
        price[p] = price[p] < 1 ? 1 - price[p] : 0;
    for (size_t i = 0; i < s->instances[MARKETS]; i++) {
        const double *level = sp_step_field(s, MARKETS, i, PRICE_LEVEL);
        const double *share = sp_step_out(s, USER_SHARE, i), *fx = sp_step_out(s, FX_NOW, i);
        for (size_t p = 0; p < s->n; p++)
            price[p] += share[p] * (level[p] * fx[p]);
    }
}

/* Markets launched before the horizon have their share of the opening payers, whose price counts. */
static void start(const struct sp_step *s) {
    for (size_t i = 0; i < s->instances[MARKETS]; i++) {
        const double *launch = sp_step_field(s, MARKETS, i, LAUNCH),
                     *level = sp_step_field(s, MARKETS, i, FX);
        double *restrict age = sp_step_out(s, AGE, i), *restrict live = sp_step_out(s, LIVE, i);
        for (size_t p = 0; p < s->n; p++) {
            double quarters = 1 - floor(launch[p] + 0.5);
            age[p] = quarters > 0 ? quarters : 0;
            live[p] = quarters > 0 ? 1 : 0;
        }
        memcpy(sp_step_out(s, FX_NOW, i), level, s->n * sizeof *level);
        update_reach(s, i);
    }
    limit_shares(s, sp_step_out(s, AVERAGE_PRICE, 0));
    update_price(s, sp_step_out(s, AVERAGE_PRICE, 0));
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict cost = sp_step_out(s, COST, 0), *restrict price = sp_step_out(s, AVERAGE_PRICE, 0);
    for (size_t p = 0; p < s->n; p++)
        cost[p] = 0;
    for (size_t i = 0; i < s->instances[MARKETS]; i++) {
        update_age(s, i);
        update_reach(s, i);
        update_fx(s, i);
        update_cost(s, i, cost);
    }
    limit_shares(s, price);
    update_price(s, price);
}

extern const struct sp_mechanism sp_markets;
const struct sp_mechanism sp_markets = {
    .name = "market",
    .sentence = "markets open at uncertain times, bring growth, pay other prices and cost money",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
