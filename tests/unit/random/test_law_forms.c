/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law.h"
#include "tests/support/engine_test_table.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(law_forms, .timeout = 20);

/* The form of a law whose first parameter is called so. */
static const struct sp_law_form *find(const char *name, const char *first) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(form[i].name, name) && (!first || !strcmp(form[i].parameter[0], first)))
            return &form[i];
    cr_assert_fail("no law %s", name);
    return NULL;
}

static const struct {
    const char *law, *first;
    double x[SP_LAW_PARAMETERS];
    const char *message; /* NULL: accepted */
} cases[] = {
    {"constant", NULL, {2.385}, NULL},
    {"uniform", NULL, {0.1, 0.2}, NULL},
    {"uniform", NULL, {0.2, 0.2}, "min must be below max; for a fixed number write the number alone"},
    {"uniform", NULL, {0.3, 0.2}, "min must be below max; for a fixed number write the number alone"},
    {"uniform", NULL, {NAN, 0.2}, "min must be below max; for a fixed number write the number alone"},
    {"normal", NULL, {-1, 1e-9}, NULL},
    {"normal", NULL, {1, 0}, "sd must be above 0"},
    {"normal", NULL, {1, -1}, "sd must be above 0"},
    {"normal", NULL, {1, NAN}, "sd must be above 0"},
    {"lognormal", "mu", {300, 5}, NULL},
    {"lognormal", "mu", {301, 1}, "mu must be within -300 .. 300: it is the logarithm of the median"},
    {"lognormal", "mu", {-301, 1}, "mu must be within -300 .. 300: it is the logarithm of the median"},
    {"lognormal", "mu", {0, 0}, "sigma must be above 0"},
    {"lognormal", "mu", {0, -1}, "sigma must be above 0"},
    {"lognormal", "mu", {0, NAN}, "sigma must be above 0"},
    {"lognormal", "mu", {0, 10.1}, "sigma must be at most 10: it is the standard deviation of the logarithm"},
    {"lognormal", "median", {15, 0.1}, NULL},
    {"lognormal", "median", {0, 0.1}, "median must be above 0"},
    {"lognormal", "median", {-15, 0.1}, "median must be above 0"},
    {"lognormal", "median", {15, 0}, "sigma must be above 0"},
    {"lognormal", "mean", {15, 3}, NULL},
    {"lognormal", "mean", {0, 1}, "mean and sd must be above 0"},
    {"lognormal", "mean", {1, 0}, "mean and sd must be above 0"},
    {"lognormal", "mean", {1, NAN}, "mean and sd must be above 0"},
    {"lognormal",
     "mean",
     {1, 1e25},
     "sigma must be at most 10: it is the standard deviation of the logarithm"},
    {"triangular", NULL, {0, 0, 1}, NULL},
    {"triangular", NULL, {0, 1, 1}, NULL},
    {"triangular", NULL, {1, 1, 1}, "needs min <= mode <= max and min < max"},
    {"triangular", NULL, {0, 2, 1}, "needs min <= mode <= max and min < max"},
    {"triangular", NULL, {0, -1, 1}, "needs min <= mode <= max and min < max"},
    {"triangular", NULL, {0, NAN, 1}, "needs min <= mode <= max and min < max"},
    {"pert", NULL, {0, 0, 1, 4}, NULL},
    {"pert", NULL, {1, 1, 1, 4}, "needs min <= mode <= max and min < max"},
    {"pert", NULL, {0, 2, 1, 4}, "needs min <= mode <= max and min < max"},
    {"pert", NULL, {0, 0.5, NAN, 4}, "needs min <= mode <= max and min < max"},
    {"pert", NULL, {0, 0.5, 1, 0}, "lambda must be within 0 .. 1000 (4 is usual)"},
    {"pert", NULL, {0, 0.5, 1, 1001}, "lambda must be within 0 .. 1000 (4 is usual)"},
    {"pert", NULL, {0, 0.5, 1, NAN}, "lambda must be within 0 .. 1000 (4 is usual)"},
    {"beta", NULL, {1, 1e6}, NULL},
    {"beta", NULL, {1e5, 1e6}, NULL},
    {"beta", NULL, {1.1e5, 1.1e5}, "one of a and b must be at most 1e5; beyond, take a normal"},
    {"beta", NULL, {0.049, 2}, "a and b must be within 0.05 .. 1e6"},
    {"beta", NULL, {2, 1.1e6}, "a and b must be within 0.05 .. 1e6"},
    {"beta", NULL, {-1, 2}, "a and b must be within 0.05 .. 1e6"},
    {"beta", NULL, {2, NAN}, "a and b must be within 0.05 .. 1e6"},
    {"gamma", NULL, {1, 1e-3}, NULL},
    {"gamma", NULL, {4, 0}, "scale must be above 0"},
    {"gamma", NULL, {4, -0.5}, "scale must be above 0"},
    {"gamma", NULL, {4, NAN}, "scale must be above 0"},
    {"gamma", NULL, {0.049, 1}, "shape must be within 0.05 .. 1e4; beyond, take a normal"},
    {"gamma", NULL, {1e7, 1}, "shape must be within 0.05 .. 1e4; beyond, take a normal"},
    {"gamma", NULL, {NAN, 1}, "shape must be within 0.05 .. 1e4; beyond, take a normal"},
};

