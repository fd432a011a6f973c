/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The plan's three scenarios are fitted to its milestones of users: median users over all paths lie in the
 * lower, middle and upper third of each range, on the scale of logarithms, for the conservative, moderate and
 * optimistic case. Run from the root of the repository. The seed is fixed, so nothing here is left to chance;
 * that the medians of more paths would lie in their thirds too is asked for at five standard errors.
 */
#include "engine/run/run.h"
#include "scenarios/compile.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

TestSuite(milestones, .timeout = 240);

enum { PERIODS = 6 };

struct milestone {
    char quarter[8];
    double low, high;
};

/* The rows milestones.QUARTER.users of the plan's figures. */
static void read_milestones(struct milestone *milestone) {
    char line[512];
    size_t count = 0;
    FILE *file = fopen("scenarios/path-to-scale.csv", "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file)) {
        struct milestone m;
        if (sscanf(line, "milestones.%6[^.].users,milestones,%*[^,],users,users,%lf,%lf", m.quarter, &m.low,
                   &m.high) == 3)
            milestone[count++] = m;
    }
    fclose(file);
    cr_assert_eq(count, PERIODS);
}

static struct sp_result *run(const char *file, struct sp_problems *problems) {
    static const char *const set[] = {"results.metrics=[\"users\"]", "results.by_tier=[\"users\"]",
                                      "paths=65536"};
    struct sp_request request = {.scenario = file, .set = set, .sets = 3};
    struct sp_scenario *scenario = sp_scenario_read(&request, problems);
    cr_assert_not_null(scenario, "%s: %s", file, problems->count ? problems->items[0].what : "");
    struct sp_plan *plan = sp_compile_plan(scenario, &(struct sp_compile_options){0}, problems);
    cr_assert_not_null(plan);
    struct sp_result *result = NULL;
    cr_assert_eq(sp_run(plan, &(struct sp_run_options){0}, problems, &result), 0);
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    return result;
}

static size_t find_quarter(const struct sp_result *result, const char *quarter) {
    size_t t = 0;
    while (strcmp(result->axis[SP_AXIS_QUARTER].label[t], quarter) != 0)
        t++;
    return t;
}

static void check_thirds(const char *file, int third) {
    struct milestone milestone[PERIODS];
    struct sp_problems problems = {0};
    read_milestones(milestone);
    struct sp_result *result = run(file, &problems);
    for (size_t i = 0; i < PERIODS; i++) {
        const struct milestone *m = &milestone[i];
        double low = m->low * pow(m->high / m->low, third / 3.0);
        double high = m->low * pow(m->high / m->low, (third + 1) / 3.0);
        const struct sp_estimate *median = engine_test_estimate(
            result, SP_AXIS_QUARTER, "users", find_quarter(result, m->quarter), SP_STATISTIC_P50);
        cr_expect_geq(median->value - 5 * median->error, low, "%s, %s: median %g", file, m->quarter,
                      median->value);
        cr_expect_leq(median->value + 5 * median->error, high, "%s, %s: median %g", file, m->quarter,
                      median->value);
    }
    sp_result_free(result);
    sp_problems_free(&problems);
}

Test(milestones, conservative_in_the_lower_third) {
    check_thirds("scenarios/conservative.toml", 0);
}

Test(milestones, moderate_in_the_middle_third) {
    check_thirds("scenarios/moderate.toml", 1);
}

Test(milestones, optimistic_in_the_upper_third) {
    check_thirds("scenarios/optimistic.toml", 2);
}
