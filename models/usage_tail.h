/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What one user makes in a month when users differ: min(X, cap), X lognormal. Equations: README.md, Usage.
 */
#ifndef SP_MODELS_USAGE_TAIL_H
#define SP_MODELS_USAGE_TAIL_H

#include "models/models.h"

enum { SP_USAGE_PART = 64, SP_USAGE_UNCAPPED = 1000000 }; /* paths at a time; a cap that is none, stories */

/* Of X with its mean and sigma (0 .. 5): the mean of min(X, cap), and its variance over the square of that
 * mean, for SP_USAGE_PART paths. mean, cap >= 0. Error below 1e-9 of the mean. capped_mean may be mean. */
void sp_usage_tail_moments(const struct sp_kernels *kernels, const double *mean, const double *sigma,
                           const double *cap, double *capped_mean, double *relative_variance);

#endif
