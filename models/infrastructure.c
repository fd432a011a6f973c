/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Hosting costs by tier of users; what components cost is in components.c. Equations: README.md,
 * Infrastructure.
 */
#include "models/components.h"

#include <math.h>
#include <string.h>

enum { TIERS, COMPONENTS, INFRASTRUCTURE, STAGES };
enum { FROM, MONTHLY, ONCE };
enum { BY, FACTOR };
enum { USERS, USERS_BEFORE, HIGHEST_BEFORE };
enum { TIER, HIGHEST, COST, COST_OF, UPGRADE };

static const char *const ways[] = {
    [SP_COMPONENTS_BY_TIER] = "tier", [SP_COMPONENTS_BY_COMPONENT] = "component", NULL};

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
     .standard = 0,
     .low = 0,
     .high = 1e12,
     .sentence = "hosting cost in the tier; must be given with infrastructure.by = tier",
     .example = {"300", "{ pert = { min = 1_000, mode = 1_500, max = 2_500 } }"}},
    {.key = "once",
     .unit = "USD",
     .standard = 0,
     .low = 0,
     .high = 1e12,
     .sentence = "one-off cost of entering the tier, when it is the highest tier so far",
     .example = {NULL, "2_000"}},
};

static const struct sp_field fields[] = {
    {.key = "by",
     .kind = SP_FIELD_CHOICE,
     .unit = "1",
     .standard = SP_COMPONENTS_BY_TIER,
     .choices = ways,
     .sentence =
         "what is paid for: tier, the cost of the tier, of which components may have shares; component, "
         "the components' own costs alone, and tiers only label the quarters"},
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
static const struct sp_field_table table = {.name = "infrastructure",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what all tiers have in common"};

/* Only when a component asks for it. */
#define DRIVEN_BY(choice)                                                                                    \
    .with = 1 + COMPONENTS, .with_field = 1 + SP_COMPONENTS_DRIVER, .with_choice = (choice)

static const struct sp_read reads[] = {
    [USERS] = {.column = "users"},
    [USERS_BEFORE] = {.column = "users", .before = true},
    [HIGHEST_BEFORE] = {.column = "tier.highest", .before = true},
    [SP_COMPONENTS_PAID_NOW] = {.column = "paid", DRIVEN_BY(SP_COMPONENTS_PAYERS)},
    [SP_COMPONENTS_PAID_BEFORE] = {.column = "paid",
                                   .before = true,
                                   .optional = true,
                                   DRIVEN_BY(SP_COMPONENTS_PAYERS)},
    [SP_COMPONENTS_STORIES_NOW] = {.column = "stories", DRIVEN_BY(SP_COMPONENTS_STORIES)},
    [SP_COMPONENTS_STORED_NOW] = {.column = "stories.stored", DRIVEN_BY(SP_COMPONENTS_STORED)},
    [SP_COMPONENTS_STORED_BEFORE] = {.column = "stories.stored",
                                     .before = true,
                                     .optional = true,
                                     DRIVEN_BY(SP_COMPONENTS_STORED)},
    [SP_COMPONENTS_HELD_BEFORE] = {.column = "component_stage.*.held", .before = true},
    [SP_COMPONENTS_REACHED_BEFORE] = {.column = "component_stage.*.reached", .before = true},
};

/* Formulas (scenarios/centre_formula.h) of what the tier costs, and of a component's own cost, by what the
 * stage in force says where it says something. */
#define OF_TIER "3*choose(tier+1,each([tier.*.monthly]))*[infrastructure.factor]"
#define TERM(key)                                                                                            \
    "([component.*." key                                                                                     \
    "]+sum(if(and([component_stage.*.component]=own(place),component_stage.*.active>0),"                     \
    "[component_stage.*." key "]?own([component.*." key "])-own([component.*." key "]),0)))"
#define OWN                                                                                                  \
    "3*[infrastructure.factor]*(" TERM("monthly") "+" TERM(                                                  \
        "per_unit") "*max(case([component.*.driver],users,average(users),"                                   \
                    "case([component.*.driver],payers,average(paid),case([component.*.driver],stories,"      \
                    "stories/3,"                                                                             \
                    "average(stories.stored))))-" TERM("included") ",0))"

/* Of a stage: users as many quarters ahead as it says; stages of its component that begin above it, or there
 * too. */
#define AHEAD "if(before(users)>0,users*exp([component_stage.*.lead]*ln(max(users/before(users),1))),users)"
#define STAGES_THAT(begin, are)                                                                              \
    "sum(if(and([component_stage.*.component]=own([component_stage.*.component]),"                           \
    "[component_stage.*.from]" begin "own([component_stage.*.from])," are ">0),1,0))"

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
              .formula = "if(count([component.*.share])=0," OF_TIER ",sum(cost.infrastructure.*))",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.hosting",
              .not_with = 1 + COMPONENTS,
              .sentence = "hosting cost of all components"},
    [COST_OF] = {.column = "cost.infrastructure.*",
                 .formula = "case([infrastructure.by],tier," OF_TIER
                            "*if(sum([component.*.share])>0,[component.*.share]/sum([component.*.share]),"
                            "1/count([component.*.share])),0)+" OWN,
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .account = "cogs.hosting",
                 .account_table = 1 + COMPONENTS,
                 .account_field = SP_COMPONENTS_ACCOUNT,
                 .instanced = 1 + COMPONENTS,
                 .sentence = "hosting cost of one component"},
    [UPGRADE] = {.column = "cost.upgrade",
                 .formula = "case([infrastructure.by],tier,if(tier.highest>before(tier.highest),"
                            "choose(tier.highest+1,each([tier.*.once])),0),0)+sum(cost.upgrade.*)",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .account = "one_off",
                 .sentence = "one-off cost of entering tiers and stages of components"},
    [SP_COMPONENTS_UPGRADE_TO] = {.column = "cost.upgrade.*",
                                  .formula = "if(component_stage.*.active>"
                                             "before(component_stage.*.reached),[component_stage.*.once],0)",
                                  .kind = SP_FLOW,
                                  .unit = "USD",
                                  .adverse = SP_HIGH,
                                  .instanced = 1 + STAGES,
                                  .sentence = "the part of it for a stage of a component"},
    [SP_COMPONENTS_ACTIVE] = {.column = "component_stage.*.active",
                              .formula = "if(and(component_stage.*.held>0," STAGES_THAT(
                                  ">", "component_stage.*.held") "=0),1,0)",
                              .kind = SP_STOCK,
                              .unit = "probability",
                              .adverse = SP_HIGH,
                              .instanced = 1 + STAGES,
                              .sentence =
                                  "1 when the component is in the stage; its mean is the probability"},
    [SP_COMPONENTS_HELD] = {.column = "component_stage.*.held",
                            .formula = "if(or(" AHEAD ">=[component_stage.*.from],and("
                                       "before(component_stage.*.held)>0," AHEAD ">=[component_stage.*.from]*"
                                       "(1-[component_stage.*.hysteresis]))),1,0)",
                            .opening = "if(users>=[component_stage.*.from],1,0)",
                            .kind = SP_STOCK,
                            .unit = "1",
                            .internal = true,
                            .instanced = 1 + STAGES,
                            .sentence = "1 when users ask for the stage, or for a higher one too"},
    [SP_COMPONENTS_REACHED] = {.column = "component_stage.*.reached",
                               .formula = "if(or(before(component_stage.*.reached)>0," STAGES_THAT(
                                   ">=", "component_stage.*.active") ">0),1,0)",
                               .opening = "component_stage.*.held",
                               .kind = SP_STOCK,
                               .unit = "1",
                               .internal = true,
                               .instanced = 1 + STAGES,
                               .sentence = "1 when the stage or a higher one has been in force"},
};

