/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What generating the stories costs. Equations: README.md, AI.
 */
#include "models/price_index.h"

#include <math.h>
#include <string.h>

enum { AI };
enum {
    COST_FREE,
    COST_PAID,
    PRICE_DRIFT,
    ERROR,
    ERROR_FACTOR,
    RETRIES,
    JUMP_PER_YEAR,
    JUMP_FACTOR,
    CACHE_SHARE,
    CACHE_SAVING,
    BATCH_SHARE,
    BATCH_SAVING,
    CHEAPER_SHARE,
    CHEAPER_PRICE,
    JUMPS
};
enum { CAUSES, TOTAL };
enum { STORIES_FREE, STORIES_PAID, LENGTH_FREE, LENGTH_PAID, LOG_INDEX_BEFORE };
enum { COST, INDEX, LOG_INDEX, OF_FREE };

static const char *const errors[] = {[CAUSES] = "causes", [TOTAL] = "total", NULL};

#define UNIT_COST(name, text, sample)                                                                        \
    .key = (name), .unit = "USD/story", .standard = NAN, .low = 0, .high = 1e6, .sentence = (text),          \
    .example = {sample}
#define SHARE(name, normal, text, sample)                                                                    \
    .key = (name), .unit = "1", .standard = (normal), .low = 0, .high = 1, .sentence = (text),               \
    .example = {sample}
/* A total and its causes would be the same thing twice. */
#define BY_ERROR(choice) .needs = 1 + ERROR, .needs_choice = (choice), .strict = true

static const struct sp_field fields[] = {
    [COST_FREE] = {UNIT_COST("cost_free", "AI cost of a story of a free user, at today's prices", "0.05")},
    [COST_PAID] = {UNIT_COST("cost_paid", "AI cost of a story of a payer, at today's prices",
                             "{ lognormal = { median = 0.20, sigma = 0.4 } }")},
    [PRICE_DRIFT] = {.key = "price_drift",
                     .unit = "1/quarter",
                     .standard = 0,
                     .low = -5,
                     .high = 5,
                     .each = SP_EACH_QUARTER,
                     .sentence = "change of the logarithm of the AI price index in a quarter",
                     .example = {"{ normal = { mean = -0.05, sd = 0.05 } }"}},
    [ERROR] = {.key = "error",
               .kind = SP_FIELD_CHOICE,
               .unit = "1",
               .standard = CAUSES,
               .choices = errors,
               .sentence =
                   "how the forecast of AI costs errs: by its causes (retries, jumps of prices, length "
                   "of stories), or by a total factor that holds them all"},
    [ERROR_FACTOR] = {BY_ERROR(TOTAL), .key = "error_factor", .unit = "1", .standard = NAN, .low = 0,
                      .high = 1000,
                      .sentence = "AI cost as a multiple of what unit costs, prices and levers say",
                      .example = {"{ lognormal = { median = 1.17, sigma = 0.3 } }"}},
    [RETRIES] = {BY_ERROR(CAUSES), .key = "retries", .unit = "1", .standard = 0, .low = 0, .high = 100,
                 .sentence = "how often a story is generated again, on average",
                 .example = {"{ lognormal = { median = 0.12, sigma = 0.8 } }"}},
    [JUMP_PER_YEAR] = {BY_ERROR(CAUSES), .key = "jump_per_year", .unit = "1/year", .standard = 0, .low = 0,
                       .high = 20, .optional = true,
                       .sentence = "how often the vendor changes its prices at a stroke, for good"},
    [JUMP_FACTOR] = {.key = "jump_factor",
                     .unit = "1",
                     .standard = NAN,
                     .low = 0.001,
                     .high = 1000,
                     .each = SP_EACH_QUARTER,
                     .needs = 1 + JUMP_PER_YEAR,
                     .sentence = "what such a change multiplies prices by",
                     .example = {"{ lognormal = { median = 0.65, sigma = 0.35 } }"}},
    [CACHE_SHARE] = {SHARE("cache_share", 0, "share of the AI work that a cache answers", "0.3")},
    [CACHE_SAVING] = {SHARE("cache_saving", 0.9, "what the cache saves of the cost of that work", "0.9")},
    [BATCH_SHARE] = {SHARE("batch_share", 0, "share of the AI work that can wait for a batch", "0.3")},
    [BATCH_SAVING] = {SHARE("batch_saving", 0.5, "what a batch saves of the cost of that work", "0.5")},
    [CHEAPER_SHARE] = {SHARE("cheaper_share", 0, "share of the AI work that a cheaper model does", "0.3")},
    [CHEAPER_PRICE] = {SHARE("cheaper_price", 0.33, "price of the cheaper model, that of the other being 1",
                             "0.33")},
    [JUMPS] = {.key = "jumps",
               .kind = SP_FIELD_DRAW,
               .unit = "1",
               .each = SP_EACH_QUARTER,
               .needs = 1 + JUMP_PER_YEAR,
               .sentence = "the uniform number that says how many changes there are"},
};

