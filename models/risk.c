/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Events that may begin in any quarter, last, cost money, and change assumptions while they last. Each is a
 * step of its own, so that one may change the probability of another. Equations: README.md, Risk.
 */
#include "models/models.h"

#include <math.h>
#include <string.h>

enum { RISKS };
enum { PER_QUARTER, PER_YEAR, LASTS, RECURS, FROM, UNTIL, SEVERITY, LOSS, MONTHLY, ACCOUNT, EFFECT, OCCURS };
enum { RECURS_ALWAYS, RECURS_NEVER };
enum { LEFT_BEFORE, STRENGTH_BEFORE, OVER_BEFORE };
enum { COST_OF, EVENTS, ACTIVE, STRENGTH, LEFT, OVER };

static const char *const recurs_choices[] = {[RECURS_ALWAYS] = "always", [RECURS_NEVER] = "never", NULL};

static const struct sp_field fields[] = {
    [PER_QUARTER] = {.key = "per_quarter",
                     .unit = "1/quarter",
                     .standard = 0,
                     .low = 0,
                     .high = 1,
                     .optional = true,
                     .sentence = "probability that the event begins in a quarter",
                     .example = {"0.1"}},
    [PER_YEAR] = {.key = "per_year",
                  .unit = "1/year",
                  .standard = 0,
                  .low = 0,
                  .high = 1,
                  .optional = true,
                  .sentence = "probability that it begins within a year, in place of per_quarter",
                  .example = {"0.25"}},
    [LASTS] = {.key = "lasts",
               .unit = "quarters",
               .standard = 1,
               .low = 1,
               .high = 1e6,
               .each = SP_EACH_QUARTER,
               .optional = true,
               .where = true,
               .sentence = "quarters that it lasts, the first included, rounded to whole ones",
               .example = {"{ triangular = { min = 1, mode = 2, max = 4 } }"}},
    [RECURS] = {.key = "recurs",
                .kind = SP_FIELD_CHOICE,
                .unit = "1",
                .standard = RECURS_ALWAYS,
                .choices = recurs_choices,
                .sentence = "whether it may begin again when it has ended, or happens at most once"},
    [FROM] = {.key = "from",
              .kind = SP_FIELD_QUARTER,
              .unit = "1",
              .standard = -INFINITY,
              .optional = true,
              .sentence = "first quarter in which it can begin; the first of all when not given",
              .example = {"\"2027Q1\""}},
    [UNTIL] = {.key = "until",
               .kind = SP_FIELD_QUARTER,
               .unit = "1",
               .standard = INFINITY,
               .optional = true,
               .sentence = "last quarter in which it can begin; the last of all when not given",
               .example = {"\"2028Q4\""}},
    [SEVERITY] = {.key = "severity",
                  .unit = "1",
                  .standard = 1,
                  .low = 0,
                  .high = 1e6,
                  .each = SP_EACH_QUARTER,
                  .optional = true,
                  .where = true,
                  .sentence = "how bad it is: multiplies its costs and how far its effects go",
                  .example = {"{ lognormal = { median = 1, sigma = 0.5 } }"}},
    [LOSS] = {.key = "cost",
              .unit = "USD",
              .standard = 0,
              .low = 0,
              .high = 1e12,
              .each = SP_EACH_QUARTER,
              .where = true,
              .sentence = "what it costs when it begins",
              .example = {"{ lognormal = { median = 3_000, sigma = 1 } }"}},
    [MONTHLY] = {.key = "monthly",
                 .unit = "USD/month",
                 .standard = 0,
                 .low = 0,
                 .high = 1e12,
                 .optional = true,
                 .sentence = "what it costs a month while it lasts",
                 .example = {"2_000"}},
    [ACCOUNT] = {.key = "account",
                 .kind = SP_FIELD_TEXT,
                 .unit = "1",
                 .sentence = "account of its cost; one_off when not given",
                 .example = {"\"one_off\""}},
    [EFFECT] = {.key = "effect",
                .kind = SP_FIELD_EFFECTS,
                .unit = "1",
                .optional = true,
                .share = "risk.*.strength",
                .begins = "risk.*.events",
                .sentence = "what it changes while it lasts: entries like a change, without dates",
                .example = {"[{ of = \"usage.paid_monthly\", times = 1.2 }]"}},
    [OCCURS] = {.key = "occurs",
                .kind = SP_FIELD_DRAW,
                .unit = "1",
                .each = SP_EACH_QUARTER,
                .sentence = "the uniform number that decides"},
};

