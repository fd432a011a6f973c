/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * RM1 by hand, of the library's own kernels: all of the model in two loops a quarter, nothing that a scenario
 * could ask for, no standard errors. How fast RM1 can be on this machine, and so what a scenario that can be
 * written down as text costs beside it.
 *
 * usage: fused_rm1 PATHS SEED      (1 thread)
 * Prints lines as the other programs do; with SCALEPATH_PHASES=1, on the other output where its time goes.
 */
#include "engine/base/hash.h"
#include "engine/base/phase.h"
#include "engine/base/wide.h"
#include "engine/math/kernels.h"
#include "engine/random/sampler.h"
#include "engine/random/stream.h"
#include "engine/stats/moments.h"
#include "engine/stats/planner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUARTERS = 12, METRICS = 8, TIERS = 5, LEVELS = 5, BLOCK = 1024, AT_ONCE = UINT16_MAX / BLOCK };
/* Arrays 8 KiB apart would fall into the same lines of the first-level cache. */
enum { ROOM = BLOCK + 24 };
enum { USERS, PAID, MRR, AI, VOICE, INFRASTRUCTURE, COST, CASH };
enum { GROWTH, SHARE, CHURN, PRICE, SF, SP, AF, AP, VF, VP, SHOCK, DRIFT, FACTOR, OCCURS, OUTAGE, INPUTS };
enum { PER_PATH = SHOCK };

static const char *const metric_name[METRICS] = {
    "users", "paid", "mrr", "cost.ai", "cost.voice", "cost.infrastructure", "cost.total", "cash"};
static const int level[LEVELS] = {5, 25, 50, 75, 95};

static const struct {
    const char *name, *law;
    double parameter[SP_LAW_PARAMETERS];
} inputs[INPUTS] = {
    {"growth", "normal", {0.35, 0.10}},
    {"share", "beta", {20, 180}},
    {"churn", "beta", {8, 152}},
    {"price", "lognormal", {2.70805020110221, 0.10}},
    {"sf", "gamma", {4, 0.5}},
    {"sp", "gamma", {4, 1.5}},
    {"af", "triangular", {0.10, 0.15, 0.25}},
    {"ap", "pert", {0.7, 1.0, 1.6, 4}},
    {"vf", "triangular", {0.015, 0.02, 0.03}},
    {"vp", "pert", {0.6, 0.9, 1.4, 4}},
    {"shock", "normal", {0, 0.08}},
    {"drift", "normal", {-0.02, 0.03}},
    {"factor", "lognormal", {0, 0.15}},
    {"occurs", "uniform", {0, 1}},
    {"outage", "lognormal", {8.00636756765025, 0.5}},
};

/* A metric in a quarter, or the cost in a tier. */
struct stream {
    struct sp_histogram_plan plan;
    struct sp_moment_lanes lanes;
    uint16_t last[SP_HISTOGRAM_SLOTS]; /* of the last blocks, no more than AT_ONCE */
    uint32_t count[SP_HISTOGRAM_SLOTS];
};

static struct {
    const struct sp_kernels *kernels;
    struct sp_sampler sampler[INPUTS];
    uint64_t seed;
    size_t valid; /* paths of the block that count */
    size_t below_zero;
    struct stream stream[METRICS][QUARTERS], tier[TIERS];
    double sum[TIERS][SP_LANES];
    double *pilot; /* [metrics][quarters][block]; in the first block only */
} all;

static uint32_t words[BLOCK], bin[BLOCK];
static double input[INPUTS][ROOM], now[METRICS][ROOM], growth[BLOCK], index_log[BLOCK], index_now[BLOCK],
    rate[BLOCK], kept[BLOCK];
static double tier[BLOCK];

/* --- Draws --- */

static int make_sampler(struct sp_tables *tables, size_t i) {
    size_t count;
    struct sp_law law;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t f = 0; f < count; f++)
        if (strcmp(form[f].name, inputs[i].law) == 0 && !form[f].make(inputs[i].parameter, &law))
            return sp_sampler_make(&all.sampler[i], &law, tables);
    return -1;
}

static void draw(size_t i, uint64_t first, int quarter) {
    sp_phase_enter(SP_PHASE_WORDS, BLOCK);
    sp_stream_words(all.kernels, (struct sp_stream){all.seed, sp_hash32_text(inputs[i].name)}, first, quarter,
                    0, words, BLOCK);
    sp_phase_enter(sp_sampler_phase(&all.sampler[i]), BLOCK);
    sp_sampler_fill(&all.sampler[i], all.kernels, words, input[i], BLOCK);
}

/* --- The model --- */

SP_WIDE static void begin(void) {
    for (size_t p = 0; p < BLOCK; p++) {
        double stay = 1 - input[CHURN][p], of_free = 3 * input[SF][p], of_paid = 3 * input[SP][p];
        kept[p] = stay * stay * stay;
        growth[p] = input[GROWTH][p];
        input[AF][p] *= of_free;
        input[VF][p] *= of_free;
        input[AP][p] *= of_paid;
        input[VP][p] *= of_paid;
        now[USERS][p] = 500;
        now[PAID][p] = 50;
        now[CASH][p] = 250000;
        index_log[p] = 0;
    }
}

