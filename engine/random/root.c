/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/root.h"

#include <float.h>
#include <math.h>

enum { STEPS = 400 };

/* What a step of Newton leaves of a remainder is about its square: of this one, less than the last bit. */
static const double small_remainder = 1e-9;

/* The bracket, in y = log x. */
struct bracket {
    double low, high;
};

/* What is left to the target, log tail(x) - log target, turned so that it rises with x; and its slope in y.
 */
static double remainder_at(sp_root_function *function, const struct sp_root_tail *tail, double log_target,
                           double y, double *slope) {
    double density, x = exp(y), probability = function(tail, x, &density);
    double sign = tail->upper ? -1 : 1;
    *slope = x * density / probability;
    return sign * (log(probability) - log_target);
}

/* Newton's point, or the middle when it leaves the bracket or is not a number. */
static double next_point(const struct bracket *bracket, double y, double remainder, double slope) {
    double next = y - remainder / slope;
    if (next > bracket->low && next < bracket->high)
        return next;
    return bracket->low / 2 + bracket->high / 2;
}

double sp_root_find(sp_root_function *function, const struct sp_root_tail *tail, double target, double start,
                    double high) {
    struct bracket bracket = {log(DBL_MIN), isinf(high) ? log(DBL_MAX) : log(high)};
    double y = log(start), log_target = log(target);
    if (!(y > bracket.low))
        return 0;
    for (int step = 0; step < STEPS; step++) {
        double slope, remainder = remainder_at(function, tail, log_target, y, &slope);
        if (fabs(remainder) <= small_remainder)
            return exp(slope > 0 ? y - remainder / slope : y);
        if (remainder > 0)
            bracket.high = y;
        else
            bracket.low = y;
        double next = next_point(&bracket, y, remainder, slope);
        if (fabs(next - y) <= 1e-15 * fmax(1, fabs(y)))
            break;
        y = next;
    }
    return exp(y);
}
