/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/components.h"

#include <math.h>
#include <string.h>

enum { TIERS = SP_COMPONENTS_TIERS, COMPONENTS = SP_COMPONENTS, STAGES = SP_COMPONENTS_STAGES };
enum { INFRASTRUCTURE = SP_COMPONENTS_INFRASTRUCTURE };
enum { COMPONENT, FROM, MONTHLY, PER_UNIT, INCLUDED, ONCE, LEAD, HYSTERESIS }; /* [component_stage.NAME] */

static const char *const drivers[] = {[SP_COMPONENTS_USERS] = "users",
                                      [SP_COMPONENTS_PAYERS] = "payers",
                                      [SP_COMPONENTS_STORIES] = "stories",
                                      [SP_COMPONENTS_STORED] = "stored_stories",
                                      NULL};

static const struct sp_field fields[] = {
    [SP_COMPONENTS_SHARE] =
        {.key = "share",
         .unit = "1",
         .standard = 0,
         .low = 0,
         .high = 1,
         .sentence = "the component's share of the tier's hosting cost, of one without own costs; shares are "
                     "divided by their sum",
         .example = {"1", "0"}},
    [SP_COMPONENTS_MONTHLY] = {.key = "monthly",
                               .unit = "USD/month",
                               .standard = 0,
                               .low = 0,
                               .high = 1e12,
                               .sentence = "own cost, whatever is used",
                               .example = {"0", "25"}},
    [SP_COMPONENTS_PER_UNIT] = {.key = "per_unit",
                                .unit = "USD/unit",
                                .standard = 0,
                                .low = 0,
                                .high = 1e6,
                                .sentence =
                                    "own cost of a unit of the driver that is not included: of a user, a "
                                    "payer or a stored story each month, of a story once",
                                .example = {"0", "0.00325"}},
    [SP_COMPONENTS_DRIVER] = {.key = "driver",
                              .kind = SP_FIELD_CHOICE,
                              .unit = "1",
                              .standard = SP_COMPONENTS_USERS,
                              .choices = drivers,
                              .sentence =
                                  "what per_unit is paid for: users, payers and stored stories, on the "
                                  "average of the quarter, or stories made"},
    [SP_COMPONENTS_INCLUDED] = {.key = "included",
                                .unit = "units",
                                .standard = 0,
                                .low = 0,
                                .high = 1e15,
                                .sentence =
                                    "units of the driver that monthly pays for: users, payers, stored "
                                    "stories, or stories in a month",
                                .example = {"0", "100_000"}},
    [SP_COMPONENTS_ACCOUNT] = {.key = "account",
                               .kind = SP_FIELD_TEXT,
                               .unit = "1",
                               .sentence = "account of the component's cost; cogs.hosting when not given",
                               .example = {"\"cogs.hosting\""}},
};

/* What a stage does not say stays as the component has it. */
static const struct sp_field stage_fields[] = {
    [COMPONENT] = {.key = "component",
                   .kind = SP_FIELD_NAME,
                   .of = "component",
                   .unit = "1",
                   .standard = -1,
                   .sentence = "whose stage it is, a component without a share of the tier's cost",
                   .example = {"\"database\""}},
    [FROM] = {.key = "from",
              .kind = SP_FIELD_NUMBER,
              .unit = "users",
              .standard = NAN,
              .low = 0,
              .high = 1e12,
              .sentence = "users from which it is needed, `lead` quarters ahead",
              .example = {"10_000"}},
    [MONTHLY] = {.key = "monthly",
                 .unit = "USD/month",
                 .standard = NAN,
                 .low = 0,
                 .high = 1e12,
                 .optional = true,
                 .sentence = "the component's `monthly` in the stage; when not given, as it is",
                 .example = {"599"}},
    [PER_UNIT] = {.key = "per_unit",
                  .unit = "USD/unit",
                  .standard = NAN,
                  .low = 0,
                  .high = 1e6,
                  .optional = true,
                  .sentence = "the component's `per_unit` in the stage; when not given, as it is",
                  .example = {"0.002"}},
    [INCLUDED] = {.key = "included",
                  .unit = "units",
                  .standard = NAN,
                  .low = 0,
                  .high = 1e15,
                  .optional = true,
                  .sentence = "the component's `included` in the stage; when not given, as it is",
                  .example = {"200_000"}},
    [ONCE] = {.key = "once",
              .unit = "USD",
              .standard = 0,
              .low = 0,
              .high = 1e12,
              .sentence = "one-off cost of entering the stage, when it is the component's highest so far",
              .example = {"2_000"}},
    [LEAD] = {.key = "lead",
              .kind = SP_FIELD_NUMBER,
              .unit = "quarters",
              .standard = 0,
              .low = 0,
              .high = 20,
              .whole = true,
              .sentence = "how far ahead users are looked for, if they go on growing as in the quarter"},
    [HYSTERESIS] = {.key = "hysteresis",
                    .kind = SP_FIELD_NUMBER,
                    .unit = "1",
                    .standard = 0,
                    .low = 0,
                    .high = 1,
                    .sentence = "how far below `from` users must fall until the stage is left, as a share of "
                                "`from`; with 1 it never is"},
};

