/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/print.h"
#include "cli/resolved.h"
#include "engine/base/error.h"
#include "scenarios/compile.h"

#include <string.h>

struct arguments {
    struct sp_inputs inputs;
    bool json, resolved;
};

static const struct argp_option options[] = {
    {"json", 'j', NULL, 0, "problems as JSON, one object a line; with --resolved, the values", 0},
    {"resolved", 'r', NULL, 0, "print every value used: given or default, from where, by which source", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct arguments *arguments = state->input;
    (void)argument;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = &arguments->inputs;
    else if (key == 'j')
        arguments->json = true;
    else if (key == 'r')
        arguments->resolved = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static void print_summary(const struct sp_scenario *scenario) {
    size_t given = 0, defaults = 0, placeholders = 0;
    for (size_t i = 0; i < scenario->inputs; i++) {
        const struct sp_input *input = scenario->input[i];
        if (input->field->kind == SP_FIELD_DRAW)
            continue;
        given += input->node != NULL;
        defaults += input->node == NULL;
        placeholders += input->source.placeholder;
    }
    printf("%s: no mistakes found. %zu values given, %zu defaults, %zu placeholders, %zu changes.\n",
           scenario->name, given, defaults, placeholders, scenario->changes);
}

/* Exit code. */
static int tell_resolved(const struct sp_scenario *scenario, bool json) {
    int error = sp_resolved_print(scenario, json);
    if (error)
        fprintf(stderr, "scalepath: error: %s\n", sp_error_sentence(error));
    else if (!json)
        putchar('\n');
    return sp_error_exit_code(error);
}

static int run(int argc, char **argv) {
    static const struct argp_child children[] = {{&sp_inputs_argp, 0, "The scenario:", 1}, {0}};
    static const struct argp argp = {
        options,  parse, "SCENARIO", "Checks a scenario and tells all its mistakes at once.",
        children, NULL,  NULL};
    struct arguments arguments = {0};
    struct sp_problems problems = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    struct sp_request request = sp_inputs_request(&arguments.inputs);
    struct sp_scenario *scenario = sp_scenario_read(&request, &problems);
    struct sp_plan *plan =
        scenario ? sp_compile_plan(scenario, &(struct sp_compile_options){0}, &problems) : NULL;
    int code = arguments.json && !arguments.resolved ? sp_print_problems_json(&problems)
                                                     : sp_print_problems(&problems);
    if (plan && arguments.resolved)
        code = tell_resolved(scenario, arguments.json);
    if (plan && !arguments.json)
        print_summary(scenario);
    sp_plan_free(plan);
    sp_scenario_free(scenario);
    sp_problems_free(&problems);
    sp_inputs_free(&arguments.inputs);
    return sp_print_finish(code);
}

const struct sp_command sp_check_command = {"check", "check a scenario and tell all its mistakes", run};
