/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law_make.h"
#include "tests/support/engine_test_table.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

TestSuite(law_quantile, .timeout = 120);

static void expect_close(double value, double truth, double tolerance, const char *what, size_t row) {
    cr_expect(fabs(value - truth) <= tolerance * fabs(truth), "%s, row %zu: %.17g, not %.17g", what, row,
              value, truth);
}

/* Whether a law of these parameters exists. One that does has to be right, however extreme it is. */
static bool accepts(const char *name, const double *x, struct sp_law *law) {
    size_t count, i = 0;
    const struct sp_law_form *form = sp_law_forms(&count);
    while (i < count && strcmp(form[i].name, name) != 0)
        i++;
    cr_assert_lt(i, count);
    return form[i].make(x, law) == NULL;
}

static struct sp_law make(const char *name, const double *x) {
    struct sp_law law;
    cr_assert(accepts(name, x, &law), "%s", name);
    return law;
}

Test(law_quantile, triangular_and_pert_are_those_of_mpmath) {
    size_t rows;
    const struct engine_test_row *row =
        engine_test_rows("tests/vectors/analytic/triangular_pert_quantiles_mpmath40.csv", &rows);
    for (size_t i = 0; i < rows; i++) {
        const double *x = row[i].number;
        struct sp_law triangular = make("triangular", x),
                      pert = make("pert", (double[]){x[0], x[1], x[2], 4});
        expect_close(sp_law_quantile(&triangular, x[3], 1 - x[3]), x[4], 1e-10, "triangular", i);
        expect_close(sp_law_quantile(&pert, x[3], 1 - x[3]), x[5], 1e-10, "pert", i);
    }
}

/* Standard normal quantiles by mpmath 1.3 to 20 digits. */
Test(law_quantile, normal_is_known) {
    static const double known[][2] = {{0.75, 0.67448975019608174320}, {0.9, 1.2815515655446004},
                                      {0.95, 1.6448536269514729},     {0.975, 1.9599639845400542},
                                      {0.999, 3.0902323061678135},    {0.5, 0}};
    struct sp_law law = make("normal", (double[]){0, 1});
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        expect_close(sp_law_quantile(&law, known[i][0], 1 - known[i][0]), known[i][1], 1e-14, "upper", i);
        expect_close(sp_law_quantile(&law, 1 - known[i][0], known[i][0]), -known[i][1], 1e-14, "lower", i);
    }
    expect_close(sp_law_quantile(&law, 0x1p-33, 1 - 0x1p-33), -6.3379577545537892525, 1e-14, "2^-33", 0);
    struct sp_law stretched = make("normal", (double[]){0.35, 0.1});
    expect_close(sp_law_quantile(&stretched, 0.025, 0.975), 0.35 - 0.1 * 1.9599639845400542, 1e-14,
                 "stretched", 0);
}

/* --- Beta and gamma
 * ------------------------------------------------------------------------------------------ */

/* Against numbers that GSL has not made (tests/vectors/mpmath): where GSL's own functions fail, so would a
 * round trip. */
static size_t expect_known(const char *name, double smallest, double largest, double tolerance) {
    size_t rows, tried = 0;
    const struct engine_test_row *row = engine_test_rows("tests/vectors/mpmath/gamma_beta.csv", &rows);
    for (size_t i = 0; i < rows; i++) {
        const double *x = row[i].number;
        bool is_gamma = !strcmp(row[i].text[0], "gamma");
        double shape = x[1] + x[2], p, q;
        if (strcmp(row[i].text[0], name) != 0 || shape < smallest || shape > largest || x[4] < 0x1p-40 ||
            x[5] < 0x1p-40)
            continue;
        struct sp_law law;
        if (!accepts(name, (double[]){x[1], is_gamma ? 1 : x[2]}, &law))
            continue;
        sp_law_distribution(&law, x[3], &p, &q);
        expect_close(p, x[4], tolerance, "P", i);
        expect_close(q, x[5], tolerance, "Q", i);
        expect_close(sp_law_quantile(&law, x[4], x[5]), x[3], 1e-10, "quantile", i);
        tried++;
    }
    return tried;
}

Test(law_quantile, gamma_is_that_of_mpmath) {
    cr_expect_geq(expect_known("gamma", 0, 5e3, 1e-10), 25);
}

Test(law_quantile, gamma_of_the_largest_shapes_is_that_of_mpmath) {
    expect_known("gamma", 5e3, 1e7, 1e-9);
}

