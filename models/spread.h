/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Sums of many alike: what N stories or N users come to is N times the mean of one, with a relative spread
 * that is 1 / sqrt(N) of the spread of one. Never N times one draw.
 */
#ifndef SP_MODELS_SPREAD_H
#define SP_MODELS_SPREAD_H

#include "models/models.h"

/* A lognormal factor of mean 1 and the given relative variance (>= 0, of the sum: that of one divided by N),
 * the quantile at u, a draw: exp(q z - q^2 / 2) with q^2 = ln(1 + variance) and z the normal quantile of u. A
 * sum of lognormals is close to lognormal (Fenton 1960); of one it is exact. `out` may be `variance`. */
void sp_spread_fill(const struct sp_kernels *kernels, const double *variance, const double *u, double *out,
                    size_t n);

#endif
