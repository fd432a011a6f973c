/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What payers pay: by the month, or by the year at the price of the day on which their year began. Equations:
 * README.md, Revenue. What is charged: billing.c; what is earned: deferral.c.
 */
#include "models/models.h"

#include <math.h>
#include <string.h>

enum { REVENUE };
enum { PRICE, DISCOUNT, ANNUAL_DISCOUNT };
enum { PAID, PAID_BEFORE, OWN_PRICE, COMMON_SHARE, MARKET_PRICE, NEW_ANNUAL, YEAR, TAX_FACTOR, VALUE_BEFORE };
enum { MRR, ARR, ARPU, COMMON_PRICE, MONTHLY_PRICE, ANNUAL_PRICE, MONTHLY_PAID, VALUE };
enum { AGES = 4 }; /* the value of this quarter's annual plans, then of those begun 1 .. 4 quarters ago */

static const struct sp_field fields[] = {
    [PRICE] = {.key = "price",
               .unit = "USD/month",
               .standard = NAN,
               .low = 0,
               .high = 1e9,
               .sentence = "price of a month before discounts (without any, what a payer pays: ARPU)",
               .example = {"{ lognormal = { median = 12, sigma = 0.15 } }"}},
    [DISCOUNT] = {.key = "discount",
                  .unit = "1",
                  .standard = 0,
                  .low = 0,
                  .high = 1,
                  .sentence = "average discount on the price, for all payers",
                  .example = {"0.05"}},
    [ANNUAL_DISCOUNT] = {.key = "annual_discount",
                         .unit = "1",
                         .standard = 0,
                         .low = 0,
                         .high = 1,
                         .sentence = "further discount of annual plans (churn.annual_share), which pay 12 "
                                     "months at once",
                         .example = {"0.15"}},
};

static const struct sp_field_table table = {
    .name = "revenue", .field = fields, .fields = SP_MODELS_COUNT(fields), .sentence = "what payers pay"};

static const struct sp_read reads[] = {
    [PAID] = {.column = "paid"},
    [PAID_BEFORE] = {.column = "paid", .before = true},
    [OWN_PRICE] = {.column = "segment.own_price", .optional = true},
    [COMMON_SHARE] = {.column = "segment.common_share", .optional = true},
    [MARKET_PRICE] = {.column = "market.price", .optional = true},
    [NEW_ANNUAL] = {.column = "paid.new.annual", .optional = true, .with_read = 1 + YEAR},
    [YEAR] = {.column = "paid.annual.*"},
    [TAX_FACTOR] = {.column = "sales_tax.factor", .optional = true},
    [VALUE_BEFORE] = {.column = "annual.value", .before = true, .with_read = 1 + YEAR},
    {.column = "annual.value.1", .before = true, .with_read = 1 + YEAR},
    {.column = "annual.value.2", .before = true, .with_read = 1 + YEAR},
    {.column = "annual.value.3", .before = true, .with_read = 1 + YEAR},
};

#define INTERNAL(name, of, text)                                                                             \
    .column = (name), .kind = SP_STOCK, .unit = (of), .internal = true, .sentence = (text)
#define VALUE_OF(name, said, text)                                                                           \
    { INTERNAL(name, "USD/month", "monthly value of annual plans " text), .formula = (said) }

