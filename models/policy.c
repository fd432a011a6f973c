/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Responses: what the company does when something has been seen. Equations: README.md, Policies.
 */
#include "models/models.h"

#include <math.h>

enum { POLICIES };
enum { WHEN, DELAY, LASTS, RECURS, ONCE, MONTHLY, ACCOUNT, EFFECT, COSTS };
enum { RECURS_ALWAYS, RECURS_NEVER };
enum { WAIT_BEFORE, LEFT_BEFORE, OVER_BEFORE };
enum { COST_OF, BEGINS, ACTIVE, WAIT, LEFT, OVER };

static const char *const recurs_choices[] = {[RECURS_ALWAYS] = "always", [RECURS_NEVER] = "never", NULL};

static const struct sp_field fields[] = {
    [WHEN] = {.key = "when",
              .kind = SP_FIELD_FORMULA,
              .unit = "1",
              .sentence = "what must be seen at the end of a quarter, a formula over metrics",
              .example = {"\"cash < 200_000\""}},
    [DELAY] = {.key = "delay",
               .kind = SP_FIELD_NUMBER,
               .unit = "quarters",
               .standard = 0,
               .low = 0,
               .high = 400,
               .whole = true,
               .sentence = "quarters that pass until it acts; 0: it acts in the quarter after it was seen"},
    [LASTS] = {.key = "lasts",
               .unit = "quarters",
               .standard = 400,
               .low = 1,
               .high = 1e6,
               .sentence = "quarters for which it acts, rounded to whole ones",
               .example = {"4"}},
    [RECURS] = {.key = "recurs",
                .kind = SP_FIELD_CHOICE,
                .unit = "1",
                .standard = RECURS_ALWAYS,
                .choices = recurs_choices,
                .sentence = "whether it may act again when it has ended, or at most once"},
    [ONCE] = {.key = "once",
              .unit = "USD",
              .standard = 0,
              .low = 0,
              .high = 1e12,
              .sentence = "what it costs when it begins to act",
              .example = {"20_000"}},
    [MONTHLY] = {.key = "monthly",
                 .unit = "USD/month",
                 .standard = 0,
                 .low = 0,
                 .high = 1e12,
                 .sentence = "what it costs a month while it acts",
                 .example = {"1_000"}},
    [ACCOUNT] = {.key = "account",
                 .kind = SP_FIELD_TEXT,
                 .unit = "1",
                 .sentence = "account of its cost; opex.g_and_a when not given",
                 .example = {"\"opex.s_and_m\""}},
    [EFFECT] = {.key = "effect",
                .kind = SP_FIELD_EFFECTS,
                .unit = "1",
                .optional = true,
                .share = "policy.*.active",
                .begins = "policy.*.begins",
                .sentence = "what it changes while it acts: entries like a change, without dates",
                .example = {"[{ of = \"usage.paid_monthly\", times = 0.8 }]"}},
    [COSTS] = {.key = "costs",
               .kind = SP_FIELD_EFFECTS,
               .unit = "1",
               .optional = true,
               .expected = true,
               .share = "policy.*.active",
               .begins = "policy.*.begins",
               .sentence = "its side effects, entries like a change; [] when there are none",
               .example = {"[]"}},
};

static const struct sp_field_table table = {.name = "policy",
                                            .instanced = true,
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "a response to what is seen",
                                            .instance = {"usage_limit"}};

static const struct sp_read reads[] = {
    [WAIT_BEFORE] = {.column = "policy.*.wait", .before = true, .own = true},
    [LEFT_BEFORE] = {.column = "policy.*.left", .before = true, .own = true},
    [OVER_BEFORE] = {.column = "policy.*.over", .before = true, .own = true},
};

/* 1 when it is decided on: nothing is waited for, it does not act, and what it looks at is so. */
#define DECIDED                                                                                              \
    "if(and(before(policy.*.left)<=1,before(policy.*.wait)=0,before(policy.*.over)=0,"                       \
    "formula([policy.*.when])<>0),1,0)"

