/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People: as many as the stage of the company asks for, after some delay, split among functions. Equations:
 * README.md, Team.
 */
#include "models/models.h"

enum { TEAM, STAGES, FUNCTIONS, START };
enum { BY, COST_PER_HEAD, HIRING_DELAY, REDUCTION_DELAY, SEVERANCE_MONTHS, WAGE_INFLATION };
enum { FROM, FROM_QUARTER, HEADS_OF, STAGE_COST };
enum { SHARE, ACCOUNT };
enum { START_HEADS };
enum { USERS, USERS_BEFORE, HEADS_BEFORE, WAGES_BEFORE };
enum { STAGE, TARGET, HEADS, HEADS_IN, WAGES, COST, COST_OF, SEVERANCE };
enum { BY_USERS, BY_CALENDAR };

static const char *const ways[] = {[BY_USERS] = "users", [BY_CALENDAR] = "calendar", NULL};

static const struct sp_field team_fields[] = {
    [BY] = {.key = "by",
            .kind = SP_FIELD_CHOICE,
            .unit = "1",
            .standard = BY_USERS,
            .choices = ways,
            .sentence = "what the team's stages follow: users, as they come; calendar, as planned, whether "
                        "users come or not"},
    [COST_PER_HEAD] = {.key = "cost_per_head",
                       .unit = "USD/year",
                       .standard = NAN,
                       .low = 0,
                       .high = 1e9,
                       .sentence = "loaded cost of a head: wage, taxes, benefits, tools, at the wages of the "
                                   "first quarter",
                       .example = {"{ pert = { min = 80_000, mode = 110_000, max = 180_000 } }"}},
    [HIRING_DELAY] = {.key = "hiring_delay",
                      .unit = "quarters",
                      .standard = 0,
                      .low = 0,
                      .high = 100,
                      .sentence = "mean time from when a head is wanted until it is there"},
    [REDUCTION_DELAY] = {.key = "reduction_delay",
                         .unit = "quarters",
                         .standard = 0,
                         .low = 0,
                         .high = 1000,
                         .sentence = "mean time for which a head stays that is not wanted any more"},
    [SEVERANCE_MONTHS] = {.key = "severance_months",
                          .unit = "months",
                          .standard = 0,
                          .low = 0,
                          .high = 120,
                          .sentence = "months of loaded cost paid to a head that goes"},
    [WAGE_INFLATION] = {.key = "wage_inflation",
                        .unit = "1/year",
                        .standard = 0,
                        .low = -1,
                        .high = 10,
                        .sentence = "rise of loaded cost per year, a quarter of it every quarter"},
};

static const struct sp_field stage_fields[] = {
    [FROM] = {.key = "from",
              .kind = SP_FIELD_NUMBER,
              .unit = "users",
              .standard = NAN,
              .low = 0,
              .high = 1e12,
              .sentence = "users at the end of a quarter from which the stage begins (team.by = users); the "
                          "lowest stage begins at 0",
              .example = {"0", "1_000"}},
    [FROM_QUARTER] = {.key = "from_quarter",
                      .unit = "quarter",
                      .standard = NAN,
                      .low = 0,
                      .high = 1000,
                      .optional = true,
                      .sentence = "quarter, counted from 1, in which the stage begins (team.by = calendar); "
                                  "when not given it never does",
                      .example = {"1", "5"}},
    [HEADS_OF] = {.key = "heads",
                  .unit = "heads",
                  .standard = NAN,
                  .low = 0,
                  .high = 1e9,
                  .sentence = "heads that the stage asks for",
                  .example = {"4", "{ uniform = { min = 8, max = 15 } }"}},
    [STAGE_COST] = {.key = "cost_per_head",
                    .unit = "USD/year",
                    .standard = NAN,
                    .low = 0,
                    .high = 1e9,
                    .optional = true,
                    .sentence = "loaded cost of a head in the stage, instead of team.cost_per_head",
                    .example = {"100_000"}},
};

