/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the shipped scenarios rest on: every value says where it comes from, and so does every overlay's. Run
 * from the root of the repository.
 */
#include "scenarios/scenario.h"

#include <criterion/criterion.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

TestSuite(sources, .timeout = 60);

/* The value of a change says it in its list or not at all: it belongs to the risk or response that has it. */
static bool is_of_change(const struct sp_scenario *scenario, const struct sp_input *input) {
    const struct sp_input *whole = input->owner ? input->owner : input;
    for (size_t i = 0; i < scenario->changes; i++)
        if (scenario->change[i].value == whole)
            return strncmp(scenario->change[i].name, "change.", 7) != 0;
    return false;
}

/* 0 takes out what the scenario beneath has. */
static bool is_nothing(const struct sp_input *input) {
    const struct sp_law *law = input->assumption.law;
    return input->assumption.entries == 1 && law->kind == SP_LAW_CONSTANT && law->parameter[0] == 0;
}

/* A figure of the plan has its row; any other value a grade, and its source when it is neither judgement nor
 * memory. */
static const char *find_missing(const struct sp_source *source) {
    if (source->placeholder)
        return source->note ? NULL : "a note that says who must fill in the placeholder";
    if (!source->grade)
        return source->row ? NULL : "a row of the plan, or a grade";
    return strchr("ABC", *source->grade) && !source->source ? "the source that its grade speaks of" : NULL;
}

/* In the scenarios, a judgement says what it rests on too. */
static const char *find_missing_reason(const struct sp_source *source) {
    return source->source || source->row || source->fits || source->note
               ? NULL
               : "a source, a row, or a note on what it rests on";
}

static void check(const char *file, const char *overlay) {
    struct sp_problems problems = {0};
    struct sp_request request = {.scenario = file, .overlay = &overlay, .overlays = overlay ? 1 : 0};
    struct sp_scenario *scenario = sp_scenario_read(&request, &problems);
    cr_assert_not_null(scenario, "%s: %s", file, problems.count ? problems.items[0].what : "");
    size_t seen = 0;
    for (size_t i = 0; i < scenario->inputs; i++) {
        const struct sp_input *input = scenario->input[i];
        if (!input->node || input->owner || input->field->kind != SP_FIELD_ASSUMPTION ||
            is_of_change(scenario, input) || (overlay && is_nothing(input)))
            continue;
        const char *missing = find_missing(&input->source);
        if (!missing && !overlay)
            missing = find_missing_reason(&input->source);
        cr_expect_null(missing, "%s:%d: %s needs %s", input->place.file, input->place.line, input->key,
                       missing);
        seen++;
    }
    cr_expect_gt(seen, 200);
    sp_scenario_free(scenario);
    sp_problems_free(&problems);
}

Test(sources, every_value_of_the_scenarios_says_what_it_rests_on) {
    check("scenarios/conservative.toml", NULL);
    check("scenarios/moderate.toml", NULL);
    check("scenarios/optimistic.toml", NULL);
}

Test(sources, every_value_of_the_readings_says_what_it_rests_on) {
    glob_t found;
    cr_assert_eq(glob("scenarios/reading/*.toml", 0, NULL, &found), 0);
    cr_assert_geq(found.gl_pathc, 4);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check("scenarios/moderate.toml", found.gl_pathv[i]);
    globfree(&found);
}

/* What the plan says of its success is judged by the results; it must not be put in. */
Test(sources, no_value_of_the_scenarios_is_one_of_the_plans_claims) {
    static const char *const claims[] = {"milestones.", "scenario.", "revenue_at_scale.",
                                         "revenue_milestone."};
    static const char *const files[] = {"scenarios/conservative.toml", "scenarios/moderate.toml",
                                        "scenarios/optimistic.toml"};
    for (size_t f = 0; f < sizeof files / sizeof *files; f++) {
        struct sp_problems problems = {0};
        struct sp_scenario *scenario =
            sp_scenario_read(&(struct sp_request){.scenario = files[f]}, &problems);
        cr_assert_not_null(scenario);
        for (size_t i = 0; i < scenario->inputs; i++)
            for (size_t c = 0; c < sizeof claims / sizeof *claims; c++) {
                const char *row = scenario->input[i]->source.row;
                cr_expect(!row || strncmp(row, claims[c], strlen(claims[c])) != 0, "%s rests on %s",
                          scenario->input[i]->key, row);
            }
        sp_scenario_free(scenario);
        sp_problems_free(&problems);
    }
}
