/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * SP_WIDE, before a function with plain loops over arrays: the function is compiled for wider vectors too,
 * and the processor's are chosen when the program starts. Arithmetic is the same for all: nothing is fused or
 * reordered.
 *
 * SP_VARIANT, before a function with a loop whose last parameters say what the loop may leave out: wherever
 * it is called with a constant, the compiler makes a loop of its own that leaves it out.
 */
#ifndef SP_ENGINE_BASE_WIDE_H
#define SP_ENGINE_BASE_WIDE_H

#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) &&                        \
    !defined(__SANITIZE_THREAD__)
#define SP_WIDE __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4"), flatten))
#else
#define SP_WIDE
#endif

#define SP_VARIANT static inline __attribute__((always_inline))

#endif
