/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/at_centre.h"
#include "cli/command.h"
#include "cli/inputs.h"
#include "cli/print.h"
#include "cli/show.h"
#include "engine/base/error.h"
#include "engine/base/phase.h"
#include "engine/run/parallel.h"
#include "engine/run/run.h"
#include "output/writer.h"
#include "scenarios/compile.h"
#include "scenarios/provenance.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

enum { KEEP_MOST = 1000000 };
enum { AT_CENTRE = 512, BESIDE };

struct arguments {
    struct sp_inputs inputs;
    const char *output;
    const char *beside;
    bool force, json, at_centre;
    size_t kept_paths;
    struct sp_run_options options;
};

/* Everything that a run makes, in the order in which it is made. */
struct work {
    struct sp_problems problems;
    struct sp_scenario *scenario;
    struct sp_plan *plan;
    struct sp_result *result;
    struct sp_writer *writer;
    char *output;
    double seconds;
};

static const struct argp_option options[] = {
    {"threads", 't', "T", 0, "how many threads; changes no result", 0},
    {"keep-paths", 'k', "K", 0, "keep the first K futures one by one in the file", 0},
    {"output", 'o', "FILE", 0, "result file; the scenario's name with .h5 (a workbook: .xlsx) when not given",
     0},
    {"force", 'f', NULL, 0, "replace FILE even if it is no scalepath result", 0},
    {"at-centre", AT_CENTRE, NULL, 0,
     "one path with every assumption at its median, as a workbook (.xlsx) with live formulas beside the "
     "simulation",
     0},
    {"beside", BESIDE, "RESULT", 0,
     "with --at-centre: a result file to stand beside, in place of a simulation", 0},
    {"json", 'j', NULL, 0, "print all figures as tidy rows, one JSON object a line", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->inputs;
        return 0;
    case 't':
        arguments->options.threads =
            (int)sp_inputs_whole(state, "threads", argument, 1, SP_PARALLEL_THREADS_MAX);
        return 0;
    case 'k':
        arguments->kept_paths = (size_t)sp_inputs_whole(state, "keep-paths", argument, 0, KEEP_MOST);
        return 0;
    case 'o':
        arguments->output = argument;
        return 0;
    case 'f':
        arguments->force = true;
        return 0;
    case 'j':
        arguments->json = true;
        return 0;
    case AT_CENTRE:
        arguments->at_centre = true;
        return 0;
    case BESIDE:
        arguments->beside = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->at_centre && (arguments->json || arguments->kept_paths))
            argp_error(state, "--at-centre writes a workbook; --json and --keep-paths do not go with it");
        if (arguments->beside && !arguments->at_centre)
            argp_error(state, "--beside goes with --at-centre only");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* For tests: kernels and block size can be forced, and phases measured; none changes a result. */
static void read_environment(struct arguments *arguments, struct sp_compile_options *compile) {
    const char *block = getenv("SCALEPATH_BLOCK");
    compile->kernel_level = getenv("SCALEPATH_KERNELS");
    compile->kept_paths = arguments->kept_paths;
    compile->threads = arguments->options.threads;
    if (block)
        arguments->options.block = (size_t)strtoul(block, NULL, 10) / 64 * 64;
    if (getenv("SCALEPATH_PHASES"))
        sp_phase_measure();
}

static int choose_output(const struct arguments *arguments, struct work *work) {
    int made = arguments->output ? asprintf(&work->output, "%s", arguments->output)
                                 : asprintf(&work->output, "%s.h5", work->scenario->name);
    return made < 0 ? SP_ERROR_RESOURCES : 0;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int simulate(struct arguments *arguments, struct work *work) {
    struct sp_compile_options compile = {0};
    struct sp_request request = sp_inputs_request(&arguments->inputs);
    double start = now();
    read_environment(arguments, &compile);
    work->scenario = sp_scenario_read(&request, &work->problems);
    if (!work->scenario)
        return sp_problems_error(&work->problems);
    sp_phase_part_end("read scenario");
    int error = choose_output(arguments, work);
    if (error || (error = sp_writer_check(work->output, arguments->force, &work->problems)))
        return error;
    sp_phase_part_end("check name");
    work->plan = sp_compile_plan(work->scenario, &compile, &work->problems);
    if (!work->plan)
        return sp_problems_error(&work->problems);
    sp_phase_part_end("compile");
    if (!(work->writer = sp_writer_create(work->output, arguments->force)))
        return SP_ERROR_RESOURCES;
    const struct sp_kept_sink kept = sp_writer_sink(work->writer);
    struct sp_run_options run = arguments->options;
    run.kept = &kept;
    error = sp_run(work->plan, &run, &work->problems, &work->result);
    work->seconds = now() - start;
    return error;
}

static int save(struct work *work) {
    work->result->program_version = SP_COMMAND_VERSION;
    int error = sp_provenance_add(work->scenario, work->result);
    sp_phase_part_end("provenance");
    return error ? error : sp_writer_finish(work->writer, work->result, &work->problems);
}

static void print_summary(const struct work *work) {
    const struct sp_result *result = work->result;
    const struct sp_axis *quarter = &result->axis[SP_AXIS_QUARTER];
    printf("%s: %" PRIu64 " paths, %s..%s, seed %" PRIu64 ", %.2f s, written to ", result->name,
           result->paths, quarter->label[0], quarter->label[quarter->count - 1], result->seed, work->seconds);
    sp_print_escaped(stdout, work->output);
    putchar('\n');
}

/* Of the simulation alone: pilot, start-up and summary are not in it. */
static void print_phases(const struct sp_plan *plan) {
    double path_quarters = (double)plan->paths * (double)plan->quarters * (double)plan->variants, sum = 0;
    fprintf(stderr, "phase            ns/path-quarter  values/path-quarter  ns/value\n");
    for (enum sp_phase phase = 0; phase < SP_PHASES; phase++) {
        struct sp_phase_cost cost = sp_phase_total(phase);
        double time = (double)cost.nanoseconds / path_quarters;
        sum += time;
        fprintf(stderr, "%-16s %15.2f", sp_phase_name(phase), time);
        if (cost.values > 0)
            fprintf(stderr, " %20.2f %9.3f", (double)cost.values / path_quarters,
                    (double)cost.nanoseconds / (double)cost.values);
        fputc('\n', stderr);
    }
    fprintf(stderr, "%-16s %15.2f\n", "all", sum);
}

/* Of the whole process, from the reading of the scenario on. */
static void print_parts(void) {
    const struct sp_phase_part *part;
    size_t parts = sp_phase_parts(&part);
    double clock = 0, processor = 0;
    fprintf(stderr, "part                   clock ms  processor ms\n");
    for (size_t i = 0; i < parts; i++) {
        clock += part[i].clock;
        processor += part[i].processor;
        fprintf(stderr, "%-20s %10.1f %13.1f\n", part[i].name, 1e3 * part[i].clock, 1e3 * part[i].processor);
    }
    fprintf(stderr, "%-20s %10.1f %13.1f\n", "all", 1e3 * clock, 1e3 * processor);
}

static void free_work(struct work *work) {
    sp_writer_free(work->writer);
    sp_result_free(work->result);
    sp_plan_free(work->plan);
    sp_scenario_free(work->scenario);
    sp_problems_free(&work->problems);
    free(work->output);
}

static int run_at_centre(struct arguments *arguments) {
    struct sp_at_centre_request request = {.inputs = &arguments->inputs,
                                           .output = arguments->output,
                                           .beside = arguments->beside,
                                           .force = arguments->force};
    read_environment(arguments, &request.compile);
    request.run = arguments->options;
    int code = sp_at_centre_run(&request);
    sp_inputs_free(&arguments->inputs);
    return sp_print_finish(code);
}

static int run(int argc, char **argv) {
    static const struct argp_child children[] = {{&sp_inputs_argp, 0, "The scenario:", 1}, {0}};
    static const struct argp argp = {
        options, parse, "SCENARIO", "Simulates a scenario and writes a result file.", children, NULL, NULL};
    struct arguments arguments = {0};
    struct work work = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.at_centre)
        return run_at_centre(&arguments);
    int error = simulate(&arguments, &work);
    if (!error)
        error = save(&work);
    if (error && !sp_problems_error(&work.problems))
        sp_problems_add(&work.problems, error, (struct sp_place){0}, "%s", sp_error_sentence(error));
    int code = sp_print_problems(&work.problems);
    if (!code && arguments.json)
        code = sp_show_result(work.result, &(struct sp_show_request){.json = true});
    else if (!code)
        print_summary(&work);
    if (!code && sp_phase_is_measured) {
        print_parts();
        print_phases(work.plan);
    }
    free_work(&work);
    sp_inputs_free(&arguments.inputs);
    return sp_print_finish(code);
}

const struct sp_command sp_run_command = {"run", "simulate a scenario and write a result file", run};