Test(law_quantile, beta_is_that_of_mpmath) {
    cr_expect_geq(expect_known("beta", 0, 1e5, 1e-10), 40);
    expect_known("beta", 1e5, 1.1e6, 1e-9); /* GSL: the difference of large log gammas */
}

Test(law_quantile, beta_of_the_largest_shapes_is_that_of_mpmath) {
    expect_known("beta", 1.1e6, 1e7, 1e-9);
}

/* P(Q(p)) = p to 1e-10 of the tail, over tails of all sizes that a word can have. */
static void expect_round_trip_within(const char *name, double a, double b, double absolute) {
    struct sp_law law;
    double p, q, low, high;
    if (!accepts(name, (double[]){a, b}, &law))
        return;
    sp_law_support(&law, &low, &high);
    for (int i = 0; i <= 2 * 33 * 8; i++) {
        double tail = ldexp(1 - 0.07 * (i % 8), i <= 33 * 8 ? i / 8 - 33 : -1 - (i - 33 * 8) / 8);
        bool upper = i > 33 * 8;
        double x = sp_law_quantile(&law, upper ? 1 - tail : tail, upper ? tail : 1 - tail);
        cr_assert(isfinite(x) && x >= low && x <= high, "%s(%g, %g): %g at tail %g", name, a, b, x, tail);
        sp_law_distribution(&law, x, &p, &q);
        /* The upper side of a beta is 1 less the lower side of another: what a double beside 1 is worth. */
        double grain = sp_law_density(&law, x) * fmax(x, 1) * 0x1p-52;
        cr_expect(fabs((upper ? q : p) - tail) <= 1e-10 * tail + 8 * grain + absolute,
                  "%s(%g, %g) at %s tail %g: %g off", name, a, b, upper ? "upper" : "lower", tail,
                  fabs((upper ? q : p) / tail - 1));
    }
}

static void expect_round_trip(const char *name, double a, double b) {
    expect_round_trip_within(name, a, b, 0);
}

Test(law_quantile, beta_makes_the_round_trip) {
    static const double shapes[][2] = {{1.215, 241.785}, {10.9, 2176}, {1e4, 1e6}, {8, 152},
                                       {20, 180},        {0.7, 3.2},   {0.5, 5},   {2, 3},
                                       {1, 1},           {1e5, 1e5},   {180, 20},  {1e6, 1e4}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        expect_round_trip("beta", shapes[i][0], shapes[i][1]);
}

/* All of the law is within 1e-5 of 0, and its upper side is worked out beside 1: digits of far tails are
 * lost, to some 30 of the doubles beside 1. */
Test(law_quantile, beta_beside_zero_makes_the_round_trip) {
    expect_round_trip_within("beta", 1.5, 1e6, 1e-14);
    expect_round_trip_within("beta", 0.5, 1e6, 1e-14);
}

Test(law_quantile, beta_of_the_largest_shapes_makes_the_round_trip) {
    expect_round_trip("beta", 5e5, 1e6);
    expect_round_trip("beta", 1e6, 1e6);
}

Test(law_quantile, gamma_makes_the_round_trip) {
    static const double shapes[] = {0.5, 0.6, 0.9, 1, 2.385, 4, 36.5, 1000, 5000};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        expect_round_trip("gamma", shapes[i], 1 / 3.0);
}

/* GSL's own distribution of a gamma is 2e-9 off at a shape of 1e4, and far more beyond. */
Test(law_quantile, gamma_of_the_largest_shapes_makes_the_round_trip) {
    static const double shapes[] = {1e4, 1e5, 6.7e5, 1e6};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        expect_round_trip_within("gamma", shapes[i], 0.5, 1e-9);
}

/* A grid of freemium priors: means 0.5 % to 99.5 %, worth 2 to 60,000 users. */
Test(law_quantile, beta_grid_makes_the_round_trip) {
    static const double means[] = {0.005, 0.02, 0.05, 0.1, 0.3, 0.5, 0.9, 0.995};
    static const double worths[] = {2, 9.7, 55, 243, 2187, 60000};
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 6; j++) {
            double a = means[i] * worths[j], b = worths[j] - a;
            expect_round_trip("beta", a, b);
        }
}

/* --- Known beforehand --- */

