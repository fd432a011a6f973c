/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From opening to closing annual run rate: who came, who left, and what those who stayed pay more or less.
 * Equations: README.md, ARR bridge.
 */
#include "models/models.h"

enum {
    ARRIVED,
    CHURNED,
    REACTIVATED,
    PRICE,
    PRICE_BEFORE,
    MONTHLY_BEFORE,
    ARR_BEFORE,
    ANNUAL_PRICE,
    NEW_ANNUAL,
    CHURNED_ANNUAL,
    YEAR,
    VALUE_ENDED
};
enum { OPENING, NEW, EXPANSION, BACK, CONTRACTION, LOST_PAYERS, GAINED, LOST, NET_NEW, RETAINED, KEPT };

static const struct sp_read reads[] = {
    [ARRIVED] = {.column = "paid.new"},
    [CHURNED] = {.column = "paid.churned", .optional = true},
    [PRICE] = {.column = "price.monthly"},
    [PRICE_BEFORE] = {.column = "price.monthly", .before = true},
    [MONTHLY_BEFORE] = {.column = "paid.monthly", .before = true},
    [ARR_BEFORE] = {.column = "arr", .before = true},
    [ANNUAL_PRICE] = {.column = "price.annual"},
    [NEW_ANNUAL] = {.column = "paid.new.annual", .optional = true},
    [CHURNED_ANNUAL] = {.column = "paid.churned.annual", .optional = true},
    [YEAR] = {.column = "paid.annual.*"},
    [VALUE_ENDED] = {.column = "annual.value.4"},
    [REACTIVATED] = {.column = "paid.reactivated", .optional = true},
};

#define PART(name, said, side, text)                                                                         \
    {                                                                                                        \
        .column = (name), .formula = (said), .kind = SP_FLOW, .unit = "USD/year", .adverse = (side),         \
        .sentence = (text)                                                                                   \
    }
#define RATIO(name, side, over, under, when, text)                                                           \
    {                                                                                                        \
        .column = (name), .kind = SP_RATIO, .unit = "1", .adverse = (side), .numerator = (over),             \
        .denominator = (under), .may_be_undefined = true, .undefined_when = (when), .sentence = (text)       \
    }

static const struct sp_write writes[] = {
    [OPENING] = PART("arr.opening", "before(arr)", SP_LOW,
                     "arr at the opening of the quarter; over a period, the sum over its quarters"),
    [NEW] = PART("arr.new",
                 "12*(((paid.new+paid.reactivated?0)-paid.new.annual?0)*"
                 "price.monthly+paid.new.annual?0*price.annual)-arr.reactivated",
                 SP_LOW, "arr of new payers"),
    [EXPANSION] = PART("arr.expansion",
                       "max(12*(before(paid.monthly)-(paid.churned?0-paid.churned.annual?0))*"
                       "(price.monthly-before(price.monthly)),0)+given([churn.annual_share],"
                       "max(12*(paid.annual.4*"
                       "price.annual-(annual.value.4-if(paid.churned.annual+paid.annual.4>0,"
                       "annual.value.4*paid.churned.annual/(paid.churned.annual+"
                       "paid.annual.4),0))),0),0)",
                       SP_LOW, "arr that staying payers pay more than before"),
    [BACK] = PART("arr.reactivated",
                  "if((paid.new+paid.reactivated?0)>0,"
                  "paid.reactivated?0/(paid.new+paid.reactivated?0),0)*12*"
                  "(((paid.new+paid.reactivated?0)-paid.new.annual?0)*"
                  "price.monthly+paid.new.annual?0*price.annual)",
                  SP_LOW, "arr of payers who came back"),
    [CONTRACTION] = PART("arr.contraction",
                         "max(-12*(before(paid.monthly)-(paid.churned?0-paid.churned.annual?0))*"
                         "(price.monthly-before(price.monthly)),0)+given([churn.annual_share],"
                         "max(-12*(paid.annual.4*"
                         "price.annual-(annual.value.4-if(paid.churned.annual+paid.annual.4>0,"
                         "annual.value.4*paid.churned.annual/(paid.churned.annual+"
                         "paid.annual.4),0))),0),0)",
                         SP_HIGH, "arr that staying payers pay less than before"),
    [LOST_PAYERS] = PART("arr.churned",
                         "12*(paid.churned?0-paid.churned.annual?0)*before(price.monthly)+"
                         "given([churn.annual_share],12*if(paid.churned.annual+paid.annual.4>0,"
                         "annual.value.4*paid.churned.annual/(paid.churned.annual+"
                         "paid.annual.4),0),0)",
                         SP_HIGH, "arr of payers who left"),
    [GAINED] = PART("arr.gained", "arr.new+arr.expansion+arr.reactivated", SP_LOW,
                    "arr.new + arr.expansion + arr.reactivated"),
    [LOST] = PART("arr.lost", "arr.contraction+arr.churned", SP_HIGH, "arr.contraction + arr.churned"),
    [NET_NEW] =
        PART("arr.net_new", "arr.gained-arr.lost", SP_LOW, "arr.gained - arr.lost: closing less opening arr"),
    [RETAINED] =
        PART("arr.retained", "arr.kept+arr.expansion", SP_LOW, "arr.opening + arr.expansion - arr.lost"),
    [KEPT] = PART("arr.kept", "arr.opening-arr.lost", SP_LOW, "arr.opening - arr.lost"),
    RATIO("nrr", SP_LOW, "arr.retained", "arr.opening", "there is no opening arr",
          "net revenue retention of a quarter; over a period, the mean of its quarters weighted by opening "
          "arr"),
    RATIO("grr", SP_LOW, "arr.kept", "arr.opening", "there is no opening arr",
          "gross revenue retention of a quarter; over a period, the mean of its quarters weighted by opening "
          "arr"),
    RATIO("quick_ratio", SP_LOW, "arr.gained", "arr.lost", "no arr is lost", "arr gained per arr lost"),
};

