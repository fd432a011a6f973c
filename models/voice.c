/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What voicing the stories costs. Equations: README.md, Voice.
 */
#include "models/models.h"

#include <math.h>

enum { VOICE };
enum { COST_FREE, COST_PAID, SHARE_FREE, SHARE_PAID };
enum { STORIES_FREE, STORIES_PAID };
enum { COST };

static const struct sp_field fields[] = {
    {.key = "cost_free",
     .unit = "USD/story",
     .standard = NAN,
     .low = 0,
     .high = 1e6,
     .sentence = "voice cost of a voiced story of a free user",
     .example = {"0.02"}},
    {.key = "cost_paid",
     .unit = "USD/story",
     .standard = NAN,
     .low = 0,
     .high = 1e6,
     .sentence = "voice cost of a voiced story of a payer",
     .example = {"{ triangular = { min = 0.10, mode = 0.20, max = 0.40 } }"}},
    {.key = "share_free",
     .unit = "1",
     .standard = 1,
     .low = 0,
     .high = 1,
     .sentence = "share of free users' stories that are voiced",
     .example = {"0.5"}},
    {.key = "share_paid",
     .unit = "1",
     .standard = 1,
     .low = 0,
     .high = 1,
     .sentence = "share of payers' stories that are voiced",
     .example = {"0.8"}},
};

static const struct sp_field_table table = {.name = "voice",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what voicing stories costs"};

static const struct sp_read reads[] = {
    [STORIES_FREE] = {.column = "stories.free"},
    [STORIES_PAID] = {.column = "stories.paid"},
};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.voice",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.voice",
              .sentence = "voice cost of all stories, free ones included"},
};

SP_WIDE static void step(const struct sp_step *s) {
    const double *cost_free = sp_step_field(s, VOICE, 0, COST_FREE),
                 *cost_paid = sp_step_field(s, VOICE, 0, COST_PAID);
    const double *share_free = sp_step_field(s, VOICE, 0, SHARE_FREE);
    const double *share_paid = sp_step_field(s, VOICE, 0, SHARE_PAID);
    const double *of_free = sp_step_read(s, STORIES_FREE), *of_paid = sp_step_read(s, STORIES_PAID);
    double *restrict cost = sp_step_out(s, COST, 0);
    for (size_t p = 0; p < s->n; p++)
        cost[p] = of_free[p] * share_free[p] * cost_free[p] + of_paid[p] * share_paid[p] * cost_paid[p];
}

extern const struct sp_mechanism sp_voice;
const struct sp_mechanism sp_voice = {
    .name = "voice",
    .sentence = "a share of stories is voiced, at a price a story",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .step = step,
};
