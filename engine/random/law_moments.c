/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mean, variance and third central moment of a law: in closed form where there is one, else by integrating
 * the quantile function over both tails.
 */
#include "engine/random/law_parts.h"

#include <math.h>

static void plain_moments(const struct sp_law *law, double *mean, double *variance) {
    const double *x = law->parameter;
    double sum = x[0] + x[1], width = x[3] - x[2];
    switch (law->kind) {
    case SP_LAW_UNIFORM:
        *mean = sum / 2;
        *variance = (x[1] - x[0]) * (x[1] - x[0]) / 12;
        return;
    case SP_LAW_NORMAL:
        *mean = x[0];
        *variance = x[1] * x[1];
        return;
    case SP_LAW_LOGNORMAL:
        *mean = exp(x[0] + x[1] * x[1] / 2);
        *variance = expm1(x[1] * x[1]) * *mean * *mean;
        return;
    case SP_LAW_TRIANGULAR:
        *mean = (x[0] + x[1] + x[2]) / 3;
        *variance = ((x[2] - x[0]) * (x[2] - x[0]) - (x[1] - x[0]) * (x[2] - x[1])) / 18;
        return;
    case SP_LAW_BETA:
        *mean = x[2] + width * x[0] / sum;
        *variance = width * width * x[0] * x[1] / (sum * sum * (sum + 1));
        return;
    case SP_LAW_GAMMA:
        *mean = x[0] * x[1];
        *variance = x[0] * x[1] * x[1];
        return;
    default:
        *mean = x[0];
        *variance = 0;
    }
}

/* The third central moment of the laws above. */
static double plain_third(const struct sp_law *law, double variance) {
    const double *x = law->parameter;
    double sd = sqrt(variance), a = x[0], b = x[1], w = exp(x[1] * x[1]);
    switch (law->kind) {
    case SP_LAW_LOGNORMAL:
        return (w + 2) * sqrt(w - 1) * sd * sd * sd;
    case SP_LAW_TRIANGULAR:
        return (x[0] + x[2] - 2 * x[1]) * (2 * x[0] - x[2] - x[1]) * (x[0] - 2 * x[2] + x[1]) / 270;
    case SP_LAW_BETA:
        return 2 * (b - a) * sqrt(a + b + 1) / ((a + b + 2) * sqrt(a * b)) * sd * sd * sd;
    case SP_LAW_GAMMA:
        return 2 / sqrt(a) * sd * sd * sd;
    default:
        return 0;
    }
}

/* --- By integration --- */

/* Sums of (x - centre)^k dp over one octave of a tail, by ten points of Gauss and Legendre in four pieces. */
static void add_octave(const struct sp_law *law, int octave, bool upper, double centre, double sum[3]) {
    static const double node[] = {0.1488743389816312, 0.4333953941292472, 0.6794095682990244,
                                  0.8650633666889845, 0.9739065285171717};
    static const double weight[] = {0.2955242247147529, 0.2692667193099964, 0.2190863625159820,
                                    0.1494513491505806, 0.0666713443086881};
    double width = ldexp(0.125, -octave - 1);
    for (int piece = 0; piece < 4; piece++)
        for (int i = 0; i < 10; i++) {
            double at = (i % 2 ? -1 : 1) * node[i / 2];
            double tail = ldexp(0.5, -octave - 1) + width * (piece + 0.5 + at / 2);
            double x = upper ? sp_law_quantile(law, 1 - tail, tail) : sp_law_quantile(law, tail, 1 - tail);
            double d = x - centre, share = width / 2 * weight[i / 2];
            sum[0] += share * d;
            sum[1] += share * d * d;
            sum[2] += share * d * d * d;
        }
}

enum { TAIL_OCTAVES = 240 };

static void integrate(const struct sp_law *law, double moment[3]) {
    double sum[3] = {0}, centre = sp_law_quantile(law, 0.5, 0.5);
    for (int octave = 0; octave < TAIL_OCTAVES; octave++) {
        add_octave(law, octave, false, centre, sum);
        add_octave(law, octave, true, centre, sum);
    }
    moment[0] = centre + sum[0];
    moment[1] = sum[1] - sum[0] * sum[0];
    moment[2] = sum[2] - 3 * sum[0] * sum[1] + 2 * sum[0] * sum[0] * sum[0];
}

/* --- Any law --- */

double sp_law_moments_tail(const struct sp_law *law) {
    const struct sp_law_family *family = sp_law_parts_family(law->kind);
    return family && family->tail ? family->tail(law) : INFINITY;
}

void sp_law_moments(const struct sp_law *law, double moment[3]) {
    const struct sp_law_family *family = sp_law_parts_family(law->kind);
    if (family && family->moments) {
        family->moments(law, moment);
    } else if (family) {
        integrate(law, moment);
    } else {
        plain_moments(law, &moment[0], &moment[1]);
        moment[2] = plain_third(law, moment[1]);
    }
}

/* A tail that is too heavy on both sides leaves the mean undefined, not infinite. */
static double without(const struct sp_law *law) {
    double low, high;
    sp_law_support(law, &low, &high);
    return isinf(low) && isinf(high) ? NAN : isinf(high) ? INFINITY : -INFINITY;
}

double sp_law_moments_mean(const struct sp_law *law) {
    double moment[3];
    if (sp_law_moments_tail(law) <= 1)
        return without(law);
    sp_law_moments(law, moment);
    return moment[0];
}

double sp_law_moments_sd(const struct sp_law *law) {
    double moment[3], tail = sp_law_moments_tail(law);
    if (tail <= 2)
        return tail <= 1 && isnan(without(law)) ? NAN : INFINITY;
    sp_law_moments(law, moment);
    return sqrt(moment[1]);
}

/* That of the standard law, whose cubes stay within the doubles. */
double sp_law_moments_skewness(const struct sp_law *law) {
    struct sp_law standard;
    double moment[3], shift, scale;
    if (sp_law_moments_tail(law) <= 3)
        return sp_law_moments_tail(law) <= 2 || isnan(without(law)) ? NAN : without(law);
    sp_law_standardise(law, &standard, &shift, &scale);
    sp_law_moments(&standard, moment);
    return moment[1] > 0 ? moment[2] / (moment[1] * sqrt(moment[1])) : NAN;
}