/* Payers by the month: all of them pay the new price at once. */
static void bridge_monthly(const struct sp_step *s) {
    const double *price = sp_step_read(s, PRICE), *price_before = sp_step_read(s, PRICE_BEFORE);
    const double *monthly = sp_step_read(s, MONTHLY_BEFORE),
                 *left = sp_step_or_zeros(s, sp_step_read(s, CHURNED));
    const double *left_annual = sp_step_reads(s, YEAR) ? sp_step_read(s, CHURNED_ANNUAL) : s->zeros;
    double *restrict churned = sp_step_out(s, LOST_PAYERS, 0);
    double *restrict more = sp_step_out(s, EXPANSION, 0), *restrict less = sp_step_out(s, CONTRACTION, 0);
    for (size_t p = 0; p < s->n; p++) {
        double leave = left[p] - left_annual[p];
        double change = 12 * (monthly[p] - leave) * (price[p] - price_before[p]);
        churned[p] = 12 * leave * price_before[p];
        more[p] = change > 0 ? change : 0;
        less[p] = change < 0 ? -change : 0;
    }
}

/* Payers by the year: those whose year has ended leave, or renew at the new price. */
static void bridge_annual(const struct sp_step *s) {
    const double *price = sp_step_read(s, ANNUAL_PRICE), *ended = sp_step_read(s, VALUE_ENDED);
    const double *left = sp_step_read(s, CHURNED_ANNUAL), *renewed = sp_step_read_one(s, YEAR, 3);
    double *restrict churned = sp_step_out(s, LOST_PAYERS, 0);
    double *restrict more = sp_step_out(s, EXPANSION, 0), *restrict less = sp_step_out(s, CONTRACTION, 0);
    for (size_t p = 0; p < s->n; p++) {
        double all = left[p] + renewed[p], lost = all > 0 ? ended[p] * left[p] / all : 0;
        double change = 12 * (renewed[p] * price[p] - (ended[p] - lost));
        churned[p] += 12 * lost;
        more[p] += change > 0 ? change : 0;
        less[p] += change < 0 ? -change : 0;
    }
}

/* Those who came: new ones, and those who came back, who choose their plans alike. */
static void bridge_arrivals(const struct sp_step *s) {
    const double *arrived = sp_step_read(s, ARRIVED),
                 *back = sp_step_or_zeros(s, sp_step_read(s, REACTIVATED));
    const double *annual = sp_step_reads(s, YEAR) ? sp_step_read(s, NEW_ANNUAL) : s->zeros;
    const double *price = sp_step_read(s, PRICE), *annual_price = sp_step_read(s, ANNUAL_PRICE);
    double *restrict fresh = sp_step_out(s, NEW, 0), *restrict reactivated = sp_step_out(s, BACK, 0);
    for (size_t p = 0; p < s->n; p++) {
        double came = arrived[p] + back[p], by_year = annual[p];
        double value = 12 * ((came - by_year) * price[p] + by_year * annual_price[p]);
        double part = came > 0 ? back[p] / came : 0;
        reactivated[p] = part * value;
        fresh[p] = value - reactivated[p];
    }
}

static void add_up(const struct sp_step *s) {
    const double *before = sp_step_read(s, ARR_BEFORE);
    const double *restrict fresh = sp_step_out(s, NEW, 0), *restrict more = sp_step_out(s, EXPANSION, 0);
    const double *restrict back = sp_step_out(s, BACK, 0), *restrict less = sp_step_out(s, CONTRACTION, 0);
    const double *restrict churned = sp_step_out(s, LOST_PAYERS, 0);
    double *restrict opening = sp_step_out(s, OPENING, 0), *restrict net_new = sp_step_out(s, NET_NEW, 0);
    double *restrict gained = sp_step_out(s, GAINED, 0), *restrict lost = sp_step_out(s, LOST, 0);
    double *restrict retained = sp_step_out(s, RETAINED, 0), *restrict kept = sp_step_out(s, KEPT, 0);
    for (size_t p = 0; p < s->n; p++) {
        opening[p] = before[p];
        gained[p] = fresh[p] + more[p] + back[p];
        lost[p] = less[p] + churned[p];
        net_new[p] = gained[p] - lost[p];
        kept[p] = before[p] - lost[p];
        retained[p] = kept[p] + more[p];
    }
}

static bool is_wanted(const struct sp_step *s) {
    bool any = false;
    for (int write = OPENING; write <= KEPT; write++)
        any = any || sp_step_wants(s, write);
    return any;
}

SP_WIDE static void step(const struct sp_step *s) {
    if (!is_wanted(s))
        return;
    bridge_monthly(s);
    if (sp_step_reads(s, YEAR) > 0)
        bridge_annual(s);
    bridge_arrivals(s);
    add_up(s);
}

extern const struct sp_mechanism sp_arr_bridge, sp_revenue;
const struct sp_mechanism sp_arr_bridge = {
    .name = "arr_bridge",
    .sentence = "annual run rate goes from its opening to its closing value",
    .with = &sp_revenue,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
