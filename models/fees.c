/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * App stores and cards' processors, through which payers pay, keep fees. Equations: README.md, Channels. When
 * they pay out: settlement.c.
 */
#include "models/models.h"

#include <string.h>

enum { CHANNELS };
enum { SHARE, FEE_SHARE, FEE_EACH, DAYS };
enum { BILLINGS, PAYMENTS, MRR, PAID, MONTHLY_PAID, PRICE, ANNUAL_PRICE };
enum { COST, COST_OF, NET_MRR, WEIGHT, SETTLEMENT_DAYS };

static const struct sp_field fields[] = {
    [SHARE] = {.key = "share",
               .unit = "1",
               .standard = NAN,
               .low = 0,
               .high = 1,
               .sentence = "share of billings and payments that goes through the channel; shares are divided "
                           "by their sum",
               .example = {"0.6", "0.4"}},
    [FEE_SHARE] = {.key = "fee_share",
                   .unit = "1",
                   .standard = NAN,
                   .low = 0,
                   .high = 1,
                   .sentence =
                       "share of the price that it keeps (Stripe US: 0.029, 0.044 on foreign cards; app "
                       "stores: 0.15 below 1M a year, else 0.30)",
                   .example = {"0.029", "0.15"}},
    [FEE_EACH] = {.key = "fee_each",
                  .unit = "USD/payment",
                  .standard = 0,
                  .low = 0,
                  .high = 1e6,
                  .sentence = "what it keeps of every payment besides (Stripe US: 0.30)",
                  .example = {"0.30", NULL}},
    [DAYS] = {.key = "settlement_days",
              .unit = "days",
              .standard = 0,
              .low = 0,
              .high = SP_MODELS_DAYS,
              .sentence = "days from a payment to its payout",
              .example = {"2", "45"}},
};

static const struct sp_field_table table = {.name = "channel",
                                            .instanced = true,
                                            .shares = 1 + SHARE,
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "a way in which payers pay, which keeps fees",
                                            .instance = {"web", "app_store"}};

static const struct sp_read reads[] = {
    [BILLINGS] = {.column = "billings"},
    [PAYMENTS] = {.column = "payments"},
    [MRR] = {.column = "mrr"},
    [PAID] = {.column = "paid"},
    [MONTHLY_PAID] = {.column = "paid.monthly"},
    [PRICE] = {.column = "price.monthly"},
    [ANNUAL_PRICE] = {.column = "price.annual"},
};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.fees",
              .formula = "sum(cost.fees.*)",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.fees",
              .not_with = 1 + CHANNELS,
              .sentence = "fees of all channels"},
    [COST_OF] = {.column = "cost.fees.*",
                 .formula = "channel.*.weight*([channel.*.fee_share]*billings+[channel.*.fee_each]*"
                            "payments)",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .account = "cogs.fees",
                 .instanced = 1 + CHANNELS,
                 .sentence = "fees of the channel"},
    [NET_MRR] = {.column = "mrr.net",
                 .formula = "mrr-sum(channel.*.weight*([channel.*.fee_share]*mrr+[channel.*"
                            ".fee_each]*(if(price.monthly>0,paid.monthly,0)+if(price.annual>0,"
                            "(paid-paid.monthly)/12,0))))",
                 .kind = SP_STOCK,
                 .unit = "USD/month",
                 .sentence = "monthly recurring revenue after store and card fees"},
    [WEIGHT] = {.column = "channel.*.weight",
                .formula = "if(sum([channel.*.share])>0,[channel.*.share]/sum([channel.*.share]),"
                           "1/count([channel.*.share]))",
                .kind = SP_STOCK,
                .unit = "1",
                .internal = true,
                .instanced = 1 + CHANNELS,
                .sentence = "share of the channel, of all shares 1"},
    [SETTLEMENT_DAYS] = {.column = "channel.settlement_days",
                         .formula = "sum(channel.*.weight*[channel.*.settlement_days])",
                         .kind = SP_STOCK,
                         .unit = "days",
                         .internal = true,
                         .sentence = "days to the payout, on average by share"},
};

static void clear(double *restrict x, size_t n) {
    for (size_t p = 0; p < n; p++)
        x[p] = 0;
}

/* By shares divided by their sum; evenly when all shares are 0. */
static void update_weights(const struct sp_step *s) {
    size_t channels = s->instances[CHANNELS];
    for (size_t first = 0; first < s->n; first += SP_MODELS_PART) {
        double sum[SP_MODELS_PART];
        sp_models_sum_shares(s, CHANNELS, SHARE, first, sum);
        for (size_t i = 0; i < channels; i++)
            sp_models_divide(sp_step_field(s, CHANNELS, i, SHARE) + first, sum, 1 / (double)channels,
                             sp_step_out(s, WEIGHT, i) + first);
    }
}

static void add_fees(const struct sp_step *s, size_t i) {
    const double *billings = sp_step_read(s, BILLINGS), *payments = sp_step_read(s, PAYMENTS);
    const double *part = sp_step_field(s, CHANNELS, i, FEE_SHARE),
                 *each = sp_step_field(s, CHANNELS, i, FEE_EACH);
    const double *days = sp_step_field(s, CHANNELS, i, DAYS), *restrict weight = sp_step_out(s, WEIGHT, i);
    double *restrict cost = sp_step_out(s, COST_OF, i), *restrict all = sp_step_out(s, COST, 0);
    double *restrict mean_days = sp_step_out(s, SETTLEMENT_DAYS, 0);
    for (size_t p = 0; p < s->n; p++) {
        cost[p] = weight[p] * (part[p] * billings[p] + each[p] * payments[p]);
        all[p] += cost[p];
        mean_days[p] += weight[p] * days[p];
    }
}

/* An average month of closing payers: a twelfth of those on annual plans pays in it. */
static void subtract_fees(const struct sp_step *s, size_t i) {
    const double *mrr = sp_step_read(s, MRR), *paid = sp_step_read(s, PAID);
    const double *monthly = sp_step_read(s, MONTHLY_PAID), *price = sp_step_read(s, PRICE);
    const double *annual_price = sp_step_read(s, ANNUAL_PRICE);
    const double *part = sp_step_field(s, CHANNELS, i, FEE_SHARE),
                 *each = sp_step_field(s, CHANNELS, i, FEE_EACH);
    double *restrict net = sp_step_out(s, NET_MRR, 0), *restrict weight = sp_step_out(s, WEIGHT, i);
    for (size_t p = 0; p < s->n; p++) {
        double payments = price[p] > 0 ? monthly[p] : 0;
        payments += annual_price[p] > 0 ? (paid[p] - monthly[p]) / 12 : 0;
        net[p] -= weight[p] * (part[p] * mrr[p] + each[p] * payments);
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    clear(sp_step_out(s, COST, 0), s->n);
    clear(sp_step_out(s, SETTLEMENT_DAYS, 0), s->n);
    update_weights(s);
    for (size_t i = 0; i < s->instances[CHANNELS]; i++)
        add_fees(s, i);
    if (!sp_step_wants(s, NET_MRR))
        return;
    memcpy(sp_step_out(s, NET_MRR, 0), sp_step_read(s, MRR), s->n * sizeof(double));
    for (size_t i = 0; i < s->instances[CHANNELS]; i++)
        subtract_fees(s, i);
}

extern const struct sp_mechanism sp_fees;
const struct sp_mechanism sp_fees = {
    .name = "fees",
    .sentence = "app stores and cards' processors keep fees of what payers pay",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
