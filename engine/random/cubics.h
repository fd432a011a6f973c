/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantile functions of any form, with kinks, gaps and steps: the 2^32 random words are cut into pieces, and
 * within each the quantile is a cubic. Where the law is smooth, pieces are long; at a kink they shrink to
 * single words; a step is a piece of its own. Slower to draw from than a table (table.h), and never wrong.
 */
#ifndef SP_ENGINE_RANDOM_CUBICS_H
#define SP_ENGINE_RANDOM_CUBICS_H

#include "engine/random/law.h"

#include <stdint.h>

enum { SP_CUBICS_MOST = 1 << 20, SP_CUBICS_GUIDES = 1 << 12 };

/* The words first .. the next piece's first - 1. value = c0 + s (c1 + s (c2 + s c3)), held to low .. high,
 * with s = (word - first) x inverse. */
struct sp_cubic {
    uint32_t first;
    double inverse, c[4], low, high;
};

struct sp_cubics {
    size_t count;
    struct sp_cubic *piece;               /* [count], first[0] = 0 */
    uint32_t guide[SP_CUBICS_GUIDES + 1]; /* the piece of the first word of each 4096th part */
};

/* Of a discrete law: exact, one piece a value. Of any other: error in probability below 2e-8. NULL when out
 * of memory or when more than SP_CUBICS_MOST would be needed. */
struct sp_cubics *sp_cubics_create(const struct sp_law *law);
void sp_cubics_free(struct sp_cubics *pieces);

/* out[i] = the value of words[i]. */
void sp_cubics_fill(const struct sp_cubics *pieces, const uint32_t *words, double *out, size_t n);

#endif
