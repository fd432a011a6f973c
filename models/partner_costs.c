/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What partners are paid and cost, once the quarter's users, stories and revenue are known. Equations:
 * README.md, Partner costs.
 */
#include "models/partners_parts.h"

enum {
    COUNT,
    COUNT_BEFORE,
    ARRIVED,
    NEW_BROUGHT,
    BROUGHT_BEFORE,
    USERS,
    USERS_BEFORE,
    USERS_NEW,
    EARNED,
    EARNED_OF_PARTNERS,
    STORIES
};
enum { BROUGHT, COST, COST_OF, PAYOUT, SERVICE, ONBOARDING };

static const struct sp_read reads[] = {
    [COUNT] = {.column = "partner.*.count"},
    [COUNT_BEFORE] = {.column = "partner.*.count", .before = true},
    [ARRIVED] = {.column = "partner.*.arrivals"},
    [NEW_BROUGHT] = {.column = "partner.*.users"},
    [BROUGHT_BEFORE] = {.column = "partner.*.brought", .before = true},
    [USERS] = {.column = "users", .optional = true},
    [USERS_BEFORE] = {.column = "users", .before = true, .optional = true},
    [USERS_NEW] = {.column = "users.new", .optional = true},
    [EARNED] = {.column = "revenue", .optional = true},
    [EARNED_OF_PARTNERS] = {.column = "revenue.partner"},
    [STORIES] = {.column = "stories", .optional = true},
};

static const struct sp_write writes[] = {
    [BROUGHT] = {.column = "partner.*.brought",
                 .formula = "(before(partner.*.brought)*min(if(before(users)?0>0,"
                            "(users?0-users.new?0)/before(users)?1,0),1)+partner.*.users)*"
                            "if(sum((before(partner.*.brought)*min(if(before(users)?0>0,"
                            "(users?0-users.new?0)/before(users)?1,0),1)+partner.*.users))>users?0,"
                            "users?0/sum((before(partner.*.brought)*min(if(before(users)?0>0,"
                            "(users?0-users.new?0)/before(users)?1,0),1)+partner.*.users)),1)",
                 .kind = SP_STOCK,
                 .unit = "users",
                 .instanced = 1 + SP_PARTNERS,
                 .sentence = "active users whom partners have brought"},
    [COST] = {.column = "cost.partner",
              .formula = "sum(cost.partner.*)",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .sentence = "what all partners are paid and cost"},
    [COST_OF] = {.column = "cost.partner.*",
                 .formula = "cost.partner.*.payout+cost.partner.*.service+cost.partner.*.onboarding",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .instanced = 1 + SP_PARTNERS,
                 .sentence = "what partners of the kind are paid and cost"},
    [PAYOUT] = {.column = "cost.partner.*.payout",
                .formula = "case([partner.*.model],affiliate,[partner.*.commission],"
                           "case([partner.*.model],revenue_share,[partner.*.share_paid],0))*"
                           "(revenue?revenue.partner-revenue.partner)*if(average(users)?0>0,"
                           "average(partner.*.brought)/average(users)?1,0)+[partner.*.royalty]?0*"
                           "stories?0*min([partner.*.story_share]?0*average(partner.*.count),1)",
                .kind = SP_FLOW,
                .unit = "USD",
                .adverse = SP_HIGH,
                .instanced = 1 + SP_PARTNERS,
                .account = "cogs.partners",
                .account_table = 1 + SP_PARTNERS,
                .account_field = SP_PARTNERS_PAYOUT_ACCOUNT,
                .sentence = "commissions, shares of revenue and royalties paid"},
    [SERVICE] = {.column = "cost.partner.*.service",
                 .formula = "3*([partner.*.monthly]+[partner.*.units]?0*[partner.*.unit_cost]?0)*"
                            "average(partner.*.count)",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .instanced = 1 + SP_PARTNERS,
                 .account = "cogs.partners",
                 .account_table = 1 + SP_PARTNERS,
                 .account_field = SP_PARTNERS_SERVICE_ACCOUNT,
                 .sentence = "what it costs to serve partners"},
    [ONBOARDING] = {.column = "cost.partner.*.onboarding",
                    .formula = "partner.*.arrivals*[partner.*.onboarding]",
                    .kind = SP_FLOW,
                    .unit = "USD",
                    .adverse = SP_HIGH,
                    .instanced = 1 + SP_PARTNERS,
                    .account = "one_off",
                    .account_table = 1 + SP_PARTNERS,
                    .account_field = SP_PARTNERS_ONBOARDING_ACCOUNT,
                    .sentence = "one-off cost of partners who come"},
};

/* --- Users whom partners have brought --- */

/* They stay as long as other users do: of those of the quarter before, users - users.new are still there. */
static void keep_brought(const struct sp_step *s, size_t i) {
    const double *users = sp_step_read(s, USERS), *before = sp_step_read(s, USERS_BEFORE),
                 *fresh = sp_step_read(s, USERS_NEW);
    const double *brought_before = sp_step_read_one(s, BROUGHT_BEFORE, i),
                 *brought_now = sp_step_read_one(s, NEW_BROUGHT, i);
    double *restrict brought = sp_step_out(s, BROUGHT, i);
    for (size_t p = 0; p < s->n; p++) {
        double stay = before[p] > 0 ? (users[p] - fresh[p]) / before[p] : 0;
        brought[p] = brought_before[p] * (stay < 1 ? stay : 1) + brought_now[p];
    }
}

