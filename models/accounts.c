/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cost lines add up to totals and margins. Equations: README.md, Accounts.
 */
#include "models/models.h"

enum { EARNED, COGS_LINES, ALL_LINES };
enum { COGS, TOTAL, GROSS_PROFIT, GROSS_MARGIN };

static const struct sp_read reads[] = {
    [EARNED] = {.column = "revenue", .optional = true},
    [COGS_LINES] = {.account = "cogs."},
    [ALL_LINES] = {.account = ""},
};

static const struct sp_write writes[] = {
    [COGS] = {.column = "cogs",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .sentence = "cost of revenue: all lines whose account begins with cogs, free users' included"},
    [TOTAL] = {.column = "cost.total",
               .kind = SP_FLOW,
               .unit = "USD",
               .adverse = SP_HIGH,
               .sentence = "all cost lines"},
    [GROSS_PROFIT] = {.column = "gross_profit",
                      .kind = SP_FLOW,
                      .unit = "USD",
                      .sentence = "revenue less cogs"},
    [GROSS_MARGIN] = {.column = "gross_margin",
                      .kind = SP_RATIO,
                      .unit = "1",
                      .numerator = "gross_profit",
                      .denominator = "revenue",
                      .may_be_undefined = true,
                      .undefined_when = "there is no revenue",
                      .sentence = "gross profit per unit of revenue"},
};

static void add_lines(const struct sp_step *s, int read, double *restrict sum) {
    for (size_t p = 0; p < s->n; p++)
        sum[p] = 0;
    for (size_t i = 0; i < s->read_count[read]; i++) {
        const double *line = sp_step_read_one(s, read, i);
        for (size_t p = 0; p < s->n; p++)
            sum[p] += line[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *earned = sp_step_read(s, EARNED);
    double *restrict cogs = sp_step_out(s, COGS, 0), *restrict gross_profit = sp_step_out(s, GROSS_PROFIT, 0);
    add_lines(s, ALL_LINES, sp_step_out(s, TOTAL, 0));
    if (!sp_step_wants(s, COGS) && !sp_step_wants(s, GROSS_PROFIT))
        return;
    add_lines(s, COGS_LINES, cogs);
    for (size_t p = 0; p < s->n; p++)
        gross_profit[p] = (earned ? earned[p] : 0) - cogs[p];
}

extern const struct sp_mechanism sp_accounts;
const struct sp_mechanism sp_accounts = {
    .name = "accounts",
    .sentence = "cost lines add up to totals and margins",
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .always = true,
    .step = step,
};
