/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The metalog (Keelin 2016), on the whole axis: a quantile function that is a sum of n terms in the
 * probability y, with L = log(y / (1 - y)) and c = y - 1/2:
 *
 *     M(y) = a1 + a2 L + a3 c L + a4 c + a5 c^2 + a6 c^2 L + a7 c^3 + a8 c^3 L + ..
 */
#include "engine/random/law_metalog.h"

#include "engine/random/law_parts.h"

#include <math.h>

enum { STEPS = 400 };

/* The power of c in term i, and whether L is a factor of it. */
static int term_power(size_t i) {
    return i < 2 ? 0 : i < 4 ? 1 : (int)i / 2;
}

static bool term_has_logit(size_t i) {
    return i == 1 || i == 2 || (i > 4 && i % 2 == 1);
}

double sp_law_metalog_term(size_t i, double p, double q) {
    double c = p <= q ? p - 0.5 : 0.5 - q;
    return pow(c, term_power(i)) * (term_has_logit(i) ? log(p) - log(q) : 1);
}

/* p q d/dp of a term: finite at both ends. */
static double term_slope(size_t i, double p, double q) {
    double c = p <= q ? p - 0.5 : 0.5 - q, logit = log(p) - log(q);
    int k = term_power(i);
    double change = k ? k * pow(c, k - 1) : 0;
    return term_has_logit(i) ? change * p * q * logit + pow(c, k) : change * p * q;
}

static double quantile(const struct sp_law *law, double p, double q) {
    double sum = 0;
    for (size_t i = 0; i < law->data->count; i++)
        sum += law->data->x[i] * sp_law_metalog_term(i, p, q);
    return sum;
}

double sp_law_metalog_slope(const struct sp_law *law, double p, double q) {
    double sum = 0;
    for (size_t i = 0; i < law->data->count; i++)
        sum += law->data->x[i] * term_slope(i, p, q);
    return sum;
}

/* Newton's steps on the logit of the probability, from the middle on, within a bracket that only shrinks;
 * halving it where they lead out of it. */
static void distribution(const struct sp_law *law, double x, double *p, double *q) {
    double low = -740, high = 740, y = 0;
    for (int i = 0; i < STEPS; i++) {
        *p = 1 / (1 + exp(-y));
        *q = 1 / (1 + exp(y));
        double below = x - quantile(law, *p, *q);
        double step = below / sp_law_metalog_slope(law, *p, *q);
        if (fabs(step) <= 1e-15 * fmax(1, fabs(y)))
            return;
        *(below > 0 ? &low : &high) = y;
        bool is_within = y + step > low && y + step < high;
        y = is_within ? y + step : low / 2 + high / 2;
    }
}

static double density_at_quantile(const struct sp_law *law, double p, double q) {
    return p * q / sp_law_metalog_slope(law, p, q);
}

static double density(const struct sp_law *law, double x) {
    double p, q;
    distribution(law, x, &p, &q);
    return density_at_quantile(law, p, q);
}

static void support(const struct sp_law *law, double *low, double *high) {
    (void)law;
    *low = -INFINITY;
    *high = INFINITY;
}

const struct sp_law_family sp_law_metalog_family = {quantile, distribution,       density, support, NULL,
                                                    NULL,     density_at_quantile};
