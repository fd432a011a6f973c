/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What voicing the stories costs: a price for each plan, or vendors. Equations: README.md, Voice.
 */
#include "models/price_index.h"

#include <math.h>
#include <string.h>

enum { VOICE, VENDORS };
enum { BY, COST_FREE, COST_PAID, SHARE_FREE, SHARE_PAID };
enum { PLAN, SHARE, PRICE, PRICE_DRIFT, JUMP_PER_YEAR, JUMP_FACTOR, ACCOUNT, JUMPS };
enum { STORIES_FREE, STORIES_PAID, LENGTH_FREE, LENGTH_PAID, LOG_INDEX_BEFORE };
enum { COST, COST_OF, INDEX, LOG_INDEX, OF_FREE };
enum { BY_PLAN, BY_VENDOR };
enum { FREE, PAID, ALL };

static const char *const ways[] = {[BY_PLAN] = "plan", [BY_VENDOR] = "vendor", NULL};
static const char *const plans[] = {[FREE] = "free", [PAID] = "paid", [ALL] = "all", NULL};

#define UNIT_COST(name, text, sample)                                                                        \
    .key = (name), .unit = "USD/story", .standard = NAN, .low = 0, .high = 1e6, .needs = 1 + BY,             \
    .needs_choice = BY_PLAN, .sentence = (text), .example = {sample}
#define VOICED(name, text, sample)                                                                           \
    .key = (name), .unit = "1", .standard = 1, .low = 0, .high = 1, .sentence = (text), .example = {sample}

static const struct sp_field fields[] = {
    [BY] = {.key = "by",
            .kind = SP_FIELD_CHOICE,
            .unit = "1",
            .standard = BY_PLAN,
            .choices = ways,
            .sentence =
                "whose prices: plan, one for free users' stories and one for payers'; vendor, those of "
                "the tables [vendor.NAME]"},
    [COST_FREE] = {UNIT_COST("cost_free", "voice cost of a voiced story of a free user", "0.02")},
    [COST_PAID] = {UNIT_COST("cost_paid", "voice cost of a voiced story of a payer",
                             "{ triangular = { min = 0.10, mode = 0.20, max = 0.40 } }")},
    [SHARE_FREE] = {VOICED("share_free", "share of free users' stories that are voiced", "0.5")},
    [SHARE_PAID] = {VOICED("share_paid", "share of payers' stories that are voiced", "0.8")},
};

static const struct sp_field vendor_fields[] = {
    [PLAN] = {.key = "plan",
              .kind = SP_FIELD_CHOICE,
              .unit = "1",
              .standard = ALL,
              .choices = plans,
              .sentence = "whose stories it voices: those of free users, of payers, or all",
              .example = {"\"free\"", "\"paid\""}},
    [SHARE] = {.key = "share",
               .unit = "1",
               .standard = 1,
               .low = 0,
               .high = 1,
               .sentence =
                   "its share of the voiced stories of a plan; shares are divided by their sum over the "
                   "plan's vendors"},
    [PRICE] = {.key = "cost",
               .unit = "USD/story",
               .standard = NAN,
               .low = 0,
               .high = 1e6,
               .sentence = "cost of a voiced story, at today's prices",
               .example = {"0.02", "{ pert = { min = 0.25, mode = 0.60, max = 1.20 } }"}},
    [PRICE_DRIFT] = {.key = "price_drift",
                     .unit = "1/quarter",
                     .standard = 0,
                     .low = -5,
                     .high = 5,
                     .each = SP_EACH_QUARTER,
                     .sentence = "change of the logarithm of its price index in a quarter"},
    [JUMP_PER_YEAR] = {.key = "jump_per_year",
                       .unit = "1/year",
                       .standard = 0,
                       .low = 0,
                       .high = 20,
                       .optional = true,
                       .sentence = "how often it changes its prices at a stroke, for good"},
    [JUMP_FACTOR] = {.key = "jump_factor",
                     .unit = "1",
                     .standard = NAN,
                     .low = 0.001,
                     .high = 1000,
                     .each = SP_EACH_QUARTER,
                     .needs = 1 + JUMP_PER_YEAR,
                     .sentence = "what such a change multiplies its prices by",
                     .example = {"{ lognormal = { median = 0.65, sigma = 0.35 } }"}},
    [ACCOUNT] = {.key = "account",
                 .kind = SP_FIELD_TEXT,
                 .unit = "1",
                 .sentence = "account of its cost; cogs.voice when not given",
                 .example = {"\"cogs.voice\""}},
    [JUMPS] = {.key = "jumps",
               .kind = SP_FIELD_DRAW,
               .unit = "1",
               .each = SP_EACH_QUARTER,
               .needs = 1 + JUMP_PER_YEAR,
               .sentence = "the uniform number that says how many changes there are"},
};