/* No more than there are users, when these fall while partners bring some. `sum` is room to work in. */
static void limit_brought(const struct sp_step *s, double *restrict sum) {
    const double *users = sp_step_read(s, USERS);
    for (size_t p = 0; p < s->n; p++)
        sum[p] = 0;
    for (size_t i = 0; i < s->instances[SP_PARTNERS]; i++) {
        const double *restrict brought = sp_step_out(s, BROUGHT, i);
        for (size_t p = 0; p < s->n; p++)
            sum[p] += brought[p];
    }
    for (size_t i = 0; i < s->instances[SP_PARTNERS]; i++) {
        double *restrict brought = sp_step_out(s, BROUGHT, i);
        for (size_t p = 0; p < s->n; p++)
            brought[p] = sum[p] > users[p] ? brought[p] * (users[p] / sum[p]) : brought[p];
    }
}

static void update_brought(const struct sp_step *s) {
    if (sp_step_read(s, USERS)) {
        for (size_t i = 0; i < s->instances[SP_PARTNERS]; i++)
            keep_brought(s, i);
        limit_brought(s, sp_step_out(s, COST, 0));
        return;
    }
    for (size_t i = 0; i < s->instances[SP_PARTNERS]; i++)
        for (size_t p = 0; p < s->n; p++)
            sp_step_out(s, BROUGHT, i)[p] = 0;
}

/* --- Payouts --- */

static const double *share_paid(const struct sp_step *s, size_t i) {
    switch (sp_partners_model(s, i)) {
    case SP_PARTNERS_AFFILIATE:
        return sp_partners_field(s, i, SP_PARTNERS_COMMISSION);
    case SP_PARTNERS_REVENUE_SHARE:
        return sp_partners_field(s, i, SP_PARTNERS_SHARE_PAID);
    default:
        return NULL;
    }
}

/* A share of the subscription revenue that falls to the users it has brought. */
static void pay_share(const struct sp_step *s, size_t i, double *restrict payout) {
    const double *share = share_paid(s, i), *earned = sp_step_read(s, EARNED);
    const double *of_partners = sp_step_read(s, EARNED_OF_PARTNERS), *users = sp_step_read(s, USERS),
                 *users_before = sp_step_read(s, USERS_BEFORE);
    const double *brought = sp_step_out(s, BROUGHT, i), *before = sp_step_read_one(s, BROUGHT_BEFORE, i);
    for (size_t p = 0; share && earned && users && p < s->n; p++) {
        double all = sp_models_average(s, users_before[p], users[p]);
        double part = sp_models_average(s, before[p], brought[p]);
        payout[p] += all > 0 ? share[p] * (earned[p] - of_partners[p]) * (part / all) : 0;
    }
}

/* For stories with the partners' content; together they cannot be in more than all. */
static void pay_royalty(const struct sp_step *s, size_t i, double *restrict payout) {
    const double *royalty = sp_partners_field(s, i, SP_PARTNERS_ROYALTY),
                 *share = sp_partners_field(s, i, SP_PARTNERS_STORY_SHARE);
    const double *stories = sp_step_read(s, STORIES);
    const double *count = sp_step_read_one(s, COUNT, i), *before = sp_step_read_one(s, COUNT_BEFORE, i);
    for (size_t p = 0; royalty && stories && p < s->n; p++) {
        double part = share[p] * sp_models_average(s, before[p], count[p]);
        payout[p] += royalty[p] * stories[p] * (part < 1 ? part : 1);
    }
}

/* --- Serving them --- */

static void serve(const struct sp_step *s, size_t i, double *restrict service) {
    const double *monthly = sp_partners_field(s, i, SP_PARTNERS_MONTHLY),
                 *units = sp_step_or_zeros(s, sp_partners_field(s, i, SP_PARTNERS_UNITS)),
                 *unit_cost = sp_step_or_zeros(s, sp_partners_field(s, i, SP_PARTNERS_UNIT_COST));
    const double *count = sp_step_read_one(s, COUNT, i), *before = sp_step_read_one(s, COUNT_BEFORE, i);
    for (size_t p = 0; p < s->n; p++) {
        double each = monthly[p] + units[p] * unit_cost[p];
        service[p] = SP_MODELS_MONTHS * each * sp_models_average(s, before[p], count[p]);
    }
}

static void step_one(const struct sp_step *s, size_t i) {
    const double *once = sp_partners_field(s, i, SP_PARTNERS_ONBOARDING),
                 *arrived = sp_step_read_one(s, ARRIVED, i);
    double *restrict payout = sp_step_out(s, PAYOUT, i), *restrict service = sp_step_out(s, SERVICE, i),
                     *restrict onboarding = sp_step_out(s, ONBOARDING, i);
    double *restrict cost = sp_step_out(s, COST_OF, i);
    for (size_t p = 0; p < s->n; p++)
        payout[p] = 0;
    pay_share(s, i, payout);
    pay_royalty(s, i, payout);
    serve(s, i, service);
    for (size_t p = 0; p < s->n; p++) {
        onboarding[p] = arrived[p] * once[p];
        cost[p] = payout[p] + service[p] + onboarding[p];
    }
}

static void update_costs(const struct sp_step *s) {
    double *restrict all = sp_step_out(s, COST, 0);
    for (size_t p = 0; p < s->n; p++)
        all[p] = 0;
    for (size_t i = 0; i < s->instances[SP_PARTNERS]; i++) {
        const double *restrict cost = sp_step_out(s, COST_OF, i);
        step_one(s, i);
        for (size_t p = 0; p < s->n; p++)
            all[p] += cost[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    update_brought(s);
    update_costs(s);
}

extern const struct sp_mechanism sp_partner_costs;
const struct sp_mechanism sp_partner_costs = {
    .name = "partner_costs",
    .sentence = "partners are paid shares and royalties, and cost money to serve",
    .table = {&sp_partners_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
