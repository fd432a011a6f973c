/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What entering a tier costs, and the cash that is there then. Equations: README.md, Infrastructure.
 */
#include "models/models.h"

enum { TIERS };
enum { TIER, CASH, UPGRADE, CASH_BEFORE, COST_BEFORE };
enum { CASH_AT, COST_AT };

static const struct sp_field_table table = {.name = "tier",
                                            .instanced = true,
                                            .borrowed = true,
                                            .sentence = "an infrastructure tier",
                                            .instance = {"first", "second"}};

static const struct sp_read reads[] = {
    [TIER] = {.column = "tier"},
    [CASH] = {.column = "cash"},
    [UPGRADE] = {.column = "cost.upgrade"},
    [CASH_BEFORE] = {.column = "tier.*.cash_at_entry", .before = true},
    [COST_BEFORE] = {.column = "tier.*.cost_at_entry", .before = true},
};

#define NOTED(noted, value)                                                                                  \
    .opening = "\"\"",                                                                                       \
    .formula = "if(isnumber(before(" noted ")),before(" noted "),if(tier=place," value ",\"\"))"

#define AT_ENTRY                                                                                             \
    .kind = SP_STOCK, .unit = "USD", .instanced = 1 + TIERS, .may_be_undefined = true,                       \
    .undefined_when = "no quarter so far has ended in the tier"

static const struct sp_write writes[] = {
    [CASH_AT] = {AT_ENTRY, .column = "tier.*.cash_at_entry", NOTED("tier.*.cash_at_entry", "cash"),
                 .sentence = "cash at the end of the first quarter that ends in the tier"},
    [COST_AT] = {AT_ENTRY, .column = "tier.*.cost_at_entry", NOTED("tier.*.cost_at_entry", "cost.upgrade"),
                 .adverse = SP_HIGH,
                 .sentence = "one-off hosting cost in the first quarter that ends in the tier"},
};

static void start(const struct sp_step *s) {
    for (size_t i = 0; i < s->instances[TIERS]; i++)
        for (size_t p = 0; p < s->n; p++)
            sp_step_out(s, CASH_AT, i)[p] = sp_step_out(s, COST_AT, i)[p] = NAN;
}

/* What has been noted stays. */
static void note(const struct sp_step *s, size_t tier, const double *value, const double *before,
                 double *restrict noted) {
    const double *in = sp_step_read(s, TIER);
    for (size_t p = 0; p < s->n; p++) {
        double here = value[p], now = in[p] == (double)tier ? here : NAN, earlier = before[p];
        noted[p] = isnan(earlier) ? now : earlier;
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    for (size_t i = 0; i < s->instances[TIERS]; i++) {
        note(s, i, sp_step_read(s, CASH), sp_step_read_one(s, CASH_BEFORE, i), sp_step_out(s, CASH_AT, i));
        note(s, i, sp_step_read(s, UPGRADE), sp_step_read_one(s, COST_BEFORE, i), sp_step_out(s, COST_AT, i));
    }
}

extern const struct sp_mechanism sp_tier_entry;
const struct sp_mechanism sp_tier_entry = {
    .name = "tier_entry",
    .sentence = "what is paid, and the cash that is there, when tiers are entered",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .after_stop = true,
    .step = step,
};
