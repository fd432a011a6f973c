/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What nobody asks for is not worked out: neither the values of what is asked for nor the counts of rules
 * change by that; nor by one array for all strips of what only passes from step to step. Tried with the first
 * scenario, which has every mechanism.
 */
#include "engine/run/block.h"
#include "tests/unit/scenarios/plan_helper.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(idle, .timeout = 60);

/* So many paths that a block has several strips. */
enum { PATHS = 1088, QUARTERS = 3, EVERY = 11 };

static struct sp_arena *arena;
static const char *folder, *file;

static void begin(void) {
    arena = sp_arena_create();
    folder = tree_helper_folder(arena);
    file = tree_helper_write_starter(arena, folder);
}

static void end(void) {
    tree_helper_remove(folder);
    sp_arena_free(arena);
}

/* The first scenario, of which only one metric is asked for; NULL: all. */
static struct sp_plan *compile(const char *metric) {
    const char *set[2];
    set[0] = metric ? sp_arena_format(arena, "results.metrics=[\"%s\"]", metric) : NULL;
    set[1] = "results.by_tier=[]";
    return plan_helper_compile(file, set, metric ? 2 : 0, metric ? metric : "all");
}

static size_t live_steps(const struct sp_plan *plan) {
    size_t live = 0;
    for (size_t i = 0; i < plan->variant[0].steps; i++)
        live += plan->variant[0].step[i].is_live;
    return live;
}

static int column_of(const struct sp_plan *plan, const char *name) {
    for (size_t c = 0; c < plan->variant[0].columns; c++)
        if (strcmp(plan->variant[0].column[c].name, name) == 0)
            return (int)c;
    cr_assert_fail("%s: no such column", name);
    return SP_PLAN_NONE;
}

static void compare(const struct sp_plan *all, const struct sp_plan *few, const char *metric) {
    struct sp_block *x = sp_block_create(all, &all->variant[0], PATHS);
    struct sp_block *y = sp_block_create_for_metrics(few, &few->variant[0], PATHS);
    sp_block_begin(x, 0, PATHS);
    sp_block_begin(y, 0, PATHS);
    for (size_t t = 0; t < QUARTERS; t++) {
        sp_block_quarter(x, t);
        sp_block_quarter(y, t);
        cr_expect_arr_eq(sp_block_now(x, column_of(all, metric)), sp_block_now(y, column_of(few, metric)),
                         PATHS * sizeof(double), "%s in quarter %zu", metric, t);
    }
    cr_expect_eq(all->variant[0].rules, few->variant[0].rules);
    cr_expect_arr_eq(sp_block_rules(x), sp_block_rules(y), all->variant[0].rules * sizeof(uint64_t),
                     "rules, for %s", metric);
    sp_block_free(x);
    sp_block_free(y);
}

Test(idle, what_nobody_asks_for_changes_nothing, .init = begin, .fini = end) {
    struct sp_plan *all = compile(NULL);
    cr_expect_eq(live_steps(all), all->variant[0].steps, "all metrics need all steps");
    for (size_t m = 0; m < all->metrics; m += EVERY) {
        const struct sp_column *column = &all->variant[0].column[all->metric[m]];
        if (column->numerator != SP_PLAN_NONE) /* made of others */
            continue;
        struct sp_plan *few = compile(column->name);
        compare(all, few, column->name);
        sp_plan_free(few);
    }
    sp_plan_free(all);
}

static bool is_live(const struct sp_plan *plan, const char *mechanism) {
    for (size_t i = 0; i < plan->variant[0].steps; i++)
        if (strcmp(plan->variant[0].step[i].mechanism->name, mechanism) == 0)
            return plan->variant[0].step[i].is_live;
    cr_assert_fail("%s: no such step", mechanism);
    return false;
}

Test(idle, steps_that_nobody_needs_do_not_run, .init = begin, .fini = end) {
    struct sp_plan *mrr = compile("mrr"), *arr = compile("arr.new");
    cr_expect(is_live(mrr, "revenue") && is_live(mrr, "growth") && is_live(mrr, "conversion"));
    cr_expect_not(is_live(mrr, "arr_bridge"));
    cr_expect(is_live(arr, "arr_bridge"));
    sp_plan_free(mrr);
    sp_plan_free(arr);
}
