/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dependence and time: realised rank correlations, marginals that stay what they are, noise with its
 * stationary spread. Limits are 5 standard errors: a comparison fails by chance once in 1.7 million seeds,
 * and seeds are fixed.
 */
#include "engine/stats/quantile.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATHS = 1 << 15 };

TestSuite(dependence, .timeout = 240);

static const char top[] = "counts = \"continuous\"\npaths = 32768\nseed = 2385\n[time]\nquarters = 8\n"
                          "[start]\nusers = 300\npaid = 30\ncash = 1e6\n[revenue]\nprice = 15\n"
                          "[growth]\nrate_first = { normal = { mean = 0.35, sd = 0.1 } }\n"
                          "decay = { beta = { a = 8, b = 2.385 } }\n"
                          "[conversion]\nshare = { pert = { min = 0.02, mode = 0.1, max = 0.2 } }\n"
                          "[churn]\nmonthly = { lognormal = { median = 0.1, sigma = 0.43 } }\n";

static struct engine_test_run run_with(const char *more) {
    return engine_test_run_well(engine_test_text("%s%s", top, more),
                                (struct engine_test_options){.kept = PATHS});
}

/* --- Rank correlation --- */

struct ranked {
    double value;
    size_t index;
};

static int ascending(const void *a, const void *b) {
    const struct ranked *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

static double *ranks(const double *x) {
    struct ranked *sorted = malloc(PATHS * sizeof *sorted);
    double *rank = malloc(PATHS * sizeof *rank);
    cr_assert(sorted && rank);
    for (size_t i = 0; i < PATHS; i++)
        sorted[i] = (struct ranked){x[i], i};
    qsort(sorted, PATHS, sizeof *sorted, ascending);
    for (size_t i = 0; i < PATHS; i++)
        rank[sorted[i].index] = (double)i - (PATHS - 1) / 2.0;
    free(sorted);
    return rank;
}

static double rank_correlation(const struct sp_result *result, const char *a, const char *b) {
    double *x = ranks(engine_test_kept_input(result, a)), *y = ranks(engine_test_kept_input(result, b));
    double product = 0, square = 0;
    for (size_t i = 0; i < PATHS; i++) {
        product += x[i] * y[i];
        square += x[i] * x[i];
    }
    free(x);
    free(y);
    return product / square;
}

/* Standard error of a rank correlation: sqrt((1 + r^2 / 2) / n) on Fisher's scale (Bonett and Wright 2000).
 */
static void expect_rank(const struct sp_result *result, const char *a, const char *b, double truth) {
    double found = rank_correlation(result, a, b),
           error = (1 - truth * truth) * sqrt((1 + truth * truth / 2) / PATHS);
    cr_expect_lt(fabs(found - truth), 5 * error, "%s, %s: %g, not %g", a, b, found, truth);
}

static double rank_of(double pearson) {
    return 6 / M_PI * asin(pearson / 2);
}

Test(dependence, pairs_have_the_rank_correlation_asked_for) {
    struct engine_test_run run =
        run_with("[correlation.a]\nbetween = [\"growth.rate_first\", \"churn.monthly\"]\nrank = -0.62385\n"
                 "[correlation.b]\nbetween = [\"conversion.share\", \"churn.monthly\"]\nrank = 0.3\n");
    expect_rank(run.result, "growth.rate_first", "churn.monthly", -0.62385);
    expect_rank(run.result, "conversion.share", "churn.monthly", 0.3);
    expect_rank(run.result, "conversion.share", "growth.rate_first", 0);
    expect_rank(run.result, "growth.decay", "churn.monthly", 0);
    engine_test_free(&run);
}

Test(dependence, factors_correlate_what_they_load) {
    struct engine_test_run run =
        run_with("[factor.fit]\nloadings = { \"growth.rate_first\" = 0.6, \"churn.monthly\" = -0.8, "
                 "\"conversion.share\" = 1 }\n");
    expect_rank(run.result, "growth.rate_first", "churn.monthly", rank_of(-0.48));
    expect_rank(run.result, "growth.rate_first", "conversion.share", rank_of(0.6));
    expect_rank(run.result, "churn.monthly", "conversion.share", rank_of(-0.8));
    engine_test_free(&run);
}

/* --- Marginals --- */

static void expect_same_bits(const struct sp_result *a, const struct sp_result *b, const char *input) {
    cr_expect_arr_eq(engine_test_kept_input(a, input), engine_test_kept_input(b, input),
                     PATHS * sizeof(double), "%s", input);
}

Test(dependence, nothing_else_moves) {
    struct engine_test_run alone = run_with("");
    struct engine_test_run with = run_with("[factor.fit]\nloadings = { \"churn.monthly\" = 0.5 }\n");
    struct engine_test_run more =
        run_with("[factor.fit]\nloadings = { \"churn.monthly\" = 0.5, \"growth.decay\" = 0.3 }\n");
    expect_same_bits(alone.result, with.result, "growth.rate_first");
    expect_same_bits(alone.result, with.result, "growth.decay");
    expect_same_bits(alone.result, with.result, "conversion.share");
    expect_same_bits(with.result, more.result, "churn.monthly");
    cr_expect_neq(engine_test_kept_input(alone.result, "churn.monthly")[0],
                  engine_test_kept_input(with.result, "churn.monthly")[0],
                  "a loading must move its own draws");
    engine_test_free(&alone);
    engine_test_free(&with);
    engine_test_free(&more);
}

/* Kolmogorov's distance to the law at 5 sigma: P(D sqrt n > 2.73) = 6e-7. */
Test(dependence, a_loaded_draw_keeps_its_law) {
    struct engine_test_run run =
        run_with("[factor.fit]\nloadings = { \"growth.rate_first\" = 0.6, \"churn.monthly\" = -0.8 }\n");
    static double x[PATHS];
    double distance = 0;
    memcpy(x, engine_test_kept_input(run.result, "churn.monthly"), sizeof x);
    sp_quantile_sort(x, PATHS);
    for (size_t i = 0; i < PATHS; i++) {
        double p = 0.5 * erfc(-log(x[i] / 0.1) / 0.43 / sqrt(2));
        distance = fmax(distance, fmax(fabs(p - (double)i / PATHS), fabs(p - (double)(i + 1) / PATHS)));
    }
    cr_expect_lt(distance * sqrt(PATHS), 2.73);
    engine_test_free(&run);
}

/* --- Noise and ramps --- */

/* mrr / paid is the price, 15 e^a: its logarithm has the stationary spread from the first quarter on, and a
 * correlation of phi^k over k quarters. */
static double log_price(const struct sp_result *result, size_t t, size_t path) {
    return log(engine_test_kept(result, "mrr", t)[path] / engine_test_kept(result, "paid", t)[path] / 15);
}

Test(dependence, noise_is_stationary_and_persists) {
    struct engine_test_run run = engine_test_run_well(
        "counts = \"continuous\"\npaths = 32768\nseed = 5\n[time]\nquarters = 8\n[start]\nusers = 300\npaid "
        "= 30\n"
        "cash = 1e6\n[growth]\nrate_first = 0.1\n[conversion]\nshare = 0.1\n[churn]\nmonthly = 0.05\n"
        "[revenue]\nprice = { value = 15, noise = { sd = 0.2385, phi = 0.6 } }\n",
        (struct engine_test_options){.kept = PATHS});
    const double n = PATHS, variance = 0.2385 * 0.2385;
    for (size_t t = 0; t < 8; t++) {
        double sum = 0, squares = 0, product = 0;
        for (size_t p = 0; p < PATHS; p++) {
            double a = log_price(run.result, t, p), first = log_price(run.result, 0, p);
            sum += a;
            squares += a * a;
            product += a * first;
        }
        cr_expect_lt(fabs(sum / n), 5 * 0.2385 / sqrt(n), "mean of quarter %zu", t);
        cr_expect_lt(fabs(squares / n - variance), 5 * variance * sqrt(2 / n), "spread of quarter %zu", t);
        cr_expect_lt(fabs(product / n - variance * pow(0.6, (double)t)), 5 * variance * sqrt(2 / n),
                     "persistence over %zu quarters", t);
    }
    engine_test_free(&run);
}

Test(dependence, a_ramp_grows_in_equal_parts) {
    struct engine_test_run run = engine_test_run_well(
        "counts = \"continuous\"\npaths = 64\n[time]\nquarters = 8\n[start]\nusers = 300\npaid = 30\ncash = "
        "1e6\n"
        "[growth]\nrate_first = 0.1\n[conversion]\nshare = 0.1\n[churn]\nmonthly = 0.05\n[revenue]\nprice = "
        "15\n"
        "[change.rise]\nof = \"revenue.price\"\ntimes = 1.4\nfrom = \"2026Q3\"\nramp = 4\n",
        (struct engine_test_options){.kept = 1});
    static const double part[8] = {0, 0, 0.25, 0.5, 0.75, 1, 1, 1};
    for (size_t t = 0; t < 8; t++)
        cr_expect_float_eq(*engine_test_kept(run.result, "mrr", t) / *engine_test_kept(run.result, "paid", t),
                           15 * (1 + 0.4 * part[t]), 1e-12, "quarter %zu", t);
    engine_test_free(&run);
}

/* --- What is refused --- */

static void expect_refused(const char *more, const char *what) {
    struct engine_test_run run =
        engine_test_compile(engine_test_text("%s%s", top, more), (struct engine_test_options){.kept = 0});
    cr_expect_null(run.plan);
    cr_expect_not_null(strstr(engine_test_problem(&run), what), "'%s' has no '%s'", engine_test_problem(&run),
                       what);
    engine_test_free(&run);
}

Test(dependence, what_cannot_hold_is_refused) {
    expect_refused("[correlation.a]\nbetween = [\"growth.rate_first\", \"churn.monthly\"]\nrank = 0.9\n"
                   "[correlation.b]\nbetween = [\"conversion.share\", \"churn.monthly\"]\nrank = 0.9\n"
                   "[correlation.c]\nbetween = [\"conversion.share\", \"growth.rate_first\"]\nrank = -0.5\n",
                   "churn.monthly, conversion.share and growth.rate_first contradict each other");
    expect_refused("[correlation.a]\nbetween = [\"growth.rate_first\", \"churn.monthy\"]\nrank = 0.9\n",
                   "did you mean 'churn.monthly'?");
    expect_refused("[correlation.a]\nbetween = [\"growth.rate_first\", \"revenue.price\"]\nrank = 0.9\n",
                   "no uncertain assumption");
    expect_refused("[factor.fit]\nloadings = { \"churn.monthly\" = 0.8 }\n"
                   "[factor.more]\nloadings = { \"churn.monthly\" = 0.7 }\n",
                   "the squares of its loadings add up to 1.13");
    expect_refused("[factor.fit]\nloadings = { \"churn.monthly\" = 0.8 }\n"
                   "[correlation.a]\nbetween = [\"growth.rate_first\", \"churn.monthly\"]\nrank = 0.1\n",
                   "use one of the two");
    expect_refused("[factor.fit]\neach = \"quarter\"\nloadings = { \"churn.monthly\" = 0.8 }\n",
                   "drawn once per path");
}
