/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random words made the plain way, one counter after the other, beside which the kernels are held.
 */
#ifndef SP_TESTS_SUPPORT_ENGINE_TEST_RANDOM_H
#define SP_TESTS_SUPPORT_ENGINE_TEST_RANDOM_H

#include "engine/math/kernels.h"

/* Philox4x32 with `rounds` rounds, as in the paper: out = f(counter, key). */
void engine_test_philox(int rounds, const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* The word of one path by the layout of engine/random/stream.h. */
uint32_t engine_test_word(uint64_t seed, uint32_t name, uint64_t path, int quarter, uint32_t index);

/* Words for tests: n of the path words of a stream "test.NUMBER". */
void engine_test_words(uint64_t seed, uint32_t name, uint32_t *words, size_t n);

/* A word whose tail probability is about 2^-octave, on the lower or the upper side. */
uint32_t engine_test_tail_word(uint32_t word, int octave, int upper);

/* All levels that this processor has; NULL-ended. At least one. */
const struct sp_kernels *const *engine_test_levels(void);

#endif
