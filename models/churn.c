/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payers leave: at a monthly rate, or by age of their cohort. Equations: README.md, Churn.
 */
#include "engine/math/count.h"
#include "models/churn_parts.h"

#include <string.h>

static const char *const ways[] = {[CONSTANT] = "constant", [PROFILE] = "profile", [SBG] = "sbg", NULL};

/* Churn in a quarter of a payer's life. */
#define OF_AGE(name, text)                                                                                   \
    .key = (name), .unit = "1/quarter", .standard = NAN, .low = 0, .high = 1, .needs = 1 + BY,               \
    .needs_choice = PROFILE, .example = {"0.25"}, .sentence = (text)

static const struct sp_field fields[] = {
    [BY] = {.key = "by",
            .kind = SP_FIELD_CHOICE,
            .unit = "1",
            .standard = CONSTANT,
            .choices = ways,
            .sentence =
                "how churn goes with age: constant, the same for all; profile, stated by quarter; sbg, "
                "shifted-beta-geometric"},
    [MONTHLY] = {.key = "monthly",
                 .unit = "1/month",
                 .standard = NAN,
                 .low = 0,
                 .high = 1,
                 .needs = 1 + BY,
                 .needs_choice = CONSTANT,
                 .sentence = "share of payers who stop paying in a month",
                 .example = {"{ beta = { a = 8, b = 92 } }"}},
    [QUARTER_1] = {OF_AGE("quarter_1", "share of new payers who stop paying within a quarter")},
    [QUARTER_2] = {OF_AGE("quarter_2", "the same in their second quarter"), .optional = true},
    {OF_AGE("quarter_3", "the same in their third quarter"), .optional = true},
    {OF_AGE("quarter_4", "the same in their fourth quarter"), .optional = true},
    {OF_AGE("quarter_5", "the same in their fifth quarter"), .optional = true},
    [QUARTER_6] = {OF_AGE("quarter_6", "the same in their sixth quarter"), .optional = true},
    [LATER] = {OF_AGE("later", "the same in every quarter that is not stated")},
    [ALPHA] = {.key = "alpha",
               .unit = "1",
               .standard = NAN,
               .low = 1e-6,
               .high = 1e6,
               .needs = 1 + BY,
               .needs_choice = SBG,
               .sentence = "first parameter of the beta law of monthly churn among new payers",
               .example = {"0.78"}},
    [BETA] = {.key = "beta",
              .unit = "1",
              .standard = NAN,
              .low = 1e-6,
              .high = 1e6,
              .needs = 1 + BY,
              .needs_choice = SBG,
              .sentence = "second parameter of that law; its mean is alpha / (alpha + beta)",
              .example = {"0.88"}},
    [AGE_CLASSES] = {.key = "age_classes",
                     .kind = SP_FIELD_NUMBER,
                     .unit = "quarters",
                     .standard = 8,
                     .low = 1,
                     .high = 64,
                     .whole = true,
                     .needs = 1 + BY,
                     .needs_choice = SBG,
                     .sentence = "age from which on churn stays the same"},
    [START_AGE] = {.key = "start_age",
                   .kind = SP_FIELD_NUMBER,
                   .unit = "quarters",
                   .standard = 400,
                   .low = 0,
                   .high = 400,
                   .whole = true,
                   .sentence = "age of the opening payers on monthly plans, where churn goes with age"},
    [ANNUAL_SHARE] = {.key = "annual_share",
                      .unit = "1",
                      .standard = 0,
                      .low = 0,
                      .high = 1,
                      .optional = true,
                      .sentence = "share of new payers who choose annual plans"},
    [ANNUAL_RENEWAL] = {.key = "annual_renewal",
                        .unit = "1/year",
                        .standard = NAN,
                        .low = 0,
                        .high = 1,
                        .needs = 1 + ANNUAL_SHARE,
                        .sentence = "share of annual plans that are renewed at the end of their year",
                        .example = {"0.5"}},
    [START_ANNUAL_SHARE] = {.key = "start_annual_share",
                            .unit = "1",
                            .standard = 0,
                            .low = 0,
                            .high = 1,
                            .needs = 1 + ANNUAL_SHARE,
                            .sentence = "share of the opening payers who are on annual plans"},
    [CHURNERS] = {.key = "churners",
                  .kind = SP_FIELD_DRAW,
                  .unit = "1",
                  .each = SP_EACH_QUARTER,
                  .of_whole_counts = true,
                  .sentence = "the uniform number that says how many stop paying"},
    [ANNUAL_CHOOSERS] = {.key = "annual_choosers",
                         .kind = SP_FIELD_DRAW,
                         .unit = "1",
                         .each = SP_EACH_QUARTER,
                         .of_whole_counts = true,
                         .needs = 1 + ANNUAL_SHARE,
                         .sentence = "the uniform number that says how many choose annual plans"},
    [ANNUAL_CHURNERS] = {.key = "annual_churners",
                         .kind = SP_FIELD_DRAW,
                         .unit = "1",
                         .each = SP_EACH_QUARTER,
                         .of_whole_counts = true,
                         .needs = 1 + ANNUAL_SHARE,
                         .sentence = "the uniform number that says how many do not renew"},
    [REACTIVATION] = {.key = "reactivation",
                      .unit = "1",
                      .standard = NAN,
                      .low = 0,
                      .high = 1,
                      .optional = true,
                      .sentence = "share of those who stop paying who pay again within a year",
                      .example = {"0.2"}},
    [ANNUAL_REACTIVATION] = {.key = "annual_reactivation",
                             .unit = "1",
                             .standard = NAN,
                             .low = 0,
                             .high = 1,
                             .optional = true,
                             .needs = 1 + REACTIVATION,
                             .sentence = "the same of those on annual plans; reactivation when not given",
                             .example = {"0.05"}},
    [RETURNERS] = {.key = "returners",
                   .kind = SP_FIELD_DRAW,
                   .unit = "1",
                   .each = SP_EACH_QUARTER,
                   .of_whole_counts = true,
                   .needs = 1 + REACTIVATION,
                   .sentence = "the uniform number that says how many of those who leave will come back"},
    [ANNUAL_RETURNERS] = {.key = "annual_returners",
                          .kind = SP_FIELD_DRAW,
                          .unit = "1",
                          .each = SP_EACH_QUARTER,
                          .of_whole_counts = true,
                          .needs = 1 + REACTIVATION,
                          .sentence = "the same of those on annual plans"},
};