static const struct sp_write writes[] = {
    [MRR] = {.column = "mrr",
             .formula = "paid.monthly*price.monthly+annual.value+annual.value.1+annual.value.2+"
                        "annual.value.3",
             .kind = SP_STOCK,
             .unit = "USD/month",
             .sentence =
                 "monthly recurring revenue: closing payers x discounted price of a month, before fees"},
    [ARR] = {.column = "arr",
             .formula = "12*mrr",
             .kind = SP_STOCK,
             .unit = "USD/year",
             .sentence = "annual run rate: 12 x closing mrr"},
    [ARPU] = {.column = "arpu",
              .kind = SP_RATIO,
              .unit = "USD/month",
              .numerator = "mrr",
              .denominator = "paid",
              .may_be_undefined = true,
              .undefined_when = "there are no payers",
              .sentence = "monthly recurring revenue per payer"},
    [COMMON_PRICE] = {INTERNAL("revenue.common_price", "USD/month",
                               "price of payers whose segment has none of its own"),
                      .formula = "[revenue.price]"},
    [MONTHLY_PRICE] = {INTERNAL("price.monthly", "USD/month", "what a payer pays by the month, without tax"),
                       .formula = "(segment.own_price?0+segment.common_share?1*[revenue.price])*"
                                  "market.price?1*sales_tax.factor?1*(1-[revenue.discount])"},
    [ANNUAL_PRICE] = {INTERNAL("price.annual", "USD/month",
                               "a twelfth of what a payer pays by the year, without tax"),
                      .formula = "price.monthly*(1-[revenue.annual_discount])"},
    [MONTHLY_PAID] = {INTERNAL("paid.monthly", "payers", "payers on monthly plans"),
                      .formula = "max(paid-paid.new.annual?0-sum(paid.annual.*),0)"},
    [VALUE] = VALUE_OF("annual.value",
                       "given([churn.annual_share],(paid.new.annual+paid.annual.4)*"
                       "price.annual,0)",
                       "begun or renewed in the quarter"),
    VALUE_OF("annual.value.1", "before(annual.value)", "begun or renewed 1 quarter ago"),
    VALUE_OF("annual.value.2", "before(annual.value.1)", "begun or renewed 2 quarters ago"),
    VALUE_OF("annual.value.3", "before(annual.value.2)", "begun or renewed 3 quarters ago"),
    VALUE_OF("annual.value.4", "before(annual.value.3)",
             "begun or renewed 4 quarters ago, whose year has ended"),
};

static bool has_annual(const struct sp_step *s) {
    return sp_step_reads(s, YEAR) > 0;
}

/* A payer by the month pays the list price. */
static bool is_list_price(const struct sp_step *s) {
    return !sp_step_read(s, MARKET_PRICE) && !sp_step_read(s, OWN_PRICE) && !sp_step_read(s, COMMON_SHARE) &&
           !sp_step_read(s, TAX_FACTOR) && sp_step_is(s, REVENUE, 0, DISCOUNT, 0);
}

static const double *same_as(const struct sp_step *s, int write) {
    if (write == COMMON_PRICE || (write == MONTHLY_PRICE && is_list_price(s)))
        return sp_step_field(s, REVENUE, 0, PRICE);
    return write == MONTHLY_PAID && !has_annual(s) ? sp_step_read(s, PAID) : NULL;
}

/* Without tax: the list price, of segments and markets the average, less discounts. */
static void update_price(const struct sp_step *s, double *restrict monthly) {
    const double *price = sp_step_field(s, REVENUE, 0, PRICE),
                 *discount = sp_step_field(s, REVENUE, 0, DISCOUNT);
    const double *market = sp_step_or_ones(s, sp_step_read(s, MARKET_PRICE)),
                 *tax = sp_step_or_ones(s, sp_step_read(s, TAX_FACTOR));
    const double *own = sp_step_or_zeros(s, sp_step_read(s, OWN_PRICE)),
                 *common = sp_step_or_ones(s, sp_step_read(s, COMMON_SHARE));
    for (size_t p = 0; p < s->n; p++)
        monthly[p] = (own[p] + common[p] * price[p]) * market[p] * tax[p] * (1 - discount[p]);
}

/* The price by the month; that by the year follows from it. */
static const double *update_prices(const struct sp_step *s) {
    const double *price = sp_step_field(s, REVENUE, 0, PRICE),
                 *further = sp_step_field(s, REVENUE, 0, ANNUAL_DISCOUNT);
    double *monthly = sp_step_out(s, MONTHLY_PRICE, 0), *restrict annual = sp_step_out(s, ANNUAL_PRICE, 0);
    if (is_list_price(s)) {
        if (sp_step_wants(s, MONTHLY_PRICE))
            memcpy(monthly, price, s->n * sizeof *price);
    } else {
        update_price(s, monthly);
        price = monthly;
    }
    for (size_t p = 0; (has_annual(s) || sp_step_wants(s, ANNUAL_PRICE)) && p < s->n; p++)
        annual[p] = price[p] * (1 - further[p]);
    return price;
}

/* Without annual plans. */
static void pay_by_month(const struct sp_step *s, const double *all, const double *price) {
    double *restrict mrr = sp_step_out(s, MRR, 0);
    for (size_t p = 0; p < s->n; p++)
        mrr[p] = all[p] * price[p];
    if (sp_step_wants(s, MONTHLY_PAID))
        memcpy(sp_step_out(s, MONTHLY_PAID, 0), all, s->n * sizeof *all);
}

