/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Cash, and whether it lasts. Equations: README.md, Cash.
 */
#include "models/models.h"

#include <math.h>

enum { CASH_TABLE, START };
enum { INSOLVENCY };
enum { CONTINUE, STOP };
enum { START_CASH };
enum {
    EARNED,
    TOTAL_COST,
    CASH_BEFORE,
    FINANCING,
    LOWEST_BEFORE,
    LOWEST_QUARTER_BEFORE,
    RAN_OUT_QUARTER_BEFORE,
    STOPPED_BEFORE,
    RECEIVABLES, /* each stock of working capital is followed by that of the quarter before */
    PAYABLES = RECEIVABLES + 2,
    DEFERRED = PAYABLES + 2,
    TAX = DEFERRED + 2
};
enum { CASH, NET_BURN, LOWEST, LOWEST_QUARTER, BELOW_ZERO, RAN_OUT, RAN_OUT_QUARTER, STOPPED };

static const char *const insolvency_choices[] = {[CONTINUE] = "continue", [STOP] = "stop", NULL};

static const struct sp_field fields[] = {
    [INSOLVENCY] = {.key = "insolvency",
                    .kind = SP_FIELD_CHOICE,
                    .unit = "1",
                    .standard = CONTINUE,
                    .optional = true,
                    .choices = insolvency_choices,
                    .sentence =
                        "what becomes of a path whose cash is below 0 at the end of a quarter: it goes on as "
                        "if it were financed, or stops",
                    .example = {"\"stop\""}},
};
static const struct sp_field_table table = {.name = "cash",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what happens without cash"};

static const struct sp_field start_fields[] = {
    {.key = "cash",
     .unit = "USD",
     .standard = NAN,
     .low = -1e15,
     .high = 1e15,
     .sentence = "cash before the first quarter",
     .example = {"500_000"}},
};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [EARNED] = {.column = "revenue", .optional = true},
    [TOTAL_COST] = {.column = "cost.total"},
    [CASH_BEFORE] = {.column = "cash", .before = true},
    [FINANCING] = {.column = "financing", .optional = true},
    [LOWEST_BEFORE] = {.column = "cash.lowest", .before = true, .only_for = {1 + LOWEST, 1 + LOWEST_QUARTER}},
    [LOWEST_QUARTER_BEFORE] = {.column = "cash.lowest_quarter",
                               .before = true,
                               .only_for = {1 + LOWEST, 1 + LOWEST_QUARTER}},
    [RAN_OUT_QUARTER_BEFORE] = {.column = "cash.ran_out_quarter",
                                .before = true,
                                .only_for = {1 + BELOW_ZERO, 1 + RAN_OUT, 1 + RAN_OUT_QUARTER}},
    [STOPPED_BEFORE] = {.column = "cash.stopped", .before = true, .optional = true},
    [RECEIVABLES] = {.column = "receivables", .optional = true},
    {.column = "receivables", .before = true, .optional = true},
    [PAYABLES] = {.column = "payables", .optional = true},
    {.column = "payables", .before = true, .optional = true},
    [DEFERRED] = {.column = "deferred_revenue", .optional = true},
    {.column = "deferred_revenue", .before = true, .optional = true},
    [TAX] = {.column = "tax_payable", .optional = true},
    {.column = "tax_payable", .before = true, .optional = true},
};

