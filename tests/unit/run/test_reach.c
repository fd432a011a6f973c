/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A variable moves nothing that it cannot reach; and when only the steps run that it can reach, beside a
 * block that runs all, everything is as when all run. Tried with variables of the first scenario, which has
 * every mechanism.
 */
#include "engine/run/reach.h"
#include "engine/run/block.h"
#include "tests/unit/scenarios/plan_helper.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(reach, .timeout = 120);

enum { PATHS = 128, QUARTERS = 4, EVERY = 5 };

static struct sp_arena *arena;
static const char *folder;
static struct sp_plan *plan;

static void begin(void) {
    arena = sp_arena_create();
    folder = tree_helper_folder(arena);
    plan = plan_helper_compile(tree_helper_write_starter(arena, folder), NULL, 0, "the first scenario");
}

static void end(void) {
    sp_plan_free(plan);
    tree_helper_remove(folder);
    sp_arena_free(arena);
}

/* The plan's variant with one variable at another value, the same on all paths. */
static struct sp_variant with_other_value(size_t index) {
    struct sp_variant changed = plan->variant[0];
    changed.variable = sp_arena_array(arena, changed.variables, sizeof *changed.variable);
    memcpy(changed.variable, plan->variant[0].variable, changed.variables * sizeof *changed.variable);
    struct sp_variable *variable = &changed.variable[index];
    const struct sp_schedule_entry *planned = variable->entry;
    variable->entry = sp_arena_array(arena, variable->entries, sizeof *variable->entry);
    for (size_t e = 0; e < variable->entries; e++) {
        double value = 1.385 * sp_law_quantile(&planned[e].law, 0.5, 0.5) + 0.0427;
        struct sp_law law = sp_law_constant(fmin(fmax(value, variable->low), variable->high));
        variable->entry[e] = (struct sp_schedule_entry){.from = planned[e].from, .law = law};
        cr_assert_eq(sp_sampler_make(&variable->entry[e].sampler, &law, plan->tables), 0);
    }
    variable->given.conditional = NULL;
    return changed;
}

static struct sp_variant with_steps(const struct sp_variant *variant, const bool *runs) {
    struct sp_variant fewer = *variant;
    fewer.step = sp_arena_array(arena, fewer.steps, sizeof *fewer.step);
    memcpy(fewer.step, variant->step, fewer.steps * sizeof *fewer.step);
    for (size_t i = 0; i < fewer.steps; i++)
        fewer.step[i].is_live = fewer.step[i].is_live && runs[i];
    return fewer;
}

static bool is_same(const struct sp_block *a, const struct sp_block *b, size_t column) {
    return memcmp(sp_block_now(a, (int)column), sp_block_now(b, (int)column), PATHS * sizeof(double)) == 0;
}

/* How many columns differ from what was planned, in the quarter that the blocks have come to. */
static size_t compare(const struct sp_block *planned, const struct sp_block *all, const struct sp_block *few,
                      const struct sp_reach *reach, size_t index) {
    size_t differ = 0;
    for (size_t c = 0; c < plan->variant[0].columns; c++) {
        const char *name = plan->variant[0].column[c].name, *by = plan->variant[0].variable[index].name;
        cr_expect(is_same(all, few, c), "%s with another %s", name, by);
        cr_expect(is_same(all, planned, c) || reach->column[c], "%s reaches %s", by, name);
        differ += !is_same(all, planned, c);
    }
    return differ;
}

static size_t try(size_t index) {
    struct sp_reach reach;
    cr_assert_eq(sp_reach_find(arena, &plan->variant[0], index, &reach), 0);
    struct sp_variant changed = with_other_value(index), fewer = with_steps(&changed, reach.step);
    struct sp_block *planned = sp_block_create(plan, &plan->variant[0], PATHS),
                    *all = sp_block_create(plan, &changed, PATHS),
                    *few = sp_block_create_beside(planned, plan, &fewer, PATHS),
                    *each[] = {planned, all, few};
    size_t differ = 0;
    for (uint64_t first = 0; first < 2 * PATHS; first += PATHS) {
        for (int i = 0; i < 3; i++)
            sp_block_begin(each[i], first, PATHS);
        for (size_t t = 0; t < QUARTERS; t++) {
            for (int i = 0; i < 3; i++)
                sp_block_quarter(each[i], t);
            differ += compare(planned, all, few, &reach, index);
        }
    }
    for (int i = 0; i < 3; i++)
        sp_block_free(each[i]);
    return differ;
}

Test(reach, steps_within_reach_are_enough, .init = begin, .fini = end) {
    size_t moved = 0, tried = 0;
    for (size_t i = 0; i < plan->variant[0].variables; i += EVERY, tried++)
        moved += try(i) > 0;
    cr_expect_gt(tried, 20);
    cr_expect_gt(2 * moved, tried, "of %zu variables only %zu move anything", tried, moved);
}

Test(reach, ends_where_nobody_reads, .init = begin, .fini = end) {
    struct sp_reach reach;
    size_t count = 0;
    for (size_t i = 0; i < plan->variant[0].variables; i++) {
        if (strcmp(plan->variant[0].variable[i].name, "start.cash") != 0)
            continue;
        cr_assert_eq(sp_reach_find(arena, &plan->variant[0], i, &reach), 0);
        for (size_t c = 0; c < plan->variant[0].columns; c++) {
            const char *name = plan->variant[0].column[c].name;
            cr_expect(reach.column[c] || strcmp(name, "cash") != 0);
            cr_expect(!reach.column[c] || (strcmp(name, "users") != 0 && strcmp(name, "mrr") != 0));
            count += reach.column[c];
        }
    }
    cr_expect(count > 0 && count < plan->variant[0].columns / 2, "%zu", count);
}
