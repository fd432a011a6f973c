/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bills are paid some days after they come. Equations: README.md, Payables.
 */
#include "models/models.h"

#include <string.h>

enum { PAYABLES_TABLE, START };
enum { DAYS, DAYS_OPEX, DAYS_ONE_OFF };
enum { START_PAYABLES };
enum { COGS_LINES, FEE_LINES, OPEX_LINES, ONE_OFF_LINES };
enum { PAYABLES };

/* Days from a bill to its payment; no longer than a quarter, so that nothing older is still open. */
#define DAYS_OF(name, text)                                                                                  \
    .key = (name), .unit = "days", .low = 0, .high = SP_MODELS_DAYS, .sentence = (text)

static const struct sp_field fields[] = {
    [DAYS] = {DAYS_OF("days", "days after which bills for cost of revenue are paid, but for channels' fees, "
                              "which are paid at once"),
              .standard = NAN, .example = {"30"}},
    [DAYS_OPEX] = {DAYS_OF("days_opex", "the same for operating expenses; salaries, paid at once, count as "
                                        "0 days in it"),
                   .standard = 0, .example = {"5"}},
    [DAYS_ONE_OFF] = {DAYS_OF("days_one_off", "the same for one-off costs"), .standard = 0,
                      .example = {"30"}},
};

static const struct sp_field start_fields[] = {
    {.key = "payables",
     .unit = "USD",
     .standard = 0,
     .low = 0,
     .high = 1e15,
     .sentence = "bills not yet paid before the first quarter; they are paid in it"},
};

static const struct sp_field_table table = {.name = "payables",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "how long bills wait for their payment"};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [COGS_LINES] = {.account = "cogs."},
    [FEE_LINES] = {.account = "cogs.fees"},
    [OPEX_LINES] = {.account = "opex."},
    [ONE_OFF_LINES] = {.account = "one_off"},
};

static const struct sp_write writes[] = {
    [PAYABLES] = {.column = "payables",
                  .formula = "((accounts(cogs.)-accounts(cogs.fees))*[payables.days]+"
                             "accounts(opex.)*[payables.days_opex]+accounts(one_off)*"
                             "[payables.days_one_off])/91.25",
                  .opening = "[start.payables]",
                  .kind = SP_STOCK,
                  .unit = "USD",
                  .adverse = SP_HIGH,
                  .sentence = "bills not yet paid"},
};

static void start(const struct sp_step *s) {
    const double *opening = sp_step_field(s, START, 0, START_PAYABLES);
    double *restrict payables = sp_step_out(s, PAYABLES, 0);
    for (size_t p = 0; p < s->n; p++)
        payables[p] = opening[p];
}

/* What a channel keeps back is not owed. */
static bool is_fee(const struct sp_step *s, const double *line) {
    for (size_t i = 0; i < sp_step_reads(s, FEE_LINES); i++)
        if (sp_step_read_one(s, FEE_LINES, i) == line)
            return true;
    return false;
}

/* A quarter's cost is spread evenly over its days: the last `days` of it are open. */
static void add_open(const struct sp_step *s, int lines, int days_field, size_t first) {
    const double *days = sp_step_field(s, PAYABLES_TABLE, 0, days_field) + first;
    double open[SP_MODELS_PART], *restrict payables = sp_step_out(s, PAYABLES, 0) + first;
    for (size_t p = 0; p < SP_MODELS_PART; p++)
        open[p] = days[p] / SP_MODELS_DAYS;
    for (size_t i = 0; i < sp_step_reads(s, lines); i++) {
        const double *line = sp_step_read_one(s, lines, i);
        if (is_fee(s, line))
            continue;
        for (size_t p = 0; p < SP_MODELS_PART; p++)
            payables[p] += line[first + p] * open[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    memset(sp_step_out(s, PAYABLES, 0), 0, s->n * sizeof(double));
    for (size_t first = 0; first < s->n; first += SP_MODELS_PART) {
        add_open(s, COGS_LINES, DAYS, first);
        add_open(s, OPEX_LINES, DAYS_OPEX, first);
        add_open(s, ONE_OFF_LINES, DAYS_ONE_OFF, first);
    }
}

extern const struct sp_mechanism sp_payables;
const struct sp_mechanism sp_payables = {
    .name = "payables",
    .sentence = "bills are paid some days after they come",
    .table = {&table, &start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
