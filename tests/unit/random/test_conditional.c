/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Laws given their parameters: for any set of parameters the value is the quantile of the law with these.
 */
#include "engine/random/conditional.h"
#include "engine/random/sampler.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(conditional, .timeout = 60);

enum { PATHS = 256 };

static uint64_t state;

static double random_unit(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(state >> 32) + 0.5) * 0x1p-32;
}

/* A parameter of a moderate size, by its name. */
static double random_parameter(const char *name) {
    double u = random_unit();
    if (strcmp(name, "p") == 0)
        return u;
    if (strcmp(name, "n") == 0)
        return floor(u * 30);
    if (strcmp(name, "mu") == 0 || strcmp(name, "loc") == 0)
        return 20 * u - 10;
    if (strcmp(name, "sigma") == 0)
        return 0.05 + 3 * u;
    if (strcmp(name, "shape") == 0 || strcmp(name, "df") == 0)
        return 0.7 + 8 * u;
    return 0.1 + 15 * u;
}

struct set {
    double value[SP_CONDITIONAL_PARAMETERS][PATHS];
    double number[SP_LAW_PARAMETERS], z[PATHS], u[PATHS], out[PATHS];
    const double *parameter[SP_CONDITIONAL_PARAMETERS];
};

/* Numbers are the same on all paths; what can be drawn is not. Ends are put in order. */
static void fill_set(const struct sp_conditional *conditional, struct set *set) {
    for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS && conditional->name[j]; j++) {
        set->number[j] = random_parameter(conditional->name[j]);
        for (size_t i = 0; i < PATHS; i++) {
            double *x = &set->value[j][i];
            *x = conditional->parameter[j].can_be_drawn ? random_parameter(conditional->name[j])
                                                        : set->number[j];
            if (conditional->contradictions == NULL || j == 0 || strcmp(conditional->law, "lognormal") == 0)
                continue;
            *x = set->value[j - 1][i] + 0.1 + 5 * random_unit();
        }
        set->parameter[j] = set->value[j];
    }
    struct sp_law standard = conditional->standard(set->number);
    for (size_t i = 0; i < PATHS; i++) {
        set->u[i] = random_unit();
        set->z[i] = sp_law_quantile(&standard, set->u[i], 1 - set->u[i]);
    }
}

static void expect_quantiles(const struct sp_law_form *form, const struct sp_conditional *conditional) {
    static struct set set;
    fill_set(conditional, &set);
    conditional->fill(sp_kernels_find(NULL), set.parameter, set.z, set.out, PATHS);
    for (size_t i = 0; i < PATHS; i++) {
        double all[SP_LAW_PARAMETERS] = {0};
        struct sp_law law;
        for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS && conditional->name[j]; j++)
            all[j] = set.value[j][i];
        cr_assert_null(form->make(all, &law));
        double expected = sp_law_quantile(&law, set.u[i], 1 - set.u[i]);
        cr_expect_float_eq(set.out[i], expected, 1e-9 * fmax(1, fabs(expected)),
                           "%s %g %g %g at %g: %g, not %g", form->name, all[0], all[1], all[2], set.u[i],
                           set.out[i], expected);
    }
}

Test(conditional, value_is_the_quantile_of_the_law) {
    size_t count, found = 0;
    const struct sp_law_form *form = sp_law_forms(&count);
    state = 20260101;
    for (size_t f = 0; f < count; f++) {
        const struct sp_conditional *conditional = sp_conditional_find(&form[f]);
        found += conditional != NULL;
        for (int round = 0; conditional && round < 20; round++)
            expect_quantiles(&form[f], conditional);
    }
    cr_expect_eq(found, 15);
}