static const struct sp_field_table table = {.name = "ai",
                                            .field = fields,
                                            .fields = SP_MODELS_COUNT(fields),
                                            .sentence = "what generating stories costs"};

static const struct sp_read reads[] = {
    [STORIES_FREE] = {.column = "stories.free"},
    [STORIES_PAID] = {.column = "stories.paid"},
    [LENGTH_FREE] = {.column = "stories.free.length", .optional = true},
    [LENGTH_PAID] = {.column = "stories.paid.length", .optional = true},
    [LOG_INDEX_BEFORE] = {.column = "ai.log_index", .before = true},
};

static const struct sp_write writes[] = {
    [COST] = {.column = "cost.ai",
              .formula = "(stories.free*case([ai.error],causes,stories.free.length?1,1)*"
                         "[ai.cost_free]+stories.paid*case([ai.error],causes,"
                         "stories.paid.length?1,1)*[ai.cost_paid])*ai.price_index*"
                         "(1-[ai.cache_share]*[ai.cache_saving])*(1-[ai.batch_share]*"
                         "[ai.batch_saving])*(1-[ai.cheaper_share]*(1-[ai.cheaper_price]))*"
                         "[ai.error_factor]?1*(1+[ai.retries]?0)",
              .kind = SP_FLOW,
              .unit = "USD",
              .adverse = SP_HIGH,
              .account = "cogs.ai",
              .sentence = "AI cost of all stories, free ones included"},
    [INDEX] = {.column = "ai.price_index",
               .formula = "exp(ai.log_index)",
               .opening = "1",
               .kind = SP_STOCK,
               .unit = "1",
               .adverse = SP_HIGH,
               .sentence = "AI prices, with 1 before the first quarter"},
    [LOG_INDEX] =
        {.column = "ai.log_index",
         .formula =
             "before(ai.log_index)+[ai.price_drift]+given([ai.jump_per_year]," SP_MODELS_POISSON_MEDIAN(
                 "ai.jump_per_year") "*ln([ai.jump_factor]),0)",
         .kind = SP_STOCK,
         .unit = "1",
         .internal = true,
         .sentence = "logarithm of the AI price index"},
    [OF_FREE] = {.column = "free_tier.ai",
                 .formula = "if(stories.free*case([ai.error],causes,stories.free.length?1,1)*"
                            "[ai.cost_free]+stories.paid*case([ai.error],causes,"
                            "stories.paid.length?1,1)*[ai.cost_paid]>0,cost.ai*stories.free*"
                            "case([ai.error],causes,stories.free.length?1,1)*"
                            "[ai.cost_free]/(stories.free*case([ai.error],causes,"
                            "stories.free.length?1,1)*[ai.cost_free]+stories.paid*case([ai.error],"
                            "causes,stories.paid.length?1,1)*[ai.cost_paid]),0)",
                 .kind = SP_FLOW,
                 .unit = "USD",
                 .internal = true,
                 .sentence = "AI cost of free users' stories"},
};

static void advance_prices(const struct sp_step *s, double *index) {
    sp_price_index_advance(s, &(struct sp_price_index){
                                  .drift = sp_step_field(s, AI, 0, PRICE_DRIFT),
                                  .jumps_per_year = sp_step_field(s, AI, 0, JUMP_PER_YEAR),
                                  .factor = sp_step_field(s, AI, 0, JUMP_FACTOR),
                                  .draw = sp_step_field(s, AI, 0, JUMPS),
                                  .before = sp_step_read(s, LOG_INDEX_BEFORE),
                                  .logarithm = sp_step_out(s, LOG_INDEX, 0),
                                  .index = index,
                              });
}

