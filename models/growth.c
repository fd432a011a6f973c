/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Users grow by a rate that fades from its first value to its long-run value. Equations: README.md, Growth.
 */
#include "models/models.h"

#include <math.h>

enum { GROWTH, START };
enum { RATE_FIRST, RATE_LONGRUN, DECAY, SHOCK };
enum { START_USERS };
enum { USERS_BEFORE, FADE_BEFORE, PAID_BEFORE, CHURNED, OF_MARKETS, OF_PARTNERS };
enum { USERS, NEW, FADE };
enum { USERS_RAISED };

static const struct sp_field fields[] = {
    {.key = "rate_first",
     .unit = "1/quarter",
     .standard = NAN,
     .low = -5,
     .high = 5,
     .sentence = "logarithmic growth rate of users in the first quarter",
     .example = {"{ normal = { mean = 0.4, sd = 0.1 } }"}},
    {.key = "rate_longrun",
     .unit = "1/quarter",
     .standard = 0,
     .low = -5,
     .high = 5,
     .sentence = "the rate that growth fades to",
     .example = {"0.1"}},
    {.key = "decay",
     .unit = "1",
     .standard = 1,
     .low = 0,
     .high = 1,
     .sentence = "share of the distance to the long-run rate that is left after a quarter",
     .example = {"0.8"}},
    {.key = "shock",
     .unit = "1/quarter",
     .standard = 0,
     .low = -5,
     .high = 5,
     .each = SP_EACH_QUARTER,
     .sentence = "added to the rate of each quarter",
     .example = {"{ normal = { mean = 0, sd = 0.1 } }"}},
};

static const struct sp_field start_fields[] = {
    {.key = "users",
     .unit = "users",
     .standard = NAN,
     .low = 0,
     .high = 1e12,
     .sentence = "monthly active users before the first quarter",
     .example = {"1_000"}},
};

static const struct sp_field_table growth_table = {.name = "growth",
                                                   .field = fields,
                                                   .fields = SP_MODELS_COUNT(fields),
                                                   .sentence = "how the number of users grows"};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [USERS_BEFORE] = {.column = "users", .before = true},
    [FADE_BEFORE] = {.column = "growth.fade", .before = true},
    [PAID_BEFORE] = {.column = "paid", .before = true, .optional = true},
    [CHURNED] = {.column = "paid.churned", .optional = true},
    [OF_MARKETS] = {.column = "market.*.growth", .optional = true},
    [OF_PARTNERS] = {.column = "partner.*.users", .optional = true},
};

static const struct sp_write writes[] = {
    [USERS] = {.column = "users", .kind = SP_STOCK, .unit = "users", .sentence = "monthly active users"},
    [NEW] = {.column = "users.new", .kind = SP_FLOW, .unit = "users", .sentence = "gross new users"},
    [FADE] = {.column = "growth.fade",
              .kind = SP_STOCK,
              .unit = "1",
              .internal = true,
              .sentence = "share of the first rate's lead that is left"},
};

static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_USERS);
    double *restrict users = sp_step_out(s, USERS, 0), *restrict fade = sp_step_out(s, FADE, 0);
    for (size_t p = 0; p < s->n; p++) {
        users[p] = opening[p];
        fade[p] = 1;
    }
    sp_models_round(s, users);
}

static void update_fade(const struct sp_step *s) {
    const double *decay = sp_step_field(s, GROWTH, 0, DECAY), *before = sp_step_read(s, FADE_BEFORE);
    double *restrict fade = sp_step_out(s, FADE, 0);
    for (size_t p = 0; p < s->n; p++)
        fade[p] = s->quarter == 0 ? before[p] : before[p] * decay[p];
}

/* Adds what each market or partner brings. */
static void add_each(const struct sp_step *s, int read, double *restrict sum) {
    for (size_t i = 0; i < s->read_count[read]; i++) {
        const double *each = sp_step_read_one(s, read, i);
        for (size_t p = 0; p < s->n; p++)
            sum[p] += each[p];
    }
}

/* The rate of this quarter, then its exponential, in `users`. */
static void update_growth(const struct sp_step *s, double *users) {
    const double *first = sp_step_field(s, GROWTH, 0, RATE_FIRST),
                 *longrun = sp_step_field(s, GROWTH, 0, RATE_LONGRUN);
    const double *shock = sp_step_field(s, GROWTH, 0, SHOCK), *restrict fade = sp_step_out(s, FADE, 0);
    for (size_t p = 0; p < s->n; p++)
        users[p] = longrun[p] + (first[p] - longrun[p]) * fade[p] + shock[p];
    add_each(s, OF_MARKETS, users);
    s->kernels->exp(users, users, s->n);
}

/* Payers who stay are active users. */
static void raise_to_payers(const struct sp_step *s, double *users) {
    const double *paid = sp_step_read(s, PAID_BEFORE), *churned = sp_step_read(s, CHURNED);
    size_t raised = 0;
    for (size_t p = 0; paid && p < s->n; p++) {
        double stay = paid[p] - (churned ? churned[p] : 0);
        raised += p < s->valid && users[p] < stay;
        users[p] = users[p] < stay ? stay : users[p];
    }
    s->rule[USERS_RAISED] += raised;
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *before = sp_step_read(s, USERS_BEFORE);
    double *restrict users = sp_step_out(s, USERS, 0), *restrict fresh = sp_step_out(s, NEW, 0);
    update_fade(s);
    update_growth(s, users);
    for (size_t p = 0; p < s->n; p++)
        users[p] *= before[p];
    add_each(s, OF_PARTNERS, users);
    sp_models_round(s, users);
    raise_to_payers(s, users);
    for (size_t p = 0; p < s->n; p++)
        fresh[p] = users[p] > before[p] ? users[p] - before[p] : 0;
}

extern const struct sp_mechanism sp_growth;
const struct sp_mechanism sp_growth = {
    .name = "growth",
    .sentence = "users grow by a rate that fades from its first value to its long-run value",
    .table = {&growth_table, &start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .rule = {[USERS_RAISED] = {"growth.users_raised",
                               "quarters in which users were raised to the payers who stay"}},
    .start = start,
    .step = step,
};
