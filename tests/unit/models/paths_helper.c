/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/models/paths_helper.h"

#include "scenarios/compile.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct sp_scenario *read_text(const char *text, struct sp_problems *problems) {
    struct sp_arena *arena = sp_arena_create();
    const char *folder = tree_helper_folder(arena);
    struct sp_request request = {.scenario = tree_helper_write(arena, folder, "paths.toml", text)};
    struct sp_scenario *scenario = sp_scenario_read(&request, problems);
    tree_helper_remove(folder);
    sp_arena_free(arena);
    return scenario;
}

struct paths paths_start(const char *text, size_t n) {
    struct sp_problems problems = {0};
    struct paths paths = {.scenario = read_text(text, &problems), .n = n};
    cr_assert_not_null(paths.scenario, "%s", problems.count ? problems.items[0].what : "");
    paths.plan = sp_compile_plan(paths.scenario, &(struct sp_compile_options){0}, &problems);
    cr_assert_not_null(paths.plan, "%s", problems.count ? problems.items[0].what : "");
    paths.block = sp_block_create(paths.plan, &paths.plan->variant[0], (n + 63) / 64 * 64);
    cr_assert_not_null(paths.block);
    sp_block_begin(paths.block, 0, n);
    sp_problems_free(&problems);
    return paths;
}

void paths_end(struct paths *paths) {
    sp_block_free(paths->block);
    sp_plan_free(paths->plan);
    sp_scenario_free(paths->scenario);
}

const double *paths_column(const struct paths *paths, const char *name) {
    const struct sp_variant *variant = &paths->plan->variant[0];
    for (size_t c = 0; c < variant->columns; c++)
        if (strcmp(variant->column[c].name, name) == 0)
            return sp_block_now(paths->block, (int)c);
    return NULL;
}

double paths_mean(const struct paths *paths, const char *name) {
    const double *x = paths_column(paths, name);
    double sum = 0;
    for (size_t p = 0; p < paths->n; p++)
        sum += x[p];
    return sum / (double)paths->n;
}

const char *paths_problems(const char *text) {
    static char all[4096];
    struct sp_problems problems = {0};
    struct sp_scenario *scenario = read_text(text, &problems);
    all[0] = '\0';
    for (size_t i = 0; i < problems.count; i++) {
        size_t length = strlen(all);
        snprintf(all + length, sizeof all - length, "%s%s", i ? " | " : "", problems.items[i].what);
    }
    sp_scenario_free(scenario);
    sp_problems_free(&problems);
    return all;
}
