/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A law cut to low .. high, both included: the same law at a rescaled probability.
 */
#include "engine/random/law_parts.h"

#include <math.h>

/* The share that is left; from the tails when it lies in one of them. */
static double mass(const struct sp_law *law) {
    const struct sp_law *part = law->data->part;
    double below = law->parameter[2], above = law->parameter[3], p, q;
    if (below <= 0.5)
        return isinf(law->parameter[1]) || above <= 0.5 ? 1 - below - above : (1 - above) - below;
    sp_law_parts_below(part, law->parameter[0], &p, &q);
    return q - above;
}

static double quantile(const struct sp_law *law, double p, double q) {
    double below = law->parameter[2], above = law->parameter[3], share = mass(law);
    double x = sp_law_quantile(law->data->part, below + p * share, above + q * share);
    return fmin(fmax(x, law->parameter[0]), law->parameter[1]);
}

static void distribution(const struct sp_law *law, double x, double *p, double *q) {
    double share = mass(law), under, over;
    sp_law_distribution(law->data->part, x, &under, &over);
    *p = x < law->parameter[0] ? 0 : x >= law->parameter[1] ? 1 : (under - law->parameter[2]) / share;
    *q = x < law->parameter[0] ? 1 : x >= law->parameter[1] ? 0 : (over - law->parameter[3]) / share;
    if (*p > 0.5)
        *p = 1 - *q;
    else
        *q = 1 - *p;
}

static double density(const struct sp_law *law, double x) {
    bool inside = x >= law->parameter[0] && x <= law->parameter[1];
    return inside ? sp_law_density(law->data->part, x) / mass(law) : 0;
}

static void support(const struct sp_law *law, double *low, double *high) {
    sp_law_support(law->data->part, low, high);
    *low = fmax(*low, law->parameter[0]);
    *high = fmin(*high, law->parameter[1]);
}

static double tail(const struct sp_law *law) {
    double low, high;
    support(law, &low, &high);
    return isinf(low) || isinf(high) ? sp_law_moments_tail(law->data->part) : INFINITY;
}

const struct sp_law_family sp_law_within_family = {quantile, distribution, density, support, NULL, tail};
