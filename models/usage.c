/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Users make stories: as many as the mean of what one makes, times the users, with the spread of their sum.
 * Equations: README.md, Usage.
 */
#include "models/spread.h"
#include "models/usage_tail.h"

#include <math.h>

enum { USAGE, START };
enum {
    FREE_MONTHLY,
    PAID_MONTHLY,
    FREE_TAIL,
    PAID_TAIL,
    FREE_CAP,
    PAID_CAP,
    LENGTH,
    STORY_CV,
    KEPT,
    FREE_USERS,
    PAID_USERS,
    FREE_LENGTHS,
    PAID_LENGTHS
};
enum { START_STORED };
enum { FREE, FREE_BEFORE, PAID, PAID_BEFORE, SEGMENT_USAGE, STORED_BEFORE };
enum { STORIES, STORIES_FREE, STORIES_PAID, LENGTH_FREE, LENGTH_PAID, STORED };

#define MONTHLY(name, text, sample)                                                                          \
    .key = (name), .unit = "stories/month", .standard = NAN, .low = 0, .high = 1e6, .sentence = (text),      \
    .example = {sample}
#define TAIL(name, text)                                                                                     \
    .key = (name), .unit = "1", .standard = 0, .low = 0, .high = 5, .optional = true, .sentence = (text),    \
    .example = {"1.0"}
#define CAP(name, text)                                                                                      \
    .key = (name), .unit = "stories/month", .standard = SP_USAGE_UNCAPPED, .low = 0,                         \
    .high = SP_USAGE_UNCAPPED, .sentence = (text), .example = {"30"}
#define DRAW(name, need, text)                                                                               \
    .key = (name), .kind = SP_FIELD_DRAW, .unit = "1", .each = SP_EACH_QUARTER, .of_whole_counts = true,     \
    .needs = 1 + (need), .sentence = (text)

static const struct sp_field fields[] = {
    [FREE_MONTHLY] = {MONTHLY("free_monthly", "stories that a free user makes in a month, on average", "2")},
    [PAID_MONTHLY] = {MONTHLY("paid_monthly", "stories that a payer makes in a month, on average",
                              "{ gamma = { shape = 4, scale = 2 } }")},
    [FREE_TAIL] = {TAIL("free_tail", "how free users differ: the sigma of the lognormal of their stories")},
    [PAID_TAIL] = {TAIL("paid_tail",
                        "how payers differ: the sigma of the lognormal of their stories; with 1, "
                        "a tenth makes 39 % of all, with 1.5 59 %")},
    [FREE_CAP] = {CAP("free_cap", "most stories that a free user gets in a month; 1e6: no cap")},
    [PAID_CAP] = {CAP("paid_cap", "most stories that a payer gets in a month; 1e6: no cap")},
    [LENGTH] = {.key = "length",
                .unit = "1",
                .standard = 1,
                .low = 0,
                .high = 100,
                .optional = true,
                .sentence = "length of a story, with 1 for that of the unit costs; AI and voice cost so many "
                            "times more",
                .example = {"{ lognormal = { median = 1, sigma = 0.15 } }"}},
    [STORY_CV] = {.key = "length_cv",
                  .unit = "1",
                  .standard = 0,
                  .low = 0,
                  .high = 10,
                  .optional = true,
                  .needs = 1 + LENGTH,
                  .sentence = "coefficient of variation of the length between stories of a path",
                  .example = {"0.4"}},
    [KEPT] = {.key = "kept",
              .unit = "1",
              .standard = 1,
              .low = 0,
              .high = 1,
              .optional = true,
              .sentence = "share of the stored stories that are still stored a quarter later; stories are "
                          "counted as stored when it is given",
              .example = {"0.9"}},
    [FREE_USERS] = {DRAW("free_users", FREE_TAIL, "the uniform number for the sum over free users")},
    [PAID_USERS] = {DRAW("paid_users", PAID_TAIL, "the uniform number for the sum over payers")},
    [FREE_LENGTHS] = {DRAW("free_lengths", STORY_CV, "the uniform number for the length of free stories")},
    [PAID_LENGTHS] = {DRAW("paid_lengths", STORY_CV, "the uniform number for the length of paid stories")},
};

static const struct sp_field start_fields[] = {
    [START_STORED] = {.key = "stored_stories",
                      .unit = "stories",
                      .standard = 0,
                      .low = 0,
                      .high = 1e15,
                      .optional = true,
                      .sentence = "stories stored before the first quarter",
                      .example = {"5_000"}},
};

static const struct sp_field_table table = {.name = "usage",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "how many stories users make"};
static const struct sp_field_table start_table = SP_MODELS_START(start_fields);

static const struct sp_read reads[] = {
    [FREE] = {.column = "free"},
    [FREE_BEFORE] = {.column = "free", .before = true},
    [PAID] = {.column = "paid"},
    [PAID_BEFORE] = {.column = "paid", .before = true},
    [SEGMENT_USAGE] = {.column = "segment.usage", .optional = true},
    [STORED_BEFORE] = {.column = "stories.stored", .before = true, .optional = true},
};

