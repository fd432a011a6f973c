/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/run.h"

#include "engine/base/error.h"
#include "engine/base/hash.h"
#include "engine/base/phase.h"
#include "engine/run/keep.h"
#include "engine/run/parallel.h"
#include "engine/run/pilot.h"
#include "engine/run/summary.h"

#include <stdlib.h>

/* The arrays of a block should stay in the second-level cache from step to step. More paths at a time make
 * less of what every visit to a table or a row of counts begins with, as long as they do. */
enum { BLOCK = 1536, MANY_ARRAYS = 256, BLOCK_OF_MANY = 512 };

static size_t block_of(const struct sp_plan *plan) {
    const struct sp_variant *variant = &plan->variant[0];
    return variant->columns + variant->variables > MANY_ARRAYS ? BLOCK_OF_MANY : BLOCK;
}

/* Slots of a thread's histograms have 32 bits: they are emptied before so many batches could fill one. A path
 * is in a slot of a cell at most once a quarter. */
static uint64_t batches_between_flushes(const struct sp_plan *plan) {
    return UINT32_MAX / (SP_PLAN_BATCH * (uint64_t)plan->quarters);
}

/* One variant being run. */
struct run {
    const struct sp_plan *plan;
    struct sp_tally_plan tally_plan;
    struct sp_tally **tally; /* [threads] */
    size_t kept_paths;
    const struct sp_kept_sink *sink;
    struct sp_keeper **keeper; /* [threads], when paths are kept */
    uint64_t *batches_waiting; /* [threads] since the last flush */
    int threads;
    struct sp_sums_tree tree;
    struct sp_counts counts;
    uint64_t fingerprint;
    struct sp_problems *problems;
};

/* --- Batches --- */

static uint64_t batches_of(const struct sp_plan *plan) {
    return (plan->paths + SP_PLAN_BATCH - 1) / SP_PLAN_BATCH;
}

/* More threads than batches would have nothing to do. */
static int useful_threads(const struct sp_plan *plan, int threads) {
    uint64_t batches = batches_of(plan);
    return (uint64_t)threads < batches ? threads : (int)batches;
}

static void work(void *context, int thread, uint64_t batch) {
    struct run *run = context;
    uint64_t first = batch * SP_PLAN_BATCH, left = run->plan->paths - first;
    struct sp_keeper *keeper = first < run->kept_paths ? run->keeper[thread] : NULL;
    sp_tally_batch(run->tally[thread], first, (size_t)(left < SP_PLAN_BATCH ? left : SP_PLAN_BATCH),
                   keeper ? sp_keep_visitor(keeper) : NULL);
    if (!keeper)
        return;
    sp_phase_begin();
    sp_phase_enter(SP_PHASE_KEPT, 0);
    sp_keep_flush(keeper);
    sp_phase_end();
}

static int tell_bad_value(const struct run *run, const struct sp_bad_value *bad) {
    const struct sp_plan *plan = run->plan;
    const struct sp_column *column = &run->tally_plan.variant->column[plan->metric[bad->metric]];
    return sp_problems_add(
        run->problems, SP_ERROR_NUMERIC, (struct sp_place){0},
        "%s is %g in %s on path %llu; look at the growth rates and prices that lead there, for "
        "example with --paths and a narrower law",
        column->name, bad->value, plan->axis[bad->axis].label[bad->time], (unsigned long long)bad->path);
}

static uint64_t hash_moments(uint64_t hash, const struct sp_moments *m) {
    double value[] = {(double)m->count, m->mean, m->squares, m->low, m->high};
    return sp_hash64_bytes(hash, value, sizeof value);
}

/* A hash of all moments of batch 0: what a later version must reproduce before it may recompute from this
 * file. */
static uint64_t fingerprint_of(const struct sp_plan *plan, const struct sp_sums *sums) {
    const struct sp_moments *stream = sums->stream;
    uint64_t hash = SP_HASH64_START;
    for (int axis = 0; axis < SP_AXES; axis++) {
        size_t times = plan->axis[axis].count;
        for (size_t i = 0; i < plan->metrics * times; i++)
            hash = hash_moments(hash, &stream[i % times * plan->metrics + i / times]);
        stream += plan->metrics * times;
    }
    return hash;
}

