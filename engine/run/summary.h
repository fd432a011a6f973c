/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * From sums and counts to statistics with standard errors.
 *
 * Errors (n paths): mean sd / sqrt n; ratio of means by linearisation; sd from the fourth moment; a quantile
 * is read one standard error of its probability to each side, (Q(p + s) - Q(p - s)) / 2 with s = sqrt(p (1 -
 * p) / n); expected shortfall by its influence function (Rockafellar and Uryasev 2002). Of tiers: see
 * stats/pooled.h.
 */
#ifndef SP_ENGINE_RUN_SUMMARY_H
#define SP_ENGINE_RUN_SUMMARY_H

#include "engine/run/tally.h"

/* Fills the results of one variant, on so many threads, on which they do not depend. 0 or SP_ERROR_RESOURCES.
 */
int sp_summary_make(const struct sp_tally_plan *tally, const struct sp_sums *sums,
                    const struct sp_counts *counts, int threads, struct sp_result *result,
                    struct sp_variant_result *variant);

#endif
