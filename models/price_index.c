/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/price_index.h"

#include "engine/math/count.h"
#include "engine/math/elementary.h"

enum { QUARTERS_A_YEAR = 4 };

/* Most quarters have none. */
static void jump(const struct sp_price_index *prices, double *restrict logarithm, size_t first) {
    double jumps[SP_MODELS_PART];
    for (size_t p = 0; p < SP_MODELS_PART; p++)
        jumps[p] = prices->jumps_per_year[first + p] / QUARTERS_A_YEAR;
    sp_count_poisson_array(jumps, prices->draw + first, jumps, SP_MODELS_PART);
    for (size_t p = 0; p < SP_MODELS_PART; p++)
        if (jumps[p] > 0)
            logarithm[first + p] += jumps[p] * sp_elementary_log(prices->factor[first + p]);
}

SP_WIDE void sp_price_index_advance(const struct sp_step *s, const struct sp_price_index *prices) {
    const double *drift = prices->drift, *before = prices->before;
    double *restrict logarithm = prices->logarithm;
    for (size_t p = 0; p < s->n; p++)
        logarithm[p] = before[p] + drift[p];
    for (size_t first = 0; prices->draw && first < s->n; first += SP_MODELS_PART)
        jump(prices, logarithm, first);
    s->kernels->exp(logarithm, prices->index, s->n);
}
