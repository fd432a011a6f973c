/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Runs COUNT equal variants of a scenario in one plan, for `growth.py`: variants SCENARIO PATHS COUNT.
 * Nothing is written: what more variants cost is simulating, accumulating and summing up.
 */
#include "engine/run/run.h"
#include "scenarios/compile.h"

#include <stdio.h>
#include <stdlib.h>

static int repeat(struct sp_plan *plan, size_t count) {
    struct sp_variant *variant = sp_arena_array(plan->arena, count, sizeof *variant);
    if (!variant)
        return -1;
    for (size_t v = 0; v < count; v++) {
        variant[v] = plan->variant[0];
        variant[v].name = sp_arena_format(plan->arena, "copy %zu", v);
    }
    plan->variant = variant;
    plan->variants = count;
    return 0;
}

static int run(const char *scenario_file, long long paths, size_t count, struct sp_problems *problems) {
    struct sp_request request = {.scenario = scenario_file};
    struct sp_compile_options options = {.threads = 1};
    struct sp_run_options how = {.threads = 1};
    struct sp_scenario *scenario = sp_scenario_read(&request, problems);
    if (scenario)
        scenario->paths = (uint64_t)paths;
    struct sp_plan *plan = scenario ? sp_compile_plan(scenario, &options, problems) : NULL;
    struct sp_result *result = NULL;
    int error = plan && repeat(plan, count) == 0 ? sp_run(plan, &how, problems, &result) : -1;
    sp_result_free(result);
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    return error;
}

int main(int argc, char **argv) {
    struct sp_problems problems = {0};
    if (argc != 4 || atoll(argv[2]) < 1 || atoi(argv[3]) < 1) {
        fputs("usage: variants SCENARIO PATHS COUNT\n", stderr);
        return 2;
    }
    int error = run(argv[1], atoll(argv[2]), (size_t)atoi(argv[3]), &problems);
    for (size_t i = 0; i < problems.count; i++)
        fprintf(stderr, "%s\n", problems.items[i].what);
    sp_problems_free(&problems);
    return error ? 1 : 0;
}
