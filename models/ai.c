/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What generating the stories costs. Equations: README.md, AI.
 */
#include "models/models.h"

#include <math.h>

enum { AI };
enum { COST_FREE, COST_PAID, PRICE_DRIFT };
enum { STORIES_FREE, STORIES_PAID, LOG_INDEX_BEFORE };
enum { COST, INDEX, LOG_INDEX };

static const struct sp_field fields[] = {
    {.key = "cost_free",
     .unit = "USD/story",
     .standard = NAN,
     .low = 0,
     .high = 1e6,
     .sentence = "AI cost of a story of a free user, at today's prices",
     .example = {"0.05"}},
    {.key = "cost_paid",
     .unit = "USD/story",
     .standard = NAN,
     .low = 0,
     .high = 1e6,
     .sentence = "AI cost of a story of a payer, at today's prices",
     .example = {"{ lognormal = { median = 0.20, sigma = 0.4 } }"}},
    {.key = "price_drift",
     .unit = "1/quarter",
     .standard = 0,
     .low = -5,
     .high = 5,
     .each = SP_EACH_QUARTER,
     .sentence = "change of the logarithm of the AI price index in a quarter",
     .example = {"{ normal = { mean = -0.05, sd = 0.05 } }"}},
};

static const struct sp_field_table table = {.name = "ai",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what generating stories costs"};

static const struct sp_read reads[] = {
    [STORIES_FREE] = {.column = "stories.free"},
    [STORIES_PAID] = {.column = "stories.paid"},
    [LOG_INDEX_BEFORE] = {.column = "ai.log_index", .before = true},
};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.ai",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.ai",
              .sentence = "AI cost of all stories, free ones included"},
    [INDEX] = {.column = "ai.price_index",
               .kind = SP_STOCK,
               .unit = "1",
               .adverse = SP_HIGH,
               .sentence = "AI prices, with 1 before the first quarter"},
    [LOG_INDEX] = {.column = "ai.log_index",
                   .kind = SP_STOCK,
                   .unit = "1",
                   .internal = true,
                   .sentence = "logarithm of the AI price index"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *cost_free = sp_step_field(s, AI, 0, COST_FREE),
                 *cost_paid = sp_step_field(s, AI, 0, COST_PAID);
    const double *drift = sp_step_field(s, AI, 0, PRICE_DRIFT), *before = sp_step_read(s, LOG_INDEX_BEFORE);
    const double *of_free = sp_step_read(s, STORIES_FREE), *of_paid = sp_step_read(s, STORIES_PAID);
    double *restrict cost = sp_step_out(s, COST, 0), *restrict index = sp_step_out(s, INDEX, 0),
                     *restrict log_index = sp_step_out(s, LOG_INDEX, 0);
    for (size_t p = 0; p < s->n; p++)
        log_index[p] = before[p] + drift[p];
    s->kernels->exp(log_index, index, s->n);
    for (size_t p = 0; p < s->n; p++)
        cost[p] = (of_free[p] * cost_free[p] + of_paid[p] * cost_paid[p]) * index[p];
}

extern const struct sp_mechanism sp_ai;
const struct sp_mechanism sp_ai = {
    .name = "ai",
    .sentence = "stories cost AI generation, at prices that drift",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
