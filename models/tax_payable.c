/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sales tax is collected with the price and paid to the state in the next quarter. Equations: README.md,
 * Sales tax.
 */
#include "models/models.h"

enum { START };
enum { START_TAX_PAYABLE };
enum { BILLINGS, REFUNDS, CHARGEBACKS, RATE, PAYABLE_BEFORE };
enum { COLLECTED, PAID, PAYABLE };

static const struct sp_field start_fields[] = {
    {.key = "tax_payable",
     .unit = "USD",
     .standard = 0,
     .low = 0,
     .high = 1e15,
     .sentence = "sales tax collected before the first quarter; it is paid in it"},
};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [BILLINGS] = {.column = "billings"},
    [REFUNDS] = {.column = "refunds", .optional = true},
    [CHARGEBACKS] = {.column = "chargebacks", .optional = true},
    [RATE] = {.column = "sales_tax.rate"},
    [PAYABLE_BEFORE] = {.column = "tax_payable", .before = true},
};

static const struct sp_write writes[] = {
    [COLLECTED] = {.column = "tax.collected",
                   .formula = "sales_tax.rate*(billings-refunds?0-chargebacks?0)",
                   .kind = SP_FLOW,
                   .unit = "USD",
                   .adverse = SP_HIGH,
                   .sentence = "sales tax collected on billings that did not go back"},
    [PAID] = {.column = "tax.paid",
              .formula = "before(tax_payable)",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .sentence = "sales tax paid to the state: that of the quarter before"},
    [PAYABLE] = {.column = "tax_payable",
                 .formula = "tax.collected",
                 .opening = "[start.tax_payable]",
                 .kind = SP_STOCK,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .sentence = "sales tax collected and not yet paid to the state"},
};

static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_TAX_PAYABLE);
    double *restrict payable = sp_step_out(s, PAYABLE, 0);
    for (size_t p = 0; p < s->n; p++)
        payable[p] = opening[p];
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *billings = sp_step_read(s, BILLINGS), *rate = sp_step_read(s, RATE);
    const double *refunds = sp_step_or_zeros(s, sp_step_read(s, REFUNDS)),
                 *chargebacks = sp_step_or_zeros(s, sp_step_read(s, CHARGEBACKS));
    const double *before = sp_step_read(s, PAYABLE_BEFORE);
    double *restrict collected = sp_step_out(s, COLLECTED, 0), *restrict paid = sp_step_out(s, PAID, 0);
    double *restrict payable = sp_step_out(s, PAYABLE, 0);
    for (size_t p = 0; p < s->n; p++) {
        double back = refunds[p] + chargebacks[p];
        collected[p] = payable[p] = rate[p] * (billings[p] - back);
        paid[p] = before[p];
    }
}

extern const struct sp_mechanism sp_tax_payable, sp_sales_tax;
const struct sp_mechanism sp_tax_payable = {
    .name = "tax_payable",
    .sentence = "sales tax is collected with the price and paid in the next quarter",
    .with = &sp_sales_tax,
    .table = {&start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