static const struct sp_field_table table = {.name = "risk",
                                            .instanced = true,
                                            .one_of = {1 + PER_QUARTER, 1 + PER_YEAR},
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "an event that may begin in any quarter",
                                            .instance = {"outage"}};

static const struct sp_read reads[] = {
    [LEFT_BEFORE] = {.column = "risk.*.left", .before = true, .own = true},
    [STRENGTH_BEFORE] = {.column = "risk.*.strength", .before = true, .own = true},
    [OVER_BEFORE] = {.column = "risk.*.over", .before = true, .own = true},
};

static const struct sp_write writes[] = {
    [COST_OF] = {.column = "cost.risk.*",
                 .formula = "if(risk.*.events>0,risk.*.strength*[risk.*.cost],0)+3*[risk.*"
                            ".monthly]?0*risk.*.strength",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .instanced = 1 + RISKS,
                 .account = "one_off",
                 .account_table = 1 + RISKS,
                 .account_field = ACCOUNT,
                 .sentence = "cost of the event"},
    [EVENTS] = {.column = "risk.*.events",
                .formula = "if(and([risk.*.per_quarter]?(1-sqrt(sqrt(1-[risk.*.per_year])))>0.5,"
                           "quarter>[risk.*.from]?0,quarter<=[risk.*.until]?1000+1,before(risk.*"
                           ".left)<=1,before(risk.*.over)=0),1,0)",
                .kind = SP_FLOW,
                .unit = "events",
                .adverse = SP_HIGH,
                .instanced = 1 + RISKS,
                .sentence = "how often the event began"},
    [ACTIVE] = {.column = "risk.*.active",
                .formula = "if(risk.*.left>0,1,0)",
                .kind = SP_STOCK,
                .unit = "probability",
                .adverse = SP_HIGH,
                .instanced = 1 + RISKS,
                .sentence = "1 while the event lasts; its mean is the probability"},
    [STRENGTH] = {.column = "risk.*.strength",
                  .formula = "if(risk.*.events>0,[risk.*.severity]?1,if(risk.*.left>0,before(risk.*"
                             ".strength),0))",
                  .kind = SP_STOCK,
                  .unit = "1",
                  .internal = true,
                  .instanced = 1 + RISKS,
                  .sentence = "severity of the event that lasts; 0 when there is none"},
    [LEFT] = {.column = "risk.*.left",
              .formula = "if(risk.*.events>0,int([risk.*.lasts]?1+0.5),max(before(risk.*"
                         ".left)-1,0))",
              .kind = SP_STOCK,
              .unit = "quarters",
              .internal = true,
              .instanced = 1 + RISKS,
              .sentence = "quarters that the event lasts from this one on"},
    [OVER] = {.column = "risk.*.over",
              .formula = "case([risk.*.recurs],never,if(risk.*.events>0,1,before(risk.*.over)),"
                         "0)",
              .kind = SP_STOCK,
              .unit = "1",
              .internal = true,
              .instanced = 1 + RISKS,
              .sentence = "1 when the event has begun and cannot begin again"},
};

/* 1 - (1 - p)^(1/4): four quarters with it make a year with p. */
static double in_a_quarter(double per_year) {
    return 1 - sqrt(sqrt(1 - per_year));
}

static bool can_begin(const struct sp_step *s) {
    return s->quarter >= sp_step_number(s, RISKS, 0, FROM) &&
           s->quarter <= sp_step_number(s, RISKS, 0, UNTIL);
}

/* Where it would begin, were it not for one that lasts: 1. `is_number`: the probability is one. */
SP_VARIANT void begin(const struct sp_step *s, bool is_number, double *restrict events) {
    const double *per_quarter = sp_step_field(s, RISKS, 0, PER_QUARTER);
    const double *per_year = sp_step_field(s, RISKS, 0, PER_YEAR), *u = sp_step_field(s, RISKS, 0, OCCURS);
    double may = can_begin(s) ? 1 : 0, always = sp_step_always(s, RISKS, 0, PER_QUARTER);
    for (size_t p = 0; per_quarter && p < s->n; p++)
        events[p] = u[p] < (is_number ? always : per_quarter[p]) ? may : 0;
    for (size_t p = 0; !per_quarter && p < s->n; p++)
        events[p] = u[p] < in_a_quarter(per_year[p]) ? may : 0;
}

