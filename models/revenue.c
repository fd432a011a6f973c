/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What payers pay, billed monthly. Equations: README.md, Revenue.
 */
#include "models/models.h"

#include <math.h>
#include <string.h>

enum { REVENUE };
enum { PRICE };
enum { PAID, PAID_BEFORE, OWN_PRICE, COMMON_SHARE, MARKET_PRICE, OF_PARTNERS };
enum { MRR, ARR, EARNED, COMMON_PRICE };

static const struct sp_field fields[] = {
    {.key = "price",
     .unit = "USD/month",
     .standard = NAN,
     .low = 0,
     .high = 1e9,
     .sentence = "what a payer pays in a month, after discounts, without tax (ARPU)",
     .example = {"{ lognormal = { median = 12, sigma = 0.15 } }"}},
};

static const struct sp_field_table table = {
    .name = "revenue", .field = fields, .fields = SP_MODELS_COUNT(fields), .sentence = "what payers pay"};

static const struct sp_read reads[] = {
    [PAID] = {.column = "paid"},
    [PAID_BEFORE] = {.column = "paid", .before = true},
    [OWN_PRICE] = {.column = "segment.own_price", .optional = true},
    [COMMON_SHARE] = {.column = "segment.common_share", .optional = true},
    [MARKET_PRICE] = {.column = "market.price", .optional = true},
    [OF_PARTNERS] = {.column = "revenue.partner", .optional = true},
};

static const struct sp_write writes[] = {
    [MRR] = {.column = "mrr",
             .kind = SP_STOCK,
             .unit = "USD/month",
             .sentence = "monthly recurring revenue: closing payers x monthly price, before fees"},
    [ARR] = {.column = "arr",
             .kind = SP_STOCK,
             .unit = "USD/year",
             .sentence = "annual run rate: 12 x closing mrr"},
    [EARNED] = {.column = "revenue",
                .kind = SP_FLOW,
                .unit = "USD",
                .sentence = "revenue earned in the period, from payers and partners"},
    [COMMON_PRICE] = {.column = "revenue.common_price",
                      .kind = SP_STOCK,
                      .unit = "USD/month",
                      .internal = true,
                      .sentence = "price of payers whose segment has none of its own"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *price = sp_step_field(s, REVENUE, 0, PRICE), *paid = sp_step_read(s, PAID);
    const double *before = sp_step_read(s, PAID_BEFORE), *own = sp_step_read(s, OWN_PRICE);
    const double *common = sp_step_read(s, COMMON_SHARE), *market = sp_step_read(s, MARKET_PRICE);
    const double *of_partners = sp_step_read(s, OF_PARTNERS);
    double *restrict mrr = sp_step_out(s, MRR, 0), *restrict arr = sp_step_out(s, ARR, 0),
                     *restrict earned = sp_step_out(s, EARNED, 0);
    for (size_t p = 0; p < s->n; p++) {
        double average = sp_models_price(own, common, price[p], p);
        average = market ? average * market[p] : average;
        mrr[p] = paid[p] * average;
        arr[p] = 12 * mrr[p];
        earned[p] = SP_MODELS_MONTHS * average * sp_models_average(s, before[p], paid[p]);
    }
    for (size_t p = 0; of_partners && p < s->n; p++)
        earned[p] += of_partners[p];
    if (sp_step_wants(s, COMMON_PRICE))
        memcpy(sp_step_out(s, COMMON_PRICE, 0), price, s->n * sizeof *price);
}

extern const struct sp_mechanism sp_revenue;
const struct sp_mechanism sp_revenue = {
    .name = "revenue",
    .sentence = "payers pay a monthly price",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