/* Payers by the month are what is left of all: rounding must not leave less than none. */
static double at_least_none(double payers) {
    return payers > 0 ? payers : 0;
}

/* Closing mrr, of payers by the month at the price of today and of years that have not ended. */
static void add_annual(const struct sp_step *s, const double *price) {
    const double *restrict paid = sp_step_out(s, MONTHLY_PAID, 0);
    const double *restrict value = sp_step_out(s, VALUE, 0), *restrict value_1 = sp_step_out(s, VALUE + 1, 0);
    const double *restrict value_2 = sp_step_out(s, VALUE + 2, 0), *restrict value_3 =
                                                                       sp_step_out(s, VALUE + 3, 0);
    double *restrict mrr = sp_step_out(s, MRR, 0);
    for (size_t p = 0; p < s->n; p++)
        mrr[p] = paid[p] * price[p] + value[p] + value_1[p] + value_2[p] + value_3[p];
}

static void update_arr(const struct sp_step *s) {
    const double *restrict mrr = sp_step_out(s, MRR, 0);
    double *restrict arr = sp_step_out(s, ARR, 0);
    for (size_t p = 0; sp_step_wants(s, ARR) && p < s->n; p++)
        arr[p] = 12 * mrr[p];
}

/* The opening payers on annual plans began or renewed 0 .. 3 quarters ago, as churn spreads them. */
static void open_annual(const struct sp_step *s) {
    const double *annual = sp_step_read(s, NEW_ANNUAL), *restrict price = sp_step_out(s, ANNUAL_PRICE, 0);
    const double *all = sp_step_read(s, PAID_BEFORE);
    double *restrict monthly = sp_step_out(s, MONTHLY_PAID, 0);
    for (size_t p = 0; p < s->n; p++)
        monthly[p] = at_least_none(all[p] - annual[p]);
    for (int age = 0; age < AGES; age++) {
        double *restrict value = sp_step_out(s, VALUE + age, 0), more = age == 0 ? 3 : age - 1;
        for (size_t p = 0; p < s->n; p++) {
            double part = (annual[p] + more) / 4;
            value[p] = (s->whole_counts ? floor(part) : annual[p] / 4) * price[p];
        }
    }
}

SP_WIDE static void start(const struct sp_step *s) {
    const double *price = update_prices(s);
    if (has_annual(s)) {
        open_annual(s);
        add_annual(s, price);
    } else {
        pay_by_month(s, sp_step_read(s, PAID_BEFORE), price);
    }
    update_arr(s);
}

/* Annual plans of the quarter: those who choose them anew, and those who renew. All others keep theirs. */
static void update_annual(const struct sp_step *s) {
    const double *all = sp_step_read(s, PAID), *fresh = sp_step_read(s, NEW_ANNUAL);
    const double *year_1 = sp_step_read_one(s, YEAR, 0), *year_2 = sp_step_read_one(s, YEAR, 1);
    const double *year_3 = sp_step_read_one(s, YEAR, 2), *renewed = sp_step_read_one(s, YEAR, AGES - 1);
    const double *restrict price = sp_step_out(s, ANNUAL_PRICE, 0);
    double *restrict monthly = sp_step_out(s, MONTHLY_PAID, 0), *restrict value = sp_step_out(s, VALUE, 0);
    for (size_t p = 0; p < s->n; p++) {
        value[p] = (fresh[p] + renewed[p]) * price[p];
        monthly[p] = at_least_none(all[p] - fresh[p] - year_1[p] - year_2[p] - year_3[p] - renewed[p]);
    }
    for (int age = 0; age < AGES; age++)
        memcpy(sp_step_out(s, VALUE + 1 + age, 0), sp_step_read(s, VALUE_BEFORE + age), s->n * sizeof *value);
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *price = update_prices(s);
    if (has_annual(s)) {
        update_annual(s);
        add_annual(s, price);
    } else {
        pay_by_month(s, sp_step_read(s, PAID), price);
    }
    update_arr(s);
    if (sp_step_wants(s, COMMON_PRICE))
        memcpy(sp_step_out(s, COMMON_PRICE, 0), sp_step_field(s, REVENUE, 0, PRICE), s->n * sizeof(double));
}

extern const struct sp_mechanism sp_revenue;
const struct sp_mechanism sp_revenue = {
    .name = "revenue",
    .sentence = "payers pay a monthly price, by the month or by the year",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .same_as = same_as,
    .start = start,
    .step = step,
};
