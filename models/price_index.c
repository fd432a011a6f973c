/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/price_index.h"

#include "engine/math/count.h"
#include "engine/math/elementary.h"

enum { QUARTERS_A_YEAR = 4 };

static void jump(const struct sp_price_index *prices, double *restrict logarithm, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double jumps = sp_count_poisson(prices->jumps_per_year[p] / QUARTERS_A_YEAR, prices->draw[p]);
        if (jumps > 0)
            logarithm[p] += jumps * sp_elementary_log(prices->factor[p]);
    }
}

SP_WIDE void sp_price_index_advance(const struct sp_step *s, const struct sp_price_index *prices) {
    const double *drift = prices->drift, *before = prices->before;
    double *restrict logarithm = prices->logarithm;
    for (size_t p = 0; p < s->n; p++)
        logarithm[p] = before[p] + drift[p];
    if (prices->draw)
        jump(prices, logarithm, s->n);
    s->kernels->exp(logarithm, prices->index, s->n);
}
