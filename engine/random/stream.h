/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Which random word belongs to which draw. The layout is frozen as stream version 1.
 *
 * A draw is a pure function of (seed, variable name, path, quarter, index). The generator is Philox4x32-10:
 *
 *     key      the seed (low word, high word)
 *     word 0   group, low 32 bits
 *     word 1   group, high 16 bits (upper half) | quarter, 0xFFFF for a draw made once per path (lower half)
 *     word 2   32-bit FNV-1a hash of the variable's name
 *     word 3   index: 0 for the first number a variable needs, 1 for the second, ..
 *
 * group = 16 (path div 64) + path mod 16, and output word (path mod 64) div 16 serves the path: the four
 * words of a counter are four paths, never four variables. A uniform is u = (word + 1/2) 2^-32: never 0,
 * never 1.
 */
#ifndef SP_ENGINE_RANDOM_STREAM_H
#define SP_ENGINE_RANDOM_STREAM_H

#include "engine/math/kernels.h"

enum { SP_STREAM_VERSION = 1, SP_STREAM_PER_PATH = 0xFFFF, SP_STREAM_QUARTERS = 0xFFFF };

/* The word that stands for the middle of a law: u = 1/2 + 2^-33, of the two words next to 1/2 the upper one,
 * so that an event with probability p, which happens when u < p, happens only when p is above 1/2. */
#define SP_STREAM_CENTRE UINT32_C(0x80000000)

struct sp_stream {
    uint64_t seed;
    uint32_t name; /* sp_hash32_text of the variable's name */
};

/* words[i] of path first_path + i, for n paths. first_path and n are multiples of 64; first_path + n <= 2^50.
 * quarter: 0 .. SP_STREAM_QUARTERS - 1, or SP_STREAM_PER_PATH. */
void sp_stream_words(const struct sp_kernels *kernels, struct sp_stream stream, uint64_t first_path,
                     int quarter, uint32_t index, uint32_t *words, size_t n);

/* words[i] of path first_path + path[i], for n of them; both arrays have room for SP_SELECT_MORE more. */
void sp_stream_chosen_words(const struct sp_kernels *kernels, struct sp_stream stream, uint64_t first_path,
                            int quarter, uint32_t index, const uint16_t *path, uint32_t *words, size_t n);

#endif
