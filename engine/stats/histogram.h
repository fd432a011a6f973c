/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Distributions as whole-number counts: they merge in any order, so threads and ranks never show. The bins of
 * one metric at one time are laid out once, from a pilot sample (planner.h), fine near the centre and
 * wider outwards in proportion to the distance: 128 bins to each doubling of |x - centre| / scale + 1. Values
 * that make up 0.5 % or more of the pilot are atoms: they are counted exactly, apart from the bins.
 */
#ifndef SP_ENGINE_STATS_HISTOGRAM_H
#define SP_ENGINE_STATS_HISTOGRAM_H

#include "engine/base/arena.h"
#include "engine/math/kernels.h"

#include <stdbool.h>

enum {
    SP_HISTOGRAM_ATOMS = 200,
    SP_HISTOGRAM_PLACES = 512,
    SP_HISTOGRAM_SLOTS = SP_HISTOGRAM_BINS + 1 + SP_HISTOGRAM_ATOMS
};

/* Where bins and atoms lie. Fixed for a run; made by a planner. */
struct sp_histogram_plan {
    double centre, scale, inverse_scale;
    struct sp_bin_window window; /* the bins that values are expected in: a row of counts has these */
    size_t atoms;
    bool atoms_are_run;                  /* whole numbers, each one more than the one before */
    bool atoms_are_apart;                /* each stands in `place` where its bin tells */
    double atom[SP_HISTOGRAM_ATOMS + 1]; /* ascending; the last is NaN */
    uint8_t place[SP_HISTOGRAM_PLACES];  /* hash table of the atoms, by bin; SP_HISTOGRAM_ATOMS: free */
};

/* Makes the hash table of the atoms, which stand in ascending order, and finds out whether they are a run.
 * The bins and their window are known: when they change, it is made again. */
void sp_histogram_index(struct sp_histogram_plan *plan);

/* The place of x among the atoms, or how many there are when it is none. */
size_t sp_histogram_atom(const struct sp_histogram_plan *plan, double x);

/* --- Counting ---
 * in a row of counts: one slot for each bin of the window, one for NaN and what lies outside the window, then
 * one for each atom. Values outside are rare; they are not lost, but found and counted elsewhere (rows.h). */

/* How many slots a row has. */
size_t sp_histogram_row(const struct sp_histogram_plan *plan);

/* The slot of each of n values. Returns whether that of any is the one for NaN and what lies outside. */
bool sp_histogram_slots(const struct sp_histogram_plan *plan, const struct sp_kernels *kernels,
                        const double *x, uint32_t *slot, size_t n);

/* Whether values from `low` to `high` reach out of the window; low > high: there are none. */
bool sp_histogram_reaches_out(const struct sp_histogram_plan *plan, double low, double high);

/* The most frequent of a few of n values, one of which is likely to be what most are. NAN when n is 0. */
double sp_histogram_common(const double *x, size_t n);

/* Scratch for counting n values at a time. */
struct sp_histogram_room {
    double *others;        /* [n + SP_SELECT_MORE] */
    uint16_t *other_label; /* [n + SP_SELECT_MORE] */
    uint32_t *slot;        /* [n] */
};

/* What values were like that have been counted. */
struct sp_histogram_seen {
    bool is_constant;    /* all have the same bits; this is looked at only where there are atoms */
    bool is_any_outside; /* some are NaN or lie outside the window */
};

/* Counts n values in a row, and adds them to the lanes, around the plan's centre. `next` is what the caller
 * works on afterwards (kernels.h). */
struct sp_histogram_seen sp_histogram_tally(const struct sp_histogram_plan *plan,
                                            const struct sp_kernels *kernels, const double *x,
                                            const double *next, size_t n, struct sp_moment_lanes *lanes,
                                            uint16_t *row, const struct sp_histogram_room *room);

/* The label of each of n values, and how many are in each. */
struct sp_histogram_labels {
    size_t count;
    const uint16_t *label; /* [n] below count */
    const size_t *inside;  /* [count] */
};

/* Counts n values in the rows of their labels. Returns whether some are NaN or lie outside the window. */
bool sp_histogram_tally_labels(const struct sp_histogram_plan *plan, const struct sp_kernels *kernels,
                               const double *x, const double *next, size_t n,
                               const struct sp_histogram_labels *labels, const struct sp_label_rows *rows,
                               const struct sp_histogram_room *room);

/* The same where all values are x. */
bool sp_histogram_tally_same(const struct sp_histogram_plan *plan, const struct sp_kernels *kernels, double x,
                             const struct sp_histogram_labels *labels, const struct sp_label_rows *rows);

/* --- Bins --- */

/* The bin of one value (an atom has one too). NaN: SP_HISTOGRAM_BINS. */
size_t sp_histogram_bin(const struct sp_histogram_plan *plan, double x);

/* The lower edge of bin `bin`; of bin + 1, its upper edge. */
double sp_histogram_edge(const struct sp_histogram_plan *plan, size_t bin);

/* --- Reading ---
 * Counts turned into pieces in order of value: atoms have no width, bins spread their values evenly. */
struct sp_pieces {
    size_t count;
    double total;          /* values in all */
    double *low, *high;    /* [count] */
    double *mass, *before; /* [count] values in the piece, and in all pieces before it */
};

/* Room for the pieces of one histogram at a time, to be used again and again. -1: out of memory. */
int sp_histogram_pieces_create(struct sp_arena *arena, struct sp_pieces *pieces);

/* Fills `pieces` from count[SP_HISTOGRAM_SLOTS]. Bins are cut to [low, high], the extremes of the values;
 * bins beyond theirs are not looked at. */
void sp_histogram_pieces(const struct sp_histogram_plan *plan, const uint64_t *count, double low, double high,
                         struct sp_pieces *pieces);

/* The p-quantile; p is held to 0 .. 1. NAN when empty. */
double sp_histogram_quantile(const struct sp_pieces *pieces, double p);

/* Mean of the lowest share `alpha` of values (highest when `upper`), and the variance of max(0, distance
 * beyond the quantile) that its standard error needs. */
double sp_histogram_shortfall(const struct sp_pieces *pieces, double alpha, int upper, double *variance);

/* The sum of (x - mean)^2 over all values. */
double sp_histogram_squares(const struct sp_pieces *pieces, double mean);

/* The mean of (x - mean)^4. */
double sp_histogram_fourth(const struct sp_pieces *pieces, double mean);

#endif
