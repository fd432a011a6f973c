/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(law_moments, .timeout = 60);

/* Gauss and Legendre, eight points on -1 .. 1 (Abramowitz and Stegun, table 25.4). */
static const double point[4] = {0.183434642495649805, 0.525532409916328986, 0.796666477413626740,
                                0.960289856497536232};
static const double weight[4] = {0.362683783378361983, 0.313706645877887287, 0.222381034453374471,
                                 0.101228536290376259};

struct integral {
    double mean, square;
};

static void add(struct integral *sum, const struct sp_law *law, double origin, double tail, double mass) {
    for (int upper = 0; upper < 2; upper++) {
        double x = sp_law_quantile(law, upper ? 1 - tail : tail, upper ? tail : 1 - tail) - origin;
        sum->mean += mass * x;
        sum->square += mass * x * x;
    }
}

/* The integral of Q(u) - origin and of its square over u, octave by octave from both ends to 2^-octaves. */
static struct integral integrate(const struct sp_law *law, double origin, int octaves) {
    struct integral sum = {0};
    for (int octave = 1; octave < octaves; octave++) {
        double low = ldexp(1, -octave - 1), half = low / 8;
        for (int part = 0; part < 4; part++)
            for (int i = 0; i < 4; i++)
                for (int side = -1; side <= 1; side += 2)
                    add(&sum, law, origin, low + half * (1 + 2 * part + side * point[i]), half * weight[i]);
    }
    return sum;
}

static const struct {
    struct sp_law law;
    int octaves;
    double low, high; /* support */
} cases[] = {
    {{SP_LAW_UNIFORM, {-2, 2.385}}, 40, -2, 2.385},
    {{SP_LAW_NORMAL, {0.35, 0.1}}, 60, -INFINITY, INFINITY},
    {{SP_LAW_LOGNORMAL, {0.7, 0.15}}, 60, 0, INFINITY},
    {{SP_LAW_LOGNORMAL, {-2, 1.5}}, 100, 0, INFINITY},
    {{SP_LAW_LOGNORMAL, {1, 3}}, 300, 0, INFINITY},
    {{SP_LAW_TRIANGULAR, {0.1, 0.15, 0.25}}, 40, 0.1, 0.25},
    {{SP_LAW_TRIANGULAR, {-1, -1, 4}}, 40, -1, 4},
    {{SP_LAW_BETA, {20, 180, 0, 1}}, 60, 0, 1},
    {{SP_LAW_BETA, {0.7, 3.2, 0, 1}}, 60, 0, 1},
    {{SP_LAW_BETA, {2.3333, 3.6667, 0.7, 1.6}}, 60, 0.7, 1.6},
    {{SP_LAW_GAMMA, {4, 0.5}}, 60, 0, INFINITY},
    {{SP_LAW_GAMMA, {0.6, 3}}, 60, 0, INFINITY},
    {{SP_LAW_GAMMA, {1000, 1 / 7.0}}, 60, 0, INFINITY},
};

Test(law_moments, mean_and_sd_are_integrals_of_the_quantile) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double mean = sp_law_mean(&cases[i].law), sd = sp_law_sd(&cases[i].law);
        struct integral found = integrate(&cases[i].law, mean, cases[i].octaves);
        cr_expect_lt(fabs(found.mean), 1e-7 * sd, "law %zu: the mean is %g sd off", i, found.mean / sd);
        cr_expect_float_eq(sqrt(found.square) / sd, 1, 1e-7, "law %zu: sd %.12g", i, sqrt(found.square) / sd);
    }
}

Test(law_moments, support_is_where_the_quantiles_end) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double low, high, p, q;
        sp_law_support(&cases[i].law, &low, &high);
        cr_expect_eq(low, cases[i].low, "law %zu", i);
        cr_expect_eq(high, cases[i].high, "law %zu", i);
        if (isfinite(low)) {
            sp_law_distribution(&cases[i].law, low, &p, &q);
            cr_expect(p == 0 && q == 1, "law %zu", i);
        }
        if (isfinite(high)) {
            sp_law_distribution(&cases[i].law, high, &p, &q);
            cr_expect(p == 1 && q == 0, "law %zu", i);
        }
    }
}

/* The density is the slope of the distribution. */
Test(law_moments, density_is_the_slope) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (double u = 0.0371; u < 1; u += 0.0917) {
            double x = sp_law_quantile(&cases[i].law, u, 1 - u), step = 1e-5 * sp_law_sd(&cases[i].law);
            double p0, p1, q;
            if (step > 1e-4 * fabs(x))
                step = 1e-4 * fabs(x);
            sp_law_distribution(&cases[i].law, x - step, &p0, &q);
            sp_law_distribution(&cases[i].law, x + step, &p1, &q);
            cr_expect_float_eq(sp_law_density(&cases[i].law, x) * 2 * step / (p1 - p0), 1, 1e-5,
                               "law %zu at %g", i, x);
        }
}

Test(law_moments, a_constant_has_no_spread) {
    struct sp_law law = sp_law_constant(2.385);
    double p, q, low, high;
    cr_expect_eq(sp_law_mean(&law), 2.385);
    cr_expect_eq(sp_law_sd(&law), 0);
    cr_expect_eq(sp_law_quantile(&law, 0x1p-33, 1), 2.385);
    sp_law_support(&law, &low, &high);
    cr_expect(low == 2.385 && high == 2.385);
    sp_law_distribution(&law, 2.384, &p, &q);
    cr_expect(p == 0 && q == 1);
    sp_law_distribution(&law, 2.385, &p, &q);
    cr_expect(p == 1 && q == 0);
}
