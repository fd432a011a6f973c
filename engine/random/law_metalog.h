/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The terms of a metalog, for whoever fits one.
 */
#ifndef SP_ENGINE_RANDOM_LAW_METALOG_H
#define SP_ENGINE_RANDOM_LAW_METALOG_H

#include "engine/random/law.h"

/* Term i (0 ..) of the quantile at probability p; q = 1 - p. */
double sp_law_metalog_term(size_t i, double p, double q);

/* p q times the slope of the quantile at p; the law is one when that is above 0 everywhere. */
double sp_law_metalog_slope(const struct sp_law *law, double p, double q);

#endif
