/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/spread.h"

#include "engine/math/normal.h"

#include <math.h>

SP_WIDE void sp_spread_fill(const struct sp_kernels *kernels, const double *variance, const double *u,
                            double *out, size_t n) {
    for (size_t p = 0; p < n; p++) {
        double square = sp_elementary_log(1 + variance[p]);
        out[p] = sp_normal_quantile_near(u[p]) * sqrt(square) - 0.5 * square; /* draws have 32 bits */
    }
    kernels->exp(out, out, n);
}
