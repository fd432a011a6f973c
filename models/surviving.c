/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Results of the paths that have not run out of cash so far. Equations: README.md, Surviving paths.
 */
#include "models/models.h"

enum { SURVIVING };
enum { MINIMUM };
enum { CASH, USERS, PAID, RECURRING, EARNED, TOTAL_COST, GROSS_PROFIT, BURN, ALIVE_BEFORE };
enum { ALIVE, FIRST_RESULT }; /* the results stand in the order of their reads, from CASH on */

static const struct sp_field fields[] = {
    [MINIMUM] = {.key = "minimum_cash",
                 .unit = "USD",
                 .standard = 0,
                 .low = -1e15,
                 .high = 1e15,
                 .sentence = "a path survives while no quarter ends with less cash"},
};

static const struct sp_field_table table = {.name = "surviving",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "results of surviving paths, beside those of all"};

static const struct sp_read reads[] = {
    [CASH] = {.column = "cash"},
    [USERS] = {.column = "users", .optional = true},
    [PAID] = {.column = "paid", .optional = true},
    [RECURRING] = {.column = "mrr", .optional = true},
    [EARNED] = {.column = "revenue", .optional = true},
    [TOTAL_COST] = {.column = "cost.total"},
    [GROSS_PROFIT] = {.column = "gross_profit"},
    [BURN] = {.column = "net_burn"},
    [ALIVE_BEFORE] = {.column = "surviving", .before = true},
};

#define OF_SURVIVING(of, read, how, what)                                                                    \
    .column = of ".surviving", .kind = (how), .unit = (what), .given = {1 + (read)},                         \
    .may_be_undefined = true, .undefined_when = "the path has not survived",                                 \
    .sentence = of " of the paths that survive"

static const struct sp_write writes[] = {
    [ALIVE] = {.column = "surviving",
               .formula = "if(cash>=[surviving.minimum_cash],before(surviving),0)",
               .opening = "1",
               .kind = SP_STOCK,
               .unit = "probability",
               .sentence = "1 while a path has survived; its mean is the share of paths that do"},
    [FIRST_RESULT +
        CASH] = {OF_SURVIVING("cash", CASH, SP_STOCK, "USD"), .formula = "if(surviving=1,cash,\"\")"},
    [FIRST_RESULT +
        USERS] = {OF_SURVIVING("users", USERS, SP_STOCK, "users"), .formula = "if(surviving=1,users,\"\")"},
    [FIRST_RESULT +
        PAID] = {OF_SURVIVING("paid", PAID, SP_STOCK, "payers"), .formula = "if(surviving=1,paid,\"\")"},
    [FIRST_RESULT + RECURRING] = {OF_SURVIVING("mrr", RECURRING, SP_STOCK, "USD/month"),
                                  .formula = "if(surviving=1,mrr,\"\")"},
    [FIRST_RESULT + EARNED] = {OF_SURVIVING("revenue", EARNED, SP_FLOW, "USD"),
                               .formula = "if(surviving=1,revenue,\"\")"},
    [FIRST_RESULT + TOTAL_COST] = {OF_SURVIVING("cost.total", TOTAL_COST, SP_FLOW, "USD"),
                                   .formula = "if(surviving=1,cost.total,\"\")", .adverse = SP_HIGH},
    [FIRST_RESULT + GROSS_PROFIT] = {OF_SURVIVING("gross_profit", GROSS_PROFIT, SP_FLOW, "USD"),
                                     .formula = "if(surviving=1,gross_profit,\"\")"},
    [FIRST_RESULT + BURN] = {OF_SURVIVING("net_burn", BURN, SP_FLOW, "USD"),
                             .formula = "if(surviving=1,net_burn,\"\")", .adverse = SP_HIGH},
};

static void start(const struct sp_step *s) {
    double *restrict alive = sp_step_out(s, ALIVE, 0);
    for (size_t p = 0; p < s->n; p++)
        alive[p] = 1;
}

static void keep_alive(const struct sp_step *s, int read, const double *alive) {
    const double *all = sp_step_read(s, read);
    double *restrict surviving = sp_step_out(s, FIRST_RESULT + read, 0);
    for (size_t p = 0; surviving && p < s->n; p++)
        surviving[p] = alive[p] == 1 ? all[p] : NAN;
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *cash = sp_step_read(s, CASH), *before = sp_step_read(s, ALIVE_BEFORE);
    const double *minimum = sp_step_field(s, SURVIVING, 0, MINIMUM);
    double *restrict alive = sp_step_out(s, ALIVE, 0);
    for (size_t p = 0; p < s->n; p++)
        alive[p] = cash[p] >= minimum[p] ? before[p] : 0;
    for (int read = CASH; read <= BURN; read++)
        keep_alive(s, read, alive);
}

extern const struct sp_mechanism sp_surviving;
const struct sp_mechanism sp_surviving = {
    .name = "surviving",
    .sentence = "results of the paths that have not run out of cash, beside those of all paths",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .after_stop = true,
    .step = step,
};
