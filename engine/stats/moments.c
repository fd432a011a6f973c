/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/moments.h"

#include <math.h>

void sp_moments_clear(struct sp_moment_lanes *lanes) {
    *lanes = (struct sp_moment_lanes){0};
    for (int lane = 0; lane < SP_LANES; lane++) {
        lanes->low[lane] = INFINITY;
        lanes->high[lane] = -INFINITY;
    }
}

struct sp_moments sp_moments_collect(const struct sp_moment_lanes *lanes, double centre) {
    struct sp_moments m = {.count = lanes->count, .low = INFINITY, .high = -INFINITY};
    double sum = 0, square = 0, n = (double)lanes->count;
    for (int lane = 0; lane < SP_LANES; lane++) {
        sum += lanes->sum[lane];
        square += lanes->square[lane];
        m.low = fmin(m.low, lanes->low[lane]);
        m.high = fmax(m.high, lanes->high[lane]);
    }
    if (lanes->count == 0)
        return m;
    m.mean = centre + sum / n;
    double squares = square - sum * (sum / n);
    m.squares = squares > 0 ? squares : isfinite(squares) ? 0 : INFINITY;
    return m;
}

void sp_moments_merge(struct sp_moments *into, const struct sp_moments *more) {
    if (more->count == 0)
        return;
    if (into->count == 0) {
        *into = *more;
        return;
    }
    double n = (double)into->count, k = (double)more->count, d = more->mean - into->mean;
    into->mean += d * (k / (n + k));
    into->squares += more->squares + d * d * (n * (k / (n + k)));
    into->count += more->count;
    into->low = fmin(into->low, more->low);
    into->high = fmax(into->high, more->high);
}

double sp_moments_sd(const struct sp_moments *moments) {
    return moments->count < 2 ? NAN : sqrt(moments->squares / (double)(moments->count - 1));
}