static const struct sp_field gone_fields[] = {
    [GONE_RETURNERS] = {.key = "returners",
                        .kind = SP_FIELD_DRAW,
                        .unit = "1",
                        .each = SP_EACH_QUARTER,
                        .of_whole_counts = true,
                        .sentence = "the uniform number that says how many come back so long after"},
};

static const struct sp_field age_fields[] = {
    [AGE_CHURNERS] = {.key = "churners",
                      .kind = SP_FIELD_DRAW,
                      .unit = "1",
                      .each = SP_EACH_QUARTER,
                      .of_whole_counts = true,
                      .sentence = "the uniform number that says how many of that age stop paying"},
};

/* As many ages as differ in churn; none at all where nothing goes with age. */
static size_t count_ages(const double *churn) {
    size_t stated = 1;
    for (size_t i = 1; i <= QUARTER_6 - QUARTER_1; i++)
        stated = churn[QUARTER_1 + i] > 0 ? i + 1 : stated;
    switch ((int)churn[BY]) {
    case PROFILE:
        return stated;
    case SBG:
        return (size_t)churn[AGE_CLASSES];
    default:
        return churn[ANNUAL_SHARE] > 0;
    }
}

static size_t count_year(const double *churn) {
    return churn[ANNUAL_SHARE] > 0 ? 4 : 0;
}

static size_t count_gone(const double *churn) {
    return churn[REACTIVATION] > 0 ? 3 : 0;
}

static const struct sp_field_table churn_table = {
    .name = "churn", .field = fields, .fields = SP_MODELS_COUNT(fields), .sentence = "how payers leave"};