/* Some tiers, one after the other, that users may reach. */
enum { TOGETHER = 4 };
struct some_tiers {
    double number[TOGETHER], from[TOGETHER], always[TOGETHER]; /* always: when all cost a number */
    const double *monthly[TOGETHER];
    bool are_fixed; /* they do */
};

/* From the tier `first` on; what is missing of them nobody reaches. */
static struct some_tiers get_tiers(const struct sp_step *s, size_t first) {
    struct some_tiers tiers = {.are_fixed = true};
    for (size_t i = 0; i < TOGETHER; i++) {
        bool is_there = first + i < s->instances[TIERS];
        tiers.always[i] = is_there ? sp_step_always(s, TIERS, first + i, MONTHLY) : 0;
        tiers.are_fixed &= !is_there || sp_step_is_number(s, TIERS, first + i, MONTHLY);
        tiers.number[i] = (double)(first + i);
        tiers.from[i] = is_there ? sp_step_number(s, TIERS, first + i, FROM) : INFINITY;
        tiers.monthly[i] = is_there ? sp_step_field(s, TIERS, first + i, MONTHLY) : s->zeros;
    }
    return tiers;
}

/* The last tier that the users have reached. */
static void find_tiers(const struct sp_step *s, const double *users, double *tier) {
    const double *so_far = s->zeros;
    for (size_t first = 1; first == 1 || first < s->instances[TIERS]; first += TOGETHER) {
        struct some_tiers tiers = get_tiers(s, first);
        for (size_t p = 0; p < s->n; p++) {
            double in = so_far[p];
            for (size_t i = 0; i < TOGETHER; i++)
                in = users[p] >= tiers.from[i] ? tiers.number[i] : in;
            tier[p] = in;
        }
        so_far = tier;
    }
}

static bool has_upgrades(const struct sp_step *s) {
    for (size_t i = 1; i < s->instances[TIERS]; i++)
        if (!sp_step_is(s, TIERS, i, ONCE, 0))
            return true;
    return false;
}

static bool asks_for_highest(const struct sp_step *s) {
    return sp_step_wants(s, HIGHEST) || has_upgrades(s);
}