/* The length of stories is a cause: a total factor holds it already. `index` may be where the cost goes. */
static void price_stories(const struct sp_step *s, const double *index, double *cost) {
    bool by_causes = sp_step_number(s, AI, 0, ERROR) == CAUSES;
    const double *of_free = sp_step_read(s, STORIES_FREE), *of_paid = sp_step_read(s, STORIES_PAID);
    const double *cost_free = sp_step_field(s, AI, 0, COST_FREE),
                 *cost_paid = sp_step_field(s, AI, 0, COST_PAID);
    const double *free_length = by_causes ? sp_step_read(s, LENGTH_FREE) : NULL;
    const double *paid_length = by_causes ? sp_step_read(s, LENGTH_PAID) : NULL;
    if (!free_length || !paid_length)
        for (size_t p = 0; p < s->n; p++)
            cost[p] = (of_free[p] * cost_free[p] + of_paid[p] * cost_paid[p]) * index[p];
    else
        for (size_t p = 0; p < s->n; p++)
            cost[p] =
                (of_free[p] * free_length[p] * cost_free[p] + of_paid[p] * paid_length[p] * cost_paid[p]) *
                index[p];
}

/* Of a share of the work a part is saved; `is_price`: all but a part. */
static void pull_lever(const struct sp_step *s, int share_field, int saving_field, bool is_price,
                       double *restrict cost) {
    const double *share = sp_step_field(s, AI, 0, share_field),
                 *saving = sp_step_field(s, AI, 0, saving_field);
    if (sp_step_is(s, AI, 0, share_field, 0))
        return;
    for (size_t p = 0; p < s->n; p++)
        cost[p] *= 1 - share[p] * (is_price ? 1 - saving[p] : saving[p]);
}

static void add_errors(const struct sp_step *s, double *restrict cost) {
    const double *factor = sp_step_field(s, AI, 0, ERROR_FACTOR), *retries = sp_step_field(s, AI, 0, RETRIES);
    for (size_t p = 0; factor && p < s->n; p++)
        cost[p] *= factor[p];
    if (!retries || sp_step_is(s, AI, 0, RETRIES, 0))
        return;
    for (size_t p = 0; p < s->n; p++)
        cost[p] *= 1 + retries[p];
}

/* Levers and errors act on all stories alike: the free ones' part is that of the prices. */
static void update_free(const struct sp_step *s, const double *cost) {
    bool by_causes = sp_step_number(s, AI, 0, ERROR) == CAUSES;
    const double *of_free = sp_step_read(s, STORIES_FREE), *of_paid = sp_step_read(s, STORIES_PAID);
    const double *cost_free = sp_step_field(s, AI, 0, COST_FREE),
                 *cost_paid = sp_step_field(s, AI, 0, COST_PAID);
    const double *free_length = sp_step_or_ones(s, by_causes ? sp_step_read(s, LENGTH_FREE) : NULL);
    const double *paid_length = sp_step_or_ones(s, by_causes ? sp_step_read(s, LENGTH_PAID) : NULL);
    double *restrict part = sp_step_out(s, OF_FREE, 0);
    for (size_t p = 0; p < s->n; p++) {
        double free_cost = of_free[p] * cost_free[p], paid_cost = of_paid[p] * cost_paid[p];
        free_cost *= free_length[p];
        paid_cost *= paid_length[p];
        double all = free_cost + paid_cost;
        part[p] = all > 0 ? cost[p] * (free_cost / all) : 0;
    }
}

static void start(const struct sp_step *s) {
    memcpy(sp_step_out(s, INDEX, 0), s->ones, s->n * sizeof(double));
}

SP_WIDE static void step(const struct sp_step *s) {
    double *cost = sp_step_out(s, COST, 0),
           *index = sp_step_wants(s, INDEX) ? sp_step_out(s, INDEX, 0) : cost;
    advance_prices(s, index);
    price_stories(s, index, cost);
    pull_lever(s, CACHE_SHARE, CACHE_SAVING, false, cost);
    pull_lever(s, BATCH_SHARE, BATCH_SAVING, false, cost);
    pull_lever(s, CHEAPER_SHARE, CHEAPER_PRICE, true, cost);
    add_errors(s, cost);
    if (sp_step_wants(s, OF_FREE))
        update_free(s, cost);
}

extern const struct sp_mechanism sp_ai;
const struct sp_mechanism sp_ai = {
    .name = "ai",
    .sentence = "stories cost AI generation, at prices that drift and jump, less what levers save",
    .table = {&table},
    .read = reads,
    .reads = SP_MODELS_COUNT(reads),
    .write = writes,
    .writes = SP_MODELS_COUNT(writes),
    .start = start,
    .step = step,
};
