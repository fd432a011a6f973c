/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Kept paths: the first K paths as they went, metric by metric and quarter by quarter, with their inputs. A
 * keeper sees the paths that the statistics are made of, puts some thousands of them side by side, and hands
 * them to a sink row by row. Each thread has its own.
 */
#ifndef SP_ENGINE_RUN_KEEP_H
#define SP_ENGINE_RUN_KEEP_H

#include "engine/run/follow.h"

/* Names the inputs of the result (every assumption drawn once per path), and says how many paths are kept. 0
 * or SP_ERROR_RESOURCES. */
int sp_keep_inputs(const struct sp_plan *plan, struct sp_result *result);

/* A sink that puts everything into the arena of `result`, as its `kept` and `kept_input`. */
struct sp_kept_sink sp_keep_in_memory(struct sp_result *result);

struct sp_keeper;

/* For blocks of at most `block` paths of a variant. The sink and the result, which has been begun with, are
 * borrowed. NULL: out of memory. */
struct sp_keeper *sp_keep_create(const struct sp_plan *plan, size_t variant, const struct sp_result *result,
                                 const struct sp_kept_sink *sink, size_t block);
void sp_keep_free(struct sp_keeper *keeper); /* NULL is allowed */

/* Shown to sp_tally_batch for batches in which paths are kept. Blocks of a batch come in order. */
const struct sp_visitor *sp_keep_visitor(const struct sp_keeper *keeper);

/* A batch has ended: what has been put side by side goes to the sink. */
void sp_keep_flush(struct sp_keeper *keeper);

/* Whether the sink has failed. */
bool sp_keep_has_failed(const struct sp_keeper *keeper);

#endif
