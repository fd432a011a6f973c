/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The point where a tail probability takes a given value, on the positive axis: Newton's steps on the
 * logarithm of the tail against the logarithm of x, where tails are nearly straight, kept inside a bracket
 * that only ever shrinks, so that it always ends.
 */
#ifndef SP_ENGINE_RANDOM_ROOT_H
#define SP_ENGINE_RANDOM_ROOT_H

#include <stdbool.h>

struct sp_root_tail {
    double a, b; /* shape of the law */
    bool upper;  /* the tail is P(X > x); else P(X <= x) */
};

/* The tail probability at x > 0, and the density there. */
typedef double sp_root_function(const void *tail, double x, double *density);

/* x in (0, high) with tail(x) = target, from a first guess `start` (0 < start < high); a good one spares
 * steps. To about 1e-14 relative. Returns 0 when x would be below the smallest double. */
double sp_root_find(sp_root_function *function, const struct sp_root_tail *tail, double target, double start,
                    double high);

#endif