static const struct sp_write writes[] = {
    [STORIES] = {.column = "stories",
                 .formula = "stories.free+stories.paid",
                 .kind = SP_FLOW,
                 .unit = "stories",
                 .sentence = "stories made"},
    [STORIES_FREE] = {.column = "stories.free",
                      .formula = "3*average(free)*given([usage.free_tail],"
                                 "if(and(([usage.free_monthly])>0,[usage.free_cap]>0),"
                                 "if([usage.free_cap]<1000000,([usage.free_monthly])*"
                                 "normsdist(ln([usage.free_cap]/([usage.free_monthly]))/max([usage.free_"
                                 "tail],0.000000001)-max([usage.free_tail],0.000000001)/2)+"
                                 "[usage.free_cap]*normsdist(-ln([usage.free_cap]/([usage.free_monthly])"
                                 ")/max([usage.free_tail],0.000000001)-max([usage.free_tail],"
                                 "0.000000001)/2),([usage.free_monthly])),0),min([usage.free_monthly],"
                                 "[usage.free_cap]))",
                      .kind = SP_FLOW,
                      .unit = "stories",
                      .sentence = "stories made by free users"},
    [STORIES_PAID] = {.column = "stories.paid",
                      .formula = "3*average(paid)*given([usage.paid_tail],if(and(([usage.paid_monthly]*"
                                 "segment.usage?1)>0,[usage.paid_cap]>0),if([usage.paid_cap]<1000000,"
                                 "([usage.paid_monthly]*segment.usage?1)*"
                                 "normsdist(ln([usage.paid_cap]/([usage.paid_monthly]*"
                                 "segment.usage?1))/max([usage.paid_tail],"
                                 "0.000000001)-max([usage.paid_tail],0.000000001)/2)+[usage.paid_cap]*"
                                 "normsdist(-ln([usage.paid_cap]/([usage.paid_monthly]*"
                                 "segment.usage?1))/max([usage.paid_tail],"
                                 "0.000000001)-max([usage.paid_tail],0.000000001)/2),"
                                 "([usage.paid_monthly]*segment.usage?1)),0),min([usage.paid_monthly]*"
                                 "segment.usage?1,[usage.paid_cap]))",
                      .kind = SP_FLOW,
                      .unit = "stories",
                      .sentence = "stories made by payers"},
    [LENGTH_FREE] = {.column = "stories.free.length",
                     .formula = "[usage.length]",
                     .kind = SP_STOCK,
                     .unit = "1",
                     .internal = true,
                     .needs = 1 + LENGTH,
                     .sentence = "mean length of the quarter's stories of free users"},
    [LENGTH_PAID] = {.column = "stories.paid.length",
                     .formula = "[usage.length]",
                     .kind = SP_STOCK,
                     .unit = "1",
                     .internal = true,
                     .needs = 1 + LENGTH,
                     .sentence = "mean length of the quarter's stories of payers"},
    [STORED] = {.column = "stories.stored",
                .formula = "before(stories.stored)*[usage.kept]+stories",
                .opening = "[start.stored_stories]?0",
                .kind = SP_STOCK,
                .unit = "stories",
                .adverse = SP_HIGH,
                .needs = 1 + KEPT,
                .sentence = "stories that are stored"},
};

static void start(const struct sp_step *s) {
    const double *opening = sp_step_or_zeros(s, sp_step_field(s, START, 0, START_STORED));
    double *restrict stored = sp_step_field(s, USAGE, 0, KEPT) ? sp_step_out(s, STORED, 0) : NULL;
    for (size_t p = 0; stored && p < s->n; p++)
        stored[p] = opening[p];
}

/* --- Stories of one group: free users, or payers --- */

struct group {
    const double *monthly, *tail, *cap, *now, *before, *users_draw, *length_draw;
    const double *times; /* what segments multiply the monthly stories by */
    double *restrict stories, *restrict length;
};

static struct group get_group(const struct sp_step *s, bool is_paid) {
    int place = is_paid ? 1 : 0;
    bool has_length = sp_step_field(s, USAGE, 0, LENGTH) != NULL;
    const double *now = sp_step_read(s, is_paid ? PAID : FREE);
    return (struct group){
        .monthly = sp_step_field(s, USAGE, 0, FREE_MONTHLY + place),
        .tail = sp_step_field(s, USAGE, 0, FREE_TAIL + place),
        .cap = sp_step_field(s, USAGE, 0, FREE_CAP + place),
        .now = now,
        .before = sp_models_opening(s, sp_step_read(s, is_paid ? PAID_BEFORE : FREE_BEFORE), now),
        .users_draw = sp_step_field(s, USAGE, 0, FREE_USERS + place),
        .times = is_paid ? sp_step_or_ones(s, sp_step_read(s, SEGMENT_USAGE)) : s->ones,
        .length_draw = sp_step_field(s, USAGE, 0, FREE_LENGTHS + place),
        .stories = sp_step_out(s, STORIES_FREE + place, 0),
        .length = has_length ? sp_step_out(s, LENGTH_FREE + place, 0) : NULL,
    };
}

