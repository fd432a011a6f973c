/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Quantile tables: the quantile function of a standard law as cubic pieces (engine/math/kernels.h has their
 * grid). Values and slopes at the nodes come from the law; both are rounded to a multiple of 2^-28 of its
 * width (standard deviation, or distance of its quartiles if that is less) before coefficients are formed, so
 * that the last bits of the C library cannot leak into the draws. Error in probability below 1e-7.
 */
#ifndef SP_ENGINE_RANDOM_TABLE_H
#define SP_ENGINE_RANDOM_TABLE_H

#include "engine/math/kernels.h"
#include "engine/random/law.h"
#include "engine/random/cubics.h"

#include <stdint.h>

/* All tables of a run; equal standard laws share one. */
struct sp_tables;

struct sp_tables *sp_tables_create(void); /* NULL: out of memory */
void sp_tables_free(struct sp_tables *tables);

/* The rows for a standard law, made at the first call; owned by `tables`. NULL when out of memory or when the
 * table does not pass its checks (rising, finite, and its law's probability met between nodes). */
const struct sp_table_rows *sp_tables_get(struct sp_tables *tables, const struct sp_law *standard);

/* The same as pieces, for any law. */
const struct sp_cubics *sp_tables_get_cubics(struct sp_tables *tables, const struct sp_law *law);

/* Moves all tables of `from`, in the order in which they were asked for, leaving out those whose laws are
 * there already; `from` keeps those. So tables can be made side by side. 0, or -1 when out of memory. */
int sp_tables_take(struct sp_tables *tables, struct sp_tables *from);

/* Hash of all tables made so far, in the order in which they were asked for. */
uint64_t sp_tables_hash(const struct sp_tables *tables);

#endif
