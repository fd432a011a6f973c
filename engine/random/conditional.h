/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws whose parameters are drawn themselves, one value a path: a rate that is not known. Given the
 * parameters, the value is a function of them and of a standard draw Z, which knows nothing of them: so one
 * table, or one uniform number, serves all paths, and one random word still makes one draw. That is why a
 * location, a scale or a probability can be drawn, and a shape cannot.
 *
 * Parameters are within their bounds when they come here. Where they contradict each other all the same, a
 * later one gives way to those before it: a max below its min becomes the min.
 */
#ifndef SP_ENGINE_RANDOM_CONDITIONAL_H
#define SP_ENGINE_RANDOM_CONDITIONAL_H

#include "engine/math/kernels.h"
#include "engine/random/law.h"

enum { SP_CONDITIONAL_PARAMETERS = 3 };

struct sp_conditional_parameter {
    bool can_be_drawn;
    bool is_number;   /* it has no unit, whatever the value has */
    double low, high; /* bounds, both included */
};

struct sp_conditional {
    const char *law; /* name, and parameters as in its form, NULL after the last */
    const char *name[SP_CONDITIONAL_PARAMETERS + 1];
    struct sp_conditional_parameter parameter[SP_CONDITIONAL_PARAMETERS];
    /* The law of Z; reads only parameters that cannot be drawn. */
    struct sp_law (*standard)(const double *parameter);
    /* out[i] from z[i] and parameter[0][i], parameter[1][i], ..; finite. out may be z. */
    void (*fill)(const struct sp_kernels *kernels, const double *const *parameter, const double *z,
                 double *out, size_t n);
    /* How many times parameter j gives way to those before it. NULL: none ever does. */
    size_t (*contradictions)(size_t j, const double *const *parameter, size_t n);
};

/* How the law of this form is drawn given its parameters; NULL: all of them must be numbers. */
const struct sp_conditional *sp_conditional_find(const struct sp_law_form *form);

/* Whether any law has a parameter of this name that can be drawn. */
bool sp_conditional_is_parameter(const char *name);

#endif
