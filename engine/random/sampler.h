/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A law made ready for drawing: one random word makes one draw, through the quantile function.
 */
#ifndef SP_ENGINE_RANDOM_SAMPLER_H
#define SP_ENGINE_RANDOM_SAMPLER_H

#include "engine/base/phase.h"
#include "engine/random/table.h"

#include <stdbool.h>

/* value = low + width x g(shift + scale x Z(word)), with Z from a table or from pieces, and g as the axis
 * says (engine/random/law.h); on the plain axis, shift + scale x Z(word). */
struct sp_sampler {
    enum sp_law_kind kind;
    double parameter[3]; /* constant, uniform, triangular, large counts: as in the law */
    double shift, scale;
    enum sp_law_axis axis;
    double low, width;
    bool is_mirrored;                  /* bound above only: g(T) = e^-T */
    const struct sp_table_rows *table; /* borrowed from the tables */
    const struct sp_cubics *pieces;    /* the same; used when there is no table */
};

/* Makes the sampler of a law; its table is made or found in `tables`. 0, or -1 when out of memory or when no
 * table and no pieces reach the accuracy promised. */
int sp_sampler_make(struct sp_sampler *sampler, const struct sp_law *law, struct sp_tables *tables);

/* out[i] = the value at u = (words[i] + 1/2) 2^-32. n a multiple of 4. */
void sp_sampler_fill(const struct sp_sampler *sampler, const struct sp_kernels *kernels,
                     const uint32_t *words, double *out, size_t n);

/* The phase of a run that drawing from it is. */
enum sp_phase sp_sampler_phase(const struct sp_sampler *sampler);

#endif