static const struct sp_field function_fields[] = {
    [SHARE] = {.key = "share",
               .unit = "1",
               .standard = NAN,
               .low = 0,
               .high = 1,
               .sentence = "the function's share of heads and their cost; shares are divided by their sum",
               .example = {"0.7", "0.3"}},
    [ACCOUNT] = {.key = "account",
                 .kind = SP_FIELD_TEXT,
                 .unit = "1",
                 .sentence = "account of the function's cost; opex.team when not given",
                 .example = {"\"opex.r_and_d\"", "\"opex.s_and_m\""}},
};

static const struct sp_field start_fields[] = {
    [START_HEADS] = {.key = "heads",
                     .unit = "heads",
                     .standard = NAN,
                     .low = 0,
                     .high = 1e9,
                     .optional = true,
                     .sentence =
                         "heads before the first quarter; when not given, those that the stage of the "
                         "opening users asks for",
                     .example = {"4"}},
};

static const struct sp_field_table team_table = {.name = "team",
                                                 .field = team_fields,
                                                 .fields = SP_MODELS_COUNT(team_fields),
                                                 .sentence = "people and what they cost"};
static const struct sp_field_table stage_table = {
    .name = "team_stage",
    .instanced = true,
    .ordered_by_first = true,
    .field = stage_fields,
    .fields = SP_MODELS_COUNT(stage_fields),
    .sentence = "a stage of the team, entered by the number of users or by the calendar",
    .instance = {"founders", "growing"},
};
static const struct sp_field_table function_table = {.name = "function",
                                                     .instanced = true,
                                                     .shares = 1 + SHARE,
                                                     .field = function_fields,
                                                     .fields = SP_MODELS_COUNT(function_fields),
                                                     .sentence = "what a part of the team does",
                                                     .instance = {"engineering", "marketing"}};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [USERS] = {.column = "users"},
    [USERS_BEFORE] = {.column = "users", .before = true},
    [HEADS_BEFORE] = {.column = "heads", .before = true},
    [WAGES_BEFORE] = {.column = "team.wage_index", .before = true},
};

static const struct sp_write writes[] = {
    [STAGE] = {.column = "team.stage",
               .formula = "case([team.by],users,max(0,sum(if(users>=[team_stage.*.from],1,0))-1),"
                          "max(0,each(if(quarter>=[team_stage.*.from_quarter]?1000000,place,0))))",
               .opening = "case([team.by],users,max(0,sum(if(users>=[team_stage.*.from],1,0))-1),"
                          "max(0,each(if(quarter>=[team_stage.*.from_quarter]?1000000,place,0))))",
               .kind = SP_STOCK,
               .unit = "1",
               .internal = true,
               .sentence = "stage of the team"},
    [TARGET] = {.column = "heads.wanted",
                .formula = "if(count([team_stage.*.heads])=0,before(heads),choose(team.stage+1,"
                           "each([team_stage.*.heads])))",
                .kind = SP_STOCK,
                .unit = "heads",
                .adverse = SP_HIGH,
                .sentence = "heads that the stage asks for"},
    [HEADS] = {.column = "heads",
               .formula = "before(heads)+(heads.wanted-before(heads))/(1+"
                          "if(heads.wanted>before(heads),[team.hiring_delay],"
                          "[team.reduction_delay]))",
               .opening = "[start.heads]?choose((case([team.by],users,max(0,"
                          "sum(if(users>=[team_stage.*.from],1,0))-1),max(0,"
                          "each(if(quarter>=[team_stage.*.from_quarter]?1000000,place,0)))))+1,"
                          "each([team_stage.*.heads]))",
               .kind = SP_STOCK,
               .unit = "heads",
               .adverse = SP_HIGH,
               .sentence = "people at the end of the period, in full-time equivalents, support agents apart"},
    [HEADS_IN] = {.column = "heads.*",
                  .formula = "heads*if(sum([function.*.share])>0,[function.*.share]/sum([function.*"
                             ".share]),1/count([function.*.share]))",
                  .kind = SP_STOCK,
                  .unit = "heads",
                  .adverse = SP_HIGH,
                  .instanced = 1 + FUNCTIONS,
                  .sentence = "people in one function"},
    [WAGES] = {.column = "team.wage_index",
               .formula = "if(quarter=1,1,before(team.wage_index)*(1+[team.wage_inflation]/4))",
               .opening = "1",
               .kind = SP_STOCK,
               .unit = "1",
               .adverse = SP_HIGH,
               .sentence = "wages, of which those of the first quarter are 1"},
    [COST] = {.column = "cost.team",
              .formula = "average(heads)*if(count([team_stage.*.heads])=0,[team.cost_per_head],"
                         "choose(team.stage+1,each([team_stage.*"
                         ".cost_per_head]?[team.cost_per_head])))*team.wage_index/4",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "opex.team",
              .not_with = 1 + FUNCTIONS,
              .sentence = "loaded cost of all heads"},
    [COST_OF] = {.column = "cost.team.*",
                 .formula = "cost.team*if(sum([function.*.share])>0,[function.*"
                            ".share]/sum([function.*.share]),1/count([function.*.share]))",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .account = "opex.team",
                 .account_table = 1 + FUNCTIONS,
                 .account_field = ACCOUNT,
                 .instanced = 1 + FUNCTIONS,
                 .sentence = "loaded cost of the heads in one function"},
    [SEVERANCE] = {.column = "cost.severance",
                   .formula = "max(before(heads)-heads,0)*[team.severance_months]*"
                              "if(count([team_stage.*.heads])=0,[team.cost_per_head],"
                              "choose(team.stage+1,each([team_stage.*"
                              ".cost_per_head]?[team.cost_per_head])))*team.wage_index/12",
                   .kind = SP_FLOW,
                   .unit = "USD",
                   .adverse = SP_HIGH,
                   .account = "one_off",
                   .sentence = "paid to heads that go"},
};