const struct sp_field_table sp_components_table = {.name = "component",
                                                   .instanced = true,
                                                   .shares = 1 + SP_COMPONENTS_SHARE,
                                                   .field = fields,
                                                   .fields = SP_MODELS_COUNT(fields),
                                                   .sentence = "a piece of infrastructure",
                                                   .instance = {"servers", "database"}};
const struct sp_field_table sp_components_stage_table = {
    .name = "component_stage",
    .instanced = true,
    .field = stage_fields,
    .fields = SP_MODELS_COUNT(stage_fields),
    .sentence = "a stage of a component with own costs, entered by the number of users",
    .instance = {"large_database"},
};

/* --- What is refused --- */

static bool may_be_positive(const struct sp_stated *given, size_t component, int field) {
    return sp_stated_of(given, COMPONENTS, component, field)->number != 0;
}

static bool is_given(const struct sp_stated *given, size_t component, int field) {
    return sp_stated_of(given, COMPONENTS, component, field)->is_given;
}

static bool has_stage(const struct sp_stated *given, size_t component) {
    for (size_t i = 0; i < given->instances[STAGES]; i++)
        if (sp_stated_of(given, STAGES, i, COMPONENT)->number == (double)component)
            return true;
    return false;
}

static void check_component(const struct sp_stated *given, size_t i, bool by_component) {
    bool has_share = may_be_positive(given, i, SP_COMPONENTS_SHARE);
    bool has_own = may_be_positive(given, i, SP_COMPONENTS_MONTHLY) ||
                   may_be_positive(given, i, SP_COMPONENTS_PER_UNIT) || has_stage(given, i);
    bool says_own =
        has_own || is_given(given, i, SP_COMPONENTS_MONTHLY) || is_given(given, i, SP_COMPONENTS_PER_UNIT);
    if (has_share && by_component)
        given->tell(
            given, COMPONENTS, i, SP_COMPONENTS_SHARE,
            "with infrastructure.by = \"component\" there is no cost of tiers to share; remove it and "
            "give own costs (monthly, per_unit), or choose \"tier\"");
    else if (has_share && has_own)
        given->tell(
            given, COMPONENTS, i, SP_COMPONENTS_SHARE,
            "a component costs a share of the tier's cost, or has own costs (monthly, per_unit, stages); "
            "both would count it twice");
    else if (!says_own && (by_component || !is_given(given, i, SP_COMPONENTS_SHARE)))
        given->tell(given, COMPONENTS, i, SP_COMPONENTS_MONTHLY, "give the component's own costs%s",
                    by_component ? ": monthly, per_unit or a [component_stage.NAME]"
                                 : " (monthly, per_unit or a [component_stage.NAME]), or its share of the "
                                   "tier's cost");
}

