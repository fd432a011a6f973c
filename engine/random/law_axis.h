/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Axes on which a bounded law can be stretched without leaving its bounds: X = low + width x g(T), where T is
 * free. With a bound below, g(T) = e^T; with both, g(T) = 1 / (1 + e^-T); with a bound above alone, width is
 * -1 and g(T) = e^-T, so that X always rises with T.
 */
#ifndef SP_ENGINE_RANDOM_LAW_AXIS_H
#define SP_ENGINE_RANDOM_LAW_AXIS_H

#include "engine/random/law.h"

struct sp_law_axis_place {
    enum sp_law_axis axis;
    double low, width;
};

/* The axis for laws on low .. high; either may be infinite. */
struct sp_law_axis_place sp_law_axis_between(double low, double high);

double sp_law_axis_to(const struct sp_law_axis_place *place, double x);
double sp_law_axis_from(const struct sp_law_axis_place *place, double t);

#endif
