/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/inputs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WITH = 256, SET, PATHS, SEED };

static const struct argp_option options[] = {
    {"with", WITH, "OVERLAY", 0, "lay a partial scenario over it; may be repeated, left to right", 1},
    {"set", SET, "KEY=VALUE", 0, "set one value, like --set growth.decay=0.9; may be repeated", 1},
    {"paths", PATHS, "N", 0, "how many futures to simulate", 1},
    {"trials", PATHS, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 1},
    {"iterations", PATHS, NULL, OPTION_ALIAS | OPTION_HIDDEN, NULL, 1},
    {"seed", SEED, "S", 0, "0 .. 18446744073709551615; each gives other random numbers", 1},
    {0},
};

uint64_t sp_inputs_whole(struct argp_state *state, const char *option, const char *text, uint64_t low,
                         uint64_t high) {
    errno = 0;
    uint64_t number = strtoull(text, NULL, 10);
    size_t length = strlen(text);
    if (errno || length == 0 || strspn(text, "0123456789") != length || number < low || number > high)
        argp_error(state, "--%s must be a whole number within %" PRIu64 " .. %" PRIu64 ", got '%s'", option,
                   low, high, text);
    return number;
}

/* --paths and --seed become --set, so that the resolved scenario has them. */
static void add_number(struct argp_state *state, char **owned, const char *key, uint64_t number) {
    free(*owned);
    if (asprintf(owned, "%s=\"%" PRIu64 "\"", key, number) < 0)
        argp_failure(state, 7, errno, "out of memory");
}

static void add_text(struct argp_state *state, const char **list, size_t *count, const char *text) {
    if (*count == SP_INPUTS_MOST - 2)
        argp_error(state, "more than %d options of one kind", SP_INPUTS_MOST - 2);
    list[(*count)++] = text;
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct sp_inputs *inputs = state->input;
    switch (key) {
    case WITH:
        add_text(state, inputs->overlay, &inputs->overlays, argument);
        return 0;
    case SET:
        add_text(state, inputs->set, &inputs->sets, argument);
        return 0;
    case PATHS:
        add_number(state, &inputs->owned[0], "paths",
                   sp_inputs_whole(state, "paths", argument, 1, SP_PLAN_PATHS_MAX));
        return 0;
    case SEED:
        add_number(state, &inputs->owned[1], "seed", sp_inputs_whole(state, "seed", argument, 0, UINT64_MAX));
        return 0;
    case ARGP_KEY_ARG:
        if (inputs->scenario)
            argp_error(state, "one scenario only, got '%s' and '%s'; lay overlays with --with",
                       inputs->scenario, argument);
        inputs->scenario = argument;
        return 0;
    case ARGP_KEY_END:
        if (!inputs->scenario)
            argp_error(state, "a scenario file is missing");
        return 0;
    case ARGP_KEY_SUCCESS:
        for (int i = 0; i < 2; i++)
            if (inputs->owned[i])
                inputs->set[inputs->sets++] = inputs->owned[i];
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp sp_inputs_argp = {.options = options, .parser = parse};

struct sp_request sp_inputs_request(const struct sp_inputs *inputs) {
    return (struct sp_request){
        .scenario = inputs->scenario,
        .overlay = inputs->overlay,
        .overlays = inputs->overlays,
        .set = inputs->set,
        .sets = inputs->sets,
    };
}

void sp_inputs_free(struct sp_inputs *inputs) {
    for (int i = 0; i < 2; i++)
        free(inputs->owned[i]);
}