static const struct sp_field_table table = {.name = "voice",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what voicing stories costs"};
static const struct sp_field_table vendor_table = {.name = "vendor",
                                                   .instanced = true,
                                                   .needs = 1 + BY,
                                                   .needs_choice = BY_VENDOR,
                                                   .field = vendor_fields,
                                                   .fields = SP_MODELS_COUNT(vendor_fields),
                                                   .sentence = "a vendor of voices",
                                                   .instance = {"polly", "elevenlabs"}};

static const struct sp_read reads[] = {
    [STORIES_FREE] = {.column = "stories.free"},
    [STORIES_PAID] = {.column = "stories.paid"},
    [LENGTH_FREE] = {.column = "stories.free.length", .optional = true},
    [LENGTH_PAID] = {.column = "stories.paid.length", .optional = true},
    [LOG_INDEX_BEFORE] = {.column = "vendor.*.log_index", .before = true},
};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.voice",
              .formula = "case([voice.by],vendor,sum(cost.voice.*),stories.free*"
                         "[voice.share_free]*stories.free.length?1*[voice.cost_free]+"
                         "stories.paid*[voice.share_paid]*stories.paid.length?1*"
                         "[voice.cost_paid])",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.voice",
              .not_with = 1 + VENDORS,
              .sentence = "voice cost of all stories, free ones included"},
    [COST_OF] = {.column = "cost.voice.*",
                 .formula = "(case([vendor.*.plan],paid,0,stories.free*[voice.share_free]*"
                            "stories.free.length?1*if(sum(case([vendor.*.plan],paid,0,[vendor.*"
                            ".share]))>0,[vendor.*.share]/sum(case([vendor.*.plan],paid,0,[vendor.*"
                            ".share])),1/sum(case([vendor.*.plan],paid,0,1))))+case([vendor.*"
                            ".plan],free,0,stories.paid*[voice.share_paid]*stories.paid.length?1*"
                            "if(sum(case([vendor.*.plan],free,0,[vendor.*.share]))>0,[vendor.*"
                            ".share]/sum(case([vendor.*.plan],free,0,[vendor.*.share])),"
                            "1/sum(case([vendor.*.plan],free,0,1)))))*[vendor.*.cost]*vendor.*"
                            ".price_index",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .adverse = SP_HIGH,
                 .account = "cogs.voice",
                 .account_table = 1 + VENDORS,
                 .account_field = ACCOUNT,
                 .instanced = 1 + VENDORS,
                 .sentence = "voice cost of one vendor"},
    [INDEX] = {.column = "vendor.*.price_index",
               .formula = "exp(vendor.*.log_index)",
               .opening = "1",
               .kind = SP_STOCK,
               .unit = "1",
               .adverse = SP_HIGH,
               .instanced = 1 + VENDORS,
               .sentence = "the vendor's prices, with 1 before the first quarter"},
    [LOG_INDEX] = {.column = "vendor.*.log_index",
                   .formula = "before(vendor.*.log_index)+[vendor.*.price_drift]+"
                              "given([vendor.*.jump_per_year]," SP_MODELS_POISSON_MEDIAN(
                                  "vendor.*.jump_per_year") "*ln([vendor.*.jump_factor]),0)",
                   .kind = SP_STOCK,
                   .unit = "1",
                   .internal = true,
                   .instanced = 1 + VENDORS,
                   .sentence = "logarithm of the vendor's price index"},
    [OF_FREE] = {.column = "free_tier.voice",
                 .formula = "case([voice.by],vendor,sum(case([vendor.*.plan],paid,0,stories.free*"
                            "[voice.share_free]*stories.free.length?1*if(sum(case([vendor.*.plan],"
                            "paid,0,[vendor.*.share]))>0,[vendor.*.share]/sum(case([vendor.*.plan],"
                            "paid,0,[vendor.*.share])),1/sum(case([vendor.*.plan],paid,0,1))))*"
                            "[vendor.*.cost]*vendor.*.price_index),stories.free*[voice.share_free]*"
                            "stories.free.length?1*[voice.cost_free])",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .internal = true,
                 .sentence = "voice cost of free users' stories"},
};

