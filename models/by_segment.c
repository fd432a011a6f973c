/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payers, revenue and stories split among segments; the parts add up to the whole on every path. Equations:
 * README.md, Segments.
 */
#include "models/models.h"

enum { SEGMENTS };
enum {
    PART,
    OWN_PART,
    COMMON_PART,
    USAGE_PART,
    CHURN_PART,
    COMMON_PRICE,
    PAID,
    CHURNED,
    MRR,
    EARNED,
    OF_PARTNERS,
    STORIES_PAID
};
enum { PAID_OF, CHURNED_OF, MRR_OF, EARNED_OF, STORIES_OF };

static const struct sp_field_table table = {.name = "segment",
                                            .instanced = true,
                                            .borrowed = true,
                                            .sentence = "a group of payers",
                                            .instance = {"families", "organisations"}};

static const struct sp_read reads[] = {
    [PART] = {.column = "segment.*.part"},
    [OWN_PART] = {.column = "segment.*.own_price"},
    [COMMON_PART] = {.column = "segment.*.common_share"},
    [USAGE_PART] = {.column = "segment.*.usage_part"},
    [CHURN_PART] = {.column = "segment.*.churn_part"},
    [COMMON_PRICE] = {.column = "revenue.common_price", .optional = true},
    [PAID] = {.column = "paid"},
    [CHURNED] = {.column = "paid.churned", .optional = true},
    [MRR] = {.column = "mrr", .optional = true},
    [EARNED] = {.column = "revenue", .optional = true},
    [OF_PARTNERS] = {.column = "revenue.partner", .optional = true},
    [STORIES_PAID] = {.column = "stories.paid", .optional = true},
};

static const struct sp_write writes[] = {
    [PAID_OF] = {.column = "paid.segment.*",
                 .formula = "paid*segment.*.part",
                 .kind = SP_STOCK,
                 .unit = "payers",
                 .instanced = 1 + SEGMENTS,
                 .sentence = "paying users of the segment"},
    [CHURNED_OF] = {.column = "paid.churned.segment.*",
                    .formula = "paid.churned*segment.*.churn_part",
                    .kind = SP_FLOW,
                    .unit = "payers",
                    .adverse = SP_HIGH,
                    .instanced = 1 + SEGMENTS,
                    .with = "paid.churned",
                    .sentence = "payers of the segment who stop paying"},
    [MRR_OF] = {.column = "mrr.segment.*",
                .formula = "mrr*if(sum((segment.*.own_price+segment.*.common_share*"
                           "revenue.common_price))>0,(segment.*.own_price+segment.*.common_share*"
                           "revenue.common_price)/sum((segment.*.own_price+segment.*.common_share*"
                           "revenue.common_price)),segment.*.part)",
                .kind = SP_STOCK,
                .unit = "USD/month",
                .instanced = 1 + SEGMENTS,
                .with = "mrr",
                .sentence = "monthly recurring revenue from the segment"},
    [EARNED_OF] = {.column = "revenue.segment.*",
                   .formula = "(revenue-revenue.partner?0)*if(sum((segment.*.own_price+segment.*"
                              ".common_share*revenue.common_price))>0,(segment.*.own_price+segment.*"
                              ".common_share*revenue.common_price)/sum((segment.*.own_price+segment.*"
                              ".common_share*revenue.common_price)),segment.*.part)",
                   .kind = SP_FLOW,
                   .unit = "USD",
                   .instanced = 1 + SEGMENTS,
                   .with = "revenue",
                   .sentence = "revenue earned from the segment"},
    [STORIES_OF] = {.column = "stories.segment.*",
                    .formula = "stories.paid*segment.*.usage_part",
                    .kind = SP_FLOW,
                    .unit = "stories",
                    .instanced = 1 + SEGMENTS,
                    .with = "stories.paid",
                    .sentence = "stories made by payers of the segment"},
};

static void split(const struct sp_step *s, const double *whole, int part, int out) {
    for (size_t i = 0; whole && i < s->instances[SEGMENTS]; i++) {
        const double *share = sp_step_read_one(s, part, i);
        double *restrict of_segment = sp_step_out(s, out, i);
        for (size_t p = 0; p < s->n; p++)
            of_segment[p] = whole[p] * share[p];
    }
}

/* By what the segments' payers are charged; by their number when nobody is charged. `other` is what does not
 * come from payers. */
static void split_money(const struct sp_step *s, const double *money, const double *other, int out,
                        size_t first) {
    const double *price = sp_step_read(s, COMMON_PRICE) + first;
    double sum[SP_MODELS_PART] = {0};
    for (size_t i = 0; i < s->instances[SEGMENTS]; i++) {
        const double *own = sp_step_read_one(s, OWN_PART, i) + first;
        const double *common = sp_step_read_one(s, COMMON_PART, i) + first;
        double *restrict charged = sp_step_out(s, out, i) + first;
        for (size_t p = 0; p < SP_MODELS_PART; p++) {
            charged[p] = own[p] + common[p] * price[p];
            sum[p] += charged[p];
        }
    }
    for (size_t i = 0; i < s->instances[SEGMENTS]; i++) {
        const double *part = sp_step_read_one(s, PART, i) + first;
        double *restrict of_segment = sp_step_out(s, out, i) + first;
        for (size_t p = 0; p < SP_MODELS_PART; p++) {
            double share = sum[p] > 0 ? of_segment[p] / sum[p] : part[p];
            of_segment[p] = (money[first + p] - other[first + p]) * share;
        }
    }
}

static void split_all_money(const struct sp_step *s, const double *money, const double *other, int out) {
    for (size_t first = 0; money && sp_step_read(s, COMMON_PRICE) && first < s->n; first += SP_MODELS_PART)
        split_money(s, money, other, out, first);
}

SP_WIDE static void step(const struct sp_step *s) {
    split(s, sp_step_read(s, PAID), PART, PAID_OF);
    split(s, sp_step_read(s, CHURNED), CHURN_PART, CHURNED_OF);
    split(s, sp_step_read(s, STORIES_PAID), USAGE_PART, STORIES_OF);
    split_all_money(s, sp_step_read(s, MRR), s->zeros, MRR_OF);
    split_all_money(s, sp_step_read(s, EARNED), sp_step_or_zeros(s, sp_step_read(s, OF_PARTNERS)), EARNED_OF);
}

extern const struct sp_mechanism sp_by_segment;
const struct sp_mechanism sp_by_segment = {
    .name = "by_segment",
    .sentence = "payers, their revenue and their stories by segment",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