static const struct sp_field_table age_table = {.name = "churn.age",
                                                .instanced = true,
                                                .count = count_ages,
                                                .field = age_fields,
                                                .fields = SP_MODELS_COUNT(age_fields),
                                                .sentence = "payers on monthly plans by age in quarters"};
static const struct sp_field_table year_table = {.name = "churn.year",
                                                 .instanced = true,
                                                 .count = count_year,
                                                 .sentence = "payers on annual plans by quarter of the year"};
static const struct sp_field_table gone_table = {.name = "churn.gone",
                                                 .instanced = true,
                                                 .count = count_gone,
                                                 .field = gone_fields,
                                                 .fields = SP_MODELS_COUNT(gone_fields),
                                                 .sentence =
                                                     "who will come back, by quarters since they left"};

static const struct sp_read reads[] = {
    [PAID_BEFORE] = {.column = "paid", .before = true},
    [NEW_BEFORE] = {.column = "paid.new", .before = true, .with = 1 + AGES},
    [NEW_ANNUAL_BEFORE] = {.column = "paid.new.annual", .before = true, .with = 1 + YEAR},
    [AGES_BEFORE] = {.column = "paid.age.*", .before = true},
    [YEAR_BEFORE] = {.column = "paid.annual.*", .before = true},
    [BACK_BEFORE] = {.column = "paid.reactivated", .before = true, .optional = true},
    [LEFT_BEFORE] = {.column = "paid.left", .before = true, .optional = true},
    [GONE_BEFORE] = {.column = "paid.gone.*", .before = true},
    [SEGMENT_CHURN] = {.column = "segment.churn", .optional = true},
};

/* --- Parts of the formulas for the workbook of the centre; `age` is that of the payers in quarters --- */

#define MONTHLY      "min([churn.monthly]*segment.churn?1,1)"
#define STAY_QUARTER "(1-" MONTHLY ")*(1-" MONTHLY ")*(1-" MONTHLY ")"
#define PROFILE(number)                                                                                      \
    "segment.churn?1*choose(" number ",[churn.quarter_1]?[churn.later],[churn.quarter_2]?[churn.later],"     \
    "[churn.quarter_3]?[churn.later],[churn.quarter_4]?[churn.later],[churn.quarter_5]?[churn.later],"       \
    "[churn.quarter_6]?[churn.later],[churn.later])"

/* Three months of the shifted-beta-geometric law: x (x + 1) (x + 2), x = from + 3 age. */
#define THREE(from, age)  AT_AGE(from, age) "*(" AT_AGE(from, age) "+1)*(" AT_AGE(from, age) "+2)"
#define AT_AGE(from, age) "(" from "+3*(" age "))"
#define SBG(age)                                                                                             \
    "segment.churn?1*(1-" THREE("[churn.beta]", age) "/(" THREE("[churn.alpha]+[churn.beta]", age) "))"

#define BY(profile, sbg, constant)                                                                           \
    "case([churn.by],profile," profile ",case([churn.by],sbg," sbg "," constant "))"
#define HAZARD(age) "(" BY("min(" PROFILE(age "+1") ",1)", "min(" SBG(age) ",1)", "1-" STAY_QUARTER) ")"

/* Payers on monthly plans: those who have come in the quarter before, those of an age class, who leaves. */
#define OPENING_PAYERS "(before(paid)-before(paid.new.annual)?0)"
#define OPENING_AGE    "min([churn.start_age],count(paid.age.*))"
#define YOUNG                                                                                                \
    "if(quarter=1,if(" OPENING_AGE "=0," OPENING_PAYERS ",0),"                                               \
    "before(paid.new)+before(paid.reactivated)?0-before(paid.new.annual)?0)"
#define AGED  "(before(paid.age.*)+if(and(quarter=1,place+1=" OPENING_AGE ")," OPENING_PAYERS ",0))"
#define LEAVE YOUNG "*" HAZARD("0") "+sum(" AGED "*" HAZARD("place+1") ")+paid.churned.annual"

/* The share of payers by the month who stay, of those whose age in quarters is `place`. */
#define STAY                                                                                                 \
    BY("1-min(" PROFILE("min(place,6)+1") ",1)", "1-min(" SBG("min(place,[churn.age_classes])") ",1)",       \
       STAY_QUARTER)

