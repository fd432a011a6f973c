/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The costs of all events together. Equations: README.md, Risk.
 */
#include "models/models.h"

enum { COSTS };
enum { COST };

static const struct sp_read reads[] = {
    [COSTS] = {.column = "cost.risk.*"},
};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.risk",
              .formula = "sum(cost.risk.*)",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .sentence = "cost of all events"},
};

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict cost = sp_step_out(s, COST, 0);
    if (!sp_step_wants(s, COST))
        return;
    for (size_t p = 0; p < s->n; p++)
        cost[p] = 0;
    for (size_t i = 0; i < sp_step_reads(s, COSTS); i++) {
        const double *one = sp_step_read_one(s, COSTS, i);
        for (size_t p = 0; p < s->n; p++)
            cost[p] += one[p];
    }
}

extern const struct sp_mechanism sp_risk, sp_risks;
const struct sp_mechanism sp_risks = {
    .name = "risks",
    .sentence = "the costs of all events add up",
    .with = &sp_risk,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
