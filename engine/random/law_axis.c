/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law_axis.h"

#include "engine/random/law_parts.h"

#include <math.h>

struct sp_law_axis_place sp_law_axis_between(double low, double high) {
    if (isinf(low) && isinf(high))
        return (struct sp_law_axis_place){SP_LAW_PLAIN, 0, 1};
    if (isinf(high))
        return (struct sp_law_axis_place){SP_LAW_EXP, low, 1};
    if (isinf(low))
        return (struct sp_law_axis_place){SP_LAW_EXP, high, -1};
    return (struct sp_law_axis_place){SP_LAW_LOGIT, low, high - low};
}

double sp_law_axis_to(const struct sp_law_axis_place *place, double x) {
    double above = (x - place->low) / place->width;
    if (place->axis == SP_LAW_PLAIN)
        return above;
    if (place->axis == SP_LAW_EXP)
        return place->width * log(fmax(above, 0));
    return log(fmax(above, 0)) - log(fmax((place->low + place->width - x) / place->width, 0));
}

double sp_law_axis_from(const struct sp_law_axis_place *place, double t) {
    if (place->axis == SP_LAW_PLAIN)
        return place->low + place->width * t;
    if (place->axis == SP_LAW_EXP)
        return place->low + place->width * exp(place->width * t);
    return t > 0 ? place->low + place->width - place->width / (1 + exp(t))
                 : place->low + place->width / (1 + exp(-t));
}

/* dX / dT. */
static double slope_at(const struct sp_law_axis_place *place, double t) {
    if (place->axis == SP_LAW_PLAIN)
        return place->width;
    if (place->axis == SP_LAW_EXP)
        return exp(place->width * t);
    return place->width / (1 + exp(t)) / (1 + exp(-t));
}

static struct sp_law_axis_place place_of(const struct sp_law *law) {
    return (struct sp_law_axis_place){(enum sp_law_axis)law->parameter[0], law->parameter[1],
                                      law->parameter[2]};
}

/* --- Shaped: X = low + width x g(shift + scale x C) --- */

static double shaped_quantile(const struct sp_law *law, double p, double q) {
    struct sp_law_axis_place place = place_of(law);
    return sp_law_axis_from(&place,
                            law->data->x[0] + law->parameter[3] * sp_law_quantile(law->data->part, p, q));
}

static void shaped_support(const struct sp_law *law, double *low, double *high) {
    struct sp_law_axis_place place = place_of(law);
    bool up = place.width > 0;
    *low = place.axis == SP_LAW_PLAIN || !up ? -INFINITY : place.low;
    *high = place.axis == SP_LAW_LOGIT        ? place.low + place.width
            : place.axis == SP_LAW_EXP && !up ? place.low
                                              : INFINITY;
}

/* Where x is on the core's own axis; infinite outside the bounds. */
static double shaped_core(const struct sp_law *law, double x) {
    struct sp_law_axis_place place = place_of(law);
    return (sp_law_axis_to(&place, x) - law->data->x[0]) / law->parameter[3];
}

static void shaped_distribution(const struct sp_law *law, double x, double *p, double *q) {
    double low, high;
    shaped_support(law, &low, &high);
    *p = x >= high;
    *q = x <= low || x < high;
    if (x > low && x < high)
        sp_law_distribution(law->data->part, shaped_core(law, x), p, q);
}

static double shaped_density(const struct sp_law *law, double x) {
    struct sp_law_axis_place place = place_of(law);
    double low, high;
    shaped_support(law, &low, &high);
    if (!(x > low && x < high))
        return 0;
    double slope = slope_at(&place, sp_law_axis_to(&place, x));
    return slope > 0 ? sp_law_density(law->data->part, shaped_core(law, x)) / (law->parameter[3] * slope) : 0;
}

/* Of the exponential axis: how steeply T climbs in the logarithm of the tail, measured far out. */
static double shaped_tail(const struct sp_law *law) {
    struct sp_law_axis_place place = place_of(law);
    if (place.axis == SP_LAW_LOGIT)
        return INFINITY;
    if (place.axis == SP_LAW_PLAIN)
        return sp_law_moments_tail(law->data->part);
    bool up = place.width > 0;
    double near = ldexp(1, -900), far = ldexp(1, -1000);
    double from = sp_law_quantile(law->data->part, up ? 1 : near, up ? near : 1);
    double to = sp_law_quantile(law->data->part, up ? 1 : far, up ? far : 1);
    double climb = law->parameter[3] * fabs(to - from) / (100 * M_LN2);
    return climb > 0.05 ? 1 / climb : INFINITY;
}

const struct sp_law_family sp_law_axis_shaped = {
    shaped_quantile, shaped_distribution, shaped_density, shaped_support, NULL, shaped_tail};

/* --- On an axis: T of a law --- */

/* Held to what a double can tell from the bounds. */
static double on_quantile(const struct sp_law *law, double p, double q) {
    struct sp_law_axis_place place = place_of(law);
    return fmin(fmax(sp_law_axis_to(&place, sp_law_quantile(law->data->part, p, q)), -700), 700);
}

static void on_distribution(const struct sp_law *law, double t, double *p, double *q) {
    struct sp_law_axis_place place = place_of(law);
    sp_law_distribution(law->data->part, sp_law_axis_from(&place, t), p, q);
}

static double on_density(const struct sp_law *law, double t) {
    struct sp_law_axis_place place = place_of(law);
    return sp_law_density(law->data->part, sp_law_axis_from(&place, t)) * slope_at(&place, t);
}

static void on_support(const struct sp_law *law, double *low, double *high) {
    (void)law;
    *low = -INFINITY;
    *high = INFINITY;
}

const struct sp_law_family sp_law_axis_on = {on_quantile, on_distribution, on_density, on_support, NULL,
                                             NULL};
