/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The counts of many histograms, in rows (histogram.h) that lie one after the other, in the order in which
 * they are visited: close together, so that few pages and lines of the caches hold them. For the same reason
 * the values that came last are counted in 16 bits; before there can be more of them than that, a row is set
 * aside: its counts go to wider ones. Values outside the window of their row, which the pilot made them
 * unlikely, are strays: they are counted by bin in rows of all bins, which take no memory until there are
 * some.
 */
#ifndef SP_ENGINE_STATS_ROWS_H
#define SP_ENGINE_STATS_ROWS_H

#include "engine/stats/histogram.h"

struct sp_rows {
    size_t rows;
    const struct sp_histogram_plan **plan; /* [rows] borrowed */
    size_t *first;     /* [rows + 1] where each begins in `last` and `earlier`, and the end */
    size_t size;       /* counts in all */
    uint16_t *last;    /* counts of the values that came last */
    uint32_t *earlier; /* and of those before, which were set aside */
    size_t *values;    /* [rows] no more than so many have been counted in `last` */
    bool *is_aside;    /* [rows] there are some in `earlier` */
    uint32_t *stray;   /* [rows][SP_HISTOGRAM_BINS] */
    bool *has_strays;  /* [rows] */
};

/* Rows of 0, row i after plan[i]. 0 or -1; what the arena does not free is freed by sp_rows_free. */
int sp_rows_create(struct sp_arena *arena, const struct sp_histogram_plan **plan, size_t rows,
                   struct sp_rows *made);
void sp_rows_free(struct sp_rows *rows);

/* The counts of a row and of those that follow it, `many` in all, in each of which up to n more values are
 * going to be counted. n <= UINT16_MAX. */
uint16_t *sp_rows_for(struct sp_rows *rows, size_t row, size_t many, size_t n);

/* Has a row fetched that is going to be counted in, unless all rows are so few that they are near anyway. */
void sp_rows_fetch(const struct sp_rows *rows, size_t row);

/* How many counts lie between the beginnings of a row and of the one that follows. */
uint32_t sp_rows_length(const struct sp_rows *rows, size_t row);

/* Moves those of n values that were counted in the slot for what lies outside the window, but are no NaN, to
 * the strays; value i is in row + label[i], or in row where label is NULL. All these rows have one plan. */
void sp_rows_find_strays(struct sp_rows *rows, size_t row, const double *x, const uint16_t *label, size_t n);

/* Adds the counts of bins first .. end - 1, of NaN and of atoms to those of slots[SP_HISTOGRAM_SLOTS], where
 * all bins have a place. */
void sp_rows_read(const struct sp_rows *rows, size_t row, size_t first, size_t end, uint64_t *slots);

/* Moves a row to the same one of `to`. All its values lie in the bins first .. end - 1, whose slots, and
 * those of atoms, become a copy of its counts; that of NaN does where there is any. Returns how many are no
 * NaN. */
uint64_t sp_rows_take(struct sp_rows *rows, size_t row, size_t first, size_t end, struct sp_rows *to,
                      uint64_t *slots);

/* Adds all rows to slots[rows][SP_HISTOGRAM_SLOTS] and sets them to 0. Writes only where there is something,
 * so that empty pages stay empty. */
void sp_rows_move(struct sp_rows *rows, uint64_t *slots);

#endif