/* --- How many are wanted --- */

static void find_stages(const struct sp_step *s, const double *users, double quarter,
                        double *restrict stage) {
    bool by_users = (int)sp_step_number(s, TEAM, 0, BY) == BY_USERS;
    for (size_t p = 0; p < s->n; p++)
        stage[p] = 0;
    for (size_t i = 1; i < s->instances[STAGES]; i++) {
        const double *begins = sp_step_field(s, STAGES, i, FROM_QUARTER);
        double from = sp_step_number(s, STAGES, i, FROM);
        for (size_t p = 0; by_users && p < s->n; p++)
            stage[p] = users[p] >= from ? (double)i : stage[p];
        for (size_t p = 0; !by_users && begins && p < s->n; p++)
            stage[p] = quarter >= begins[p] ? (double)i : stage[p];
    }
}

/* Without any stage the heads of before are wanted: the team stays as it is. */
static void find_wanted(const struct sp_step *s, const double *stage, const double *before,
                        double *restrict wanted) {
    for (size_t p = 0; p < s->n; p++)
        wanted[p] = before[p];
    for (size_t i = 0; i < s->instances[STAGES]; i++) {
        const double *heads = sp_step_field(s, STAGES, i, HEADS_OF);
        for (size_t p = 0; p < s->n; p++) {
            double other = wanted[p], here = heads[p];
            wanted[p] = stage[p] == (double)i ? here : other;
        }
    }
}

static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_HEADS);
    double *restrict heads = sp_step_out(s, HEADS, 0), *restrict wages = sp_step_out(s, WAGES, 0);
    double *restrict stage = sp_step_out(s, STAGE, 0);
    find_stages(s, sp_step_read(s, USERS_BEFORE), 0, stage);
    find_wanted(s, stage, s->zeros, heads);
    for (size_t p = 0; p < s->n; p++)
        wages[p] = 1;
    for (size_t p = 0; opening && p < s->n; p++)
        heads[p] = opening[p];
}

/* --- Hiring and letting go: the distance to what is wanted shrinks by 1 / (1 + delay) in a quarter --- */

static void update_heads(const struct sp_step *s, const double *wanted, double *restrict heads) {
    const double *hiring = sp_step_field(s, TEAM, 0, HIRING_DELAY),
                 *reduction = sp_step_field(s, TEAM, 0, REDUCTION_DELAY);
    const double *before = sp_step_read(s, HEADS_BEFORE);
    for (size_t p = 0; p < s->n; p++) {
        double delay = wanted[p] > before[p] ? hiring[p] : reduction[p];
        double closer = before[p] + (wanted[p] - before[p]) / (1 + delay);
        heads[p] = delay > 0 ? closer : wanted[p];
    }
}

