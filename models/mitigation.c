/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is done beforehand against a risk. Equations: README.md, Mitigation.
 */
#include "models/models.h"

#include <math.h>

enum { MITIGATIONS };
enum { DOES, FROM, TIER, ONCE, MONTHLY, ACCOUNT, EFFECT };
enum { HIGHEST_BEFORE, MITIGATED_BEFORE };
enum { MITIGATED, COST_OF };

static const struct sp_field fields[] = {
    [DOES] = {.key = "does",
              .kind = SP_FIELD_TEXT,
              .unit = "1",
              .sentence = "what is done, in words",
              .example = {"\"second vendor\""}},
    [FROM] = {.key = "from",
              .kind = SP_FIELD_QUARTER,
              .unit = "1",
              .standard = -INFINITY,
              .optional = true,
              .sentence = "first quarter in which it can be in place; the first of all when not given",
              .example = {"\"2026Q3\""}},
    [TIER] = {.key = "tier",
              .kind = SP_FIELD_NAME,
              .of = "tier",
              .unit = "1",
              .standard = -1,
              .optional = true,
              .sentence = "infrastructure tier that a path must have reached before",
              .example = {"\"second\""}},
    [ONCE] = {.key = "once",
              .unit = "USD",
              .standard = 0,
              .low = 0,
              .high = 1e12,
              .sentence = "what it costs to put it in place",
              .example = {"10_000"}},
    [MONTHLY] = {.key = "monthly",
                 .unit = "USD/month",
                 .standard = 0,
                 .low = 0,
                 .high = 1e12,
                 .sentence = "what it costs a month while it is in place",
                 .example = {"600"}},
    [ACCOUNT] = {.key = "account",
                 .kind = SP_FIELD_TEXT,
                 .unit = "1",
                 .sentence = "account of its cost; opex.g_and_a when not given",
                 .example = {"\"opex.r_and_d\""}},
    [EFFECT] = {.key = "effect",
                .kind = SP_FIELD_EFFECTS,
                .unit = "1",
                .optional = true,
                .share = "risk.*.mitigated",
                .sentence = "what it changes while it is in place, most often something of the risk",
                .example = {"[{ of = \"risk.outage.per_quarter\", times = 0.7 }]"}},
};

static const struct sp_field_table table = {.name = "mitigation",
                                            .within = "risk",
                                            .instanced = true,
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what is done beforehand against the risk",
                                            .instance = {"outage"}};

static const struct sp_read reads[] = {
    [HIGHEST_BEFORE] = {.column = "tier.highest", .before = true, .optional = true},
    [MITIGATED_BEFORE] = {.column = "risk.*.mitigated", .before = true, .own = true},
};

static const struct sp_write writes[] = {
    [MITIGATED] = {.column = "risk.*.mitigated",
                   .formula = "if(and(quarter>[risk.*.mitigation.from]?0,given([risk.*"
                              ".mitigation.tier],before(tier.highest)>=[risk.*.mitigation.tier],"
                              "1=1)),1,0)",
                   .kind = SP_STOCK,
                   .unit = "probability",
                   .instanced = 1 + MITIGATIONS,
                   .sentence = "1 when the mitigation is in place; its mean is the probability"},
    [COST_OF] = {.column = "cost.mitigation.*",
                 .formula = "if(before(risk.*.mitigated)>0,0,risk.*.mitigated)*[risk.*"
                            ".mitigation.once]+risk.*.mitigated*3*[risk.*.mitigation.monthly]",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .instanced = 1 + MITIGATIONS,
                 .account = "opex.g_and_a",
                 .account_table = 1 + MITIGATIONS,
                 .account_field = ACCOUNT,
                 .sentence = "cost of the mitigation of the risk"},
};

static void put_in_place(const struct sp_step *s, double *restrict in_place) {
    const double *highest = sp_step_read(s, HIGHEST_BEFORE);
    double tier = sp_step_number(s, MITIGATIONS, 0, TIER);
    double may = s->quarter >= sp_step_number(s, MITIGATIONS, 0, FROM) ? 1 : 0;
    for (size_t p = 0; p < s->n; p++)
        in_place[p] = !highest || highest[p] >= tier ? may : 0;
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *once = sp_step_field(s, MITIGATIONS, 0, ONCE);
    const double *monthly = sp_step_field(s, MITIGATIONS, 0, MONTHLY),
                 *before = sp_step_read(s, MITIGATED_BEFORE);
    double *restrict in_place = sp_step_out(s, MITIGATED, 0), *restrict cost = sp_step_out(s, COST_OF, 0);
    put_in_place(s, in_place);
    for (size_t p = 0; p < s->n; p++) {
        double begins = before[p] > 0 ? 0 : in_place[p];
        cost[p] = begins * once[p] + in_place[p] * (SP_MODELS_MONTHS * monthly[p]);
    }
}

extern const struct sp_mechanism sp_mitigation;
const struct sp_mechanism sp_mitigation = {
    .name = "mitigation",
    .sentence = "what is done beforehand makes a risk rarer, shorter or milder",
    .table = {&table},
    .by_instance = true,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
