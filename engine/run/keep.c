/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/keep.h"

#include "engine/base/error.h"

#include <string.h>

enum { BLOCK = 1024 };

struct keeper {
    const struct sp_plan *plan;
    const struct sp_variant *variant;
    size_t paths;
    double *kept, *input;
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

static void begin(void *context, const struct sp_block *block) {
    struct keeper *keeper = context;
    size_t row = 0, first = (size_t)sp_block_first_path(block);
    for (size_t i = 0; i < keeper->variant->variables; i++)
        if (is_input(&keeper->variant->variable[i]))
            memcpy(keeper->input + row++ * keeper->paths + first, sp_block_draw(block, i),
                   sp_block_valid(block) * sizeof(double));
}

static void see_metric(void *context, const struct sp_block *block, const struct sp_sight *sight) {
    struct keeper *keeper = context;
    size_t row = sight->metric * keeper->plan->quarters + sight->time;
    if (sight->axis == SP_AXIS_QUARTER)
        memcpy(keeper->kept + row * keeper->paths + sp_block_first_path(block), sight->x,
               sp_block_valid(block) * sizeof(double));
}

static int follow(struct keeper *keeper) {
    const struct sp_visitor visitor = {.context = keeper, .begin = begin, .metric = see_metric};
    struct sp_follower *follower = sp_follow_create(keeper->plan, keeper->variant, BLOCK);
    if (!follower)
        return SP_ERROR_RESOURCES;
    for (size_t first = 0; first < keeper->paths; first += BLOCK)
        sp_follow_paths(follower, first, keeper->paths - first < BLOCK ? keeper->paths - first : BLOCK,
                        &visitor);
    sp_follow_free(follower);
    return 0;
}

int sp_keep_paths(const struct sp_plan *plan, const struct sp_variant *variant, struct sp_result *result,
                  struct sp_variant_result *out) {
    struct keeper keeper = {.plan = plan, .variant = variant, .paths = result->kept_paths};
    if (keeper.paths == 0)
        return 0;
    keeper.kept =
        sp_arena_array(result->arena, plan->metrics * plan->quarters * keeper.paths, sizeof(double));
    keeper.input = sp_arena_array(result->arena, result->inputs * keeper.paths, sizeof(double));
    if (!keeper.kept || !keeper.input)
        return SP_ERROR_RESOURCES;
    out->kept = keeper.kept;
    out->kept_input = keeper.input;
    return follow(&keeper);
}
