/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payers leave at a monthly rate. Equations: README.md, Churn.
 */
#include "engine/math/count.h"
#include "models/models.h"

#include <math.h>

enum { CHURN };
enum { MONTHLY, CHURNERS };
enum { PAID_BEFORE };
enum { CHURNED };

static const struct sp_field fields[] = {
    {.key = "monthly",
     .unit = "1/month",
     .standard = NAN,
     .low = 0,
     .high = 1,
     .sentence = "share of payers who stop paying in a month"},
    {.key = "churners",
     .kind = SP_FIELD_DRAW,
     .unit = "1",
     .each = SP_EACH_QUARTER,
     .of_whole_counts = true,
     .sentence = "the uniform number that says how many stop paying"},
};

static const struct sp_field_table table = {
    .name = "churn", .field = fields, .fields = SP_MODELS_COUNT(fields), .sentence = "how payers leave"};

static const struct sp_read reads[] = {[PAID_BEFORE] = {.column = "paid", .before = true}};

static const struct sp_write writes[] = {
    [CHURNED] = {.column = "paid.churned",
                 .kind = SP_FLOW,
                 .unit = "payers",
                 .adverse = SP_HIGH,
                 .sentence = "payers who stop paying; they stay free users"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *monthly = sp_step_field(s, CHURN, 0, MONTHLY), *paid = sp_step_read(s, PAID_BEFORE);
    const double *u = sp_step_field(s, CHURN, 0, CHURNERS);
    double *restrict churned = sp_step_out(s, CHURNED, 0);
    for (size_t p = 0; p < s->n; p++) {
        double stay = 1 - monthly[p];
        churned[p] = 1 - stay * stay * stay;
    }
    if (s->whole_counts)
        sp_count_binomial_array(paid, churned, u, churned, s->n);
    else
        for (size_t p = 0; p < s->n; p++)
            churned[p] *= paid[p];
}

extern const struct sp_mechanism sp_churn;
const struct sp_mechanism sp_churn = {
    .name = "churn",
    .sentence = "payers leave at a monthly rate",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
