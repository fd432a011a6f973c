/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/scenarios/plan_helper.h"

#include <criterion/criterion.h>

struct sp_plan *plan_helper_try(const char *file, const char *const *set, size_t sets,
                                struct sp_problems *problems) {
    struct sp_request request = {.scenario = file, .set = set, .sets = sets};
    struct sp_scenario *scenario = sp_scenario_read(&request, problems);
    struct sp_plan *plan =
        scenario ? sp_compile_plan(scenario, &(struct sp_compile_options){0}, problems) : NULL;
    sp_scenario_free(scenario);
    return plan;
}

struct sp_plan *plan_helper_compile(const char *file, const char *const *set, size_t sets,
                                    const char *about) {
    struct sp_problems problems = {0};
    struct sp_plan *plan = plan_helper_try(file, set, sets, &problems);
    cr_assert(plan, "%s: %s", about, problems.count ? problems.items[0].what : "");
    sp_problems_free(&problems);
    return plan;
}
