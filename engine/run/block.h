/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A block: some paths computed together, as arrays. It draws, works out the assumptions in force, and runs
 * the steps, quarter after quarter. One thread owns it; nothing is allocated after sp_block_create.
 *
 *     sp_block_begin(block, first_path, valid);
 *     for (t = 0; t < quarters; t++) {
 *         sp_block_quarter(block, t);
 *         ... sp_block_now(block, column) ...
 *     }
 */
#ifndef SP_ENGINE_RUN_BLOCK_H
#define SP_ENGINE_RUN_BLOCK_H

#include "engine/run/plan.h"

struct sp_block;

/* Room for `size` paths (a multiple of 64) of a variant. NULL: out of memory. */
struct sp_block *sp_block_create(const struct sp_plan *plan, const struct sp_variant *variant, size_t size);

/* The same for who looks at metrics, categories and sp_block_draw alone. Other columns are there for a strip
 * at a time: what one writes the next one writes over, so that less goes through the caches. And what events
 * cost and change is drawn only where they begin. */
struct sp_block *sp_block_create_for_metrics(const struct sp_plan *plan, const struct sp_variant *variant,
                                             size_t size);

/* The same for a variant that differs from the lender's in values alone, and in that some of its steps are
 * not live: what these write is read from the lender, a block of the same plan and size, which is begun and
 * advanced first. */
struct sp_block *sp_block_create_beside(const struct sp_block *lender, const struct sp_plan *plan,
                                        const struct sp_variant *variant, size_t size);

void sp_block_free(struct sp_block *block); /* NULL is allowed */

/* Starts the paths first_path .. first_path + valid - 1; first_path is a multiple of 64, valid <= size. Paths
 * that fill up the last 64 are computed too and count nowhere. */
void sp_block_begin(struct sp_block *block, uint64_t first_path, size_t valid);

/* Advances to the end of quarter t; quarters come in order from 0. */
void sp_block_quarter(struct sp_block *block, size_t t);

size_t sp_block_valid(const struct sp_block *block);
uint64_t sp_block_first_path(const struct sp_block *block);

/* A column at the end of the current quarter, [valid]. Not of a ratio: whoever shows it makes it of its
 * parts. */
const double *sp_block_now(const struct sp_block *block, int column);

/* Where that array stands: in each quarter it may be another one, whose address is found in the same place as
 * long as there is the block. */
double *const *sp_block_place(const struct sp_block *block, int column);

/* The opening state of a column that has one (a category, or read by some step as of the quarter before). */
const double *sp_block_opening(const struct sp_block *block, int column);

/* The per-path draw of a variable, before changes; NULL when it is drawn by quarter or is constant. */
const double *sp_block_draw(const struct sp_block *block, size_t variable);

/* What is drawn of a variable for the current quarter t, before noise and changes, [valid]. */
const double *sp_block_drawn(const struct sp_block *block, size_t variable, size_t t);

/* The effective values of a variable in the current quarter; NULL when nothing has asked for them in it. */
const double *sp_block_in_force(const struct sp_block *block, size_t variable);

/* How often each rule of the variant was applied, added up since the block was created. [variant->rules] */
const uint64_t *sp_block_rules(const struct sp_block *block);

/* out = numerator / denominator where the denominator is above 0, else NaN. */
void sp_block_ratio(const double *numerator, const double *denominator, double *out, size_t n);

#endif
