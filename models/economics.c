/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What growth costs and what it is worth: CAC, LTV, payback, burn multiple. Equations: README.md, Economics.
 */
#include "models/models.h"

enum { LAGS = 3 };
enum {
    PAID,
    PAID_BEFORE,
    NEW,
    S_AND_M,
    GROSS_PROFIT,
    LIFETIME,
    BURN,
    RECURRING,
    RECURRING_BEFORE,
    BURN_LAGS,
    RECURRING_LAGS = BURN_LAGS + LAGS
};
enum { CAC, LTV, PAYBACK, MULTIPLE, BURN_LAG, RECURRING_LAG = BURN_LAG + LAGS };

static const struct sp_read reads[] = {
    [PAID] = {.column = "paid", .optional = true},
    [PAID_BEFORE] = {.column = "paid", .before = true, .optional = true},
    [NEW] = {.column = "paid.new", .optional = true},
    [S_AND_M] = {.column = "opex.s_and_m", .optional = true},
    [GROSS_PROFIT] = {.column = "gross_profit"},
    [LIFETIME] = {.column = "churn.lifetime", .optional = true},
    [BURN] = {.column = "net_burn"},
    [RECURRING] = {.column = "arr", .optional = true},
    [RECURRING_BEFORE] = {.column = "arr", .before = true, .optional = true},
    [BURN_LAGS] = {.column = "net_burn", .before = true},
    {.column = "net_burn.1", .before = true, .optional = true},
    {.column = "net_burn.2", .before = true, .optional = true},
    [RECURRING_LAGS] = {.column = "arr.1", .before = true, .optional = true},
    {.column = "arr.2", .before = true, .optional = true},
    {.column = "arr.3", .before = true, .optional = true},
};

#define LAG(name, of, text)                                                                                  \
    .column = (name), .kind = SP_STOCK, .unit = (of), .internal = true, .given = {1 + RECURRING},            \
    .sentence = (text)

static const struct sp_write writes[] = {
    [CAC] = {.column = "cac",
             .kind = SP_RATIO,
             .unit = "USD",
             .adverse = SP_HIGH,
             .numerator = "opex.s_and_m",
             .denominator = "paid.new",
             .may_be_undefined = true,
             .undefined_when = "nobody starts to pay",
             .sentence = "sales and marketing, heads included, per new payer"},
    [LTV] = {.column = "ltv",
             .formula = "if(average(paid)>0,gross_profit/(3*average(paid))*churn.lifetime,\"\")",
             .kind = SP_STOCK,
             .unit = "USD",
             .given = {1 + PAID, 1 + LIFETIME},
             .may_be_undefined = true,
             .undefined_when = "nobody pays",
             .ranked = true,
             .sentence = "gross profit of a new payer within 36 months, by the quarter's churn and gross "
                         "profit per payer"},
    [PAYBACK] = {.column = "payback",
                 .formula = "if(opex.s_and_m>0,if(and(paid.new>0,average(paid)>0,gross_profit>0),"
                            "opex.s_and_m*3*average(paid)/(paid.new*gross_profit),\"inf\"),0)",
                 .kind = SP_STOCK,
                 .unit = "months",
                 .adverse = SP_HIGH,
                 .given = {1 + PAID, 1 + S_AND_M},
                 .may_be_undefined = true,
                 .undefined_when = "nobody starts to pay, or gross profit never brings cac back: ranked last",
                 .ranked = true,
                 .sentence = "months of the quarter's gross profit per payer that bring cac back"},
    [MULTIPLE] = {.column = "burn_multiple",
                  .formula = "if(quarter<5,\"\",if(arr-before(arr.3)>0,(net_burn+net_burn.1+"
                             "net_burn.2+net_burn.3)/(arr-before(arr.3)),if(net_burn+net_burn.1+"
                             "net_burn.2+net_burn.3>0,\"inf\",\"-inf\")))",
                  .kind = SP_STOCK,
                  .unit = "1",
                  .adverse = SP_HIGH,
                  .given = {1 + RECURRING},
                  .may_be_undefined = true,
                  .undefined_when =
                      "no arr was gained: ranked worst with a burn, best without; or in the first four "
                      "quarters",
                  .ranked = true,
                  .sentence = "net burn of the last four quarters per arr gained in them"},
    [BURN_LAG] = {LAG("net_burn.1", "USD", "net burn one quarter ago"), .formula = "before(net_burn)"},
    {LAG("net_burn.2", "USD", "net burn two quarters ago"), .formula = "before(net_burn.1)"},
    {LAG("net_burn.3", "USD", "net burn three quarters ago"), .formula = "before(net_burn.2)"},
    [RECURRING_LAG] = {LAG("arr.1", "USD/year", "arr one quarter ago"), .formula = "before(arr)"},
    {LAG("arr.2", "USD/year", "arr two quarters ago"), .formula = "before(arr.1)"},
    {LAG("arr.3", "USD/year", "arr three quarters ago"), .formula = "before(arr.2)"},
};