static bool serves(int plan, int group) {
    return plan == ALL || plan == group;
}

/* Whose stories are voiced needs a vendor. */
static void check(const struct sp_stated *given) {
    static const int share[] = {[FREE] = SHARE_FREE, [PAID] = SHARE_PAID};
    for (int group = FREE; given->instances[VENDORS] > 0 && group <= PAID; group++) {
        bool is_served = sp_stated_of(given, VOICE, 0, share[group])->number == 0;
        for (size_t i = 0; i < given->instances[VENDORS]; i++)
            is_served = is_served || serves((int)sp_stated_of(given, VENDORS, i, PLAN)->number, group);
        if (!is_served)
            given->tell(given, VOICE, 0, share[group],
                        "no vendor voices these stories; add one with plan = \"%s\", or set it to 0",
                        plans[group]);
    }
}

/* --- A price for each plan --- */

/* What the voiced stories of one group cost. */
struct plan {
    const double *stories, *share, *length, *price;
    bool is_plain; /* all are voiced, and have no length */
};

static struct plan get_plan(const struct sp_step *s, int group) {
    return (struct plan){
        .stories = sp_step_read(s, STORIES_FREE + group),
        .share = sp_step_field(s, VOICE, 0, SHARE_FREE + group),
        .length = sp_step_or_ones(s, sp_step_read(s, LENGTH_FREE + group)),
        .price = sp_step_field(s, VOICE, 0, COST_FREE + group),
        .is_plain = sp_step_is(s, VOICE, 0, SHARE_FREE + group, 1) && !sp_step_read(s, LENGTH_FREE + group),
    };
}

SP_VARIANT double cost_of_plan(const struct plan *plan, size_t p, bool is_plain) {
    return is_plain ? plan->stories[p] * plan->price[p]
                    : plan->stories[p] * plan->share[p] * plan->length[p] * plan->price[p];
}

SP_VARIANT void add_plans(const struct sp_step *s, const struct plan *of_free, const struct plan *of_paid,
                          double *restrict cost, bool is_plain) {
    for (size_t p = 0; p < s->n; p++)
        cost[p] = cost_of_plan(of_free, p, is_plain) + cost_of_plan(of_paid, p, is_plain);
}

static void work_plans(const struct sp_step *s, double *restrict cost) {
    struct plan of_free = get_plan(s, FREE), of_paid = get_plan(s, PAID);
    if (of_free.is_plain && of_paid.is_plain)
        add_plans(s, &of_free, &of_paid, cost, true);
    else
        add_plans(s, &of_free, &of_paid, cost, false);
    if (!sp_step_wants(s, OF_FREE))
        return;
    double *restrict free_cost = sp_step_out(s, OF_FREE, 0);
    for (size_t p = 0; p < s->n; p++)
        free_cost[p] = cost_of_plan(&of_free, p, false);
}

/* --- Vendors --- */

static int plan_of(const struct sp_step *s, size_t vendor) {
    return (int)sp_step_number(s, VENDORS, vendor, PLAN);
}

static void advance_prices(const struct sp_step *s, size_t vendor) {
    sp_price_index_advance(s, &(struct sp_price_index){
                                  .drift = sp_step_field(s, VENDORS, vendor, PRICE_DRIFT),
                                  .jumps_per_year = sp_step_field(s, VENDORS, vendor, JUMP_PER_YEAR),
                                  .factor = sp_step_field(s, VENDORS, vendor, JUMP_FACTOR),
                                  .draw = sp_step_field(s, VENDORS, vendor, JUMPS),
                                  .before = sp_step_read_one(s, LOG_INDEX_BEFORE, vendor),
                                  .logarithm = sp_step_out(s, LOG_INDEX, vendor),
                                  .index = sp_step_out(s, INDEX, vendor),
                              });
}

