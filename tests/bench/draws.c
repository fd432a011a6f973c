/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a draw takes by kind of law, in nanoseconds: `warm` when the table and the arrays lie in the
 * first-level cache, as in a model that has few laws; `cold` when everything else went through the caches
 * since the last draw from that law, as between the quarters of a large scenario. The best of many calls
 * each.
 */
#include "engine/random/conditional.h"
#include "engine/random/sampler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DRAWS = 2048, ROUNDS = 500, COLD_ROUNDS = 50, ELSEWHERE = 32 << 20 };

static const struct law_case {
    const char *kind, *name; /* as printed, and in sp_law_forms */
    double parameter[SP_LAW_PARAMETERS];
    double mark; /* README.md, What limits each phase; 0: none */
} cases[] = {
    {"table: normal", "normal", {0.35, 0.1}, 0.41},
    {"table: beta", "beta", {8, 152, 0, 1}, 0.41},
    {"table and exponential: lognormal, sigma 1.6", "lognormal", {0, 1.6}, 0.86},
    {"table and logit: beta of a small shape", "beta", {0.5, 3, 0, 1}, 0.86},
    {"triangular", "triangular", {0.1, 0.15, 0.25}, 0.49},
    {"uniform", "uniform", {5, 10}, 0},
    {"search: Poisson, mean 3", "poisson", {3}, 0},
    {"large count: Poisson, mean 20,000", "poisson", {2e4}, 0},
};

/* Laws with drawn parameters take this on top of their standard draw. */
static const struct given_case {
    const char *kind, *name, *first; /* law, and its first parameter */
    double from[SP_CONDITIONAL_PARAMETERS];
} given_cases[] = {
    {"normal", "normal", "mean", {0.3, 0.1}},
    {"lognormal, median and sigma", "lognormal", "median", {15, 0.3}},
    {"lognormal, mean and sd", "lognormal", "mean", {15, 3}},
    {"triangular", "triangular", "min", {0.1, 0.15, 0.25}},
    {"bernoulli", "bernoulli", "p", {0.3}},
    {"Poisson", "poisson", "mean", {3}},
};

/* What a call works on; `elsewhere` is what goes through the caches between two cold ones. */
static uint32_t words[DRAWS];
static _Alignas(64) double z[DRAWS], out[DRAWS], parameters[SP_CONDITIONAL_PARAMETERS][DRAWS];
static char elsewhere[ELSEWHERE];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static const struct sp_law_form *find_form(const char *name, const char *first) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(form[i].name, name) == 0 && (!first || strcmp(form[i].parameter[0], first) == 0))
            return &form[i];
    return NULL;
}

/* One byte of each line: memset would go past the caches. */
static void leave(int round) {
    for (size_t i = 0; i < sizeof elsewhere; i += 64)
        elsewhere[i] = (char)(elsewhere[i] + round);
}

/* The least of many calls, of a draw. */
static double time_draws(const struct sp_sampler *sampler, const struct sp_kernels *kernels, bool is_cold) {
    double least = 1e9;
    for (int round = 0; round < (is_cold ? COLD_ROUNDS : ROUNDS); round++) {
        if (is_cold)
            leave(round);
        double start = now();
        sp_sampler_fill(sampler, kernels, words, out, DRAWS);
        double time = now() - start;
        least = time < least ? time : least;
    }
    return least / DRAWS;
}

static double time_given(const struct sp_conditional *given, const struct sp_kernels *kernels) {
    const double *parameter[SP_CONDITIONAL_PARAMETERS];
    double least = 1e9;
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS; j++)
        parameter[j] = parameters[j];
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        given->fill(kernels, parameter, z, out, DRAWS);
        double time = now() - start;
        least = time < least ? time : least;
    }
    return least / DRAWS;
}

static int print_law(const struct law_case *law_case, const struct sp_kernels *kernels,
                     struct sp_tables *tables) {
    struct sp_law law;
    struct sp_sampler sampler;
    const struct sp_law_form *form = find_form(law_case->name, NULL);
    if (!form || form->make(law_case->parameter, &law) || sp_sampler_make(&sampler, &law, tables))
        return -1;
    printf("%-44s %6.2f %6.2f ", law_case->kind, time_draws(&sampler, kernels, false),
           time_draws(&sampler, kernels, true));
    printf(law_case->mark > 0 ? "%10.2f\n" : "\n", 1.5 * law_case->mark);
    return 0;
}

static int print_given(const struct given_case *given_case, const struct sp_kernels *kernels) {
    const struct sp_law_form *form = find_form(given_case->name, given_case->first);
    const struct sp_conditional *given = form ? sp_conditional_find(form) : NULL;
    if (!given)
        return -1;
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS; j++)
        for (size_t i = 0; i < DRAWS; i++)
            parameters[j][i] = given_case->from[j] * (1 + 1e-6 * (double)i);
    printf("%-44s %6.2f\n", given_case->kind, time_given(given, kernels));
    return 0;
}

int main(void) {
    const struct sp_kernels *kernels = sp_kernels_find(NULL);
    struct sp_tables *tables = sp_tables_create();
    int error = !kernels || !tables;
    for (uint32_t i = 0; i < DRAWS; i++)
        words[i] = (i + 1) * UINT32_C(0x9E3779B9); /* all over, in no order */
    if (!error)
        kernels->uniform(0, 1, words, z, DRAWS);
    printf("%-44s %6s %6s %10s\n", "ns a draw", "warm", "cold", "mark x 1.5");
    for (size_t i = 0; !error && i < sizeof cases / sizeof *cases; i++)
        error = print_law(&cases[i], kernels, tables);
    printf("\n%-44s %6s\n", "drawn parameters, on top of that", "warm");
    for (size_t i = 0; !error && i < sizeof given_cases / sizeof *given_cases; i++)
        error = print_given(&given_cases[i], kernels);
    sp_tables_free(tables);
    return error ? 1 : 0;
}