/* --- What they cost --- */

static void update_wages(const struct sp_step *s, double *restrict wages) {
    const double *inflation = sp_step_field(s, TEAM, 0, WAGE_INFLATION),
                 *before = sp_step_read(s, WAGES_BEFORE);
    for (size_t p = 0; p < s->n; p++)
        wages[p] = s->quarter == 0 ? 1 : before[p] * (1 + inflation[p] / 4);
}

/* Loaded cost of a head and year, at the wages of the quarter. */
static void find_cost_per_head(const struct sp_step *s, const double *stage, const double *wages,
                               double *restrict cost) {
    const double *standard = sp_step_field(s, TEAM, 0, COST_PER_HEAD);
    for (size_t p = 0; p < s->n; p++)
        cost[p] = standard[p];
    for (size_t i = 0; i < s->instances[STAGES]; i++) {
        const double *own = sp_step_field(s, STAGES, i, STAGE_COST);
        for (size_t p = 0; own && p < s->n; p++) {
            double other = cost[p], here = own[p];
            cost[p] = stage[p] == (double)i ? here : other;
        }
    }
    for (size_t p = 0; p < s->n; p++)
        cost[p] *= wages[p];
}

/* `cost` is that of a head and year before, and that of the team and quarter after. */
static void update_cost(const struct sp_step *s, const double *heads, double *restrict cost) {
    const double *before = sp_step_read(s, HEADS_BEFORE),
                 *months = sp_step_field(s, TEAM, 0, SEVERANCE_MONTHS);
    double *restrict severance = sp_step_out(s, SEVERANCE, 0);
    for (size_t p = 0; p < s->n; p++) {
        double gone = before[p] > heads[p] ? before[p] - heads[p] : 0;
        severance[p] = gone * months[p] * cost[p] / 12;
        cost[p] *= sp_models_average(s, before[p], heads[p]) / 4;
    }
}

/* By shares divided by their sum; evenly when all shares are 0. */
static void update_functions(const struct sp_step *s, const double *heads, const double *cost) {
    size_t functions = s->instances[FUNCTIONS];
    for (size_t first = 0; first < s->n; first += SP_MODELS_PART) {
        double sum[SP_MODELS_PART], share[SP_MODELS_PART];
        sp_models_sum_shares(s, FUNCTIONS, SHARE, first, sum);
        for (size_t i = 0; i < functions; i++) {
            double *restrict heads_in = sp_step_out(s, HEADS_IN, i) + first;
            double *restrict cost_of = sp_step_out(s, COST_OF, i) + first;
            sp_models_divide(sp_step_field(s, FUNCTIONS, i, SHARE) + first, sum, 1 / (double)functions,
                             share);
            for (size_t p = 0; p < SP_MODELS_PART; p++) {
                heads_in[p] = share[p] * heads[first + p];
                cost_of[p] = share[p] * cost[first + p];
            }
        }
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict stage = sp_step_out(s, STAGE, 0), *restrict wanted = sp_step_out(s, TARGET, 0);
    double *restrict heads = sp_step_out(s, HEADS, 0), *restrict wages = sp_step_out(s, WAGES, 0);
    double *restrict cost = sp_step_out(s, COST, 0);
    find_stages(s, sp_step_read(s, USERS), s->quarter + 1, stage);
    find_wanted(s, stage, sp_step_read(s, HEADS_BEFORE), wanted);
    update_heads(s, wanted, heads);
    update_wages(s, wages);
    find_cost_per_head(s, stage, wages, cost);
    update_cost(s, heads, cost);
    if (s->instances[FUNCTIONS] > 0)
        update_functions(s, heads, cost);
}

extern const struct sp_mechanism sp_team;
const struct sp_mechanism sp_team = {
    .name = "team",
    .sentence = "people are hired and let go as stages ask, and are paid",
    .table = {&team_table, &stage_table, &function_table, &start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
