/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Money from investors: when a round closes, how large it is, and whether it does. Equations: README.md,
 * Rounds.
 */
#include "models/models.h"

enum { ROUNDS };
enum { QUARTER, SIZE, PROBABILITY, IS_COMMITTED, HAPPENS };
enum { CLOSED_BEFORE };
enum { FINANCING, COMMITTED, FINANCING_OF, CLOSED };

static const char *const truths[] = {"false", "true", NULL};

static const struct sp_field fields[] = {
    [QUARTER] = {.key = "quarter",
                 .unit = "quarter",
                 .standard = NAN,
                 .low = 0,
                 .high = 1000,
                 .sentence =
                     "quarter, counted from 1, in which the round closes; a fraction is time within it",
                 .example = {"{ triangular = { min = 3, mode = 5, max = 9 } }"}},
    [SIZE] = {.key = "size",
              .unit = "USD",
              .standard = NAN,
              .low = 0,
              .high = 1e15,
              .sentence = "what the company gets, after fees",
              .example = {"{ lognormal = { median = 1_000_000, sigma = 0.4 } }"}},
    [PROBABILITY] = {.key = "probability",
                     .unit = "1",
                     .standard = 1,
                     .low = 0,
                     .high = 1,
                     .sentence = "probability that the round closes at all",
                     .example = {"0.5"}},
    [IS_COMMITTED] = {.key = "committed",
                      .kind = SP_FIELD_CHOICE,
                      .unit = "1",
                      .standard = 0,
                      .choices = truths,
                      .sentence = "whether it is signed: runway counts committed rounds only"},
    [HAPPENS] = {.key = "happens",
                 .kind = SP_FIELD_DRAW,
                 .unit = "1",
                 .sentence = "the uniform number that says whether the round closes"},
};

static const struct sp_field_table table = {.name = "round",
                                            .instanced = true,
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "a round of financing",
                                            .instance = {"seed"}};

static const struct sp_read reads[] = {
    [CLOSED_BEFORE] = {.column = "round.*.closed", .before = true},
};

static const struct sp_write writes[] = {
    [FINANCING] = {.column = "financing",
                   .formula = "sum(financing.*)",
                   .kind = SP_FLOW,
                   .unit = "USD",
                   .sentence = "money from all rounds that close in the period"},
    [COMMITTED] = {.column = "financing.committed",
                   .formula = "sum(case([round.*.committed],true,financing.*,0))",
                   .kind = SP_FLOW,
                   .unit = "USD",
                   .internal = true,
                   .sentence = "money from committed rounds"},
    [FINANCING_OF] = {.column = "financing.*",
                      .formula = "(round.*.closed-before(round.*.closed))*[round.*.size]",
                      .kind = SP_FLOW,
                      .unit = "USD",
                      .instanced = 1 + ROUNDS,
                      .sentence = "money from one round"},
    [CLOSED] = {.column = "round.*.closed",
                .formula = "if(and([round.*.probability]>0.5,[round.*.quarter]<quarter+1,"
                           "before(round.*.closed)=0),1,before(round.*.closed))",
                .kind = SP_STOCK,
                .unit = "probability",
                .instanced = 1 + ROUNDS,
                .sentence = "1 when the round has closed; its mean is the probability"},
};

/* A round closes once, in the first quarter that is not before its own. */
static void close_round(const struct sp_step *s, size_t i, double *restrict all, double *restrict committed) {
    const double *quarter = sp_step_field(s, ROUNDS, i, QUARTER), *size = sp_step_field(s, ROUNDS, i, SIZE);
    const double *probability = sp_step_field(s, ROUNDS, i, PROBABILITY),
                 *u = sp_step_field(s, ROUNDS, i, HAPPENS);
    const double *before = sp_step_read_one(s, CLOSED_BEFORE, i);
    double *restrict money = sp_step_out(s, FINANCING_OF, i), *restrict closed = sp_step_out(s, CLOSED, i);
    double signed_share = sp_step_number(s, ROUNDS, i, IS_COMMITTED);
    for (size_t p = 0; p < s->n; p++) {
        bool closes = (u[p] < probability[p]) & (quarter[p] < s->quarter + 2) & (before[p] == 0);
        money[p] = closes ? size[p] : 0;
        closed[p] = closes ? 1 : before[p];
        all[p] += money[p];
        committed[p] += signed_share * money[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict all = sp_step_out(s, FINANCING, 0), *restrict committed = sp_step_out(s, COMMITTED, 0);
    for (size_t p = 0; p < s->n; p++)
        all[p] = committed[p] = 0;
    for (size_t i = 0; i < s->instances[ROUNDS]; i++)
        close_round(s, i, all, committed);
}

extern const struct sp_mechanism sp_rounds;
const struct sp_mechanism sp_rounds = {
    .name = "rounds",
    .sentence = "rounds of financing close, or do not",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