/* Months in three years: 3 times the shares who are there, added up: with closing stocks those at the ends of
 * the twelve quarters, else the first opening and the last closing one by half. */
#define LIFETIME_MONTHLY "3*(accrued(0.5,0)+nested(12," STAY ",accrued(0.5,1)))"
#define LIFETIME_ANNUAL                                                                                      \
    "3*(accrued(0.5,0)+3+4*[churn.annual_renewal]+4*[churn.annual_renewal]*[churn.annual_renewal]+"          \
    "[churn.annual_renewal]*[churn.annual_renewal]*[churn.annual_renewal]*accrued(0.5,1))"

static const struct sp_write writes[] = {
    [CHURNED] = {.column = "paid.churned",
                 .formula = "given([churn.annual_share]," LEAVE
                            ",case([churn.by],constant,before(paid)*" HAZARD("0") "," LEAVE "))",
                 .kind = SP_FLOW,
                 .unit = "payers",
                 .adverse = SP_HIGH,
                 .sentence = "payers who stop paying; they stay free users"},
    [STAYED] = {.column = "paid.stayed",
                .formula = "before(paid)-paid.churned+paid.reactivated?0",
                .kind = SP_STOCK,
                .unit = "payers",
                .internal = true,
                .sentence = "payers before those who start paying: who stay, and who come back"},
    [CHURNED_ANNUAL] = {.column = "paid.churned.annual",
                        .formula = "given([churn.annual_share],if(quarter=1,before(paid.new.annual)/4,"
                                   "before(paid.annual.3))*min((1-[churn.annual_renewal])*segment.churn?1,"
                                   "1),0)",
                        .kind = SP_FLOW,
                        .unit = "payers",
                        .internal = true,
                        .sentence = "payers on annual plans who do not renew"},
    [SHARE_COLUMN] = {.column = "churn.annual_share",
                      .formula = "given([churn.annual_share],[churn.annual_share],0)",
                      .kind = SP_STOCK,
                      .unit = "1",
                      .internal = true,
                      .sentence = "share of new payers who choose annual plans; before the first quarter, of "
                                  "the opening payers"},
    [CHOICE_COLUMN] = {.column = "churn.annual_choice",
                       .formula = "0",
                       .kind = SP_FLOW,
                       .unit = "1",
                       .internal = true,
                       .sentence = "the uniform number that says how many choose annual plans"},
    [AGE] = {.column = "paid.age.*",
             .formula = "previous(" AGED "*(1-" HAZARD("place+1") ")," YOUNG "*(1-" HAZARD(
                 "0") "))+"
                      "if(place+1=count(paid.age.*)," AGED "*(1-" HAZARD("place+1") "),0)",
             .kind = SP_STOCK,
             .unit = "payers",
             .internal = true,
             .instanced = 1 + AGES,
             .sentence = "payers on monthly plans of that age in quarters, the last one or older"},
    [YEAR_QUARTER] = {.column = "paid.annual.*",
                      .formula = "choose(place+1,if(quarter=1,0,before(paid.new.annual))+if(quarter=1,"
                                 "before(paid.new.annual)/4,before(paid.annual.4)),if(quarter=1,"
                                 "before(paid.new.annual)/4,before(paid.annual.1)),if(quarter=1,"
                                 "before(paid.new.annual)/4,before(paid.annual.2)),if(quarter=1,"
                                 "before(paid.new.annual)/4,before(paid.annual.3))-paid.churned.annual)",
                      .kind = SP_STOCK,
                      .unit = "payers",
                      .internal = true,
                      .instanced = 1 + YEAR,
                      .sentence = "payers on annual plans who began or renewed that many quarters ago"},
    [REACTIVATED] = {.column = "paid.reactivated",
                     .formula = "before(paid.left)/4+before(paid.gone.1)/3+before(paid.gone.2)/2+"
                                "before(paid.gone.3)",
                     .kind = SP_FLOW,
                     .unit = "payers",
                     .needs = 1 + REACTIVATION,
                     .sentence = "payers who had stopped and pay again"},
    [LEFT] = {.column = "paid.left",
              .formula = "(paid.churned-paid.churned.annual)*[churn.reactivation]+"
                         "paid.churned.annual*[churn.annual_reactivation]?[churn.reactivation]",
              .kind = SP_STOCK,
              .unit = "payers",
              .internal = true,
              .needs = 1 + REACTIVATION,
              .sentence = "of those who stopped paying in the quarter, who will come back"},
    [GONE_QUARTER] = {.column = "paid.gone.*",
                      .formula = "choose(place+1,before(paid.left)*3/4,before(paid.gone.1)*2/3,"
                                 "before(paid.gone.2)/2)",
                      .kind = SP_STOCK,
                      .unit = "payers",
                      .internal = true,
                      .instanced = 1 + GONE,
                      .sentence = "those who stopped paying that many quarters ago and will come back"},
    [LIFETIME] = {.column = "churn.lifetime",
                  .formula = "given([churn.annual_share],1-[churn.annual_share],1)*" LIFETIME_MONTHLY
                             "+given([churn.annual_share],[churn.annual_share]*" LIFETIME_ANNUAL ",0)",
                  .kind = SP_STOCK,
                  .unit = "months",
                  .sentence =
                      "months that a payer who starts now is expected to pay within 36 months, by the "
                      "churn of the quarter"},
};