static void check_tiers(const struct sp_stated *given) {
    bool any_share = given->instances[COMPONENTS] == 0;
    for (size_t i = 0; i < given->instances[TIERS]; i++)
        if (!sp_stated_of(given, TIERS, i, SP_COMPONENTS_TIER_MONTHLY)->is_given)
            given->tell(given, TIERS, i, SP_COMPONENTS_TIER_MONTHLY,
                        "give the hosting cost in the tier, in USD/month, or choose "
                        "infrastructure.by = \"component\"; it has no default with \"tier\"");
    for (size_t i = 0; i < given->instances[COMPONENTS]; i++)
        any_share = any_share || may_be_positive(given, i, SP_COMPONENTS_SHARE);
    if (!any_share)
        given->tell(given, COMPONENTS, 0, SP_COMPONENTS_SHARE,
                    "no component has a share of the tier's cost; add one that has the rest, "
                    "[component.rest] share = 1, or choose infrastructure.by = \"component\"");
}

/* Stages of one component begin at different numbers of users. */
static void check_stages(const struct sp_stated *given) {
    for (size_t i = 1; i < given->instances[STAGES]; i++)
        for (size_t j = 0; j < i; j++)
            if (sp_stated_of(given, STAGES, i, COMPONENT)->number ==
                    sp_stated_of(given, STAGES, j, COMPONENT)->number &&
                sp_stated_of(given, STAGES, i, FROM)->number == sp_stated_of(given, STAGES, j, FROM)->number)
                given->tell(given, STAGES, i, FROM,
                            "component_stage.%s of the same component begins there too",
                            given->name[STAGES][j]);
}

void sp_components_check(const struct sp_stated *given) {
    bool by_component =
        sp_stated_of(given, INFRASTRUCTURE, 0, SP_COMPONENTS_BY)->number == SP_COMPONENTS_BY_COMPONENT;
    if (by_component && given->instances[COMPONENTS] == 0)
        given->tell(given, INFRASTRUCTURE, 0, SP_COMPONENTS_BY,
                    "\"component\" needs at least one table [component.NAME]");
    if (!by_component)
        check_tiers(given);
    for (size_t i = 0; i < given->instances[COMPONENTS]; i++)
        check_component(given, i, by_component);
    check_stages(given);
}

/* --- Shares of the tier's cost --- */

/* By shares divided by their sum; evenly when all shares are 0. */
static void split(const struct sp_step *s, size_t first) {
    const double *cost = sp_step_out(s, SP_COMPONENTS_COST, 0) + first;
    size_t components = s->instances[COMPONENTS];
    double sum[SP_MODELS_PART], part[SP_MODELS_PART];
    sp_models_sum_shares(s, COMPONENTS, SP_COMPONENTS_SHARE, first, sum);
    for (size_t i = 0; i < components; i++) {
        double *restrict of_component = sp_step_out(s, SP_COMPONENTS_COST_OF, i) + first;
        sp_models_divide(sp_step_field(s, COMPONENTS, i, SP_COMPONENTS_SHARE) + first, sum,
                         1 / (double)components, part);
        for (size_t p = 0; p < SP_MODELS_PART; p++)
            of_component[p] = part[p] * cost[p];
    }
}

/* --- Stages --- */

static bool is_stage_of(const struct sp_step *s, size_t stage, size_t component) {
    return sp_step_number(s, STAGES, stage, COMPONENT) == (double)component;
}

static double from_of(const struct sp_step *s, size_t stage) {
    return sp_step_number(s, STAGES, stage, FROM);
}

/* Users `lead` quarters ahead, if they go on growing as they do; never fewer than there are. */
static void find_need(const struct sp_step *s, size_t stage, size_t first, double *restrict need) {
    const double *now = sp_step_read(s, SP_COMPONENTS_USERS_NOW) + first,
                 *before = sp_step_read(s, SP_COMPONENTS_USERS_BEFORE) + first;
    int lead = (int)sp_step_number(s, STAGES, stage, LEAD);
    for (size_t p = 0; p < SP_MODELS_PART; p++)
        need[p] = now[p];
    for (int quarter = 0; quarter < lead; quarter++)
        for (size_t p = 0; p < SP_MODELS_PART; p++) {
            double growth = now[p] / before[p];
            growth = before[p] > 0 ? growth : 1;
            need[p] *= now[p] > before[p] ? growth : 1;
        }
}

