/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hosting costs by tier of users, split among components. Equations: README.md, Infrastructure.
 */
#include "models/models.h"

#include <math.h>

enum { TIERS, COMPONENTS, INFRASTRUCTURE };
enum { FROM, MONTHLY, ONCE };
enum { SHARE, ACCOUNT };
enum { FACTOR };
enum { USERS, USERS_BEFORE, HIGHEST_BEFORE };
enum { TIER, HIGHEST, COST, COST_OF, UPGRADE };

static const struct sp_field tier_fields[] = {
    {.key = "from",
     .kind = SP_FIELD_NUMBER,
     .unit = "users",
     .standard = NAN,
     .low = 0,
     .high = 1e12,
     .sentence = "users at the end of a quarter from which the tier begins; the lowest tier begins at 0",
     .example = {"0", "1_000"}},
    {.key = "monthly",
     .unit = "USD/month",
     .standard = NAN,
     .low = 0,
     .high = 1e12,
     .sentence = "hosting cost in the tier",
     .example = {"300", "{ pert = { min = 1_000, mode = 1_500, max = 2_500 } }"}},
    {.key = "once",
     .unit = "USD",
     .standard = 0,
     .low = 0,
     .high = 1e12,
     .sentence = "one-off cost of entering the tier, when it is the highest tier so far",
     .example = {NULL, "2_000"}},
};

static const struct sp_field component_fields[] = {
    {.key = "share",
     .unit = "1",
     .standard = NAN,
     .low = 0,
     .high = 1,
     .sentence = "the component's share of the tier's hosting cost; shares are divided by their sum",
     .example = {"0.6", "0.4"}},
    {.key = "account",
     .kind = SP_FIELD_TEXT,
     .unit = "1",
     .sentence = "account of the component's cost; cogs.hosting when not given",
     .example = {"\"cogs.hosting\""}},
};

static const struct sp_field fields[] = {
    {.key = "factor",
     .unit = "1",
     .standard = 1,
     .low = 0,
     .high = 1e6,
     .each = SP_EACH_QUARTER,
     .sentence = "multiplies the hosting cost of a quarter",
     .example = {"{ lognormal = { median = 1, sigma = 0.1 } }"}},
};

static const struct sp_field_table tier_table = {
    .name = "tier",
    .instanced = true,
    .ordered_by_first = true,
    .field = tier_fields,
    .fields = SP_MODELS_COUNT(tier_fields),
    .sentence = "an infrastructure tier, entered by the number of users",
    .instance = {"first", "second"},
};
static const struct sp_field_table component_table = {.name = "component",
                                                      .instanced = true,
                                                      .shares = 1 + SHARE,
                                                      .field = component_fields,
                                                      .fields = SP_MODELS_COUNT(component_fields),
                                                      .sentence = "a piece of infrastructure",
                                                      .instance = {"database", "network"}};
