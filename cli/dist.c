/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"
#include "cli/picture.h"
#include "cli/print.h"

#include "engine/base/error.h"
#include "scenarios/value_drawn.h"

#include <argp.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_POINTS = 256 };

struct arguments {
    const char *expression;
    double at[MOST_POINTS];
    size_t points;
    bool json;
};

static const struct argp_option options[] = {
    {"at", 'a', "P,...", 0, "probabilities at which to tell the quantile, like 0.1,0.5,0.9", 0},
    {"json", 'j', NULL, 0, "one JSON object, with 17 digits", 0},
    {0},
};

static void add_point(struct argp_state *state, const char *text) {
    struct arguments *arguments = state->input;
    char *end;
    double p = strtod(text, &end);
    if (end == text || *end || strspn(text, "0123456789.eE-") != strlen(text) || !(p > 0 && p < 1))
        argp_error(state, "--at takes probabilities above 0 and below 1, like 0.1,0.5,0.9; got '%s'", text);
    if (arguments->points == MOST_POINTS)
        argp_error(state, "--at takes at most %d probabilities", MOST_POINTS);
    arguments->at[arguments->points++] = p;
}

/* The list, cut at its commas; an empty place in it is told like any wrong number. */
static void add_points(struct argp_state *state, const char *list) {
    while (list) {
        const char *comma = strchr(list, ',');
        char *text = strndup(list, comma ? (size_t)(comma - list) : strlen(list));
        if (!text)
            argp_failure(state, sp_error_exit_code(SP_ERROR_RESOURCES), 0, "out of memory");
        add_point(state, text);
        free(text);
        list = comma ? comma + 1 : NULL;
    }
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct arguments *arguments = state->input;
    switch (key) {
    case 'a':
        add_points(state, argument);
        return 0;
    case 'j':
        arguments->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->expression)
            argp_error(state, "one law only; put it in quotes: '{ beta = { a = 20, b = 180 } }'");
        arguments->expression = argument;
        return 0;
    case ARGP_KEY_END:
        if (!arguments->expression)
            argp_error(state, "a law is missing, like '{ beta = { a = 20, b = 180 } }'");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- Reading the expression --- */

#define KEY "x = "

/* Of a law with drawn parameters: how many sets of them stand for all. */
enum { SETS = 1024 };

/* The law, in the arena; NULL with problems added. Columns of problems count from the expression's start. */
static const struct sp_law *read_law(struct sp_arena *arena, const char *expression,
                                     struct sp_problems *problems) {
    static const struct sp_field field = {
        .key = "x", .unit = "1", .low = -INFINITY, .high = INFINITY, .sentence = "a value"};
    struct sp_value_context context = {.arena = arena, .problems = problems, .quarters = 1};
    struct sp_input *input = sp_arena_array(arena, 1, sizeof *input);
    const char *text = sp_arena_format(arena, KEY "%s\n", expression);
    struct sp_node *root = text && input ? sp_tree_parse(arena, "EXPR", text, strlen(text), problems) : NULL;
    struct sp_node *node = sp_tree_find(root, "x");
    if (node) {
        *input = (struct sp_input){.key = "law", .field = &field};
        if (root->count > 1)
            sp_problems_add(problems, SP_ERROR_SCENARIO, root->entry[1]->key_place, "one law only");
        if (sp_tree_find(node, "at"))
            sp_problems_add(problems, SP_ERROR_SCENARIO, node->place,
                            "law: a schedule is not one law; give the law of one time");
        else
            sp_value_assumption(&context, node, input);
    } else if (!sp_problems_error(problems)) {
        sp_problems_add(problems, SP_ERROR_RESOURCES, (struct sp_place){0}, "out of memory");
    }
    for (size_t i = 0; i < problems->count; i++)
        if (problems->items[i].line == 1 && problems->items[i].column > (int)strlen(KEY))
            problems->items[i].column -= (int)strlen(KEY);
    if (sp_problems_error(problems))
        return NULL;
    return input->assumption.drawn ? sp_value_drawn_mix(arena, input->assumption.drawn, SETS)
                                   : input->assumption.law;
}

/* --- Telling --- */

static void print_json_number(const char *name, double value) {
    printf(isfinite(value) ? "\"%s\":%.17g" : "\"%s\":null", name, value);
}

/* What is infinite or does not exist is null. */
static void print_json(const struct sp_law *law, const struct arguments *arguments) {
    putchar('{');
    print_json_number("mean", sp_law_mean(law));
    putchar(',');
    print_json_number("sd", sp_law_sd(law));
    putchar(',');
    print_json_number("skewness", sp_law_skewness(law));
    printf(",\"quantiles\":[");
    for (size_t i = 0; i < arguments->points; i++) {
        double p = arguments->at[i];
        printf("%s{\"p\":%.17g,", i ? "," : "", p);
        print_json_number("value", sp_law_quantile(law, p, 1 - p));
        putchar('}');
    }
    printf("]}\n");
}

static void print_moment(const char *name, double value) {
    if (isinf(value))
        printf("%-9s infinite: its tail is too heavy\n", name);
    else if (isnan(value))
        printf("%-9s none: its tails are too heavy\n", name);
    else
        printf("%-9s %.7g\n", name, value);
}

static void print_text(const struct sp_law *law, const struct arguments *arguments) {
    double sd = sp_law_sd(law);
    print_moment("mean", sp_law_mean(law));
    print_moment("sd", sd);
    if (sd > 0 && isfinite(sd))
        print_moment("skewness", sp_law_skewness(law));
    for (size_t i = 0; i < arguments->points; i++) {
        double p = arguments->at[i];
        char name[32];
        snprintf(name, sizeof name, "P%.10g", 100 * p);
        printf("%-9s %.7g\n", name, sp_law_quantile(law, p, 1 - p));
    }
    putchar('\n');
    sp_picture_print(law);
}

static int run(int argc, char **argv) {
    static const struct argp argp = {
        options,
        parse,
        "LAW",
        "Tells what a law means: mean, standard deviation, skewness, percentiles, and its shape.\v"
        "LAW is written as in a scenario: '{ lognormal = { p10 = 5, p90 = 20 }, within = [1, 100] }'. "
        "The figures are of the law itself.",
        NULL,
        NULL,
        NULL};
    static const double usual[] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};
    struct arguments arguments = {0};
    struct sp_problems problems = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.points == 0) {
        arguments.points = sizeof usual / sizeof *usual;
        memcpy(arguments.at, usual, sizeof usual);
    }
    struct sp_arena *arena = sp_arena_create();
    const struct sp_law *law = arena ? read_law(arena, arguments.expression, &problems) : NULL;
    int code = arena ? sp_print_problems(&problems) : sp_error_exit_code(SP_ERROR_RESOURCES);
    if (law && arguments.json)
        print_json(law, &arguments);
    else if (law)
        print_text(law, &arguments);
    sp_problems_free(&problems);
    sp_arena_free(arena);
    return sp_print_finish(code);
}

const struct sp_command sp_dist_command = {"dist", "tell what a law means, and show its shape", run};
