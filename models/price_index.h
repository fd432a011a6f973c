/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The price index of a vendor, 1 before the first quarter: it drifts, and jumps. Equations: README.md, AI.
 */
#ifndef SP_MODELS_PRICE_INDEX_H
#define SP_MODELS_PRICE_INDEX_H

#include "models/models.h"

struct sp_price_index {
    const double *drift;                          /* of the logarithm in this quarter */
    const double *jumps_per_year, *factor, *draw; /* draw: uniform; all NULL: no jumps */
    const double *before;                         /* the logarithm a quarter ago */
    double *logarithm, *index;                    /* written */
};

/* How many jumps there are is a Poisson count; all jumps of a quarter have the same factor. */
void sp_price_index_advance(const struct sp_step *s, const struct sp_price_index *prices);

#endif
