/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/pilot.h"

#include "engine/base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 };

/* Every value the pilot saw, as long as it is needed. */
struct memory {
    struct sp_tally_plan *tally;
    size_t first;                    /* path of the block within the pilot */
    double *stream;                  /* [streams][paths] */
    double *numerator, *denominator; /* [streams] sums */
    unsigned char **label;           /* [category] -> [quarters][paths] */
    double *scratch;                 /* [quarters][paths] */
};

/* --- Numbering --- */

static int number_cells(struct sp_arena *arena, struct sp_tally_plan *tally) {
    const struct sp_plan *plan = tally->plan;
    tally->first_cell = sp_arena_array(arena, plan->categories, sizeof *tally->first_cell);
    tally->metric_row = sp_arena_array(arena, plan->categories, sizeof *tally->metric_row);
    tally->cell = sp_arena_array(arena, plan->categories, sizeof *tally->cell);
    if (!tally->first_cell || !tally->metric_row || !tally->cell)
        return -1;
    for (size_t c = 0; c < plan->categories; c++) {
        size_t rows = 0;
        tally->first_cell[c] = tally->shape.cells;
        tally->metric_row[c] = sp_arena_array(arena, plan->metrics, sizeof **tally->metric_row);
        if (!tally->metric_row[c])
            return -1;
        for (size_t m = 0; m < plan->metrics; m++)
            tally->metric_row[c][m] = sp_tally_is_by_category(plan, tally->variant, m) ? rows++ : SIZE_MAX;
        tally->cell[c] = sp_arena_array(arena, rows, sizeof **tally->cell);
        if (!tally->cell[c])
            return -1;
        tally->shape.cells += rows * plan->category[c].labels;
    }
    return 0;
}

/* --- Watching --- */

static void see_quarter(void *context, const struct sp_block *block, size_t t) {
    struct memory *memory = context;
    const struct sp_plan *plan = memory->tally->plan;
    for (size_t c = 0; c < plan->categories; c++) {
        const double *now = sp_block_now(block, plan->category[c].column);
        unsigned char *label = memory->label[c] + t * SP_PILOT_PATHS + memory->first;
        for (size_t p = 0; p < sp_block_valid(block); p++)
            label[p] = (unsigned char)now[p];
    }
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct memory *memory = context;
    size_t stream = sp_tally_stream(memory->tally->plan, sight->axis, sight->metric, sight->time);
    size_t n = sp_block_valid(block);
    memcpy(memory->stream + stream * SP_PILOT_PATHS + memory->first, sight->x, n * sizeof *sight->x);
    for (size_t p = 0; sight->numerator && p < n; p++) {
        memory->numerator[stream] += sight->numerator[p];
        memory->denominator[stream] += sight->denominator[p];
    }
}

/* --- From values to plans --- */

/* Infinities are left out too: they will be reported when their batch is run. */
static size_t keep_finite(double *x, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(x[i]))
            x[kept++] = x[i];
    return kept;
}

static void plan_cells(struct memory *memory, size_t c) {
    const struct sp_plan *plan = memory->tally->plan;
    size_t n = plan->quarters * SP_PILOT_PATHS;
    for (size_t m = 0; m < plan->metrics; m++) {
        size_t row = memory->tally->metric_row[c][m];
        if (row == SIZE_MAX)
            continue;
        double *values = memory->stream + sp_tally_stream(plan, SP_AXIS_QUARTER, m, 0) * SP_PILOT_PATHS;
        for (size_t i = 0; i < n; i++)
            values[i] = isfinite(values[i]) ? values[i] : NAN;
        sp_histogram_plan_groups(&memory->tally->cell[c][row], values, memory->label[c], n,
                                 plan->category[c].labels, memory->scratch);
    }
}

/* Cells first: planning a stream sorts its values. */
static void make_plans(struct memory *memory) {
    struct sp_tally_plan *tally = memory->tally;
    for (size_t c = 0; c < tally->plan->categories; c++)
        plan_cells(memory, c);
    for (size_t s = 0; s < tally->shape.streams; s++) {
        double *values = memory->stream + s * SP_PILOT_PATHS;
        sp_histogram_plan(&tally->stream[s], values, keep_finite(values, SP_PILOT_PATHS));
        if (memory->denominator[s] > 0)
            tally->ratio[s] = memory->numerator[s] / memory->denominator[s];
    }
}

static int create_memory(struct sp_arena *arena, struct memory *memory) {
    const struct sp_plan *plan = memory->tally->plan;
    size_t streams = memory->tally->shape.streams, all = plan->quarters * SP_PILOT_PATHS;
    memory->stream = sp_arena_array(arena, streams * SP_PILOT_PATHS, sizeof *memory->stream);
    memory->numerator = sp_arena_array(arena, streams, sizeof *memory->numerator);
    memory->denominator = sp_arena_array(arena, streams, sizeof *memory->denominator);
    memory->scratch = sp_arena_array(arena, all, sizeof *memory->scratch);
    memory->label = sp_arena_array(arena, plan->categories, sizeof *memory->label);
    if (!memory->stream || !memory->numerator || !memory->denominator || !memory->scratch || !memory->label)
        return -1;
    for (size_t c = 0; c < plan->categories; c++) {
        memory->label[c] = sp_arena_array(arena, all, sizeof **memory->label);
        if (!memory->label[c])
            return -1;
    }
    return 0;
}

static int watch(struct memory *memory) {
    const struct sp_visitor visitor = {.context = memory, .quarter = see_quarter, .metric = see_metric};
    struct sp_follower *follower = sp_follow_create(memory->tally->plan, memory->tally->variant, BLOCK);
    if (!follower)
        return -1;
    for (memory->first = 0; memory->first < SP_PILOT_PATHS; memory->first += BLOCK)
        sp_follow_paths(follower, memory->first, BLOCK, &visitor);
    sp_follow_free(follower);
    return 0;
}

int sp_pilot_run(struct sp_arena *arena, const struct sp_plan *plan, const struct sp_variant *variant,
                 struct sp_tally_plan *tally) {
    int error = SP_ERROR_RESOURCES;
    struct sp_arena *scratch = sp_arena_create();
    struct memory memory = {.tally = tally};
    *tally = (struct sp_tally_plan){.plan = plan, .variant = variant};
    tally->shape.streams = sp_tally_streams(plan);
    tally->group_paths = sp_pooled_group_size(plan->paths, SP_PLAN_BATCH);
    tally->stream = sp_arena_array(arena, tally->shape.streams, sizeof *tally->stream);
    tally->ratio = sp_arena_array(arena, tally->shape.streams, sizeof *tally->ratio);
    if (!scratch || !tally->stream || !tally->ratio || number_cells(arena, tally) ||
        create_memory(scratch, &memory) || watch(&memory))
        goto out;
    make_plans(&memory);
    error = 0;
out:
    sp_arena_free(scratch);
    return error;
}
