/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What is charged: every month, or twelve months at once. Equations: README.md, Billing.
 */
#include "models/models.h"

enum { PRICE, PAID, PAID_BEFORE, ANNUAL_PRICE, VALUE, NEW_ANNUAL, YEAR };
enum { BILLINGS, BILLINGS_MONTHLY, PAYMENTS };

static const struct sp_read reads[] = {
    [PRICE] = {.column = "price.monthly"},
    [PAID] = {.column = "paid.monthly"},
    [PAID_BEFORE] = {.column = "paid.monthly", .before = true},
    [ANNUAL_PRICE] = {.column = "price.annual", .with_read = 1 + YEAR},
    [VALUE] = {.column = "annual.value", .with_read = 1 + YEAR},
    [NEW_ANNUAL] = {.column = "paid.new.annual", .optional = true, .with_read = 1 + YEAR},
    [YEAR] = {.column = "paid.annual.*"},
};

static const struct sp_write writes[] = {
    [BILLINGS] = {.column = "billings",
                  .formula = "billings.monthly+12*annual.value",
                  .kind = SP_FLOW,
                  .unit = "USD",
                  .sentence = "charged to payers, without tax: months, and years in advance"},
    [BILLINGS_MONTHLY] = {.column = "billings.monthly",
                          .formula = "3*price.monthly*average(paid.monthly)",
                          .kind = SP_FLOW,
                          .unit = "USD",
                          .internal = true,
                          .sentence = "charged for monthly plans"},
    [PAYMENTS] = {.column = "payments",
                  .formula = "if(price.monthly>0,3*average(paid.monthly),0)+"
                             "given([churn.annual_share],if(price.annual>0,paid.new.annual+"
                             "paid.annual.4,0),0)",
                  .kind = SP_FLOW,
                  .unit = "payments",
                  .internal = true,
                  .sentence = "number of charges above 0"},
};

static void add_annual(const struct sp_step *s) {
    const double *value = sp_step_read(s, VALUE), *price = sp_step_read(s, ANNUAL_PRICE);
    const double *fresh = sp_step_read(s, NEW_ANNUAL), *renewed = sp_step_read_one(s, YEAR, 3);
    double *restrict billings = sp_step_out(s, BILLINGS, 0), *restrict payments = sp_step_out(s, PAYMENTS, 0);
    for (size_t p = 0; p < s->n; p++) {
        billings[p] += 12 * value[p];
        payments[p] += price[p] > 0 ? fresh[p] + renewed[p] : 0;
    }
}

static bool looks_at(const struct sp_step *s, int read) {
    return read != PAID_BEFORE || !s->accrual_end;
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *price = sp_step_read(s, PRICE), *paid = sp_step_read(s, PAID);
    const double *before = sp_models_opening(s, sp_step_read(s, PAID_BEFORE), paid);
    double *restrict billings = sp_step_out(s, BILLINGS, 0), *restrict payments = sp_step_out(s, PAYMENTS, 0);
    double *restrict monthly = sp_step_out(s, BILLINGS_MONTHLY, 0);
    for (size_t p = 0; p < s->n; p++)
        monthly[p] = SP_MODELS_MONTHS * price[p] * sp_models_average(s, before[p], paid[p]);
    if (!sp_step_wants(s, BILLINGS) && !sp_step_wants(s, PAYMENTS))
        return;
    for (size_t p = 0; p < s->n; p++) {
        double months = SP_MODELS_MONTHS * sp_models_average(s, before[p], paid[p]);
        billings[p] = monthly[p];
        payments[p] = price[p] > 0 ? months : 0;
    }
    if (sp_step_reads(s, YEAR) > 0)
        add_annual(s);
}

extern const struct sp_mechanism sp_billing, sp_revenue;
const struct sp_mechanism sp_billing = {
    .name = "billing",
    .sentence = "payers are charged every month, or twelve months at once",
    .with = &sp_revenue,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .looks_at = looks_at,
    .step = step,
};