static int collect(void *context, int thread, uint64_t batch) {
    struct run *run = context;
    struct sp_tally *tally = run->tally[thread];
    const struct sp_bad_value *bad = sp_tally_bad_value(tally);
    if (bad->found)
        return tell_bad_value(run, bad);
    if (run->kept_paths && sp_keep_has_failed(run->keeper[thread]))
        return run->sink->tell(run->sink->context, run->problems);
    if (batch == 0)
        run->fingerprint = fingerprint_of(run->plan, sp_tally_sums(tally));
    if (++run->batches_waiting[thread] == batches_between_flushes(run->plan)) {
        sp_tally_flush(tally, &run->counts);
        run->batches_waiting[thread] = 0;
    }
    return sp_sums_tree_add(&run->tree, sp_tally_sums(tally)) ? SP_ERROR_RESOURCES : 0;
}

/* --- One variant --- */

static int create_tallies(struct sp_arena *arena, struct run *run, size_t block) {
    run->tally = sp_arena_array(arena, (size_t)run->threads, sizeof(struct sp_tally *));
    run->batches_waiting = sp_arena_array(arena, (size_t)run->threads, sizeof *run->batches_waiting);
    if (!run->tally || !run->batches_waiting)
        return SP_ERROR_RESOURCES;
    for (int i = 0; i < run->threads; i++) {
        run->tally[i] = sp_tally_create(&run->tally_plan, block);
        if (!run->tally[i])
            return SP_ERROR_RESOURCES;
    }
    return sp_tally_counts_create(&run->tally_plan, run->tally, run->threads, &run->counts)
               ? SP_ERROR_RESOURCES
               : 0;
}

static int create_keepers(struct sp_arena *arena, struct run *run, size_t variant,
                          const struct sp_result *result, size_t block) {
    run->keeper = sp_arena_array(arena, (size_t)run->threads, sizeof(struct sp_keeper *));
    for (int i = 0; run->kept_paths && i < run->threads; i++)
        if (!run->keeper || !(run->keeper[i] = sp_keep_create(run->plan, variant, result, run->sink, block)))
            return SP_ERROR_RESOURCES;
    return 0;
}

static void free_tallies(struct run *run) {
    for (int i = 0; run->tally && i < run->threads; i++)
        sp_tally_free(run->tally[i]);
    for (int i = 0; run->keeper && i < run->threads; i++)
        sp_keep_free(run->keeper[i]);
    sp_tally_counts_free(&run->counts);
}

static int simulate(struct sp_arena *arena, struct run *run, size_t variant, const struct sp_result *result,
                    size_t block) {
    const struct sp_parallel job = {run, work, collect};
    run->tree = (struct sp_sums_tree){.arena = arena, .shape = run->tally_plan.shape};
    int error = create_tallies(arena, run, block);
    if (!error)
        error = create_keepers(arena, run, variant, result, block);
    if (!error)
        error = sp_parallel_for(run->threads, batches_of(run->plan), &job);
    if (!error)
        sp_tally_finish(&run->counts);
    return error;
}

static int run_variant(const struct sp_plan *plan, size_t index, const struct sp_run_options *options,
                       const struct sp_kept_sink *sink, struct sp_problems *problems,
                       struct sp_result *result) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_sums total;
    int threads = sp_parallel_threads(options->threads);
    struct run run = {.plan = plan,
                      .threads = useful_threads(plan, threads),
                      .kept_paths = result->kept_paths,
                      .sink = sink,
                      .problems = problems};
    struct sp_variant_result *variant = &result->variant[index];
    int error = arena ? 0 : SP_ERROR_RESOURCES;
    if (error || (error = sp_pilot_run(arena, plan, &plan->variant[index], threads, &run.tally_plan)))
        goto out;
    sp_phase_part_end("pilot");
    if ((error = simulate(arena, &run, index, result, options->block ? options->block : block_of(plan))))
        goto out;
    sp_phase_part_end("simulation");
    error = SP_ERROR_RESOURCES;
    if (sp_sums_create(arena, run.tally_plan.shape, &total))
        goto out;
    sp_sums_tree_finish(&run.tree, &total);
    if (index == 0)
        result->fingerprint = run.fingerprint;
    if ((error = sp_summary_make(&run.tally_plan, &total, &run.counts, threads, result, variant)))
        goto out;
    sp_phase_part_end("summary");
out:
    free_tallies(&run);
    sp_arena_free(arena);
    return error;
}

/* --- The result around them --- */

static const char *copy(struct sp_arena *arena, const char *text) {
    return sp_arena_text(arena, text);
}