static const struct sp_field_table table = {.name = "infrastructure",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what all tiers have in common"};

static const struct sp_read reads[] = {
    [USERS] = {.column = "users"},
    [USERS_BEFORE] = {.column = "users", .before = true},
    [HIGHEST_BEFORE] = {.column = "tier.highest", .before = true},
};

static const struct sp_write writes[] = {
    [TIER] = {.column = "tier",
              .formula = "sum(if(users>=[tier.*.from],1,0))-1",
              .opening = "sum(if(users>=[tier.*.from],1,0))-1",
              .kind = SP_STOCK,
              .unit = "1",
              .internal = true,
              .category = 1 + TIERS,
              .sentence = "infrastructure tier at the end of the quarter"},
    [HIGHEST] = {.column = "tier.highest",
                 .formula = "max(before(tier.highest),tier)",
                 .opening = "tier",
                 .kind = SP_STOCK,
                 .unit = "1",
                 .internal = true,
                 .sentence = "highest tier so far"},
    [COST] = {.column = "cost.infrastructure",
              .formula = "3*choose(tier+1,each([tier.*.monthly]))*[infrastructure.factor]",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.hosting",
              .not_with = 1 + COMPONENTS,
              .sentence = "hosting cost of all components"},
    [COST_OF] = {.column = "cost.infrastructure.*",
                 .formula = "cost.infrastructure*if(sum([component.*.share])>0,[component.*"
                            ".share]/sum([component.*.share]),1/count([component.*.share]))",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .account = "cogs.hosting",
                 .account_table = 1 + COMPONENTS,
                 .account_field = ACCOUNT,
                 .instanced = 1 + COMPONENTS,
                 .sentence = "hosting cost of one component"},
    [UPGRADE] = {.column = "cost.upgrade",
                 .formula = "if(tier.highest>before(tier.highest),choose(tier.highest+1,"
                            "each([tier.*.once])),0)",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .account = "one_off",
                 .sentence = "one-off cost of entering tiers"},
};

static void find_tiers(const struct sp_step *s, const double *users, double *restrict tier) {
    size_t tiers = s->instances[TIERS];
    for (size_t p = 0; p < s->n; p++)
        tier[p] = 0;
    for (size_t i = 1; i < tiers; i++) {
        double from = sp_step_number(s, TIERS, i, FROM);
        for (size_t p = 0; p < s->n; p++) {
            double before = tier[p];
            tier[p] = users[p] >= from ? (double)i : before;
        }
    }
}

static void start(const struct sp_step *s) {
    double *restrict tier = sp_step_out(s, TIER, 0), *restrict highest = sp_step_out(s, HIGHEST, 0);
    find_tiers(s, sp_step_read(s, USERS_BEFORE), tier);
    for (size_t p = 0; p < s->n; p++)
        highest[p] = tier[p];
}

static void update_cost(const struct sp_step *s, const double *tier, double *restrict cost) {
    const double *factor = sp_step_field(s, INFRASTRUCTURE, 0, FACTOR);
    for (size_t i = 0; i < s->instances[TIERS]; i++) {
        const double *monthly = sp_step_field(s, TIERS, i, MONTHLY);
        for (size_t p = 0; p < s->n; p++) {
            double before = cost[p], here = monthly[p];
            cost[p] = tier[p] == (double)i ? here : before;
        }
    }
    for (size_t p = 0; p < s->n; p++)
        cost[p] *= SP_MODELS_MONTHS * factor[p];
}

static void update_upgrade(const struct sp_step *s, const double *tier) {
    const double *before = sp_step_read(s, HIGHEST_BEFORE);
    double *restrict highest = sp_step_out(s, HIGHEST, 0), *restrict upgrade = sp_step_out(s, UPGRADE, 0);
    for (size_t p = 0; p < s->n; p++) {
        highest[p] = tier[p] > before[p] ? tier[p] : before[p];
        upgrade[p] = 0;
    }
    for (size_t i = 1; i < s->instances[TIERS]; i++) {
        const double *once = sp_step_field(s, TIERS, i, ONCE);
        if (sp_step_is_zero(s, TIERS, i, ONCE))
            continue;
        for (size_t p = 0; p < s->n; p++) {
            double other = upgrade[p], here = once[p];
            upgrade[p] = (highest[p] == (double)i) & (before[p] < (double)i) ? here : other;
        }
    }
}

/* By shares divided by their sum; evenly when all shares are 0. */
static void update_components(const struct sp_step *s, const double *cost) {
    size_t components = s->instances[COMPONENTS];
    for (size_t p = 0; p < s->n; p++) {
        double sum = 0;
        for (size_t i = 0; i < components; i++)
            sum += sp_step_field(s, COMPONENTS, i, SHARE)[p];
        for (size_t i = 0; i < components; i++) {
            double share = sum > 0 ? sp_step_field(s, COMPONENTS, i, SHARE)[p] / sum : 1 / (double)components;
            sp_step_out(s, COST_OF, i)[p] = share * cost[p];
        }
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict tier = sp_step_out(s, TIER, 0), *restrict cost = sp_step_out(s, COST, 0);
    find_tiers(s, sp_step_read(s, USERS), tier);
    update_cost(s, tier, cost);
    update_upgrade(s, tier);
    if (s->instances[COMPONENTS] > 0)
        update_components(s, cost);
}

extern const struct sp_mechanism sp_infrastructure;
const struct sp_mechanism sp_infrastructure = {
    .name = "infrastructure",
    .sentence = "hosting costs what the tier of the number of users costs",
    .table = {&tier_table, &component_table, &table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