SP_WIDE static void start(const struct sp_step *s) {
    double *restrict tier = sp_step_out(s, TIER, 0), *restrict highest = sp_step_out(s, HIGHEST, 0);
    find_tiers(s, sp_step_read(s, USERS_BEFORE), tier);
    for (size_t p = 0; asks_for_highest(s) && p < s->n; p++)
        highest[p] = tier[p];
    sp_components_start(s);
}

/* Goes on from the tier and its monthly cost `so_far`; `factor` makes the cost of a quarter of it, at the
 * end. `are_fixed`: it begins with tier 0, and all cost a number. */
SP_VARIANT void reach_tiers(const struct sp_step *s, const struct some_tiers *tiers,
                            const double *tier_so_far, const double *cost_so_far, double months,
                            const double *factor, bool are_fixed) {
    const double *users = sp_step_read(s, USERS);
    double *tier = sp_step_out(s, TIER, 0), *cost = sp_step_out(s, COST, 0);
    double lowest = sp_step_always(s, TIERS, 0, MONTHLY);
    for (size_t p = 0; p < s->n; p++) {
        double in = are_fixed ? 0 : tier_so_far[p], monthly = are_fixed ? lowest : cost_so_far[p];
        for (size_t i = 0; i < TOGETHER; i++) {
            double here = are_fixed ? tiers->always[i] : tiers->monthly[i][p];
            bool is_below = users[p] < tiers->from[i];
            in = is_below ? in : tiers->number[i];
            monthly = is_below ? monthly : here;
        }
        tier[p] = in;
        cost[p] = monthly * (months * factor[p]);
    }
}

/* Of the tiers that the users have reached the last counts. */
static void update_tier_and_cost(const struct sp_step *s) {
    const double *tier = s->zeros, *cost = sp_step_field(s, TIERS, 0, MONTHLY);
    size_t first = 1;
    bool is_last;
    do {
        struct some_tiers tiers = get_tiers(s, first);
        bool are_fixed = tiers.are_fixed && first == 1 && sp_step_is_number(s, TIERS, 0, MONTHLY);
        first += TOGETHER;
        is_last = first >= s->instances[TIERS];
        const double *factor = is_last ? sp_step_field(s, INFRASTRUCTURE, 0, FACTOR) : s->ones;
        double months = is_last ? SP_MODELS_MONTHS : 1;
        if (are_fixed)
            reach_tiers(s, &tiers, tier, cost, months, factor, true);
        else
            reach_tiers(s, &tiers, tier, cost, months, factor, false);
        tier = sp_step_out(s, TIER, 0);
        cost = sp_step_out(s, COST, 0);
    } while (!is_last);
}

static void update_upgrade(const struct sp_step *s, const double *tier) {
    const double *before = sp_step_read(s, HIGHEST_BEFORE);
    double *restrict highest = sp_step_out(s, HIGHEST, 0), *restrict upgrade = sp_step_out(s, UPGRADE, 0);
    for (size_t p = 0; p < s->n; p++) {
        highest[p] = tier[p] > before[p] ? tier[p] : before[p];
        upgrade[p] = 0;
    }
    size_t paid = sp_components_replace_tiers(s) ? 0 : s->instances[TIERS];
    for (size_t i = 1; i < paid; i++) {
        const double *once = sp_step_field(s, TIERS, i, ONCE);
        if (sp_step_is(s, TIERS, i, ONCE, 0))
            continue;
        for (size_t p = 0; p < s->n; p++) {
            double other = upgrade[p], here = once[p];
            upgrade[p] = (highest[p] == (double)i) & (before[p] < (double)i) ? here : other;
        }
    }
}

static bool looks_at(const struct sp_step *s, int read) {
    return read != HIGHEST_BEFORE || asks_for_highest(s);
}

static const double *same_as(const struct sp_step *s, int write) {
    return write == UPGRADE && !has_upgrades(s) && s->instances[COMPONENTS] == 0 ? s->zeros : NULL;
}

SP_WIDE static void step(const struct sp_step *s) {
    double *tier = sp_step_out(s, TIER, 0);
    if (sp_components_replace_tiers(s)) {
        find_tiers(s, sp_step_read(s, USERS), tier);
        memset(sp_step_out(s, COST, 0), 0, s->n * sizeof(double));
    } else {
        update_tier_and_cost(s);
    }
    if (asks_for_highest(s))
        update_upgrade(s, tier);
    else if (s->instances[COMPONENTS] > 0)
        memset(sp_step_out(s, UPGRADE, 0), 0, s->n * sizeof(double));
    if (s->instances[COMPONENTS] > 0)
        sp_components_step(s);
}

extern const struct sp_mechanism sp_infrastructure;
const struct sp_mechanism sp_infrastructure = {
    .name = "infrastructure",
    .sentence = "hosting costs what the tier of the number of users costs, or what its components cost",
    .table = {&tier_table, &sp_components_table, &table, &sp_components_stage_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .looks_at = looks_at,
    .same_as = same_as,
    .step = step,
    .check = sp_components_check,
};
