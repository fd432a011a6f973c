/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Partners come and go, bring users and pay. Equations: README.md, Partners.
 */
#include "engine/math/count.h"
#include "models/partners_parts.h"

#include <math.h>

enum { COUNT_BEFORE, BEGUN_BEFORE };
enum { COUNT, ARRIVED, LEFT, BROUGHT, REVENUE, REVENUE_OF, BEGUN };

static const struct sp_read reads[] = {
    [COUNT_BEFORE] = {.column = "partner.*.count", .before = true},
    [BEGUN_BEFORE] = {.column = "partner.*.begun", .before = true},
};

static const struct sp_write writes[] = {
    [COUNT] = {.column = "partner.*.count",
               .formula = "before(partner.*.count)+partner.*.arrivals-partner.*.departures",
               .opening = "partner.*.begun*[partner.*.initial]",
               .kind = SP_STOCK,
               .unit = "partners",
               .instanced = 1 + SP_PARTNERS,
               .sentence = "partners of the kind"},
    [ARRIVED] = {.column = "partner.*.arrivals",
                 .formula = "[partner.*.arrivals]*partner.*.begun+(partner.*.begun-before(partner.*"
                            ".begun))*[partner.*.initial]",
                 .kind = SP_FLOW,
                 .unit = "partners",
                 .instanced = 1 + SP_PARTNERS,
                 .sentence = "partners who come"},
    [LEFT] = {.column = "partner.*.departures",
              .formula = "before(partner.*.count)*[partner.*.leaving]",
              .kind = SP_FLOW,
              .unit = "partners",
              .adverse = SP_HIGH,
              .instanced = 1 + SP_PARTNERS,
              .sentence = "partners who leave"},
    [BROUGHT] = {.column = "partner.*.users",
                 .formula = "[partner.*.users]*average(partner.*.count)",
                 .kind = SP_FLOW,
                 .unit = "users",
                 .instanced = 1 + SP_PARTNERS,
                 .sentence = "new users whom partners bring"},
    [REVENUE] = {.column = "revenue.partner",
                 .formula = "sum(revenue.partner.*)",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .sentence = "what all partners pay: licences, fees, shares of their sales; not in mrr"},
    [REVENUE_OF] = {.column = "revenue.partner.*",
                    .formula = "case([partner.*.model],white_label,3*[partner.*.licence]*"
                               "average(partner.*.count),case([partner.*.model],api_fees,3*[partner.*"
                               ".units]*[partner.*.fee]*average(partner.*.count),case([partner.*"
                               ".model],revenue_share,3*[partner.*.sales]?0*[partner.*"
                               ".share_received]?0*average(partner.*.count),0)))",
                    .kind = SP_FLOW,
                    .unit = "USD",
                    .instanced = 1 + SP_PARTNERS,
                    .sentence = "what partners of the kind pay"},
    [BEGUN] = {.column = "partner.*.begun",
               .formula = "if(or(before(partner.*.begun)>0,int([partner.*.start]+0.5)<=quarter),"
                          "1,0)",
               .opening = "if(int([partner.*.start]+0.5)<=0,1,0)",
               .kind = SP_STOCK,
               .unit = "1",
               .internal = true,
               .instanced = 1 + SP_PARTNERS,
               .sentence = "1 from the start on"},
};

static void start(const struct sp_step *s) {
    for (size_t i = 0; i < s->instances[SP_PARTNERS]; i++) {
        const double *from = sp_partners_field(s, i, SP_PARTNERS_START),
                     *initial = sp_partners_field(s, i, SP_PARTNERS_INITIAL);
        double *restrict begun = sp_step_out(s, BEGUN, i), *restrict count = sp_step_out(s, COUNT, i);
        for (size_t p = 0; p < s->n; p++) {
            begun[p] = floor(from[p] + 0.5) <= 0 ? 1 : 0;
            count[p] = begun[p] * initial[p];
        }
        sp_models_round(s, count);
    }
}

/* What has begun goes on, even when the start is put off later. */
static void begin(const struct sp_step *s, size_t i) {
    const double *from = sp_partners_field(s, i, SP_PARTNERS_START),
                 *before = sp_step_read_one(s, BEGUN_BEFORE, i);
    double *restrict begun = sp_step_out(s, BEGUN, i);
    double now = s->quarter + 1;
    for (size_t p = 0; p < s->n; p++)
        begun[p] = (before[p] > 0) | (floor(from[p] + 0.5) <= now) ? 1 : 0;
}

/* How many are expected to come on top of those who come with the start. */
static void expect_arrivals(const struct sp_step *s, size_t i, double *restrict expected) {
    const double *rate = sp_partners_field(s, i, SP_PARTNERS_ARRIVALS), *begun = sp_step_out(s, BEGUN, i);
    for (size_t p = 0; p < s->n; p++)
        expected[p] = rate[p] * begun[p];
}