static const struct sp_write writes[] = {
    [COST_OF] = {.column = "cost.policy.*",
                 .formula = "policy.*.begins*[policy.*.once]+if(policy.*.left>0,3*[policy.*"
                            ".monthly],0)",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .instanced = 1 + POLICIES,
                 .account = "opex.g_and_a",
                 .account_table = 1 + POLICIES,
                 .account_field = ACCOUNT,
                 .sentence = "cost of the policy itself"},
    [BEGINS] = {.column = "policy.*.begins",
                .formula = "if(before(policy.*.wait)=1,1,if([policy.*.delay]=0," DECIDED ",0))",
                .kind = SP_FLOW,
                .unit = "events",
                .adverse = SP_HIGH,
                .instanced = 1 + POLICIES,
                .sentence = "how often the policy began to act"},
    [ACTIVE] = {.column = "policy.*.active",
                .formula = "if(policy.*.left>0,1,0)",
                .kind = SP_STOCK,
                .unit = "probability",
                .adverse = SP_HIGH,
                .instanced = 1 + POLICIES,
                .sentence = "1 while the policy acts; its mean is the probability"},
    [WAIT] = {.column = "policy.*.wait",
              .formula = "if(" DECIDED ">0,[policy.*.delay],max(before(policy.*.wait)-1,0))",
              .kind = SP_STOCK,
              .unit = "quarters",
              .internal = true,
              .instanced = 1 + POLICIES,
              .sentence = "quarters until the policy acts; 0 when nothing is waited for"},
    [LEFT] = {.column = "policy.*.left",
              .formula = "if(policy.*.begins>0,int([policy.*.lasts]+0.5),max(before(policy.*"
                         ".left)-1,0))",
              .kind = SP_STOCK,
              .unit = "quarters",
              .internal = true,
              .instanced = 1 + POLICIES,
              .sentence = "quarters that the policy acts from this one on"},
    [OVER] = {.column = "policy.*.over",
              .formula = "case([policy.*.recurs],never,max(before(policy.*.over)," DECIDED "),0)",
              .kind = SP_STOCK,
              .unit = "1",
              .internal = true,
              .instanced = 1 + POLICIES,
              .sentence = "1 when the policy has been decided on and cannot be again"},
};

/* While it is waited for or acts, nothing new is decided. */
static void decide(const struct sp_step *s) {
    const double *seen = sp_step_field(s, POLICIES, 0, WHEN), *lasts = sp_step_field(s, POLICIES, 0, LASTS);
    const double *wait_before = sp_step_read(s, WAIT_BEFORE), *left_before = sp_step_read(s, LEFT_BEFORE);
    const double *over_before = sp_step_read(s, OVER_BEFORE);
    double delay = sp_step_number(s, POLICIES, 0, DELAY), at_once = delay == 0 ? 1 : 0;
    double once = sp_step_number(s, POLICIES, 0, RECURS) == RECURS_NEVER ? 1 : 0;
    double *restrict wait = sp_step_out(s, WAIT, 0), *restrict left = sp_step_out(s, LEFT, 0);
    double *restrict over = sp_step_out(s, OVER, 0), *restrict begins = sp_step_out(s, BEGINS, 0);
    for (size_t p = 0; p < s->n; p++) {
        double waited = wait_before[p], was_over = over_before[p], length = floor(lasts[p] + 0.5);
        double rest = left_before[p] > 1 ? left_before[p] - 1 : 0, waits = waited > 0 ? waited - 1 : 0;
        double decided = seen[p] != 0 ? 1 : 0;
        decided = rest == 0 ? decided : 0;
        decided = waited == 0 ? decided : 0;
        decided = was_over == 0 ? decided : 0;
        double begun = waited == 1 ? 1 : at_once * decided, is_over = decided > 0 ? 1 : was_over;
        wait[p] = decided > 0 ? delay : waits;
        begins[p] = begun;
        left[p] = begun > 0 ? length : rest;
        over[p] = once * is_over;
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *once = sp_step_field(s, POLICIES, 0, ONCE),
                 *monthly = sp_step_field(s, POLICIES, 0, MONTHLY);
    const double *begins = sp_step_out(s, BEGINS, 0), *left = sp_step_out(s, LEFT, 0);
    double *restrict active = sp_step_out(s, ACTIVE, 0), *restrict cost = sp_step_out(s, COST_OF, 0);
    decide(s);
    for (size_t p = 0; p < s->n; p++) {
        active[p] = left[p] > 0 ? 1 : 0;
        cost[p] = begins[p] * once[p] + (left[p] > 0 ? SP_MODELS_MONTHS * monthly[p] : 0);
    }
}

extern const struct sp_mechanism sp_policy;
const struct sp_mechanism sp_policy = {
    .name = "policy",
    .sentence = "the company responds to what it sees, after a delay, and pays for it",
    .table = {&table},
    .by_instance = true,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