/* What is voiced of a group, in stories of length 1, for each part of the vendors' shares; where all shares
 * are 0, they are alike. */
static void share_out(const struct sp_step *s, int group, size_t first, const double *voiced) {
    size_t vendors = s->instances[VENDORS];
    double sum[SP_MODELS_PART] = {0}, part[SP_MODELS_PART], count = 0;
    for (size_t i = 0; i < vendors; i++) {
        const double *share = sp_step_field(s, VENDORS, i, SHARE) + first;
        bool does = serves(plan_of(s, i), group);
        count += does ? 1 : 0;
        for (size_t p = 0; does && p < SP_MODELS_PART; p++)
            sum[p] += share[p];
    }
    for (size_t i = 0; i < vendors; i++) {
        const double *share = sp_step_field(s, VENDORS, i, SHARE) + first;
        double *restrict cost = sp_step_out(s, COST_OF, i) + first;
        bool does = serves(plan_of(s, i), group);
        if (does)
            sp_models_divide(share, sum, 1 / count, part);
        for (size_t p = 0; does && p < SP_MODELS_PART; p++)
            cost[p] += voiced[p] * part[p];
    }
}

static void add_group(const struct sp_step *s, int group) {
    const double *stories = sp_step_read(s, STORIES_FREE + group),
                 *length = sp_step_or_ones(s, sp_step_read(s, LENGTH_FREE + group));
    const double *share = sp_step_field(s, VOICE, 0, SHARE_FREE + group);
    for (size_t first = 0; first < s->n; first += SP_MODELS_PART) {
        double voiced[SP_MODELS_PART];
        for (size_t p = 0; p < SP_MODELS_PART; p++)
            voiced[p] = stories[first + p] * share[first + p] * length[first + p];
        share_out(s, group, first, voiced);
    }
}

static void price_vendor(const struct sp_step *s, size_t vendor, double *restrict all) {
    const double *price = sp_step_field(s, VENDORS, vendor, PRICE), *index = sp_step_out(s, INDEX, vendor);
    double *restrict cost = sp_step_out(s, COST_OF, vendor);
    for (size_t p = 0; p < s->n; p++) {
        cost[p] *= price[p] * index[p];
        all[p] += cost[p];
    }
}

/* While the vendors' columns hold what they voice of free users' stories only. */
static void add_free(const struct sp_step *s, double *restrict of_free) {
    memset(of_free, 0, s->n * sizeof *of_free);
    for (size_t i = 0; i < s->instances[VENDORS]; i++) {
        const double *voiced = sp_step_out(s, COST_OF, i), *index = sp_step_out(s, INDEX, i);
        const double *price = sp_step_field(s, VENDORS, i, PRICE);
        for (size_t p = 0; p < s->n; p++)
            of_free[p] += voiced[p] * price[p] * index[p];
    }
}

static void work_vendors(const struct sp_step *s, double *restrict all) {
    size_t vendors = s->instances[VENDORS];
    memset(all, 0, s->n * sizeof *all);
    for (size_t i = 0; i < vendors; i++) {
        advance_prices(s, i);
        memset(sp_step_out(s, COST_OF, i), 0, s->n * sizeof(double));
    }
    add_group(s, FREE);
    if (sp_step_wants(s, OF_FREE))
        add_free(s, sp_step_out(s, OF_FREE, 0));
    add_group(s, PAID);
    for (size_t i = 0; i < vendors; i++)
        price_vendor(s, i, all);
}

static void start(const struct sp_step *s) {
    for (size_t i = 0; i < s->instances[VENDORS]; i++)
        memcpy(sp_step_out(s, INDEX, i), s->ones, s->n * sizeof(double));
}

SP_WIDE static void step(const struct sp_step *s) {
    double *restrict cost = sp_step_out(s, COST, 0);
    if (s->instances[VENDORS] > 0)
        work_vendors(s, cost);
    else
        work_plans(s, cost);
}

extern const struct sp_mechanism sp_voice;
const struct sp_mechanism sp_voice = {
    .name = "voice",
    .sentence = "a share of stories is voiced, at a price for each plan or by vendors at theirs",
    .table = {&table, &vendor_table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
    .check = check,
};