SP_WIDE static void prepare(void) {
    for (size_t p = 0; p < BLOCK; p++) {
        rate[p] = growth[p] + input[SHOCK][p];
        growth[p] *= 0.9;
        index_log[p] += input[DRIFT][p];
    }
}

/* What a condition chooses from is loaded before: else the compiler does not make vectors of the loop. */
SP_WIDE static void advance(void) {
    for (size_t p = 0; p < BLOCK; p++) {
        double before = now[USERS][p], users = before * rate[p], loss = input[OUTAGE][p];
        double fresh = users - before, unpaid, paid = now[PAID][p] * kept[p];
        paid += input[SHARE][p] * (fresh > 0 ? fresh : 0);
        unpaid = users - paid > 0 ? users - paid : 0;
        double mrr = paid * input[PRICE][p], base = 500, where = 0;
        base = users >= 1000 ? 1500 : base;
        base = users >= 10000 ? 7500 : base;
        base = users >= 50000 ? 30000 : base;
        base = users >= 100000 ? 50000 : base;
        where = users >= 1000 ? 1 : where;
        where = users >= 10000 ? 2 : where;
        where = users >= 50000 ? 3 : where;
        where = users >= 100000 ? 4 : where;
        double ai = (input[AF][p] * unpaid + input[AP][p] * paid) * index_now[p];
        double voice = input[VF][p] * unpaid + input[VP][p] * paid;
        double infrastructure = 3 * base * input[FACTOR][p];
        double cost = ai + voice + infrastructure + (input[OCCURS][p] < 0.05 ? loss : 0);
        tier[p] = where;
        now[USERS][p] = users;
        now[PAID][p] = paid;
        now[MRR][p] = mrr;
        now[AI][p] = ai;
        now[VOICE][p] = voice;
        now[INFRASTRUCTURE][p] = infrastructure;
        now[COST][p] = cost;
        now[CASH][p] += 3 * mrr - cost;
    }
}

/* --- Counting --- */

static void count_tiers(void) {
    const struct sp_histogram_plan *plan = &all.tier[0].plan;
    sp_phase_enter(SP_PHASE_CELLS, BLOCK);
    all.kernels->bins(plan->centre, plan->inverse_scale, sp_all_bins, now[COST], bin, BLOCK);
    for (size_t p = 0; p < all.valid; p++) {
        size_t where = (size_t)tier[p];
        all.tier[where].count[bin[p]]++;
        all.sum[where][p % SP_LANES] += now[COST][p];
    }
}

static void count(int t) {
    for (int m = 0; m < METRICS; m++) {
        struct stream *stream = &all.stream[m][t];
        sp_phase_enter(SP_PHASE_STREAMS, BLOCK);
        all.kernels->tally(&stream->lanes, stream->plan.centre, stream->plan.inverse_scale, sp_all_bins,
                           now[m], now[m], stream->last, all.valid);
    }
    count_tiers();
    for (size_t p = 0; t == QUARTERS - 1 && p < all.valid; p++)
        all.below_zero += now[CASH][p] < 0;
}

SP_WIDE static void move_up(uint16_t *restrict last, uint32_t *restrict count) {
    for (size_t i = 0; i < SP_HISTOGRAM_SLOTS; i++) {
        count[i] += last[i];
        last[i] = 0;
    }
}

static void move_all_up(void) {
    for (int i = 0; i < METRICS * QUARTERS; i++)
        move_up(all.stream[i / QUARTERS][i % QUARTERS].last, all.stream[i / QUARTERS][i % QUARTERS].count);
}

static void keep_pilot(int t) {
    for (int m = 0; m < METRICS; m++)
        memcpy(all.pilot + (size_t)(m * QUARTERS + t) * BLOCK, now[m], BLOCK * sizeof(double));
}

/* Simulates a block: as the pilot, or to be counted. */
static void run_block(uint64_t first, int is_pilot) {
    for (size_t i = 0; i < PER_PATH; i++)
        draw(i, first, SP_STREAM_PER_PATH);
    sp_phase_enter(SP_PHASE_STEPS, 0);
    begin();
    for (int t = 0; t < QUARTERS; t++) {
        for (size_t i = PER_PATH; i < INPUTS; i++)
            draw(i, first, t);
        sp_phase_enter(SP_PHASE_STEPS, BLOCK);
        prepare();
        all.kernels->exp(rate, rate, BLOCK);
        all.kernels->exp(index_log, index_now, BLOCK);
        advance();
        if (is_pilot)
            keep_pilot(t);
        else
            count(t);
    }
}

static void plan_streams(struct sp_planner *planner) {
    run_block(0, 1);
    for (int i = 0; i < METRICS * QUARTERS; i++) {
        struct stream *stream = &all.stream[i / QUARTERS][i % QUARTERS];
        sp_moments_clear(&stream->lanes);
        sp_planner_make(planner, all.pilot + (size_t)i * BLOCK, BLOCK, &stream->plan);
    }
    sp_planner_make(planner, all.pilot + (size_t)COST * QUARTERS * BLOCK, QUARTERS * BLOCK,
                    &all.tier[0].plan);
}