static const struct sp_write writes[] = {
    [CASH] = {.column = "cash",
              .formula = "before(cash)-net_burn+financing?0",
              .opening = "[start.cash]",
              .kind = SP_STOCK,
              .unit = "USD",
              .sentence = "cash at the end of the period"},
    [NET_BURN] = {.column = "net_burn",
                  .formula = "cost.total-revenue?0+receivables?0-before(receivables)?0-payables?0+"
                             "before(payables)?0-deferred_revenue?0+"
                             "before(deferred_revenue)?0-tax_payable?0+before(tax_payable)?0",
                  .kind = SP_FLOW,
                  .unit = "USD",
                  .adverse = SP_HIGH,
                  .sentence = "decrease of cash without financing"},
    [LOWEST] = {.column = "cash.lowest",
                .formula = "if(quarter=1,cash,min(before(cash.lowest),cash))",
                .kind = SP_STOCK,
                .unit = "USD",
                .sentence = "lowest cash at the end of any quarter so far"},
    [LOWEST_QUARTER] = {.column = "cash.lowest_quarter",
                        .formula = "if(quarter=1,1,if(cash<before(cash.lowest),quarter,"
                                   "before(cash.lowest_quarter)))",
                        .kind = SP_STOCK,
                        .unit = "quarter",
                        .sentence = "quarter, counted from 1, in which cash was lowest so far"},
    [BELOW_ZERO] = {.column = "cash.below_zero",
                    .formula = "if(cash<0,1,0)",
                    .kind = SP_STOCK,
                    .unit = "probability",
                    .adverse = SP_HIGH,
                    .sentence = "1 when cash is below 0; its mean is the probability"},
    [RAN_OUT] = {.column = "cash.ran_out",
                 .formula = "if(quarter=1,cash.below_zero,max(before(cash.ran_out),"
                            "cash.below_zero))",
                 .kind = SP_STOCK,
                 .unit = "probability",
                 .adverse = SP_HIGH,
                 .sentence = "1 when cash has been below 0 at the end of any quarter so far"},
    [STOPPED] = {.column = "cash.stopped",
                 .formula = "case([cash.insolvency],stop,if(or(before(cash.stopped)>0,cash<0),1,0),"
                            "0)",
                 .kind = SP_STOCK,
                 .unit = "1",
                 .internal = true,
                 .needs = 1 + INSOLVENCY,
                 .stops = true,
                 .sentence = "1 when the company has stopped for want of cash"},
    [RAN_OUT_QUARTER] = {.column = "cash.ran_out_quarter",
                         .formula = "if(cash.ran_out=0,\"\",if(quarter=1,quarter,if(before(cash.ran_out)=1,"
                                    "before(cash.ran_out_quarter),quarter)))",
                         .kind = SP_STOCK,
                         .unit = "quarter",
                         .may_be_undefined = true,
                         .undefined_when = "cash has not been below 0 so far",
                         .sentence = "first quarter, counted from 1, that ends with cash below 0"},
};

static bool asks_for_lowest(const struct sp_step *s) {
    return sp_step_wants(s, LOWEST) || sp_step_wants(s, LOWEST_QUARTER);
}

static bool asks_for_ran_out(const struct sp_step *s) {
    return sp_step_wants(s, BELOW_ZERO) || sp_step_wants(s, RAN_OUT) || sp_step_wants(s, RAN_OUT_QUARTER);
}

SP_WIDE static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_CASH);
    double *restrict cash = sp_step_out(s, CASH, 0), *restrict lowest = sp_step_out(s, LOWEST, 0);
    double *restrict ran_out_quarter = sp_step_out(s, RAN_OUT_QUARTER, 0);
    for (size_t p = 0; p < s->n; p++)
        cash[p] = opening[p];
    for (size_t p = 0; asks_for_lowest(s) && p < s->n; p++)
        lowest[p] = INFINITY;
    for (size_t p = 0; asks_for_ran_out(s) && p < s->n; p++)
        ran_out_quarter[p] = NAN;
}

static void update_lowest(const struct sp_step *s, const double *cash) {
    const double *before = sp_step_read(s, LOWEST_BEFORE),
                 *quarter_before = sp_step_read(s, LOWEST_QUARTER_BEFORE);
    double *restrict lowest = sp_step_out(s, LOWEST, 0), *restrict quarter =
                                                             sp_step_out(s, LOWEST_QUARTER, 0);
    double this_quarter = s->quarter + 1;
    for (size_t p = 0; p < s->n; p++) {
        double now = cash[p], least = before[p], when = quarter_before[p];
        quarter[p] = now < least ? this_quarter : when;
        lowest[p] = now < least ? now : least;
    }
}