static void arrive(const struct sp_step *s, size_t i) {
    const double *initial = sp_partners_field(s, i, SP_PARTNERS_INITIAL),
                 *u = sp_partners_field(s, i, SP_PARTNERS_ARRIVERS);
    const double *begun = sp_step_out(s, BEGUN, i), *before = sp_step_read_one(s, BEGUN_BEFORE, i);
    double *restrict arrived = sp_step_out(s, ARRIVED, i), *restrict with_start = sp_step_out(s, COUNT, i);
    expect_arrivals(s, i, arrived);
    if (s->whole_counts && !sp_step_is(s, SP_PARTNERS, i, SP_PARTNERS_ARRIVALS, 0))
        sp_count_poisson_array(arrived, u, arrived, s->n);
    for (size_t p = 0; p < s->n; p++)
        with_start[p] = (begun[p] - before[p]) * initial[p];
    sp_models_round(s, with_start);
    for (size_t p = 0; p < s->n; p++)
        arrived[p] += with_start[p];
}

static void leave(const struct sp_step *s, size_t i) {
    const double *rate = sp_partners_field(s, i, SP_PARTNERS_LEAVING),
                 *before = sp_step_read_one(s, COUNT_BEFORE, i);
    double *restrict left = sp_step_out(s, LEFT, i);
    if (s->whole_counts && !sp_step_is(s, SP_PARTNERS, i, SP_PARTNERS_LEAVING, 0))
        sp_count_binomial_array(before, rate, sp_partners_field(s, i, SP_PARTNERS_LEAVERS), left, s->n);
    else
        for (size_t p = 0; p < s->n; p++)
            left[p] = before[p] * rate[p];
}

static void add_up(const struct sp_step *s, size_t i) {
    const double *before = sp_step_read_one(s, COUNT_BEFORE, i), *arrived = sp_step_out(s, ARRIVED, i),
                 *left = sp_step_out(s, LEFT, i);
    double *restrict count = sp_step_out(s, COUNT, i);
    for (size_t p = 0; p < s->n; p++)
        count[p] = before[p] + arrived[p] - left[p];
}

/* Partners on average over the quarter, in `mean`. */
static void average_count(const struct sp_step *s, size_t i, double *restrict mean) {
    const double *before = sp_step_read_one(s, COUNT_BEFORE, i), *count = sp_step_out(s, COUNT, i);
    for (size_t p = 0; p < s->n; p++)
        mean[p] = sp_models_average(s, before[p], count[p]);
}

static void bring_users(const struct sp_step *s, size_t i) {
    const double *each = sp_partners_field(s, i, SP_PARTNERS_USERS);
    double *restrict users = sp_step_out(s, BROUGHT, i);
    average_count(s, i, users);
    for (size_t p = 0; p < s->n; p++)
        users[p] *= each[p];
    sp_models_round(s, users);
}

static void multiply(const struct sp_step *s, const double *by, double *restrict product) {
    for (size_t p = 0; by && p < s->n; p++)
        product[p] *= by[p];
}

/* Two factors by model; those that it does not have are absent. */
static void earn(const struct sp_step *s, size_t i, double *restrict all) {
    static const int factor[][2] = {
        [SP_PARTNERS_WHITE_LABEL] = {SP_PARTNERS_LICENCE, SP_PARTNERS_LICENCE},
        [SP_PARTNERS_API_FEES] = {SP_PARTNERS_UNITS, SP_PARTNERS_FEE},
        [SP_PARTNERS_REVENUE_SHARE] = {SP_PARTNERS_SALES, SP_PARTNERS_SHARE_RECEIVED}};
    int model = sp_partners_model(s, i);
    double *restrict revenue = sp_step_out(s, REVENUE_OF, i);
    const double *first = model > SP_PARTNERS_AFFILIATE ? sp_partners_field(s, i, factor[model][0]) : NULL;
    if (!first) {
        for (size_t p = 0; p < s->n; p++)
            revenue[p] = 0;
        return;
    }
    average_count(s, i, revenue);
    multiply(s, first, revenue);
    if (factor[model][1] != factor[model][0])
        multiply(s, sp_partners_field(s, i, factor[model][1]), revenue);
    for (size_t p = 0; p < s->n; p++) {
        revenue[p] *= SP_MODELS_MONTHS;
        all[p] += revenue[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict all = sp_step_out(s, REVENUE, 0);
    for (size_t p = 0; p < s->n; p++)
        all[p] = 0;
    for (size_t i = 0; i < s->instances[SP_PARTNERS]; i++) {
        begin(s, i);
        arrive(s, i);
        leave(s, i);
        add_up(s, i);
        bring_users(s, i);
        earn(s, i, all);
    }
}

extern const struct sp_mechanism sp_partners;
const struct sp_mechanism sp_partners = {
    .name = "partner",
    .sentence = "partners come and go, bring users and pay",
    .table = {&sp_partners_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