static int copy_metrics(const struct sp_plan *plan, struct sp_result *result) {
    struct sp_arena *arena = result->arena;
    result->metrics = plan->metrics;
    result->metric = sp_arena_array(arena, plan->metrics, sizeof *result->metric);
    if (!result->metric)
        return -1;
    for (size_t m = 0; m < plan->metrics; m++) {
        const struct sp_column *column = &plan->variant[0].column[plan->metric[m]];
        const struct sp_write *write = column->write;
        result->metric[m] = (struct sp_metric){
            .name = copy(arena, column->name),
            .unit = copy(arena, column->unit),
            .sentence = copy(arena, write->sentence),
            .kind = write->kind,
            .adverse = write->adverse,
            .undefined_when = copy(arena, write->undefined_when),
            .ranked = write->ranked,
            .account = copy(arena, column->account),
            .placeholders = copy(arena, column->placeholders),
        };
        if (!result->metric[m].name)
            return -1;
    }
    return 0;
}

static int copy_axis(struct sp_arena *arena, const struct sp_axis *from, struct sp_axis *to) {
    *to = (struct sp_axis){.name = from->name, .count = from->count};
    to->label = sp_arena_array(arena, from->count, sizeof *to->label);
    to->last_day = sp_arena_array(arena, from->count, sizeof *to->last_day);
    to->quarters = sp_arena_array(arena, from->count, sizeof *to->quarters);
    if (!to->label || !to->last_day || !to->quarters)
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        to->label[i] = copy(arena, from->label[i]);
        to->last_day[i] = from->last_day[i];
        to->quarters[i] = from->quarters[i];
        if (!to->label[i])
            return -1;
    }
    return 0;
}

static int copy_category(const struct sp_plan *plan, size_t c, struct sp_result *result) {
    struct sp_category_view *view = &result->category[c];
    const struct sp_category *category = &plan->category[c];
    view->name = copy(result->arena, category->name);
    view->labels = category->labels;
    view->label = sp_arena_array(result->arena, category->labels, sizeof *view->label);
    view->metric = sp_arena_array(result->arena, plan->metrics, sizeof *view->metric);
    if (!view->name || !view->label || !view->metric)
        return -1;
    for (size_t i = 0; i < category->labels; i++)
        if (!(view->label[i] = copy(result->arena, category->label[i])))
            return -1;
    for (size_t m = 0; m < plan->metrics; m++)
        if (sp_tally_is_by_category(plan, &plan->variant[0], m))
            view->metric[view->metrics++] = m;
    return 0;
}

static int copy_plan(const struct sp_plan *plan, struct sp_result *result) {
    result->seed = plan->seed;
    result->paths = plan->paths;
    result->batch = SP_PLAN_BATCH;
    result->sampler = "mc";
    result->variants = plan->variants;
    result->categories = plan->categories;
    result->variant = sp_arena_array(result->arena, plan->variants, sizeof *result->variant);
    result->category = sp_arena_array(result->arena, plan->categories, sizeof *result->category);
    if (!result->variant || !result->category || copy_metrics(plan, result))
        return SP_ERROR_RESOURCES;
    for (int axis = 0; axis < SP_AXES; axis++)
        if (copy_axis(result->arena, &plan->axis[axis], &result->axis[axis]))
            return SP_ERROR_RESOURCES;
    for (size_t c = 0; c < plan->categories; c++)
        if (copy_category(plan, c, result))
            return SP_ERROR_RESOURCES;
    return sp_keep_inputs(plan, result);
}

static struct sp_result *create_result(void) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_result *result = arena ? sp_arena_array(arena, 1, sizeof *result) : NULL;
    if (result)
        result->arena = arena;
    else
        sp_arena_free(arena);
    return result;
}

int sp_run(const struct sp_plan *plan, const struct sp_run_options *options, struct sp_problems *problems,
           struct sp_result **out) {
    struct sp_result *result = create_result();
    int error = result ? copy_plan(plan, result) : SP_ERROR_RESOURCES;
    const struct sp_kept_sink memory = sp_keep_in_memory(result);
    const struct sp_kept_sink *sink = options->kept ? options->kept : &memory;
    if (!error && result->kept_paths)
        error = sink->begin(sink->context, result, problems);
    for (size_t v = 0; !error && v < plan->variants; v++) {
        result->variant[v].name = copy(result->arena, plan->variant[v].name);
        error = run_variant(plan, v, options, sink, problems, result);
    }
    if (!error)
        result->table_hash = sp_tables_hash(plan->tables);
    if (error && !sp_problems_error(problems))
        sp_problems_add(problems, error, (struct sp_place){0},
                        "not enough memory for this run; use fewer metrics "
                        "([results] metrics = [..]) or fewer threads");
    if (error) {
        sp_result_free(result);
        result = NULL;
    }
    *out = result;
    return error;
}