/* --- Report --- */

static void report(const char *metric, const char *quarter, const struct sp_histogram_plan *plan,
                   const uint32_t *count, struct sp_pieces *pieces) {
    static uint64_t wide[SP_HISTOGRAM_SLOTS];
    for (size_t i = 0; i < SP_HISTOGRAM_SLOTS; i++)
        wide[i] = count[i];
    sp_histogram_pieces(plan, wide, -INFINITY, INFINITY, pieces);
    for (int i = 0; i < LEVELS; i++)
        printf("%s,%s,p%d,%.17g\n", metric, quarter, level[i],
               sp_histogram_quantile(pieces, level[i] / 100.0));
}

static void report_tier(int i, struct sp_pieces *pieces) {
    uint64_t count = 0;
    double sum = 0;
    char name[16];
    for (size_t bin_of = 0; bin_of < SP_HISTOGRAM_SLOTS; bin_of++)
        count += all.tier[i].count[bin_of];
    for (int lane = 0; lane < SP_LANES; lane++)
        sum += all.sum[i][lane];
    snprintf(name, sizeof name, "tier.%d", i);
    printf("%s,,count,%llu\n", name, (unsigned long long)count);
    if (count < 2)
        return;
    printf("%s,,mean,%.17g\n", name, sum / (double)count);
    report(name, "", &all.tier[0].plan, all.tier[i].count, pieces);
}

static void report_all(uint64_t paths, struct sp_pieces *pieces) {
    for (int i = 0; i < TIERS; i++)
        report_tier(i, pieces);
    for (int i = 0; i < METRICS * QUARTERS; i++) {
        const char *metric = metric_name[i / QUARTERS];
        const struct stream *stream = &all.stream[i / QUARTERS][i % QUARTERS];
        struct sp_moments moments = sp_moments_collect(&stream->lanes, stream->plan.centre);
        char quarter[16];
        snprintf(quarter, sizeof quarter, "%dQ%d", 2026 + i % QUARTERS / 4, i % QUARTERS % 4 + 1);
        printf("%s,%s,mean,%.17g\n%s,%s,sd,%.17g\n", metric, quarter, moments.mean, metric, quarter,
               sp_moments_sd(&moments));
        report(metric, quarter, &stream->plan, stream->count, pieces);
    }
    printf("cash.below_zero,2028Q4,mean,%.17g\n", (double)all.below_zero / (double)paths);
}

static void report_phases(uint64_t paths) {
    double sum = 0, quarters = (double)paths * QUARTERS;
    fprintf(stderr, "phase ns/path-quarter values ns/value\n");
    for (int i = 0; i < SP_PHASES; i++) {
        struct sp_phase_cost cost = sp_phase_total(i);
        double spent = (double)cost.nanoseconds / quarters;
        sum += spent;
        if (cost.values > 0)
            fprintf(stderr, "%s %.2f %.2f %.3f\n", sp_phase_name(i), spent, (double)cost.values / quarters,
                    (double)cost.nanoseconds / (double)cost.values);
    }
    fprintf(stderr, "all %.2f\n", sum);
}

static int prepare_all(struct sp_arena *arena, struct sp_tables *tables) {
    all.kernels = sp_kernels_find(getenv("SCALEPATH_KERNELS"));
    all.pilot = sp_arena_array(arena, METRICS * QUARTERS * BLOCK, sizeof *all.pilot);
    struct sp_planner *planner = all.kernels ? sp_planner_create(arena, all.kernels, QUARTERS * BLOCK) : NULL;
    if (!planner || !all.pilot)
        return -1;
    for (size_t i = 0; i < INPUTS; i++)
        if (make_sampler(tables, i))
            return -1;
    plan_streams(planner);
    return 0;
}

int main(int argc, char **argv) {
    uint64_t paths = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    struct sp_tables *tables = sp_tables_create();
    struct sp_arena *arena = sp_arena_create();
    struct sp_pieces pieces;
    all.seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    if (paths < 1) {
        fputs("usage: fused_rm1 PATHS SEED\n", stderr);
        return 2;
    }
    if (!arena || !tables || prepare_all(arena, tables) || sp_histogram_pieces_create(arena, &pieces))
        return 1;
    if (getenv("SCALEPATH_PHASES"))
        sp_phase_measure();
    sp_phase_begin();
    for (uint64_t first = 0; first < paths; first += BLOCK) {
        all.valid = paths - first < BLOCK ? (size_t)(paths - first) : BLOCK;
        run_block(first, 0);
        if (first / BLOCK % AT_ONCE == AT_ONCE - 1)
            move_all_up();
    }
    move_all_up();
    sp_phase_end();
    report_all(paths, &pieces);
    if (sp_phase_is_measured)
        report_phases(paths);
    sp_arena_free(arena);
    sp_tables_free(tables);
    return 0;
}