/* --- A payer --- */

struct profit {
    const double *paid_before, *paid, *gross;
};

static struct profit get_profit(const struct sp_step *s) {
    return (struct profit){sp_step_read(s, PAID_BEFORE), sp_step_read(s, PAID),
                           sp_step_read(s, GROSS_PROFIT)};
}

/* Gross profit of the quarter per payer and month; undefined when nobody pays. */
static double profit_per_payer(const struct sp_step *s, const struct profit *profit, size_t p) {
    double payers = sp_models_average(s, profit->paid_before[p], profit->paid[p]);
    double each = profit->gross[p] / (SP_MODELS_MONTHS * payers);
    return payers > 0 ? each : NAN;
}

static void update_ltv(const struct sp_step *s) {
    struct profit profit = get_profit(s);
    const double *months = sp_step_read(s, LIFETIME);
    double *restrict ltv = sp_step_out(s, LTV, 0);
    for (size_t p = 0; p < s->n; p++)
        ltv[p] = profit_per_payer(s, &profit, p) * months[p];
}

/* Nothing spent is nothing to bring back; something spent on nobody never comes back. */
static void update_payback(const struct sp_step *s) {
    struct profit profit = get_profit(s);
    const double *spent = sp_step_read(s, S_AND_M), *fresh = sp_step_read(s, NEW);
    double *restrict payback = sp_step_out(s, PAYBACK, 0);
    for (size_t p = 0; p < s->n; p++) {
        double each = profit_per_payer(s, &profit, p), months = spent[p] / (fresh[p] * each);
        months = fresh[p] > 0 ? months : INFINITY;
        months = each > 0 ? months : INFINITY;
        payback[p] = spent[p] > 0 ? months : 0;
    }
}

/* --- Four quarters --- */

static void shift(const struct sp_step *s, int newest, int lags, int out) {
    for (int i = 0; i < LAGS; i++) {
        const double *from = i == 0 ? sp_step_read(s, newest) : sp_step_read(s, lags + i - 1);
        double *restrict to = sp_step_out(s, out + i, 0);
        for (size_t p = 0; p < s->n; p++)
            to[p] = from[p];
    }
}

static void update_multiple(const struct sp_step *s) {
    const double *now = sp_step_read(s, BURN), *one = sp_step_out(s, BURN_LAG, 0),
                 *two = sp_step_out(s, BURN_LAG + 1, 0), *three = sp_step_out(s, BURN_LAG + 2, 0);
    const double *arr = sp_step_read(s, RECURRING), *year_ago = sp_step_read(s, RECURRING_LAGS + 2);
    double *restrict multiple = sp_step_out(s, MULTIPLE, 0);
    for (size_t p = 0; p < s->n; p++) {
        double burn = now[p] + one[p] + two[p] + three[p], gained = arr[p] - year_ago[p];
        double ranked = burn > 0 ? INFINITY : -INFINITY;
        multiple[p] = s->quarter < 4 ? NAN : gained > 0 ? burn / gained : ranked;
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    if (sp_step_wants(s, LTV))
        update_ltv(s);
    if (sp_step_wants(s, PAYBACK))
        update_payback(s);
    if (!sp_step_wants(s, MULTIPLE))
        return;
    shift(s, BURN_LAGS, BURN_LAGS + 1, BURN_LAG);
    shift(s, RECURRING_BEFORE, RECURRING_LAGS, RECURRING_LAG);
    update_multiple(s);
}

extern const struct sp_mechanism sp_economics;
const struct sp_mechanism sp_economics = {
    .name = "economics",
    .sentence = "what a new payer costs and is worth, and what growth burns",
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .always = true,
    .step = step,
};