/* The corners of what the bounds let through: no infinity, nothing that is no number. */
Test(conditional, corners_are_finite) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    static const double tail[] = {0x1p-33, 0.5, 1 - 0x1p-33};
    for (size_t f = 0; f < count; f++) {
        const struct sp_conditional *c = sp_conditional_find(&form[f]);
        for (int corner = 0; c && corner < 64; corner++) {
            double x[SP_CONDITIONAL_PARAMETERS] = {0}, out;
            const double *one[] = {&x[0], &x[1], &x[2]};
            for (size_t j = 0; j < SP_CONDITIONAL_PARAMETERS && c->name[j]; j++) {
                double end = (corner >> j & 1) ? c->parameter[j].high : c->parameter[j].low;
                double smallest_shape = strcmp(c->name[j], "df") == 0   ? 0.5
                                        : strcmp(c->law, "pareto") == 0 ? 0.1
                                                                        : 0.05;
                x[j] = c->parameter[j].can_be_drawn ? end : smallest_shape;
            }
            struct sp_law standard = c->standard(x);
            double u = tail[corner >> 3 & 1 ? 2 : corner >> 4 & 1];
            double z = sp_law_quantile(&standard, u, 1 - u);
            c->fill(sp_kernels_find(NULL), one, &z, &out, 1);
            cr_expect(isfinite(out), "%s with %g %g %g at %g: %g", c->law, x[0], x[1], x[2], u, out);
        }
    }
}

/* A max below its min becomes the min; each that gives way is counted for itself. */
Test(conditional, later_parameters_give_way) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    const double low[] = {5, 5, 5, 5}, mode[] = {4, 6, 9, 3}, high[] = {2, 8, 7, 4};
    const double u[] = {0.3, 0.3, 0.3, 0.9}, *three[] = {low, mode, high}, *two[] = {low, high};
    double out[4];
    for (size_t f = 0; f < count; f++) {
        const struct sp_conditional *c = sp_conditional_find(&form[f]);
        if (strcmp(form[f].name, "uniform") == 0) {
            cr_expect_eq(c->contradictions(0, two, 4), 0);
            cr_expect_eq(c->contradictions(1, two, 4), 2);
            c->fill(sp_kernels_find(NULL), two, u, out, 4);
            cr_expect_eq(out[0], 5);
            cr_expect_float_eq(out[1], 5.9, 1e-15);
            cr_expect_eq(out[3], 5);
        } else if (strcmp(form[f].name, "triangular") == 0) {
            cr_expect_eq(c->contradictions(1, three, 4), 2);
            cr_expect_eq(c->contradictions(2, three, 4), 3);
            c->fill(sp_kernels_find(NULL), three, u, out, 4);
            cr_expect_eq(out[0], 5);
            cr_expect_float_eq(out[1], 5 + sqrt(0.3 * 3 * 1), 1e-15);
            cr_expect_float_eq(out[2], 5 + sqrt(0.3 * 4 * 4), 1e-14); /* the max becomes the mode, 9 */
            cr_expect_eq(out[3], 5);
        }
    }
}

/* Where the parameters are the same on all paths, draws are those of the law with numbers, bit for bit. */
Test(conditional, location_and_scale_have_the_bits_of_the_numbers) {
    static const struct {
        const char *law;
        double x[2];
    } cases[] = {{"normal", {0.2385, 0.13}}, {"uniform", {-1.3, 2.385}}};
    struct sp_tables *tables = sp_tables_create();
    const struct sp_kernels *kernels = sp_kernels_find(NULL);
    uint32_t words[PATHS];
    double a[PATHS], b[PATHS], expected[PATHS], z[PATHS], out[PATHS];
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t i = 0; i < PATHS; i++)
        words[i] = (uint32_t)i * 2654435769u;
    for (size_t t = 0; t < sizeof cases / sizeof *cases; t++)
        for (size_t f = 0; f < count; f++) {
            struct sp_law law, standard;
            struct sp_sampler sampler;
            if (strcmp(form[f].name, cases[t].law) != 0)
                continue;
            const struct sp_conditional *c = sp_conditional_find(&form[f]);
            double all[SP_LAW_PARAMETERS] = {cases[t].x[0], cases[t].x[1]};
            cr_assert_null(form[f].make(all, &law));
            standard = c->standard(all);
            cr_assert_eq(sp_sampler_make(&sampler, &law, tables), 0);
            sp_sampler_fill(&sampler, kernels, words, expected, PATHS);
            cr_assert_eq(sp_sampler_make(&sampler, &standard, tables), 0);
            sp_sampler_fill(&sampler, kernels, words, z, PATHS);
            for (size_t i = 0; i < PATHS; i++) {
                a[i] = all[0];
                b[i] = all[1];
            }
            c->fill(kernels, (const double *[]){a, b}, z, out, PATHS);
            cr_expect_arr_eq(out, expected, sizeof out, "%s", cases[t].law);
        }
    sp_tables_free(tables);
}