Test(law_forms, parameters_are_checked) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sp_law law;
        const char *message = find(cases[i].law, cases[i].first)->make(cases[i].x, &law);
        const char *expected = cases[i].message;
        cr_expect(expected ? message && !strcmp(message, expected) : !message, "%s %g %g: %s", cases[i].law,
                  cases[i].x[0], cases[i].x[1], message ? message : "accepted");
    }
}

static size_t count_parameters(const struct sp_law_form *form) {
    size_t count = 0;
    while (count < SP_LAW_PARAMETERS && form->parameter[count])
        count++;
    return count;
}

/* The reader tells forms apart by their required parameters, and looks a law's forms up together. */
Test(law_forms, the_list_is_sane) {
    size_t count;
    const struct sp_law_form *form = sp_law_forms(&count);
    for (size_t i = 0; i < count; i++) {
        size_t parameters = count_parameters(&form[i]);
        cr_expect(form[i].name && form[i].sentence && strlen(form[i].sentence) > 10);
        cr_expect(form[i].required >= 1 && form[i].required <= parameters, "%s", form[i].name);
        cr_expect_geq(form[i].required + 1, parameters, "at most the last is optional");
        cr_expect_eq(isnan(form[i].standard), form[i].required == parameters, "%s", form[i].name);
        for (size_t j = 0; j < i; j++)
            if (!strcmp(form[i].name, form[j].name)) {
                cr_expect_str_eq(form[i - 1].name, form[i].name, "forms of %s stand together", form[i].name);
                cr_expect_str_neq(form[i].parameter[0], form[j].parameter[0]);
            }
    }
}

static struct sp_law make(const char *name, const char *first, double a, double b) {
    struct sp_law law;
    cr_assert_null(find(name, first)->make((double[]){a, b}, &law));
    return law;
}

/* Three ways to write one lognormal. */
Test(law_forms, lognormals_by_median_and_by_mean) {
    struct sp_law by_mu = make("lognormal", "mu", log(15), 0.37);
    struct sp_law by_median = make("lognormal", "median", 15, 0.37);
    struct sp_law by_mean = make("lognormal", "mean", sp_law_mean(&by_mu), sp_law_sd(&by_mu));
    cr_expect_float_eq(by_median.parameter[0], by_mu.parameter[0], 1e-15);
    cr_expect_float_eq(by_mean.parameter[0], by_mu.parameter[0], 1e-14);
    cr_expect_float_eq(by_mean.parameter[1], 0.37, 1e-14);
    cr_expect_float_eq(sp_law_mean(&by_mu), 15 * exp(0.37 * 0.37 / 2), 1e-12);
}

/* Laws through two percentiles (tests/vectors/analytic): quantiles, mean and median are theirs. */
Test(law_forms, two_percentile_fits) {
    size_t rows;
    const struct engine_test_row *row =
        engine_test_rows("tests/vectors/analytic/two_percentile_fits.csv", &rows);
    for (size_t i = 0; i < rows; i++) {
        const double *x = row[i].number;
        /* a comma within the quotes of the first column makes two of it */
        bool is_log = !strncmp(row[i].text[0], "\"lognormal", 10), is_p10 = strstr(row[i].text[0], "P10");
        double p = is_p10 ? 0.1 : 0.05;
        struct sp_law law = {is_log ? SP_LAW_LOGNORMAL : SP_LAW_NORMAL, {x[4], x[5]}};
        cr_expect_float_eq(sp_law_quantile(&law, p, 1 - p), x[2], 1e-12 * fabs(x[2]), "row %zu", i);
        cr_expect_float_eq(sp_law_quantile(&law, 1 - p, p), x[3], 1e-12 * fabs(x[3]), "row %zu", i);
        cr_expect_float_eq(sp_law_quantile(&law, 0.5, 0.5), x[7], 1e-12 * fabs(x[7]), "row %zu", i);
        cr_expect_float_eq(sp_law_mean(&law), x[6], 1e-11 * fabs(x[6]), "row %zu", i);
    }
}
