/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/show.h"

#include "cli/command.h"
#include "cli/print.h"
#include "engine/base/error.h"
#include "output/json.h"
#include "output/reader.h"
#include "output/rows.h"
#include "output/table.h"
#include "scenarios/suggest.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

/* What a reader wants to see first, of what is there. */
static const char *const headline[] = {"users",      "paid", "mrr",         "gross_margin",
                                       "cost.total", "cash", "cash.ran_out"};

static bool is_wanted(const struct sp_show_request *request, const char *name) {
    if (request->metric)
        return sp_rows_match(request->metric, name);
    for (size_t i = 0; i < sizeof headline / sizeof *headline; i++)
        if (strcmp(headline[i], name) == 0)
            return true;
    return false;
}

static int print_text(int error, char *text) {
    if (!error && text)
        printf("%s\n", text);
    free(text);
    return sp_error_exit_code(error);
}

static int print_category(const struct sp_result *result, const struct sp_variant_result *variant, size_t c,
                          const struct sp_show_request *request) {
    const struct sp_category_view *category = &result->category[c];
    int code = 0;
    bool any = false;
    for (size_t i = 0; !code && i < category->metrics; i++) {
        const char *name = result->metric[category->metric[i]].name;
        if (request->metric ? !sp_rows_match(request->metric, name) : strcmp(name, "cost.total") != 0)
            continue;
        char *text = NULL;
        any = true;
        int error = sp_table_category(result, variant, c, i, &text);
        code = print_text(error, text);
    }
    if (!any && variant->passage && variant->passage[c].occupancy) {
        char *text = NULL;
        int error = sp_table_category(result, variant, c, category->metrics, &text);
        code = print_text(error, text);
    }
    return code;
}

static int print_variant(const struct sp_result *result, const struct sp_variant_result *variant,
                         const struct sp_show_request *request) {
    int code = 0;
    for (size_t m = 0; !request->tiers && !code && m < result->metrics; m++) {
        char *text = NULL;
        if (!is_wanted(request, result->metric[m].name))
            continue;
        int error = sp_table_bands(result, variant, m, &text);
        code = print_text(error, text);
    }
    for (size_t c = 0; request->tiers && !code && c < result->categories; c++)
        code = print_category(result, variant, c, request);
    return code;
}

static int print_notes(const struct sp_result *result) {
    char *text = NULL;
    int error = sp_table_notes(result, &text);
    if (!error)
        fputs(text, stdout);
    free(text);
    return sp_error_exit_code(error);
}

static int print_row(void *context, const struct sp_row *row) {
    char *text = NULL;
    (void)context;
    int error = sp_json_row(row, &text);
    if (!error)
        puts(text);
    free(text);
    return error;
}

static int print_rows(const struct sp_result *result, const struct sp_show_request *request) {
    struct sp_rows_filter filter = {.metric = request->metric, .tiers_only = request->tiers};
    return sp_error_exit_code(sp_rows_walk(result, &filter, print_row, NULL));
}

/* Rows that are not there say nothing themselves. */
static void tell_not_kept(const struct sp_result *result) {
    if (sp_table_not_kept(result))
        fprintf(stderr, "scalepath: not kept, see [results] times: %s\n", sp_table_not_kept(result));
}

/* Whether the result has anything that was asked for; if not, says what it has. */
static int check_metric(const struct sp_result *result, const char *metric) {
    const char **known = malloc((result->metrics + 1) * sizeof *known);
    if (!known)
        return sp_error_exit_code(SP_ERROR_RESOURCES);
    bool found = !metric;
    for (size_t m = 0; m < result->metrics; m++) {
        known[m] = result->metric[m].name;
        found = found || sp_rows_match(metric, known[m]);
    }
    const char *near = found ? NULL : sp_suggest_nearest(metric, known, result->metrics);
    free(known);
    if (found)
        return 0;
    fprintf(stderr, "scalepath: error: the file has no metric '");
    sp_print_escaped(stderr, metric);
    fprintf(stderr, near ? "'; did you mean '%s'?\n" : "'; --json without --metric lists all\n", near);
    return sp_error_exit_code(SP_ERROR_USAGE);
}

int sp_show_result(const struct sp_result *result, const struct sp_show_request *request) {
    int code = check_metric(result, request->metric);
    if (code)
        return code;
    if (request->json) {
        tell_not_kept(result);
        return print_rows(result, request);
    }
    if (request->tiers && result->categories == 0) {
        printf("This scenario has no tiers.\n");
        return 0;
    }
    for (size_t v = 0; !code && v < result->variants; v++)
        code = print_variant(result, &result->variant[v], request);
    return code ? code : print_notes(result);
}

/* --- The command --- */

struct arguments {
    const char *file;
    struct sp_show_request request;
};

static const struct argp_option options[] = {
    {"metric", 'm', "METRIC", 0, "one metric, or a family: cost is cost.ai, cost.voice, ..", 0},
    {"tiers", 't', NULL, 0, "by infrastructure tier", 0},
    {"json", 'j', NULL, 0, "tidy rows, one JSON object a line", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct arguments *arguments = state->input;
    switch (key) {
    case 'm':
        arguments->request.metric = argument;
        return 0;
    case 't':
        arguments->request.tiers = true;
        return 0;
    case 'j':
        arguments->request.json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->file)
            argp_error(state, "one result file only, got '%s' and '%s'", arguments->file, argument);
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (!arguments->file)
            argp_error(state, "a result file is missing");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int run(int argc, char **argv) {
    static const struct argp argp = {options, parse, "FILE", "Shows the bands of a result file.",
                                     NULL,    NULL,  NULL};
    struct arguments arguments = {0};
    struct sp_problems problems = {0};
    struct sp_result *result = NULL;
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    int code = sp_reader_load(arguments.file, false, &result, &problems)
                   ? sp_print_problems(&problems)
                   : sp_show_result(result, &arguments.request);
    sp_result_free(result);
    sp_problems_free(&problems);
    return sp_print_finish(code);
}

const struct sp_command sp_show_command = {"show", "show the bands of a result file", run};
