/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Users make stories. Equations: README.md, Usage.
 */
#include "models/models.h"

#include <math.h>

enum { USAGE };
enum { FREE_MONTHLY, PAID_MONTHLY };
enum { FREE, FREE_BEFORE, PAID, PAID_BEFORE, SEGMENT_USAGE };
enum { STORIES, STORIES_FREE, STORIES_PAID };

static const struct sp_field fields[] = {
    {.key = "free_monthly",
     .unit = "stories/month",
     .standard = NAN,
     .low = 0,
     .high = 1e6,
     .sentence = "stories that a free user makes in a month",
     .example = {"2"}},
    {.key = "paid_monthly",
     .unit = "stories/month",
     .standard = NAN,
     .low = 0,
     .high = 1e6,
     .sentence = "stories that a payer makes in a month",
     .example = {"{ gamma = { shape = 4, scale = 2 } }"}},
};

static const struct sp_field_table table = {.name = "usage",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "how many stories users make"};

static const struct sp_read reads[] = {
    [FREE] = {.column = "free"},
    [FREE_BEFORE] = {.column = "free", .before = true},
    [PAID] = {.column = "paid"},
    [PAID_BEFORE] = {.column = "paid", .before = true},
    [SEGMENT_USAGE] = {.column = "segment.usage", .optional = true},
};

static const struct sp_write writes[] = {
    [STORIES] = {.column = "stories", .kind = SP_FLOW, .unit = "stories", .sentence = "stories made"},
    [STORIES_FREE] = {.column = "stories.free",
                      .kind = SP_FLOW,
                      .unit = "stories",
                      .sentence = "stories made by free users"},
    [STORIES_PAID] = {.column = "stories.paid",
                      .kind = SP_FLOW,
                      .unit = "stories",
                      .sentence = "stories made by payers"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *free_monthly = sp_step_field(s, USAGE, 0, FREE_MONTHLY);
    const double *paid_monthly = sp_step_field(s, USAGE, 0, PAID_MONTHLY);
    const double *free_now = sp_step_read(s, FREE), *free_before = sp_step_read(s, FREE_BEFORE);
    const double *paid_now = sp_step_read(s, PAID), *paid_before = sp_step_read(s, PAID_BEFORE);
    const double *times = sp_step_read(s, SEGMENT_USAGE);
    double *restrict all = sp_step_out(s, STORIES, 0), *restrict of_free = sp_step_out(s, STORIES_FREE, 0);
    double *restrict of_paid = sp_step_out(s, STORIES_PAID, 0);
    for (size_t p = 0; p < s->n; p++) {
        of_free[p] = SP_MODELS_MONTHS * free_monthly[p] * sp_models_average(s, free_before[p], free_now[p]);
        of_paid[p] = SP_MODELS_MONTHS * paid_monthly[p] * (times ? times[p] : 1) *
                     sp_models_average(s, paid_before[p], paid_now[p]);
        all[p] = of_free[p] + of_paid[p];
    }
}

extern const struct sp_mechanism sp_usage;
const struct sp_mechanism sp_usage = {
    .name = "usage",
    .sentence = "free users and payers make stories",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