static void hold(const struct sp_step *s, size_t stage, size_t first, double *restrict highest) {
    const double *before = sp_step_read_one(s, SP_COMPONENTS_HELD_BEFORE, stage) + first;
    double *restrict held = sp_step_out(s, SP_COMPONENTS_HELD, stage) + first;
    double from = from_of(s, stage), keep = from * (1 - sp_step_number(s, STAGES, stage, HYSTERESIS));
    double need[SP_MODELS_PART];
    find_need(s, stage, first, need);
    for (size_t p = 0; p < SP_MODELS_PART; p++) {
        held[p] = (need[p] >= from) | ((before[p] > 0) & (need[p] >= keep)) ? 1 : 0;
        highest[p] = (held[p] > 0) & (from > highest[p]) ? from : highest[p];
    }
}

/* Of some paths of one component, what is in force. */
struct terms {
    double monthly[SP_MODELS_PART], per_unit[SP_MODELS_PART], included[SP_MODELS_PART];
    double stage[SP_MODELS_PART]; /* where the stage in force begins; -1: none */
};

static void replace(const struct sp_step *s, size_t stage, int field, size_t first, double *restrict term) {
    const double *active = sp_step_out(s, SP_COMPONENTS_ACTIVE, stage) + first,
                 *given = sp_step_field(s, STAGES, stage, field);
    for (size_t p = 0; given && p < SP_MODELS_PART; p++) {
        double here = given[first + p], other = term[p];
        term[p] = active[p] > 0 ? here : other;
    }
}

/* A stage is reached when it, or a higher one of its component, has been in force. */
static void enter(const struct sp_step *s, size_t stage, size_t first, const struct terms *terms) {
    const double *once = sp_step_field(s, STAGES, stage, ONCE) + first;
    const double *before = sp_step_read_one(s, SP_COMPONENTS_REACHED_BEFORE, stage) + first;
    double *restrict reached = sp_step_out(s, SP_COMPONENTS_REACHED, stage) + first;
    double *restrict active = sp_step_out(s, SP_COMPONENTS_ACTIVE, stage) + first;
    double *restrict part = sp_step_out(s, SP_COMPONENTS_UPGRADE_TO, stage) + first;
    double *restrict all = sp_step_out(s, SP_COMPONENTS_UPGRADE, 0) + first;
    double from = from_of(s, stage);
    for (size_t p = 0; p < SP_MODELS_PART; p++) {
        active[p] = terms->stage[p] == from ? 1 : 0;
        reached[p] = (before[p] > 0) | (terms->stage[p] >= from) ? 1 : 0;
        part[p] = (active[p] > 0) & !(before[p] > 0) ? once[p] : 0;
        all[p] += part[p];
    }
}

static void work_stages(const struct sp_step *s, size_t component, size_t first, struct terms *terms) {
    for (size_t p = 0; p < SP_MODELS_PART; p++)
        terms->stage[p] = -1;
    for (size_t i = 0; i < s->instances[STAGES]; i++)
        if (is_stage_of(s, i, component))
            hold(s, i, first, terms->stage);
    for (size_t i = 0; i < s->instances[STAGES]; i++)
        if (is_stage_of(s, i, component)) {
            enter(s, i, first, terms);
            replace(s, i, MONTHLY, first, terms->monthly);
            replace(s, i, PER_UNIT, first, terms->per_unit);
            replace(s, i, INCLUDED, first, terms->included);
        }
}

void sp_components_start(const struct sp_step *s) {
    const double *users = sp_step_read(s, SP_COMPONENTS_USERS_BEFORE);
    for (size_t i = 0; i < s->instances[STAGES]; i++) {
        double *restrict held = sp_step_out(s, SP_COMPONENTS_HELD, i);
        double *restrict reached = sp_step_out(s, SP_COMPONENTS_REACHED, i);
        double from = from_of(s, i);
        for (size_t p = 0; p < s->n; p++)
            held[p] = reached[p] = users[p] >= from ? 1 : 0;
    }
}

