/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Mixtures: one of several laws, chosen by weight. The quantile is that of the mixture, so that a draw rises
 * with its random number as for every other law.
 */
#include "engine/random/law_parts.h"

#include <math.h>

static double weight_of(const struct sp_law *law, size_t i) {
    return law->data->y[i] - (i ? law->data->y[i - 1] : 0);
}

static void distribution(const struct sp_law *law, double x, double *p, double *q) {
    *p = *q = 0;
    for (size_t i = 0; i < law->data->count; i++) {
        double below, above;
        sp_law_distribution(&law->data->part[i], x, &below, &above);
        *p += weight_of(law, i) * below;
        *q += weight_of(law, i) * above;
    }
}

/* It lies between the quantiles of the parts. */
static double quantile(const struct sp_law *law, double p, double q) {
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < law->data->count; i++) {
        double x = sp_law_quantile(&law->data->part[i], p, q);
        low = fmin(low, x);
        high = fmax(high, x);
    }
    return sp_law_parts_invert(law, p, q, low, high);
}

static double density(const struct sp_law *law, double x) {
    double sum = 0;
    for (size_t i = 0; i < law->data->count; i++)
        if (!sp_law_is_discrete(&law->data->part[i]))
            sum += weight_of(law, i) * sp_law_density(&law->data->part[i], x);
    return sum;
}

static void support(const struct sp_law *law, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < law->data->count; i++) {
        double from, to;
        sp_law_support(&law->data->part[i], &from, &to);
        *low = fmin(*low, from);
        *high = fmax(*high, to);
    }
}

static void moments(const struct sp_law *law, double moment[3]) {
    double part[3], mean = 0;
    for (size_t i = 0; i < law->data->count; i++) {
        sp_law_moments(&law->data->part[i], part);
        mean += weight_of(law, i) * part[0];
    }
    moment[0] = mean;
    moment[1] = moment[2] = 0;
    for (size_t i = 0; i < law->data->count; i++) {
        double weight = weight_of(law, i);
        sp_law_moments(&law->data->part[i], part);
        double d = part[0] - mean;
        moment[1] += weight * (part[1] + d * d);
        moment[2] += weight * (part[2] + 3 * d * part[1] + d * d * d);
    }
}

static double tail(const struct sp_law *law) {
    double least = INFINITY;
    for (size_t i = 0; i < law->data->count; i++)
        least = fmin(least, sp_law_moments_tail(&law->data->part[i]));
    return least;
}

const struct sp_law_family sp_law_mixture_family = {quantile, distribution, density, support, moments, tail};
