/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What it costs to win payers. Equations: README.md, Acquisition.
 */
#include "engine/math/count.h"
#include "models/models.h"

#include <math.h>

enum { ACQUISITION };
enum { PAID_SHARE, COST_EACH, FIXED_MONTHLY, BUYERS };
enum { PAID_NEW };
enum { COST, BOUGHT };

static const struct sp_field fields[] = {
    [PAID_SHARE] = {.key = "paid_share",
                    .unit = "1",
                    .standard = NAN,
                    .low = 0,
                    .high = 1,
                    .sentence = "share of new payers who come through paid channels",
                    .example = {"0.4"}},
    [COST_EACH] = {.key = "cost_each",
                   .unit = "USD/payer",
                   .standard = NAN,
                   .low = 0,
                   .high = 1e9,
                   .sentence = "what a payer won through paid channels costs",
                   .example = {"{ lognormal = { median = 100, sigma = 0.65 } }"}},
    [FIXED_MONTHLY] = {.key = "fixed_monthly",
                       .unit = "USD/month",
                       .standard = 0,
                       .low = 0,
                       .high = 1e12,
                       .sentence = "spent on marketing whoever comes",
                       .example = {"500"}},
    [BUYERS] = {.key = "bought",
                .kind = SP_FIELD_DRAW,
                .unit = "1",
                .each = SP_EACH_QUARTER,
                .of_whole_counts = true,
                .sentence = "the uniform number that says how many come through paid channels"},
};

static const struct sp_field_table table = {.name = "acquisition",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what winning payers costs"};

static const struct sp_read reads[] = {[PAID_NEW] = {.column = "paid.new"}};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.acquisition",
              .formula = "paid.new.bought*[acquisition.cost_each]+3*[acquisition.fixed_monthly]",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "opex.s_and_m",
              .sentence = "what winning payers costs: paid channels and fixed spend"},
    [BOUGHT] = {.column = "paid.new.bought",
                .formula = "paid.new*[acquisition.paid_share]",
                .kind = SP_FLOW,
                .unit = "payers",
                .adverse = SP_HIGH,
                .sentence = "new payers won through paid channels"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *fresh = sp_step_read(s, PAID_NEW), *share = sp_step_field(s, ACQUISITION, 0, PAID_SHARE);
    const double *each = sp_step_field(s, ACQUISITION, 0, COST_EACH),
                 *u = sp_step_field(s, ACQUISITION, 0, BUYERS);
    const double *fixed = sp_step_field(s, ACQUISITION, 0, FIXED_MONTHLY);
    double *restrict cost = sp_step_out(s, COST, 0), *restrict bought = sp_step_out(s, BOUGHT, 0);
    if (s->whole_counts)
        sp_count_binomial_array(fresh, share, u, bought, s->n);
    else
        for (size_t p = 0; p < s->n; p++)
            bought[p] = fresh[p] * share[p];
    for (size_t p = 0; p < s->n; p++)
        cost[p] = bought[p] * each[p] + SP_MODELS_MONTHS * fixed[p];
}

extern const struct sp_mechanism sp_acquisition;
const struct sp_mechanism sp_acquisition = {
    .name = "acquisition",
    .sentence = "some of the new payers are bought, and marketing has fixed costs",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
