/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * New payers, and those who come back, choose to pay by the month or by the year. Equations: README.md,
 * Churn.
 */
#include "engine/math/count.h"
#include "models/models.h"

enum { NEW, BACK, PAID, SHARE, CHOOSERS, YEAR };
enum { NEW_ANNUAL };

static const struct sp_read reads[] = {
    [NEW] = {.column = "paid.new"},
    [BACK] = {.column = "paid.reactivated", .optional = true},
    [PAID] = {.column = "paid", .before = true},
    [SHARE] = {.column = "churn.annual_share"},
    [CHOOSERS] = {.column = "churn.annual_choice"},
    [YEAR] = {.column = "paid.annual.*"},
};

static const struct sp_write writes[] = {
    [NEW_ANNUAL] =
        {.column = "paid.new.annual",
         .formula = "given([churn.annual_share],(paid.new+paid.reactivated?0)*"
                    "churn.annual_share,0)",
         .kind = SP_FLOW,
         .unit = "payers",
         .internal = true,
         .sentence = "new and returned payers who choose annual plans; before the first quarter, all opening "
                     "payers on annual plans"},
};

static bool has_annual(const struct sp_step *s) {
    return sp_step_reads(s, YEAR) > 0;
}

static void start(const struct sp_step *s) {
    const double *paid = sp_step_read(s, PAID), *share = sp_step_read(s, SHARE);
    double *restrict annual = sp_step_out(s, NEW_ANNUAL, 0);
    for (size_t p = 0; has_annual(s) && p < s->n; p++)
        annual[p] = share[p] * paid[p];
    sp_models_round(s, annual);
}

SP_WIDE static void step(const struct sp_step *s) {
    const double *fresh = sp_step_read(s, NEW), *back = sp_step_or_zeros(s, sp_step_read(s, BACK));
    const double *share = sp_step_read(s, SHARE);
    double *restrict annual = sp_step_out(s, NEW_ANNUAL, 0);
    if (!has_annual(s))
        return;
    for (size_t p = 0; p < s->n; p++)
        annual[p] = fresh[p] + back[p];
    if (s->whole_counts)
        sp_count_binomial_array(annual, share, sp_step_read(s, CHOOSERS), annual, s->n);
    else
        for (size_t p = 0; p < s->n; p++)
            annual[p] *= share[p];
}

extern const struct sp_mechanism sp_plans, sp_churn;
const struct sp_mechanism sp_plans = {
    .name = "plans",
    .sentence = "new payers choose to pay by the month or by the year",
    .with = &sp_churn,
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
