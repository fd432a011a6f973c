/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws in a few words. Examples are made of one sample number for each name that a parameter can have, and
 * are shown only when the law accepts them.
 */
#include "scenarios/describe.h"

#include "engine/random/conditional.h"

#include <math.h>
#include <string.h>

struct sample {
    const char *name;
    double value;
};

static const struct sample samples[] = {
    {"value", 0.05}, {"min", 1},     {"mode", 2},    {"max", 4},  {"lambda", 4}, {"mean", 10},
    {"sd", 2},       {"mu", 2.3},    {"sigma", 0.2}, {"a", 8},    {"b", 92},     {"median", 10},
    {"shape", 4},    {"scale", 2.5}, {"df", 5},      {"loc", 0},  {"p", 0.1},    {"n", 10},
    {"r", 3},        {"p10", 5},     {"p50", 10},    {"p90", 20}, {"rate", 0.5},
};

size_t sp_describe_law_parameters(const struct sp_law_form *form) {
    size_t count = 0;
    while (count < SP_LAW_PARAMETERS && form->parameter[count])
        count++;
    return count;
}

const char *sp_describe_law_form(struct sp_prose *prose, const struct sp_law_form *form) {
    const char *list = "";
    for (size_t i = 0; i < sp_describe_law_parameters(form); i++)
        list = sp_prose_text(prose, "%s%s%s", list, i ? ", " : "", form->parameter[i]);
    if (form->required < sp_describe_law_parameters(form))
        list =
            sp_prose_text(prose, "%s (%s when not given)", list, sp_describe_number(prose, form->standard));
    return list;
}

const char *sp_describe_law_drawn(struct sp_prose *prose, const struct sp_law_form *form) {
    const struct sp_conditional *conditional = sp_conditional_find(form);
    const char *list = "";
    for (size_t j = 0; conditional && j < SP_CONDITIONAL_PARAMETERS && conditional->name[j]; j++)
        if (conditional->parameter[j].can_be_drawn)
            list = sp_prose_text(prose, "%s%s%s", list, *list ? ", " : "", conditional->name[j]);
    return list;
}

/* Whether all parameters have a sample and the law takes them. */
static bool make_sample(const struct sp_law_form *form, double *parameter, struct sp_law *law) {
    for (size_t i = 0; i < sp_describe_law_parameters(form); i++) {
        parameter[i] = NAN;
        for (size_t j = 0; j < sizeof samples / sizeof *samples; j++)
            if (strcmp(samples[j].name, form->parameter[i]) == 0)
                parameter[i] = samples[j].value;
        if (isnan(parameter[i]))
            return false;
    }
    return form->make(parameter, law) == NULL;
}

const char *sp_describe_law_example(struct sp_prose *prose, const struct sp_law_form *form) {
    double parameter[SP_LAW_PARAMETERS] = {0};
    struct sp_law law;
    const char *list = "";
    if (!make_sample(form, parameter, &law))
        return "";
    for (size_t i = 0; i < form->required; i++)
        list = sp_prose_text(prose, "%s%s%s = %s", list, i ? ", " : "", form->parameter[i],
                             sp_describe_number(prose, parameter[i]));
    return sp_prose_text(prose, "{ %s = { %s } }", form->name, list);
}

/* The name of the parameter that an end of the support is, or its number. */
static const char *end_text(struct sp_prose *prose, const struct sp_law_form *form, const double *parameter,
                            double end) {
    static const char *const ends[] = {"min", "max", "value"};
    for (size_t i = 0; i < sp_describe_law_parameters(form); i++)
        for (size_t j = 0; j < sizeof ends / sizeof *ends; j++)
            if (strcmp(form->parameter[i], ends[j]) == 0 && parameter[i] == end)
                return form->parameter[i];
    return sp_describe_number(prose, end);
}

const char *sp_describe_law_support(struct sp_prose *prose, const struct sp_law_form *form) {
    double parameter[SP_LAW_PARAMETERS] = {0}, low, high;
    struct sp_law law;
    if (!make_sample(form, parameter, &law))
        return "";
    sp_law_support(&law, &low, &high);
    const char *from = end_text(prose, form, parameter, low), *to = end_text(prose, form, parameter, high);
    if (low == high)
        return from;
    if (isinf(low))
        return isinf(high) ? "all numbers" : sp_prose_text(prose, "below %s", to);
    return isinf(high) ? sp_prose_text(prose, "above %s", from) : sp_prose_text(prose, "%s .. %s", from, to);
}
