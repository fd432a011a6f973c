/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/keep.h"

#include "engine/base/error.h"
#include "engine/base/phase.h"

#include <stdlib.h>
#include <string.h>

/* Long pieces of a row are written faster than short ones. */
enum { ROOM_BYTES = 8 << 20 };

struct sp_keeper {
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    const struct sp_kept_sink *sink;
    size_t paths;         /* kept */
    size_t rows, row;     /* of the variant; its first in the matrix */
    size_t room;          /* paths that fit */
    size_t first, filled; /* the paths that are there */
    double *x;            /* [rows][room] */
    struct sp_visitor visitor;
    bool has_failed;
};

static bool is_input(const struct sp_variable *variable) {
    return variable->each == SP_EACH_PATH && variable->entry[0].sampler.kind != SP_LAW_CONSTANT;
}

int sp_keep_inputs(const struct sp_plan *plan, struct sp_result *result) {
    const struct sp_variant *variant = &plan->variant[0];
    result->kept_paths = plan->kept_paths < plan->paths ? plan->kept_paths : plan->paths;
    result->input = sp_arena_array(result->arena, variant->variables, sizeof *result->input);
    if (!result->input)
        return SP_ERROR_RESOURCES;
    for (size_t i = 0; i < variant->variables; i++)
        if (is_input(&variant->variable[i]) &&
            !(result->input[result->inputs++] = sp_arena_text(result->arena, variant->variable[i].name)))
            return SP_ERROR_RESOURCES;
    return 0;
}

/* --- In memory --- */

static int begin_in_memory(void *context, const struct sp_result *shape, struct sp_problems *problems) {
    struct sp_result *result = context;
    size_t rows = sp_result_kept_rows(shape), of_inputs = rows - shape->inputs;
    double *matrix =
        sp_arena_array(result->arena, shape->variants * rows * shape->kept_paths, sizeof *matrix);
    if (!matrix)
        return sp_problems_add(problems, SP_ERROR_RESOURCES, (struct sp_place){0},
                               "not enough memory for %zu kept paths; keep fewer", shape->kept_paths);
    for (size_t v = 0; v < shape->variants; v++) {
        result->variant[v].kept = matrix + v * rows * shape->kept_paths;
        result->variant[v].kept_input = result->variant[v].kept + of_inputs * shape->kept_paths;
    }
    return 0;
}

static int put_in_memory(void *context, size_t row, size_t first, const double *x, size_t n) {
    const struct sp_result *result = context;
    memcpy(result->variant[0].kept + row * result->kept_paths + first, x, n * sizeof *x);
    return 0;
}

struct sp_kept_sink sp_keep_in_memory(struct sp_result *result) {
    return (struct sp_kept_sink){.context = result, .begin = begin_in_memory, .put = put_in_memory};
}

/* --- The visitor --- */

/* How many paths of the block are kept. */
static size_t kept_of(const struct sp_keeper *keeper, const struct sp_block *block) {
    size_t first = (size_t)sp_block_first_path(block), valid = sp_block_valid(block);
    size_t left = first < keeper->paths ? keeper->paths - first : 0;
    return valid < left ? valid : left;
}

static void put_aside(struct sp_keeper *keeper, const struct sp_block *block, size_t row, const double *x) {
    size_t first = (size_t)sp_block_first_path(block) - keeper->first;
    memcpy(keeper->x + row * keeper->room + first, x, kept_of(keeper, block) * sizeof *x);
}

static void begin(void *context, const struct sp_block *block) {
    struct sp_keeper *keeper = context;
    size_t n = kept_of(keeper, block), row = keeper->rows;
    sp_phase_enter(SP_PHASE_KEPT, 0);
    if (keeper->filled + n > keeper->room)
        sp_keep_flush(keeper);
    if (keeper->filled == 0)
        keeper->first = (size_t)sp_block_first_path(block);
    keeper->filled += n;
    for (size_t i = keeper->variant->variables; n > 0 && i-- > 0;)
        if (is_input(&keeper->variant->variable[i]))
            put_aside(keeper, block, --row, sp_block_draw(block, i));
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct sp_keeper *keeper = context;
    if (sight->axis != SP_AXIS_QUARTER)
        return;
    sp_phase_enter(SP_PHASE_KEPT, sp_block_valid(block));
    put_aside(keeper, block, sight->metric * keeper->plan->quarters + sight->time, sight->x);
}

/* --- The keeper --- */

static size_t choose_room(size_t rows, size_t block) {
    size_t blocks = ROOM_BYTES / (rows * block * sizeof(double));
    size_t most = (SP_PLAN_BATCH + block - 1) / block;
    return block * (blocks < 1 ? 1 : blocks > most ? most : blocks);
}

struct sp_keeper *sp_keep_create(const struct sp_plan *plan, size_t variant, const struct sp_result *result,
                                 const struct sp_kept_sink *sink, size_t block) {
    struct sp_keeper *keeper = malloc(sizeof *keeper);
    if (!keeper)
        return NULL;
    *keeper = (struct sp_keeper){.plan = plan,
                                 .variant = &plan->variant[variant],
                                 .sink = sink,
                                 .paths = result->kept_paths,
                                 .rows = sp_result_kept_rows(result),
                                 .visitor = {.context = keeper, .begin = begin, .metric = see_metric}};
    keeper->row = variant * keeper->rows;
    keeper->room = choose_room(keeper->rows, block);
    keeper->x = malloc(keeper->rows * keeper->room * sizeof *keeper->x);
    if (keeper->x)
        return keeper;
    sp_keep_free(keeper);
    return NULL;
}

void sp_keep_free(struct sp_keeper *keeper) {
    if (keeper)
        free(keeper->x);
    free(keeper);
}

const struct sp_visitor *sp_keep_visitor(const struct sp_keeper *keeper) {
    return &keeper->visitor;
}

void sp_keep_flush(struct sp_keeper *keeper) {
    const struct sp_kept_sink *sink = keeper->sink;
    for (size_t r = 0; keeper->filled > 0 && !keeper->has_failed && r < keeper->rows; r++)
        keeper->has_failed = sink->put(sink->context, keeper->row + r, keeper->first,
                                       keeper->x + r * keeper->room, keeper->filled) != 0;
    keeper->filled = 0;
}

bool sp_keep_has_failed(const struct sp_keeper *keeper) {
    return keeper->has_failed;
}