/* A start only spares steps: however good or bad it is, the quantile is the same but for the last bits. */
static void expect_any_start(const char *name, double a, double b) {
    static const double off[] = {-0.999, -0.3, -1e-6, 0, 1e-9, 2e-4, 0.4, 60};
    struct sp_law law = make(name, (double[]){a, b});
    for (int i = 0; i <= 66; i++) {
        double tail = ldexp(0.9, -i / 2), p = i % 2 ? 1 - tail : tail, q = i % 2 ? tail : 1 - tail;
        double truth = sp_law_quantile(&law, p, q),
               grain = fmax(fabs(truth), strcmp(name, "beta") ? 0 : i % 2);
        for (size_t j = 0; j < sizeof off / sizeof *off; j++)
            cr_expect_float_eq(sp_law_quantile_near(&law, p, q, truth * (1 + off[j])), truth, 4e-14 * grain,
                               "%s(%g, %g) at %g from %g of it", name, a, b, p, 1 + off[j]);
        cr_expect_float_eq(sp_law_quantile_near(&law, p, q, NAN), truth, 0);
        cr_expect_float_eq(sp_law_quantile_near(&law, p, q, -2.385), truth, 4e-14 * grain);
        cr_expect_float_eq(sp_law_quantile_near(&law, p, q, INFINITY), truth, 4e-14 * grain);
    }
}

Test(law_quantile, any_start_leads_to_the_same) {
    expect_any_start("beta", 2.385, 3.62);
    expect_any_start("beta", 20, 180);
    expect_any_start("beta", 0.7, 0.31);
    expect_any_start("gamma", 4, 1.7);
    expect_any_start("gamma", 0.6, 23.85);
    expect_any_start("gamma", 812, 0.3);
    expect_any_start("normal", 2.385, 0.7);
    expect_any_start("weibull", 1.3, 2.385);
}

Test(law_quantile, density_at_a_quantile_is_the_density_there) {
    static const struct {
        const char *name;
        double x[4];
    } laws[] = {{"beta", {2.385, 3.62}}, {"gamma", {4, 1.7}}, {"lognormal", {15, 0.4}}, {"logistic", {1, 2}}};
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct sp_law law = make(laws[i].name, laws[i].x);
        for (double p = 0.003; p < 1; p += 0.1) {
            double x = sp_law_quantile(&law, p, 1 - p);
            expect_close(sp_law_density_at_quantile(&law, x, p, 1 - p), sp_law_density(&law, x), 1e-12,
                         laws[i].name, i);
        }
    }
}

/* --- Metalog --- */

static double random_unit(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return ((double)(*state >> 32) + 0.5) * 0x1p-32;
}

/* Through 3 to 6 points that rise by chance. False: no law goes through them. */
static bool make_metalog(struct sp_arena *arena, uint64_t *state, struct sp_law *law) {
    static const double p[] = {0.02, 0.1, 0.35, 0.5, 0.77, 0.9};
    size_t count = 3 + (size_t)(4 * random_unit(state));
    double x[6];
    for (size_t i = 0; i < count; i++)
        x[i] = (i ? x[i - 1] : -2.385) + 0.2 + random_unit(state);
    return sp_law_make_metalog(arena, p + 6 - count, x, count, -INFINITY, INFINITY, law) == NULL;
}

static void expect_metalog_round_trip(const struct sp_law *law) {
    double below, above, p, q;
    for (int i = 0; i <= 66; i++) {
        double tail = ldexp(0.9, -i / 2);
        p = i % 2 ? 1 - tail : tail, q = i % 2 ? tail : 1 - tail;
        double x = sp_law_quantile(law, p, q);
        sp_law_distribution(law, x, &below, &above);
        expect_close(below, p, 1e-11, "P", (size_t)i);
        expect_close(above, q, 1e-11, "Q", (size_t)i);
        expect_close(sp_law_density_at_quantile(law, x, p, q), sp_law_density(law, x), 1e-10, "density",
                     (size_t)i);
    }
    sp_law_distribution(law, INFINITY, &p, &q);
    cr_expect(p == 1 && q < 1e-300 && q >= 0, "above all: %g, %g", p, q);
    sp_law_distribution(law, -1e9, &p, &q);
    cr_expect(p < 1e-300 && p >= 0 && q == 1, "below all: %g, %g", p, q);
}

Test(law_quantile, metalogs_make_the_round_trip) {
    struct sp_arena *arena = sp_arena_create();
    uint64_t state = 2385;
    size_t tried = 0;
    for (int i = 0; i < 300; i++) {
        struct sp_law law;
        if (!make_metalog(arena, &state, &law))
            continue;
        expect_metalog_round_trip(&law);
        tried++;
    }
    cr_expect_gt(tried, 100);
    sp_arena_free(arena);
}
