/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of what was charged goes back: refunds, and chargebacks of what was not refunded. Equations:
 * README.md, Refunds.
 */
#include "models/models.h"

enum { REFUNDS_TABLE };
enum { SHARE, CHARGEBACK_SHARE, CHARGEBACK_FEE };
enum { BILLINGS, PAYMENTS };
enum { REFUNDS, CHARGEBACKS, KEPT, COST };

static const struct sp_field fields[] = {
    [SHARE] = {.key = "share",
               .unit = "1",
               .standard = NAN,
               .low = 0,
               .high = 1,
               .sentence = "share of billings that is refunded (subscription apps: 0.025 good, 0.035 usual, "
                           "0.042 with AI, 0.05 bad; RevenueCat 2026)",
               .example = {"0.042"}},
    [CHARGEBACK_SHARE] = {.key = "chargeback_share",
                          .unit = "1",
                          .standard = 0,
                          .low = 0,
                          .high = 1,
                          .sentence = "share of payments not refunded that the card's holder takes back "
                                      "(P10 0.001, P50 0.004, P90 0.01)",
                          .example = {"0.004"}},
    [CHARGEBACK_FEE] = {.key = "chargeback_fee",
                        .unit = "USD/chargeback",
                        .standard = 15,
                        .low = 0,
                        .high = 1e6,
                        .sentence = "what the card's processor charges for each (Stripe: 15, June 2023)"},
};

static const struct sp_field_table table = {.name = "refunds",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what payers get back"};

static const struct sp_read reads[] = {
    [BILLINGS] = {.column = "billings"},
    [PAYMENTS] = {.column = "payments"},
};

static const struct sp_write writes[] = {
    [REFUNDS] = {.column = "refunds",
                 .formula = "[refunds.share]*billings",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .sentence = "billings that are refunded"},
    [CHARGEBACKS] = {.column = "chargebacks",
                     .formula = "(1-[refunds.share])*[refunds.chargeback_share]*billings",
                     .kind = SP_FLOW,
                     .unit = "USD",
                     .adverse = SP_HIGH,
                     .sentence = "billings that cards' holders take back"},
    [KEPT] = {.column = "billings.kept",
              .formula = "(1-[refunds.share])*(1-[refunds.chargeback_share])",
              .kind = SP_STOCK,
              .unit = "1",
              .internal = true,
              .sentence = "share of billings neither refunded nor charged back"},
    [COST] = {.column = "cost.chargebacks",
              .formula = "(1-[refunds.share])*[refunds.chargeback_share]*payments*"
                         "[refunds.chargeback_fee]",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.fees",
              .sentence = "processors' fees for chargebacks"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *share = sp_step_field(s, REFUNDS_TABLE, 0, SHARE), *billings = sp_step_read(s, BILLINGS);
    const double *disputed = sp_step_field(s, REFUNDS_TABLE, 0, CHARGEBACK_SHARE);
    const double *fee = sp_step_field(s, REFUNDS_TABLE, 0, CHARGEBACK_FEE);
    const double *payments = sp_step_read(s, PAYMENTS);
    double *restrict refunds = sp_step_out(s, REFUNDS, 0), *restrict cost = sp_step_out(s, COST, 0);
    double *restrict chargebacks = sp_step_out(s, CHARGEBACKS, 0), *restrict kept = sp_step_out(s, KEPT, 0);
    for (size_t p = 0; p < s->n; p++) {
        double back = (1 - share[p]) * disputed[p];
        refunds[p] = share[p] * billings[p];
        chargebacks[p] = back * billings[p];
        kept[p] = (1 - share[p]) * (1 - disputed[p]);
        cost[p] = back * payments[p] * fee[p];
    }
}

extern const struct sp_mechanism sp_refunds;
const struct sp_mechanism sp_refunds = {
    .name = "refunds",
    .sentence = "payers get part of what they were charged back",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