/* --- Own costs --- */

/* Units that are paid for in a month. */
static void find_units(const struct sp_step *s, int driver, size_t first, double *restrict units) {
    static const int now[] = {[SP_COMPONENTS_USERS] = SP_COMPONENTS_USERS_NOW,
                              [SP_COMPONENTS_PAYERS] = SP_COMPONENTS_PAID_NOW,
                              [SP_COMPONENTS_STORIES] = SP_COMPONENTS_STORIES_NOW,
                              [SP_COMPONENTS_STORED] = SP_COMPONENTS_STORED_NOW};
    const double *closing = sp_step_read(s, now[driver]) + first;
    if (driver == SP_COMPONENTS_STORIES) {
        for (size_t p = 0; p < SP_MODELS_PART; p++)
            units[p] = closing[p] / SP_MODELS_MONTHS;
        return;
    }
    const double *opening = sp_step_read(s, now[driver] + 1) + first;
    for (size_t p = 0; p < SP_MODELS_PART; p++)
        units[p] = sp_models_average(s, opening[p], closing[p]);
}

static void copy_terms(const struct sp_step *s, size_t component, size_t first, struct terms *terms) {
    const double *monthly = sp_step_field(s, COMPONENTS, component, SP_COMPONENTS_MONTHLY) + first;
    const double *per_unit = sp_step_field(s, COMPONENTS, component, SP_COMPONENTS_PER_UNIT) + first;
    const double *included = sp_step_field(s, COMPONENTS, component, SP_COMPONENTS_INCLUDED) + first;
    memcpy(terms->monthly, monthly, sizeof terms->monthly);
    memcpy(terms->per_unit, per_unit, sizeof terms->per_unit);
    memcpy(terms->included, included, sizeof terms->included);
}

static void add_own(const struct sp_step *s, size_t component, size_t first, const struct terms *terms) {
    const double *factor = sp_step_field(s, INFRASTRUCTURE, 0, SP_COMPONENTS_FACTOR) + first;
    double *restrict part = sp_step_out(s, SP_COMPONENTS_COST_OF, component) + first;
    double *restrict all = sp_step_out(s, SP_COMPONENTS_COST, 0) + first;
    double units[SP_MODELS_PART];
    find_units(s, (int)sp_step_number(s, COMPONENTS, component, SP_COMPONENTS_DRIVER), first, units);
    for (size_t p = 0; p < SP_MODELS_PART; p++) {
        double beyond = units[p] > terms->included[p] ? units[p] - terms->included[p] : 0;
        double own = SP_MODELS_MONTHS * factor[p] * (terms->monthly[p] + terms->per_unit[p] * beyond);
        part[p] += own;
        all[p] += own;
    }
}

static bool has_own(const struct sp_step *s, size_t component) {
    for (size_t i = 0; i < s->instances[STAGES]; i++)
        if (is_stage_of(s, i, component))
            return true;
    return !sp_step_is(s, COMPONENTS, component, SP_COMPONENTS_MONTHLY, 0) ||
           !sp_step_is(s, COMPONENTS, component, SP_COMPONENTS_PER_UNIT, 0);
}

SP_WIDE void sp_components_step(const struct sp_step *s) {
    if (sp_components_replace_tiers(s))
        for (size_t i = 0; i < s->instances[COMPONENTS]; i++)
            memset(sp_step_out(s, SP_COMPONENTS_COST_OF, i), 0, s->n * sizeof(double));
    else
        for (size_t first = 0; first < s->n; first += SP_MODELS_PART)
            split(s, first);
    for (size_t i = 0; i < s->instances[COMPONENTS]; i++) {
        struct terms terms;
        for (size_t first = 0; has_own(s, i) && first < s->n; first += SP_MODELS_PART) {
            copy_terms(s, i, first, &terms);
            work_stages(s, i, first, &terms);
            add_own(s, i, first, &terms);
        }
    }
}
