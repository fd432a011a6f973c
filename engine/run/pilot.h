/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The pilot: paths 0 .. 4095, whatever the number of paths, threads or blocks. From it come the layout of
 * every histogram, its atoms, and the ratios around which residuals are taken. It touches no result
 * otherwise: its paths are simulated again with their batch.
 *
 * First the paths are simulated, piece by piece, and what metrics are in each quarter is remembered, but for
 * ratios. Then, metric by metric, its sums over years and the horizon and its ratios are made anew, and all
 * its streams and cells are planned while its values are in the cache.
 */
#ifndef SP_ENGINE_RUN_PILOT_H
#define SP_ENGINE_RUN_PILOT_H

#include "engine/run/tally.h"

enum { SP_PILOT_PATHS = 4096 };

/* Makes the tally plan of a variant in `arena`, which does not depend on the threads. 0 or
 * SP_ERROR_RESOURCES. */
int sp_pilot_run(struct sp_arena *arena, const struct sp_plan *plan, const struct sp_variant *variant,
                 int threads, struct sp_tally_plan *tally);

#endif
