/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Segments of payers: families, educators, organisations. Their mix is given; its averages go to revenue,
 * usage and churn. Equations: README.md, Segments. What comes of it by segment: by_segment.c.
 */
#include "models/models.h"

#include <math.h>

enum { SEGMENTS };
enum { SHARE, PRICE, USES, LEAVES };
enum { OWN_PRICE, COMMON_SHARE, USAGE, CHURN, PART, OWN_PART, COMMON_PART, USAGE_PART, CHURN_PART };

static const struct sp_field fields[] = {
    [SHARE] = {.key = "share",
               .unit = "1",
               .standard = NAN,
               .low = 0,
               .high = 1,
               .sentence = "the segment's share of payers; shares are divided by their sum",
               .example = {"0.9", "0.1"}},
    [PRICE] = {.key = "price",
               .unit = "USD/month",
               .standard = NAN,
               .low = 0,
               .high = 1e9,
               .optional = true,
               .sentence = "what a payer of the segment pays in a month; revenue.price when not given",
               .example = {"12", "{ lognormal = { median = 60, sigma = 0.3 } }"}},
    [USES] = {.key = "usage",
              .unit = "1",
              .standard = 1,
              .low = 0,
              .high = 1e6,
              .sentence = "multiplies the stories of the segment's payers",
              .example = {"1", "{ lognormal = { median = 3, sigma = 0.3 } }"}},
    [LEAVES] = {.key = "churn",
                .unit = "1",
                .standard = 1,
                .low = 0,
                .high = 1e6,
                .sentence = "multiplies the churn of the segment's payers",
                .example = {"1", "0.5"}},
};

static const struct sp_field_table table = {.name = "segment",
                                            .instanced = true,
                                            .shares = 1 + SHARE,
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence =
                                                "a group of payers with its own price, usage or churn",
                                            .instance = {"families", "organisations"}};

#define INTERNAL(name, of, text)                                                                             \
    .column = (name), .kind = SP_STOCK, .unit = (of), .internal = true, .sentence = (text)

static const struct sp_write writes[] = {
    [OWN_PRICE] = {INTERNAL("segment.own_price", "USD/month",
                            "sum of share x price over the segments with a price of their own"),
                   .formula = "sum(segment.*.own_price)"},
    [COMMON_SHARE] = {INTERNAL("segment.common_share", "1", "share of payers who pay the common price"),
                      .formula = "sum(segment.*.common_share)"},
    [USAGE] = {INTERNAL("segment.usage", "1", "average multiplier of payers' stories"),
               .formula = "sum(segment.*.part*[segment.*.usage])"},
    [CHURN] = {INTERNAL("segment.churn", "1", "average multiplier of churn"),
               .formula = "sum(segment.*.part*[segment.*.churn])"},
    [PART] = {INTERNAL("segment.*.part", "1", "share of payers, of all shares 1"),
              .formula = "if(sum([segment.*.share])>0,[segment.*.share]/sum([segment.*.share]),"
                         "1/count([segment.*.share]))",
              .instanced = 1 + SEGMENTS},
    [OWN_PART] = {INTERNAL("segment.*.own_price", "USD/month", "share x price of its own, 0 without one"),
                  .formula = "segment.*.part*[segment.*.price]?0", .instanced = 1 + SEGMENTS},
    [COMMON_PART] = {INTERNAL("segment.*.common_share", "1", "share of payers when it pays the common price"),
                     .formula = "given([segment.*.price],0,segment.*.part)", .instanced = 1 + SEGMENTS},
    [USAGE_PART] = {INTERNAL("segment.*.usage_part", "1", "share of payers' stories"),
                    .formula = "if(segment.usage>0,segment.*.part*[segment.*.usage]/segment.usage,"
                               "segment.*.part)",
                    .instanced = 1 + SEGMENTS},
    [CHURN_PART] = {INTERNAL("segment.*.churn_part", "1", "share of those who stop paying"),
                    .formula = "if(segment.churn>0,segment.*.part*[segment.*.churn]/segment.churn,"
                               "segment.*.part)",
                    .instanced = 1 + SEGMENTS},
};

/* By shares divided by their sum; evenly when all shares are 0. */
static void update_parts(const struct sp_step *s, size_t first) {
    size_t segments = s->instances[SEGMENTS];
    double sum[SP_MODELS_PART];
    sp_models_sum_shares(s, SEGMENTS, SHARE, first, sum);
    for (size_t i = 0; i < segments; i++)
        sp_models_divide(sp_step_field(s, SEGMENTS, i, SHARE) + first, sum, 1 / (double)segments,
                         sp_step_out(s, PART, i) + first);
}

static void add(const double *x, double *restrict sum, size_t n) {
    for (size_t p = 0; p < n; p++)
        sum[p] += x[p];
}

static void multiply(const double *a, const double *b, double *restrict product, size_t n) {
    for (size_t p = 0; p < n; p++)
        product[p] = a[p] * b[p];
}

static void clear(double *restrict x, size_t n) {
    for (size_t p = 0; p < n; p++)
        x[p] = 0;
}

/* A payer has the price of the segment or the common one. */
static void update_price(const struct sp_step *s) {
    clear(sp_step_out(s, OWN_PRICE, 0), s->n);
    clear(sp_step_out(s, COMMON_SHARE, 0), s->n);
    for (size_t i = 0; i < s->instances[SEGMENTS]; i++) {
        const double *price = sp_step_field(s, SEGMENTS, i, PRICE), *part = sp_step_out(s, PART, i);
        double *restrict common = sp_step_out(s, COMMON_PART, i);
        multiply(part, sp_step_or_zeros(s, price), sp_step_out(s, OWN_PART, i), s->n);
        for (size_t p = 0; p < s->n; p++)
            common[p] = price ? 0 : part[p];
        add(sp_step_out(s, OWN_PART, i), sp_step_out(s, OWN_PRICE, 0), s->n);
        add(common, sp_step_out(s, COMMON_SHARE, 0), s->n);
    }
}

/* The average of a multiplier, and each segment's part of what it multiplies: by numbers of payers when all
 * multipliers are 0. */
static void update_multiplier(const struct sp_step *s, int field, int average, int of_segment) {
    double *restrict sum = sp_step_out(s, average, 0);
    clear(sum, s->n);
    for (size_t i = 0; i < s->instances[SEGMENTS]; i++) {
        double *restrict weight = sp_step_out(s, of_segment, i);
        multiply(sp_step_out(s, PART, i), sp_step_field(s, SEGMENTS, i, field), weight, s->n);
        add(weight, sum, s->n);
    }
    for (size_t i = 0; i < s->instances[SEGMENTS]; i++) {
        const double *part = sp_step_out(s, PART, i);
        double *restrict weight = sp_step_out(s, of_segment, i);
        for (size_t p = 0; p < s->n; p++)
            weight[p] = sum[p] > 0 ? weight[p] / sum[p] : part[p];
    }
}

SP_WIDE static void step(const struct sp_step *s) {
    for (size_t first = 0; first < s->n; first += SP_MODELS_PART)
        update_parts(s, first);
    update_price(s);
    update_multiplier(s, USES, USAGE, USAGE_PART);
    update_multiplier(s, LEAVES, CHURN, CHURN_PART);
}

extern const struct sp_mechanism sp_segments;
const struct sp_mechanism sp_segments = {
    .name = "segments",
    .sentence = "payers are a mix of segments, with prices, usage and churn of their own",
    .table = {&table},
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = step,
    .step = step,
};
