/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/at_centre.h"

#include "cli/command.h"
#include "cli/print.h"
#include "engine/base/error.h"
#include "output/reader.h"
#include "output/workbook.h"
#include "scenarios/centre.h"
#include "scenarios/provenance.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Everything that is made, in the order in which it is made. */
struct work {
    struct sp_problems problems;
    struct sp_scenario *continuous, *scenario; /* with people not rounded; as it is written */
    struct sp_plan *centre_plan, *plan;
    struct sp_centre *centre;
    struct sp_result *result;
    char *output;
};

/* --- The path --- */

/* The scenario with people not rounded. */
static struct sp_scenario *read_continuous(const struct sp_inputs *inputs, struct sp_problems *problems) {
    const char *set[SP_INPUTS_MOST + 1];
    struct sp_request request = sp_inputs_request(inputs);
    memcpy(set, request.set, request.sets * sizeof *set);
    set[request.sets++] = "counts=\"continuous\"";
    request.set = set;
    return sp_scenario_read(&request, problems);
}

static int choose_output(const struct sp_at_centre_request *request, struct work *work) {
    int made = request->output ? asprintf(&work->output, "%s", request->output)
                               : asprintf(&work->output, "%s.xlsx", work->continuous->name);
    return made < 0 ? SP_ERROR_RESOURCES : 0;
}

static int make_centre(const struct sp_at_centre_request *request, struct work *work) {
    struct sp_compile_options compile = request->compile;
    compile.at_centre = true;
    work->continuous = read_continuous(request->inputs, &work->problems);
    if (!work->continuous)
        return sp_problems_error(&work->problems);
    int error = choose_output(request, work);
    if (error || (error = sp_workbook_check(work->output, request->force, &work->problems)))
        return error;
    work->centre_plan = sp_compile_plan(work->continuous, &compile, &work->problems);
    if (!work->centre_plan)
        return sp_problems_error(&work->problems);
    return sp_centre_make(work->continuous, work->centre_plan, &work->problems, &work->centre);
}

/* --- What stands beside it --- */

static int simulate(const struct sp_at_centre_request *request, struct work *work) {
    struct sp_request inputs = sp_inputs_request(request->inputs);
    work->scenario = sp_scenario_read(&inputs, &work->problems);
    if (!work->scenario)
        return sp_problems_error(&work->problems);
    struct sp_compile_options compile = request->compile;
    compile.all_times = true; /* the books have a column for each fiscal year */
    work->plan = sp_compile_plan(work->scenario, &compile, &work->problems);
    if (!work->plan)
        return sp_problems_error(&work->problems);
    int error = sp_run(work->plan, &request->run, &work->problems, &work->result);
    return error ? error : sp_provenance_add(work->scenario, work->result);
}

static bool has_same_times(const struct sp_centre *centre, const struct sp_result *result) {
    const struct sp_axis *quarter = &result->axis[SP_AXIS_QUARTER], *year = &result->axis[SP_AXIS_YEAR];
    bool same = quarter->count == centre->quarters && year->count == centre->years;
    for (size_t t = 0; same && t < quarter->count; t++)
        same = strcmp(quarter->label[t], centre->quarter[t]) == 0;
    for (size_t y = 0; same && y < year->count; y++)
        same = strcmp(year->label[y], centre->year[y]) == 0;
    return same;
}

static int read_beside(const struct sp_at_centre_request *request, struct work *work) {
    struct sp_place place = {.file = request->beside};
    int error = sp_reader_load(request->beside, false, &work->result, &work->problems);
    if (error)
        return error;
    if (strcmp(work->result->name, work->centre->name) != 0)
        return sp_problems_add(
            &work->problems, SP_ERROR_FILE, place,
            "is the result of the scenario '%s', not of '%s'; name a result of this scenario",
            work->result->name, work->centre->name);
    if (work->result->axis[SP_AXIS_YEAR].count == 0)
        return sp_problems_add(
            &work->problems, SP_ERROR_FILE, place,
            "has no fiscal years, which the books show; run the scenario with \"year\" in [results] times");
    if (!has_same_times(work->centre, work->result))
        return sp_problems_add(
            &work->problems, SP_ERROR_FILE, place,
            "has other quarters or fiscal years than the scenario; run the scenario again");
    return 0;
}

/* --- Together --- */

static int make(const struct sp_at_centre_request *request, struct work *work) {
    int error = make_centre(request, work);
    if (!error)
        error = request->beside ? read_beside(request, work) : simulate(request, work);
    if (!error)
        error = sp_workbook_save(work->centre, work->result, work->output, request->force, &work->problems);
    if (error && !sp_problems_error(&work->problems))
        sp_problems_add(&work->problems, error, (struct sp_place){0}, "%s", sp_error_sentence(error));
    return error;
}

/* What cannot be recalculated is told; so is a formula that says something else than the engine. */
static void tell_left_out(struct work *work) {
    for (size_t c = 0; work->centre && c < work->centre->columns; c++)
        if (work->centre->column[c].contradicts)
            sp_problems_warn(
                &work->problems, (struct sp_place){0},
                "the formula of %s does not give the engine's figures here; the workbook has the figures",
                work->centre->column[c].name);
}

static void print_summary(const struct work *work) {
    const struct sp_centre *centre = work->centre;
    printf("%s: every assumption at its median, %s..%s, %zu of %zu columns as live formulas, beside %" PRIu64
           " paths, written to ",
           centre->name, centre->quarter[0], centre->quarter[centre->quarters - 1], sp_workbook_live(centre),
           centre->columns, work->result->paths);
    sp_print_escaped(stdout, work->output);
    putchar('\n');
}

int sp_at_centre_run(const struct sp_at_centre_request *request) {
    struct work work = {0};
    int error = make(request, &work);
    tell_left_out(&work);
    int code = sp_print_problems(&work.problems);
    if (!error && !code)
        print_summary(&work);
    sp_result_free(work.result);
    sp_plan_free(work.plan);
    sp_scenario_free(work.scenario);
    sp_centre_free(work.centre);
    sp_plan_free(work.centre_plan);
    sp_scenario_free(work.continuous);
    sp_problems_free(&work.problems);
    free(work.output);
    return code;
}
