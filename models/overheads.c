/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rent, law, accounting, insurance: what is there anyway and what every head needs. Equations: README.md,
 * Overheads.
 */
#include "models/models.h"

enum { OVERHEADS };
enum { MONTHLY, PER_HEAD, INFLATION };
enum { HEADS, HEADS_BEFORE, AGENTS, INDEX_BEFORE };
enum { INDEX, COST };

static const struct sp_field fields[] = {
    [MONTHLY] = {.key = "monthly",
                 .unit = "USD/month",
                 .standard = 0,
                 .low = 0,
                 .high = 1e12,
                 .sentence = "overheads that do not depend on anything, at the prices of the first quarter"},
    [PER_HEAD] = {.key = "per_head",
                  .unit = "USD/month",
                  .standard = 0,
                  .low = 0,
                  .high = 1e9,
                  .sentence = "overheads of a head, support agents included: office, software, travel"},
    [INFLATION] = {.key = "inflation",
                   .unit = "1/year",
                   .standard = 0,
                   .low = -1,
                   .high = 10,
                   .sentence = "rise of both per year, a quarter of it every quarter"},
};

static const struct sp_field_table table = {.name = "overheads",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what running a company costs besides people"};

static const struct sp_read reads[] = {
    [HEADS] = {.column = "heads", .optional = true},
    [HEADS_BEFORE] = {.column = "heads", .before = true, .optional = true},
    [AGENTS] = {.column = "support.agents", .optional = true},
    [INDEX_BEFORE] = {.column = "overheads.index", .before = true},
};

static const struct sp_write writes[] = {
    [INDEX] = {.column = "overheads.index",
               .formula = "if(quarter=1,1,before(overheads.index)*(1+[overheads.inflation]/4))",
               .kind = SP_STOCK,
               .unit = "1",
               .internal = true,
               .sentence = "prices of overheads, of which those of the first quarter are 1"},
    [COST] = {.column = "cost.overheads",
              .formula = "3*([overheads.monthly]+[overheads.per_head]*(average(heads)?0+"
                         "support.agents?0))*overheads.index",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "opex.g_and_a",
              .sentence = "overheads, fixed and by head"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *monthly = sp_step_field(s, OVERHEADS, 0, MONTHLY),
                 *per_head = sp_step_field(s, OVERHEADS, 0, PER_HEAD);
    const double *inflation = sp_step_field(s, OVERHEADS, 0, INFLATION),
                 *agents = sp_step_or_zeros(s, sp_step_read(s, AGENTS));
    const double *heads = sp_step_or_zeros(s, sp_step_read(s, HEADS)),
                 *heads_before = sp_step_or_zeros(s, sp_step_read(s, HEADS_BEFORE));
    const double *before = sp_step_read(s, INDEX_BEFORE);
    double *restrict index = sp_step_out(s, INDEX, 0), *restrict cost = sp_step_out(s, COST, 0);
    for (size_t p = 0; p < s->n; p++) {
        double people = sp_models_average(s, heads_before[p], heads[p]) + agents[p];
        index[p] = s->quarter == 0 ? 1 : before[p] * (1 + inflation[p] / 4);
        cost[p] = SP_MODELS_MONTHS * (monthly[p] + per_head[p] * people) * index[p];
    }
}

extern const struct sp_mechanism sp_overheads;
const struct sp_mechanism sp_overheads = {
    .name = "overheads",
    .sentence = "overheads cost a fixed sum, and a sum for every head",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