/* While it lasts, and when it may not come again, it does not begin. */
static void last(const struct sp_step *s, double *restrict events) {
    const double *left_before = sp_step_read(s, LEFT_BEFORE), *over_before = sp_step_read(s, OVER_BEFORE);
    double once = sp_step_number(s, RISKS, 0, RECURS) == RECURS_NEVER ? 1 : 0;
    double *restrict over = sp_step_out(s, OVER, 0);
    for (size_t p = 0; p < s->n; p++) {
        double was_over = over_before[p], begins = left_before[p] > 1 ? 0 : events[p];
        begins = was_over > 0 ? 0 : begins;
        double is_over = begins > 0 ? 1 : was_over;
        events[p] = begins;
        over[p] = once * is_over;
    }
}

/* The values of a field where the event begins (1 when it is not given), else 0. */
static void put_where_begins(const struct sp_step *s, int field, const double *events, double *out) {
    memcpy(out, events, s->n * sizeof *out);
    sp_step_put_where(s, RISKS, 0, field, out);
}

static void set_left(const struct sp_step *s, const double *events) {
    const double *before = sp_step_read(s, LEFT_BEFORE);
    double *restrict left = sp_step_out(s, LEFT, 0), *restrict active = sp_step_out(s, ACTIVE, 0);
    put_where_begins(s, LASTS, events, left);
    for (size_t p = 0; p < s->n; p++) {
        double length = floor(left[p] + 0.5), rest = before[p] > 1 ? before[p] - 1 : 0;
        left[p] = events[p] > 0 ? length : rest;
        active[p] = left[p] > 0 ? 1 : 0;
    }
}

static void set_strength(const struct sp_step *s, const double *events) {
    const double *before = sp_step_read(s, STRENGTH_BEFORE), *left = sp_step_out(s, LEFT, 0);
    double *restrict strength = sp_step_out(s, STRENGTH, 0);
    put_where_begins(s, SEVERITY, events, strength);
    for (size_t p = 0; p < s->n; p++) {
        double old = before[p], severity = strength[p];
        strength[p] = events[p] > 0 ? severity : left[p] > 0 ? old : 0;
    }
}

static void set_cost(const struct sp_step *s, const double *events) {
    const double *monthly = sp_step_or_zeros(s, sp_step_field(s, RISKS, 0, MONTHLY));
    const double *strength = sp_step_out(s, STRENGTH, 0);
    double *restrict cost = sp_step_out(s, COST_OF, 0);
    put_where_begins(s, LOSS, events, cost);
    for (size_t p = 0; p < s->n; p++)
        cost[p] = strength[p] * cost[p] + SP_MODELS_MONTHS * monthly[p] * strength[p];
}

/* An event of one quarter that costs money and no more: nothing of it need be kept. */
static bool is_brief(const struct sp_step *s) {
    return !sp_step_wants(s, EVENTS) && !sp_step_field(s, RISKS, 0, LASTS) &&
           !sp_step_field(s, RISKS, 0, SEVERITY) && !sp_step_field(s, RISKS, 0, MONTHLY) &&
           !sp_step_wants(s, ACTIVE) && !sp_step_wants(s, STRENGTH) &&
           sp_step_number(s, RISKS, 0, RECURS) == RECURS_ALWAYS;
}

static bool looks_at(const struct sp_step *s, int read) {
    (void)read; /* all are of the quarter before */
    return !is_brief(s);
}

/* Of a brief event there is the cost alone: it takes the place of the 1 where it begins. */
SP_WIDE static void step(const struct sp_step *s) {
    bool brief = is_brief(s);
    double *events = sp_step_out(s, brief ? COST_OF : EVENTS, 0);
    if (sp_step_is_number(s, RISKS, 0, PER_QUARTER))
        begin(s, true, events);
    else
        begin(s, false, events);
    if (brief) {
        sp_step_put_where(s, RISKS, 0, LOSS, events);
        return;
    }
    last(s, events);
    set_left(s, events);
    set_strength(s, events);
    set_cost(s, events);
}

extern const struct sp_mechanism sp_risk;
const struct sp_mechanism sp_risk = {
    .name = "risk",
    .sentence = "events begin by chance, last, cost money and change assumptions",
    .table = {&table},
    .by_instance = true,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .looks_at = looks_at,
    .step = step,
};
