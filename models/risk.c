/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events that may happen in any quarter and cost money. Equations: README.md, Risks.
 */
#include "models/models.h"

#include <math.h>

enum { RISKS };
enum { PER_QUARTER, LOSS, ACCOUNT, OCCURS };
enum { COST, COST_OF, EVENTS };

static const struct sp_field fields[] = {
    {.key = "per_quarter",
     .unit = "1/quarter",
     .standard = NAN,
     .low = 0,
     .high = 1,
     .sentence = "probability that the event happens in a quarter",
     .example = {"0.1"}},
    {.key = "cost",
     .unit = "USD",
     .standard = 0,
     .low = 0,
     .high = 1e12,
     .each = SP_EACH_QUARTER,
     .sentence = "what it costs when it happens",
     .example = {"{ lognormal = { median = 3_000, sigma = 1 } }"}},
    {.key = "account",
     .kind = SP_FIELD_TEXT,
     .unit = "1",
     .sentence = "account of its cost; one_off when not given",
     .example = {"\"one_off\""}},
    {.key = "occurs",
     .kind = SP_FIELD_DRAW,
     .unit = "1",
     .each = SP_EACH_QUARTER,
     .sentence = "the uniform number that decides"},
};

static const struct sp_field_table table = {.name = "risk",
                                            .instanced = true,
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "an event that may happen in any quarter",
                                            .instance = {"outage"}};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.risk",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .not_with = 1 + RISKS,
              .account = "one_off",
              .sentence = "cost of all events"},
    [COST_OF] = {.column = "cost.risk.*",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .instanced = 1 + RISKS,
                 .account = "one_off",
                 .account_table = 1 + RISKS,
                 .account_field = ACCOUNT,
                 .sentence = "cost of the event"},
    [EVENTS] = {.column = "risk.*.events",
                .kind = SP_FLOW,
                .unit = "events",
                .adverse = SP_HIGH,
                .instanced = 1 + RISKS,
                .sentence = "how often the event happened"},
};

static void step_one(const struct sp_step *s, size_t i, double *restrict all) {
    const double *probability = sp_step_field(s, RISKS, i, PER_QUARTER),
                 *loss = sp_step_field(s, RISKS, i, LOSS);
    const double *u = sp_step_field(s, RISKS, i, OCCURS);
    double *restrict cost = sp_step_out(s, COST_OF, i), *restrict events = sp_step_out(s, EVENTS, i);
    for (size_t p = 0; p < s->n; p++) {
        events[p] = u[p] < probability[p] ? 1 : 0;
        cost[p] = u[p] < probability[p] ? loss[p] : 0;
        all[p] += cost[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict all = sp_step_out(s, COST, 0);
    for (size_t p = 0; p < s->n; p++)
        all[p] = 0;
    for (size_t i = 0; i < s->instances[RISKS]; i++)
        step_one(s, i, all);
}

extern const struct sp_mechanism sp_risk;
const struct sp_mechanism sp_risk = {
    .name = "risk",
    .sentence = "events happen with a probability per quarter, and cost money",
    .table = {&table},
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
