/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of laws have in common.
 */
#ifndef SP_TESTS_UNIT_RANDOM_LAW_HELPER_H
#define SP_TESTS_UNIT_RANDOM_LAW_HELPER_H

#include "engine/random/sampler.h"

/* The law `name` with these parameters (the first form that takes so many), which must be accepted. */
struct sp_law law_helper_make(const char *name, size_t count, const double *parameter);

/* Draws at the given words, at the best kernel level. */
void law_helper_draw(const struct sp_law *law, const uint32_t *words, double *out, size_t n);

/* The largest error in probability of draws against the law itself: at 65,536 words all over, and at words in
 * every octave of both tails. Values that are not finite fail the test. */
double law_helper_error(const struct sp_law *law, const char *about);

#endif
