/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sales tax and value-added tax: never revenue. Here, how it stands to the price; what is collected and paid:
 * tax_payable.c. Equations: README.md, Sales tax.
 */
#include "models/models.h"

#include <string.h>

enum { SALES_TAX };
enum { TAX_RATE, PRICES };
enum { BEFORE_TAX, WITH_TAX };
enum { RATE, FACTOR };

static const char *const ways[] = {[BEFORE_TAX] = "before_tax", [WITH_TAX] = "with_tax", NULL};

static const struct sp_field fields[] = {
    [TAX_RATE] = {.key = "rate",
                  .unit = "1",
                  .standard = NAN,
                  .low = 0,
                  .high = 1,
                  .sentence = "tax on a price before tax, averaged over all billings (US 0.029 to 0.10 by "
                              "state, EU 0.17 to 0.27; BDO 2019)",
                  .example = {"0.08"}},
    [PRICES] = {.key = "prices",
                .kind = SP_FIELD_CHOICE,
                .unit = "1",
                .standard = BEFORE_TAX,
                .choices = ways,
                .sentence = "what prices are: before_tax, tax comes on top; with_tax, it is in them"},
};

static const struct sp_field_table table = {.name = "sales_tax",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "sales tax or value-added tax on what is charged"};

static const struct sp_write writes[] = {
    [RATE] = {.column = "sales_tax.rate",
              .formula = "[sales_tax.rate]",
              .kind = SP_STOCK,
              .unit = "1",
              .internal = true,
              .sentence = "tax on a price before tax"},
    [FACTOR] = {.column = "sales_tax.factor",
                .formula = "case([sales_tax.prices],with_tax,1/(1+[sales_tax.rate]),1)",
                .kind = SP_STOCK,
                .unit = "1",
                .internal = true,
                .sentence = "price before tax in a price"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *given = sp_step_field(s, SALES_TAX, 0, TAX_RATE);
    double *restrict rate = sp_step_out(s, RATE, 0), *restrict factor = sp_step_out(s, FACTOR, 0);
    bool is_within = (int)sp_step_number(s, SALES_TAX, 0, PRICES) == WITH_TAX;
    for (size_t p = 0; p < s->n; p++) {
        rate[p] = given[p];
        factor[p] = is_within ? 1 / (1 + given[p]) : 1;
    }
}

extern const struct sp_mechanism sp_sales_tax;
const struct sp_mechanism sp_sales_tax = {
    .name = "sales_tax",
    .sentence = "prices are with or without sales tax",
    .table = {&table},
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = step,
    .step = step,
};
