/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/explain_json.h"
#include "cli/print.h"
#include "engine/base/error.h"
#include "scenarios/explain.h"
#include "scenarios/prose.h"
#include "scenarios/reference.h"

#include <argp.h>
#include <stdbool.h>
#include <stdlib.h>

struct arguments {
    const char *word;
    bool json, reference;
};

enum { REFERENCE = 256 };

static const struct argp_option options[] = {
    {"json", 'j', NULL, 0, "as JSON, one object a line; without a name, all there is", 0},
    {"reference", REFERENCE, NULL, 0, "everything as one page of Markdown (scenarios/REFERENCE.md)", 0},
    {0},
};

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct arguments *arguments = state->input;
    switch (key) {
    case 'j':
        arguments->json = true;
        return 0;
    case REFERENCE:
        arguments->reference = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->word)
            argp_error(state, "one name only, got '%s' and '%s'", arguments->word, argument);
        arguments->word = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->reference && (arguments->word || arguments->json))
            argp_error(state, "--reference stands alone");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int print_text(const struct arguments *arguments, struct sp_problems *problems) {
    char *text = NULL;
    int width = sp_print_width(SP_PROSE_WIDTH);
    int error = arguments->reference ? sp_reference_text(&text)
                : arguments->word    ? sp_explain_word(arguments->word, width, &text, problems)
                                     : sp_explain_overview(width, &text);
    if (!error)
        fputs(text, stdout);
    free(text);
    return error;
}

static int run(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "[MECHANISM|KEY|METRIC|LAW]",
        "Explains a mechanism, a key of the scenario, a metric of the result, or a "
        "law. Without a name, lists what there is.",
        NULL,
        NULL,
        NULL};
    struct arguments arguments = {0};
    struct sp_problems problems = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    int error =
        arguments.json ? sp_explain_json_print(arguments.word, &problems) : print_text(&arguments, &problems);
    if (error && !sp_problems_error(&problems))
        sp_problems_add(&problems, error, (struct sp_place){0}, "%s", sp_error_sentence(error));
    int code = sp_print_problems(&problems);
    sp_problems_free(&problems);
    return sp_print_finish(code);
}

const struct sp_command sp_explain_command = {"explain", "explain a mechanism, a key, a metric or a law",
                                              run};
