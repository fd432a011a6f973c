/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Channels pay out some days after payers have paid. Equations: README.md, Settlement.
 */
#include "models/models.h"

enum { START };
enum { START_RECEIVABLES };
enum { BILLINGS, REFUNDS, CHARGEBACKS, TAX, DAYS };
enum { RECEIVABLES };

static const struct sp_field start_fields[] = {
    {.key = "receivables",
     .unit = "USD",
     .standard = 0,
     .low = 0,
     .high = 1e15,
     .sentence = "charged and not yet paid out before the first quarter; it is paid out in it"},
};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [BILLINGS] = {.column = "billings"},
    [REFUNDS] = {.column = "refunds", .optional = true},
    [CHARGEBACKS] = {.column = "chargebacks", .optional = true},
    [TAX] = {.column = "tax.collected", .optional = true},
    [DAYS] = {.column = "channel.settlement_days"},
};

static const struct sp_write writes[] = {
    [RECEIVABLES] = {.column = "receivables",
                     .formula = "(billings-refunds?0-chargebacks?0+tax.collected?0)*"
                                "channel.settlement_days/91.25",
                     .opening = "[start.receivables]",
                     .kind = SP_STOCK,
                     .unit = "USD",
                     .adverse = SP_HIGH,
                     .sentence = "charged with tax, less what went back, and not yet paid out by channels"},
};

static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_RECEIVABLES);
    double *restrict receivables = sp_step_out(s, RECEIVABLES, 0);
    for (size_t p = 0; p < s->n; p++)
        receivables[p] = opening[p];
}

/* A quarter's charges are spread evenly over its days: the last `days` of them are open. */
SP_WIDE static void step(const struct sp_step *s) {
    const double *billings = sp_step_read(s, BILLINGS), *days = sp_step_read(s, DAYS);
    const double *refunds = sp_step_or_zeros(s, sp_step_read(s, REFUNDS)),
                 *chargebacks = sp_step_or_zeros(s, sp_step_read(s, CHARGEBACKS));
    const double *tax = sp_step_or_zeros(s, sp_step_read(s, TAX));
    double *restrict receivables = sp_step_out(s, RECEIVABLES, 0);
    for (size_t p = 0; p < s->n; p++) {
        double charged = billings[p] - (refunds[p] + chargebacks[p]) + tax[p];
        receivables[p] = charged * (days[p] / SP_MODELS_DAYS);
    }
}

extern const struct sp_mechanism sp_settlement, sp_fees;
const struct sp_mechanism sp_settlement = {
    .name = "settlement",
    .sentence = "channels pay out some days after payers have paid",
    .with = &sp_fees,
    .table = {&start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
