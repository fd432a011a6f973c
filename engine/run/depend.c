/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/depend.h"

#include "engine/base/error.h"
#include "engine/run/block.h"

#include <string.h>

enum { PATHS = 1024 };

/* The other values: far enough to show in rare events too. */
static const double factor[] = {0.01, 0.7, 1.01, 30};
enum { FACTORS = sizeof factor / sizeof *factor };

/* Another value for the variable, within its bounds. */
static double other_value(const struct sp_variable *variable, const struct sp_law *law, double times) {
    /* The newer laws may have no mean, or one that takes long to find. */
    double mean = law->kind <= SP_LAW_GAMMA ? sp_law_mean(law) : sp_law_quantile(law, 0.5, 0.5);
    double other = mean == 0 ? times : mean * times;
    return other > variable->high ? variable->high : other < variable->low ? variable->low : other;
}

static int change_variable(struct sp_arena *arena, struct sp_variant *variant, size_t index, double times) {
    struct sp_variable *variables = sp_arena_array(arena, variant->variables, sizeof *variables);
    if (!variables)
        return -1;
    memcpy(variables, variant->variable, variant->variables * sizeof *variables);
    struct sp_variable *variable = &variables[index];
    struct sp_schedule_entry *entries = sp_arena_array(arena, variable->entries, sizeof *entries);
    if (!entries)
        return -1;
    for (size_t e = 0; e < variable->entries; e++) {
        double value = other_value(variable, &variable->entry[e].law, times);
        entries[e].from = variable->entry[e].from;
        entries[e].law = sp_law_constant(value);
        entries[e].sampler = (struct sp_sampler){.kind = SP_LAW_CONSTANT, .parameter = {value}};
    }
    variable->entry = entries;
    variant->variable = variables;
    return 0;
}

static void compare(const struct sp_plan *plan, struct sp_block *a, struct sp_block *b, size_t columns,
                    bool *depends) {
    sp_block_begin(a, 0, PATHS);
    sp_block_begin(b, 0, PATHS);
    for (size_t t = 0; t < plan->quarters; t++) {
        sp_block_quarter(a, t);
        sp_block_quarter(b, t);
        for (size_t c = 0; c < columns; c++)
            if (memcmp(sp_block_now(a, (int)c), sp_block_now(b, (int)c), PATHS * sizeof(double)) != 0)
                depends[c] = true;
    }
}

/* A ratio depends on what its parts depend on. */
static void complete_ratios(const struct sp_variant *variant, bool *depends) {
    for (size_t c = 0; c < variant->columns; c++) {
        const struct sp_column *column = &variant->column[c];
        if (column->numerator != SP_PLAN_NONE)
            depends[c] = depends[column->numerator] || depends[column->denominator];
    }
}

static int compare_at(const struct sp_plan *plan, const struct sp_variant *variant, size_t variable,
                      double times, bool *depends) {
    int error = SP_ERROR_RESOURCES;
    struct sp_variant other = *variant;
    struct sp_block *a = NULL, *b = NULL;
    struct sp_arena *arena = sp_arena_create();
    if (!arena || change_variable(arena, &other, variable, times))
        goto out;
    a = sp_block_create(plan, variant, PATHS);
    b = sp_block_create(plan, &other, PATHS);
    if (!a || !b)
        goto out;
    compare(plan, a, b, variant->columns, depends);
    error = 0;
out:
    sp_block_free(a);
    sp_block_free(b);
    sp_arena_free(arena);
    return error;
}

int sp_depend_find(const struct sp_plan *plan, const struct sp_variant *variant, size_t variable,
                   bool *depends) {
    int error = 0;
    for (int i = 0; !error && i < FACTORS; i++)
        error = compare_at(plan, variant, variable, factor[i], depends);
    complete_ratios(variant, depends);
    return error;
}
