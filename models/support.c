/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Agents who answer users. Equations: README.md, Support.
 */
#include "models/models.h"

enum { SUPPORT };
enum { BY, USERS_PER_AGENT, CONTACTS_FREE, CONTACTS_PAID, CONTACTS_PER_AGENT, MINIMUM, COST_PER_AGENT };
enum { USERS, USERS_BEFORE, FREE, FREE_BEFORE, PAID, PAID_BEFORE, WAGES };
enum { AGENTS, COST, COST_FREE };
enum { BY_USERS, BY_CONTACTS };

static const char *const ways[] = {[BY_USERS] = "users", [BY_CONTACTS] = "contacts", NULL};

/* How often people ask. */
#define CONTACTS(name, text, written)                                                                        \
    .key = (name), .unit = "1/month", .standard = NAN, .low = 0, .high = 1e6, .needs = 1 + BY,               \
    .needs_choice = BY_CONTACTS, .sentence = (text), .example = {written}

static const struct sp_field fields[] = {
    [BY] = {.key = "by",
            .kind = SP_FIELD_CHOICE,
            .unit = "1",
            .standard = BY_USERS,
            .choices = ways,
            .sentence = "what agents are counted by: users, or contacts of free users and payers"},
    [USERS_PER_AGENT] = {.key = "users_per_agent",
                         .unit = "users",
                         .standard = NAN,
                         .low = 1e-3,
                         .high = 1e12,
                         .needs = 1 + BY,
                         .needs_choice = BY_USERS,
                         .sentence = "active users, free or not, whom one agent can serve",
                         .example = {"5_000"}},
    [CONTACTS_FREE] = {CONTACTS("contacts_free", "contacts of a free user in a month", "0.01")},
    [CONTACTS_PAID] = {CONTACTS("contacts_paid", "contacts of a payer in a month", "0.05")},
    [CONTACTS_PER_AGENT] = {.key = "contacts_per_agent",
                            .unit = "1/month",
                            .standard = NAN,
                            .low = 1e-3,
                            .high = 1e12,
                            .needs = 1 + BY,
                            .needs_choice = BY_CONTACTS,
                            .sentence = "contacts that one agent can answer in a month",
                            .example = {"800"}},
    [MINIMUM] = {.key = "minimum",
                 .unit = "heads",
                 .standard = 0,
                 .low = 0,
                 .high = 1e9,
                 .sentence = "agents that are there however few users there are"},
    [COST_PER_AGENT] = {.key = "cost_per_agent",
                        .unit = "USD/year",
                        .standard = NAN,
                        .low = 0,
                        .high = 1e9,
                        .sentence = "loaded cost of an agent, at the wages of the first quarter",
                        .example = {"{ pert = { min = 30_000, mode = 45_000, max = 70_000 } }"}},
};

static const struct sp_field_table table = {
    .name = "support", .field = fields, .fields = SP_MODELS_COUNT(fields), .sentence = "who answers users"};

static const struct sp_read reads[] = {
    [USERS] = {.column = "users"},
    [USERS_BEFORE] = {.column = "users", .before = true},
    [FREE] = {.column = "free", .optional = true},
    [FREE_BEFORE] = {.column = "free", .before = true, .optional = true},
    [PAID] = {.column = "paid", .optional = true},
    [PAID_BEFORE] = {.column = "paid", .before = true, .optional = true},
    [WAGES] = {.column = "team.wage_index", .optional = true},
};