/* All users alike. `is_free`: neither segments nor a cap change what they want. */
SP_VARIANT void make_stories(const struct sp_step *s, const struct group *group, bool is_free) {
    const double *monthly = group->monthly, *cap = group->cap, *now = group->now, *before = group->before;
    const double *times = group->times;
    double *restrict stories = group->stories;
    for (size_t p = 0; p < s->n; p++) {
        double wanted = is_free ? monthly[p] : monthly[p] * times[p];
        double each = is_free || wanted < cap[p] ? wanted : cap[p];
        stories[p] = SP_MODELS_MONTHS * each * sp_models_average(s, before[p], now[p]);
    }
}

/* The sum over users who differ, when people are counted; else only its mean. No user gets more than the cap.
 */
static void make_unlike_stories(const struct sp_step *s, const struct group *group, size_t first) {
    double mean[SP_USAGE_PART], variance[SP_USAGE_PART], users[SP_USAGE_PART];
    const double *cap = group->cap + first, *tail = group->tail + first;
    double *restrict stories = group->stories + first;
    for (size_t p = 0; p < SP_USAGE_PART; p++)
        mean[p] = group->monthly[first + p] * group->times[first + p];
    sp_usage_tail_moments(s->kernels, mean, tail, cap, mean, variance);
    for (size_t p = 0; p < SP_USAGE_PART; p++) {
        users[p] = sp_models_average(s, group->before[first + p], group->now[first + p]);
        variance[p] = users[p] > 0 ? variance[p] / users[p] : 0;
        stories[p] = SP_MODELS_MONTHS * mean[p] * users[p];
    }
    if (!group->users_draw)
        return;
    sp_spread_fill(s->kernels, variance, group->users_draw + first, variance, SP_USAGE_PART);
    for (size_t p = 0; p < SP_USAGE_PART; p++) {
        double sum = stories[p] * variance[p], most = SP_MODELS_MONTHS * cap[p] * users[p];
        stories[p] = sum < most ? sum : most;
    }
}

/* The mean length of the stories, of which each has its own. */
static void make_length(const struct sp_step *s, const struct group *group) {
    const double *length = sp_step_field(s, USAGE, 0, LENGTH), *cv = sp_step_field(s, USAGE, 0, STORY_CV);
    for (size_t p = 0; p < s->n; p++)
        group->length[p] = 1;
    if (group->length_draw) {
        for (size_t p = 0; p < s->n; p++)
            group->length[p] = group->stories[p] > 0 ? cv[p] * cv[p] / group->stories[p] : 0;
        sp_spread_fill(s->kernels, group->length, group->length_draw, group->length, s->n);
    }
    for (size_t p = 0; p < s->n; p++)
        group->length[p] *= length[p];
}

static void work_group(const struct sp_step *s, bool is_paid) {
    struct group group = get_group(s, is_paid);
    bool is_uncapped = sp_step_is(s, USAGE, 0, is_paid ? PAID_CAP : FREE_CAP, SP_USAGE_UNCAPPED);
    if (!group.tail && is_uncapped && group.times == s->ones)
        make_stories(s, &group, true);
    else if (!group.tail)
        make_stories(s, &group, false);
    for (size_t first = 0; group.tail && first < s->n; first += SP_USAGE_PART)
        make_unlike_stories(s, &group, first);
    if (group.length)
        make_length(s, &group);
}

/* All stories, made in the quarter and stored. */
static void add_up(const struct sp_step *s) {
    const double *kept = sp_step_field(s, USAGE, 0, KEPT), *before = sp_step_read(s, STORED_BEFORE);
    const double *of_free = sp_step_out(s, STORIES_FREE, 0), *of_paid = sp_step_out(s, STORIES_PAID, 0);
    double *restrict all = sp_step_out(s, STORIES, 0), *restrict stored =
                                                           kept ? sp_step_out(s, STORED, 0) : NULL;
    for (size_t p = 0; p < s->n; p++)
        all[p] = of_free[p] + of_paid[p];
    for (size_t p = 0; kept && p < s->n; p++)
        stored[p] = before[p] * kept[p] + all[p];
}

static bool looks_at(const struct sp_step *s, int read) {
    return !(s->accrual_end && (read == FREE_BEFORE || read == PAID_BEFORE));
}

SP_WIDE static void step(const struct sp_step *s) {
    work_group(s, false);
    work_group(s, true);
    if (sp_step_wants(s, STORIES) || sp_step_field(s, USAGE, 0, KEPT))
        add_up(s);
}

extern const struct sp_mechanism sp_usage;
const struct sp_mechanism sp_usage = {
    .name = "usage",
    .sentence = "free users and payers make stories",
    .table = {&table, &start_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .looks_at = looks_at,
    .step = step,
};