static void update_ran_out(const struct sp_step *s, const double *cash) {
    const double *before = sp_step_read(s, RAN_OUT_QUARTER_BEFORE);
    double *restrict below = sp_step_out(s, BELOW_ZERO, 0), *restrict ran_out = sp_step_out(s, RAN_OUT, 0);
    double *restrict quarter = sp_step_out(s, RAN_OUT_QUARTER, 0), this_quarter = s->quarter + 1;
    for (size_t p = 0; p < s->n; p++) {
        double earlier = before[p], now = cash[p] < 0 ? this_quarter : NAN;
        double first = earlier == earlier ? earlier : now;
        below[p] = cash[p] < 0 ? 1 : 0;
        quarter[p] = first;
        ran_out[p] = first == first ? 1 : 0;
    }
}

/* What is owed to the company, or by it, now and a quarter before. */
struct owed {
    const double *now, *before;
};

static struct owed get_owed(const struct sp_step *s, int stock) {
    return (struct owed){sp_step_or_zeros(s, sp_step_read(s, stock)),
                         sp_step_or_zeros(s, sp_step_read(s, stock + 1))};
}

static double change_of(const struct owed *owed, size_t p) {
    return owed->now[p] - owed->before[p];
}

/* Financing is no part of the burn. */
static void add_financing(const struct sp_step *s, double *restrict cash) {
    const double *in = sp_step_read(s, FINANCING);
    for (size_t p = 0; in && p < s->n; p++)
        cash[p] += in[p];
}

/* Whether there is anything that is owed now or was a quarter before. */
static bool is_owed(const struct sp_step *s, int stock) {
    const double *now = sp_step_read(s, stock);
    return now && now != s->zeros;
}

/* What is owed to the company and not yet paid takes cash; what it owes gives cash. `is_plain`: nothing is
 * owed, and nobody asks for the burn. */
SP_VARIANT void burn_cash(const struct sp_step *s, double *restrict cash, bool is_plain) {
    const double *earned = sp_step_or_zeros(s, sp_step_read(s, EARNED)), *cost = sp_step_read(s, TOTAL_COST);
    const double *before = sp_step_read(s, CASH_BEFORE);
    struct owed receivables = get_owed(s, RECEIVABLES), payables = get_owed(s, PAYABLES);
    struct owed deferred = get_owed(s, DEFERRED), tax = get_owed(s, TAX);
    double *restrict burn = sp_step_out(s, NET_BURN, 0);
    for (size_t p = 0; p < s->n; p++) {
        double due = cost[p] - earned[p];
        if (!is_plain)
            due = burn[p] = due + change_of(&receivables, p) - change_of(&payables, p) -
                            change_of(&deferred, p) - change_of(&tax, p);
        cash[p] = before[p] - due;
    }
}

/* The engine takes all that others find to 0 there, from the next quarter on: cash stays as it is then, but
 * for what was owed. */
static void update_stopped(const struct sp_step *s, const double *cash) {
    const double *before = sp_step_read(s, STOPPED_BEFORE);
    double may = sp_step_number(s, CASH_TABLE, 0, INSOLVENCY) == STOP ? 1 : 0;
    double *restrict stopped = sp_step_out(s, STOPPED, 0);
    for (size_t p = 0; p < s->n; p++)
        stopped[p] = (before[p] > 0) | (cash[p] < 0) ? may : 0;
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict cash = sp_step_out(s, CASH, 0);
    if (is_owed(s, RECEIVABLES) || is_owed(s, PAYABLES) || is_owed(s, DEFERRED) || is_owed(s, TAX) ||
        sp_step_wants(s, NET_BURN))
        burn_cash(s, cash, false);
    else
        burn_cash(s, cash, true);
    add_financing(s, cash);
    if (sp_step_out(s, STOPPED, 0))
        update_stopped(s, cash);
    if (asks_for_lowest(s))
        update_lowest(s, cash);
    if (asks_for_ran_out(s))
        update_ran_out(s, cash);
}

extern const struct sp_mechanism sp_cash;
const struct sp_mechanism sp_cash = {
    .name = "cash",
    .sentence = "cash opens, earns, pays, and may run out",
    .table = {&table, &start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .always = true,
    .after_stop = true,
    .start = start,
    .step = step,
};