static const struct sp_write writes[] = {
    [AGENTS] = {.column = "support.agents",
                .formula = "max(average(free)?average(users)*case([support.by],users,1,"
                           "[support.contacts_free])/case([support.by],users,"
                           "[support.users_per_agent],[support.contacts_per_agent])+"
                           "average(paid)?0*case([support.by],users,1,"
                           "[support.contacts_paid])/case([support.by],users,"
                           "[support.users_per_agent],[support.contacts_per_agent]),"
                           "[support.minimum])",
                .kind = SP_STOCK,
                .unit = "heads",
                .adverse = SP_HIGH,
                .sentence = "support agents in the last quarter of the period, in full-time equivalents"},
    [COST] = {.column = "cost.support",
              .formula = "support.agents*[support.cost_per_agent]*team.wage_index?1/4",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.support",
              .sentence = "loaded cost of support agents"},
    [COST_FREE] = {.column = "cost.support.free",
                   .formula = "if(average(free)?average(users)*case([support.by],users,1,"
                              "[support.contacts_free])/case([support.by],users,"
                              "[support.users_per_agent],[support.contacts_per_agent])+"
                              "average(paid)?0*case([support.by],users,1,"
                              "[support.contacts_paid])/case([support.by],users,"
                              "[support.users_per_agent],[support.contacts_per_agent])>0,"
                              "cost.support*average(free)?average(users)*case([support.by],users,1,"
                              "[support.contacts_free])/case([support.by],users,"
                              "[support.users_per_agent],"
                              "[support.contacts_per_agent])/(average(free)?average(users)*"
                              "case([support.by],users,1,[support.contacts_free])/case([support.by],"
                              "users,[support.users_per_agent],[support.contacts_per_agent])+"
                              "average(paid)?0*case([support.by],users,1,"
                              "[support.contacts_paid])/case([support.by],users,"
                              "[support.users_per_agent],[support.contacts_per_agent])),0)",
                   .kind = SP_FLOW,
                   .unit = "USD",
                   .adverse = SP_HIGH,
                   .sentence = "the part of it that free users cause"},
};

/* What agents are needed for, without a minimum: free users and payers, or their contacts. */
struct work {
    const double *now, *before, *paid_now, *paid_before, *per_agent, *contacts_free, *contacts_paid;
    bool by_users;
};

/* All are free users where nobody pays. */
static struct work get_work(const struct sp_step *s) {
    bool has_free = sp_step_read(s, FREE) != NULL;
    bool by_users = (int)sp_step_number(s, SUPPORT, 0, BY) == BY_USERS;
    return (struct work){
        .now = sp_step_read(s, has_free ? FREE : USERS),
        .before = sp_step_read(s, has_free ? FREE_BEFORE : USERS_BEFORE),
        .paid_now = sp_step_or_zeros(s, sp_step_read(s, PAID)),
        .paid_before = sp_step_or_zeros(s, sp_step_read(s, PAID_BEFORE)),
        .per_agent = sp_step_field(s, SUPPORT, 0, by_users ? USERS_PER_AGENT : CONTACTS_PER_AGENT),
        .contacts_free = by_users ? s->ones : sp_step_field(s, SUPPORT, 0, CONTACTS_FREE),
        .contacts_paid = by_users ? s->ones : sp_step_field(s, SUPPORT, 0, CONTACTS_PAID),
        .by_users = by_users,
    };
}

static double find_agents(const struct work *work, double people, double contacts, size_t p) {
    double each = 1 / work->per_agent[p], by_users = people / work->per_agent[p];
    double by_contacts = people * contacts * each;
    return work->by_users ? by_users : by_contacts;
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *wages = sp_step_or_ones(s, sp_step_read(s, WAGES)),
                 *minimum = sp_step_field(s, SUPPORT, 0, MINIMUM);
    const double *yearly = sp_step_field(s, SUPPORT, 0, COST_PER_AGENT);
    double *restrict agents = sp_step_out(s, AGENTS, 0), *restrict cost = sp_step_out(s, COST, 0);
    double *restrict cost_free = sp_step_out(s, COST_FREE, 0);
    struct work work = get_work(s);
    for (size_t p = 0; p < s->n; p++) {
        double free_users = sp_models_average(s, work.before[p], work.now[p]);
        double payers = sp_models_average(s, work.paid_before[p], work.paid_now[p]), least = minimum[p];
        double of_free = find_agents(&work, free_users, work.contacts_free[p], p);
        double all = of_free + find_agents(&work, payers, work.contacts_paid[p], p);
        double needed = all > least ? all : least, wage = needed * yearly[p] * wages[p] / 4;
        double part = wage * of_free / all;
        agents[p] = needed;
        cost[p] = wage;
        cost_free[p] = all > 0 ? part : 0;
    }
}

extern const struct sp_mechanism sp_support;
const struct sp_mechanism sp_support = {
    .name = "support",
    .sentence = "agents answer users, as many as users or their contacts ask for",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
