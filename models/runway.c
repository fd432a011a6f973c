/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How long the cash lasts and how much of it is needed. Equations: README.md, Runway.
 */
#include "models/models.h"

enum { CASH, CASH_BEFORE, BURN, COMMITTED_BEFORE, RUNWAY_BEFORE, BURNT_BEFORE, NEED_BEFORE, COMMITTED_IN };
enum { COMMITTED, RUNWAY, SIMPLE, BURNT, NEED };

static const struct sp_read reads[] = {
    [CASH] = {.column = "cash"},
    [CASH_BEFORE] = {.column = "cash", .before = true},
    [BURN] = {.column = "net_burn"},
    [COMMITTED_BEFORE] = {.column = "cash.committed", .before = true},
    [RUNWAY_BEFORE] = {.column = "runway", .before = true},
    [BURNT_BEFORE] = {.column = "net_burn.so_far", .before = true},
    [NEED_BEFORE] = {.column = "funding_need", .before = true},
    [COMMITTED_IN] = {.column = "financing.committed", .optional = true},
};

static const struct sp_write writes[] = {
    [COMMITTED] = {.column = "cash.committed",
                   .formula = "before(cash.committed)-net_burn+financing.committed?0",
                   .opening = "[start.cash]",
                   .kind = SP_STOCK,
                   .unit = "USD",
                   .internal = true,
                   .sentence = "cash as it would be with committed rounds only"},
    [RUNWAY] = {.column = "runway",
                .formula = "if(isnumber(before(runway)),before(runway),if(cash.committed<0,3*"
                           "(quarter-1+before(cash.committed)/(before(cash.committed)-cash.committ"
                           "ed)),\"inf\"))",
                .kind = SP_STOCK,
                .unit = "months",
                .may_be_undefined = true,
                .undefined_when = "cash has not been below 0 by then: longer than all that have, ranked last",
                .ranked = true,
                .sentence =
                    "months from the opening until cash is below 0 for the first time, with committed "
                    "rounds only"},
    [SIMPLE] = {.column = "runway.simple",
                .formula = "if(net_burn>0,3*max(cash,0)/net_burn,\"inf\")",
                .kind = SP_STOCK,
                .unit = "months",
                .may_be_undefined = true,
                .undefined_when = "nothing is burnt: ranked last",
                .ranked = true,
                .sentence = "months that cash lasts at the net burn of the last three months"},
    [BURNT] = {.column = "net_burn.so_far",
               .formula = "before(net_burn.so_far)+net_burn",
               .kind = SP_STOCK,
               .unit = "USD",
               .internal = true,
               .sentence = "net burn from the first quarter on"},
    [NEED] = {.column = "funding_need",
              .formula = "max(net_burn.so_far,before(funding_need))",
              .kind = SP_STOCK,
              .unit = "USD",
              .adverse = SP_HIGH,
              .sentence = "deepest fall of cash below the opening cash so far, without financing"},
};

static void start(const struct sp_step *s) {
    const double *opening = sp_step_read(s, CASH_BEFORE);
    double *restrict committed = sp_step_out(s, COMMITTED, 0), *restrict runway = sp_step_out(s, RUNWAY, 0);
    for (size_t p = 0; p < s->n; p++) {
        committed[p] = opening[p];
        runway[p] = opening[p] < 0 ? 0 : INFINITY;
    }
}

/* Within the quarter cash is taken to fall evenly. */
static void update_runway(const struct sp_step *s) {
    const double *in = sp_step_or_zeros(s, sp_step_read(s, COMMITTED_IN)), *burn = sp_step_read(s, BURN);
    const double *before = sp_step_read(s, COMMITTED_BEFORE), *known = sp_step_read(s, RUNWAY_BEFORE);
    double *restrict cash = sp_step_out(s, COMMITTED, 0), *restrict runway = sp_step_out(s, RUNWAY, 0);
    for (size_t p = 0; p < s->n; p++) {
        cash[p] = before[p] - burn[p] + in[p];
        double part = before[p] / (before[p] - cash[p]);
        double found = SP_MODELS_MONTHS * (s->quarter + part);
        runway[p] = (known[p] == INFINITY) & (cash[p] < 0) ? found : known[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *cash = sp_step_read(s, CASH), *burn = sp_step_read(s, BURN);
    const double *burnt_before = sp_step_read(s, BURNT_BEFORE), *need_before = sp_step_read(s, NEED_BEFORE);
    double *restrict simple = sp_step_out(s, SIMPLE, 0), *restrict burnt = sp_step_out(s, BURNT, 0);
    double *restrict need = sp_step_out(s, NEED, 0);
    if (sp_step_wants(s, RUNWAY))
        update_runway(s);
    for (size_t p = 0; p < s->n; p++) {
        double lasts = cash[p] > 0 ? SP_MODELS_MONTHS * cash[p] / burn[p] : 0;
        simple[p] = burn[p] > 0 ? lasts : INFINITY;
        burnt[p] = burnt_before[p] + burn[p];
        need[p] = burnt[p] > need_before[p] ? burnt[p] : need_before[p];
    }
}

extern const struct sp_mechanism sp_runway;
const struct sp_mechanism sp_runway = {
    .name = "runway",
    .sentence = "how long cash lasts, and how much of it is needed",
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .always = true,
    .start = start,
    .after_stop = true,
    .step = step,
};
