/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Credits of technology partners pay for hosting until they are used up or expire. Equations: README.md,
 * Credits.
 */
#include "models/partners_parts.h"

enum { PARTNERS, LIVES }; /* tables */
enum { ARRIVED, HOSTING, LEFT_BEFORE };
enum { OFFSET, CREDITS, EXPIRED, LEFT };

/* Credits are kept by how many quarters more they can be used. */
static size_t count_lives(const double *partner) {
    return (size_t)partner[SP_PARTNERS_CREDITS_LAST];
}

static const struct sp_field_table life_table = {.name = "credits.life",
                                                 .instanced = true,
                                                 .count = count_lives,
                                                 .sentence = "credits by the quarters that are left to them"};

static const struct sp_read reads[] = {
    [ARRIVED] = {.column = "partner.*.arrivals"},
    [HOSTING] = {.column = "cost.infrastructure", .optional = true},
    [LEFT_BEFORE] = {.column = "credits.left.*", .before = true},
};

/* Credits of up to so many quarters, before use: what is left of them is what they exceed the hosting cost
 * by. */
#define USABLE(quarters)                                                                                     \
    "(sum(if(and(place>0,place<=" quarters "),before(credits.left.*),0))+"                                   \
    "sum(if([partner.*.credits_last]?1000<=" quarters ",partner.*.arrivals*[partner.*.credits]?0,0)))"

static const struct sp_write writes[] = {
    [OFFSET] = {.column = "cost.credits",
                .formula = "-min(cost.infrastructure?0,sum(before(credits.left.*"
                           "))-before(credits.left.1)+sum(partner.*.arrivals*[partner.*"
                           ".credits]?0))",
                .kind = SP_FLOW,
                .unit = "USD",
                .adverse = SP_HIGH,
                .account = "cogs.hosting",
                .sentence = "hosting cost that credits pay, as a negative cost"},
    [CREDITS] = {.column = "credits",
                 .formula = "sum(credits.left.*)-credits.left.1",
                 .kind = SP_STOCK,
                 .unit = "USD",
                 .sentence = "credits that can be used in later quarters"},
    [EXPIRED] = {.column = "credits.expired",
                 .formula = "credits.left.1",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .sentence = "credits that expire unused"},
    [LEFT] = {.column = "credits.left.*",
              .formula = "max(" USABLE("own(place)+1") "-cost.infrastructure?0,0)-max(" USABLE(
                  "own(place)") "-cost.infrastructure?0,0)",
              .kind = SP_STOCK,
              .unit = "USD",
              .internal = true,
              .instanced = 1 + LIVES,
              .sentence = "credits with so many quarters left, this one included"},
};

/* Every quarter takes one off what is left to credits. */
static void grow_older(const struct sp_step *s) {
    size_t lives = s->instances[LIVES];
    for (size_t i = 0; i < lives; i++) {
        const double *before = i + 1 < lives ? sp_step_read_one(s, LEFT_BEFORE, i + 1) : s->zeros;
        double *restrict left = sp_step_out(s, LEFT, i);
        for (size_t p = 0; p < s->n; p++)
            left[p] = before[p];
    }
}

static void grant(const struct sp_step *s, size_t partner) {
    const double *each = sp_partners_field(s, partner, SP_PARTNERS_CREDITS),
                 *arrived = sp_step_read_one(s, ARRIVED, partner);
    if (!each)
        return;
    size_t last = (size_t)sp_step_number(s, PARTNERS, partner, SP_PARTNERS_CREDITS_LAST);
    double *restrict left = sp_step_out(s, LEFT, last - 1);
    for (size_t p = 0; p < s->n; p++)
        left[p] += arrived[p] * each[p];
}

/* Those that expire first are used first. What is used is added up by itself, so that a few credits are not
 * lost beside a large cost. */
static void pay_hosting(const struct sp_step *s) {
    const double *hosting = sp_step_or_zeros(s, sp_step_read(s, HOSTING));
    double *restrict offset = sp_step_out(s, OFFSET, 0);
    for (size_t p = 0; p < s->n; p++)
        offset[p] = 0;
    for (size_t i = 0; i < s->instances[LIVES]; i++) {
        double *restrict left = sp_step_out(s, LEFT, i);
        for (size_t p = 0; p < s->n; p++) {
            double open = hosting[p] + offset[p], used = left[p] < open ? left[p] : open;
            offset[p] -= used;
            left[p] -= used;
        }
    }
}

static void add_up(const struct sp_step *s) {
    double *restrict credits = sp_step_out(s, CREDITS, 0), *restrict expired = sp_step_out(s, EXPIRED, 0);
    for (size_t p = 0; p < s->n; p++)
        credits[p] = expired[p] = 0;
    for (size_t i = 0; i < s->instances[LIVES]; i++) {
        const double *restrict left = sp_step_out(s, LEFT, i);
        double *restrict sum = i ? credits : expired;
        for (size_t p = 0; p < s->n; p++)
            sum[p] += left[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    grow_older(s);
    for (size_t i = 0; i < s->instances[PARTNERS]; i++)
        grant(s, i);
    pay_hosting(s);
    add_up(s);
}

extern const struct sp_mechanism sp_credits;
const struct sp_mechanism sp_credits = {
    .name = "credits",
    .sentence = "credits of technology partners pay for hosting until they are used up or expire",
    .table = {&sp_partners_table, &life_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