static void churn_constant(const struct sp_step *s) {
    const double *paid = sp_step_read(s, PAID_BEFORE), *u = sp_step_field(s, CHURN, 0, CHURNERS);
    double *restrict churned = sp_step_out(s, CHURNED, 0);
    if (s->whole_counts) {
        sp_churn_hazard(s, 0, 0, s->n, churned);
        sp_count_binomial_array(paid, churned, u, churned, s->n);
    } else {
        sp_churn_hazard_of(s, paid, false, churned);
    }
    sp_churn_reactivation_note(s, 0, s->n, churned, false);
}

/* Nobody asks who leaves, and nobody comes back: it is enough to find who stays. */
static bool is_brief(const struct sp_step *s) {
    return !s->whole_counts && s->instances[AGES] == 0 && s->instances[GONE] == 0 &&
           !sp_step_wants(s, CHURNED);
}

static void update_all(const struct sp_step *s) {
    const double *paid = sp_step_read(s, PAID_BEFORE), *churned = sp_step_out(s, CHURNED, 0);
    const double *back = s->instances[GONE] > 0 ? sp_step_out(s, REACTIVATED, 0) : s->zeros;
    double *restrict stayed = sp_step_out(s, STAYED, 0);
    if (s->instances[AGES] > 0)
        sp_churn_cohorts(s);
    else
        churn_constant(s);
    if (s->instances[GONE] > 0)
        sp_churn_reactivation_return(s);
    for (size_t p = 0; p < s->n; p++)
        stayed[p] = paid[p] - churned[p] + back[p];
}

/* For the choice of the plan, which new payers make later in the quarter (plans.c). */
static void pass(const struct sp_step *s, int field, int column) {
    const double *given = s->instances[YEAR] > 0 ? sp_step_field(s, CHURN, 0, field) : NULL;
    if (given)
        memcpy(sp_step_out(s, column, 0), given, s->n * sizeof *given);
}

static void start(const struct sp_step *s) {
    pass(s, START_ANNUAL_SHARE, SHARE_COLUMN);
}

SP_WIDE static void step(const struct sp_step *s) {
    pass(s, ANNUAL_SHARE, SHARE_COLUMN);
    pass(s, ANNUAL_CHOOSERS, CHOICE_COLUMN);
    if (is_brief(s))
        sp_churn_hazard_of(s, sp_step_read(s, PAID_BEFORE), true, sp_step_out(s, STAYED, 0));
    else
        update_all(s);
    if (sp_step_wants(s, LIFETIME))
        sp_churn_lifetime(s);
}

extern const struct sp_mechanism sp_churn;
const struct sp_mechanism sp_churn = {
    .name = "churn",
    .sentence =
        "payers leave, at a monthly rate or by age, on annual plans when their year ends; some come back",
    .table = {&churn_table, &age_table, &year_table, &gone_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
