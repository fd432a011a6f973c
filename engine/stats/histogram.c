/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/histogram.h"

#include "engine/base/wide.h"

#include <math.h>
#include <string.h>

/* --- Atoms --- */

/* Where an atom in the bin of this slot may stand; those that find another one there follow. Atoms have
 * mostly a bin each, and bins that lie close together have different places. */
static size_t place_of(size_t slot) {
    return slot % SP_HISTOGRAM_PLACES;
}

static bool are_run(const double *atom, size_t atoms) {
    if (atoms == 0 || atom[0] != floor(atom[0]) || fabs(atom[0]) > 1e9)
        return false;
    for (size_t i = 1; i < atoms; i++)
        if (atom[i] != atom[i - 1] + 1)
            return false;
    return true;
}

/* The slot of a bin, whether or not the value is an atom. */
static size_t bin_slot(const struct sp_histogram_plan *plan, double x) {
    size_t slot = sp_histogram_bin(plan, x) - plan->window.first; /* very large below the window */
    return slot < plan->window.count ? slot : plan->window.count;
}

void sp_histogram_index(struct sp_histogram_plan *plan) {
    plan->atoms_are_run = are_run(plan->atom, plan->atoms);
    plan->atoms_are_apart = true;
    plan->atom[SP_HISTOGRAM_ATOMS] = NAN;
    memset(plan->place, SP_HISTOGRAM_ATOMS, sizeof plan->place);
    for (size_t i = 0; i < plan->atoms; i++) {
        size_t at = place_of(bin_slot(plan, plan->atom[i]));
        for (; plan->place[at] != SP_HISTOGRAM_ATOMS; at = (at + 1) % SP_HISTOGRAM_PLACES)
            plan->atoms_are_apart = false;
        plan->place[at] = (uint8_t)i;
    }
}

/* The place among the atoms of x, whose bin has this slot. */
static size_t find_atom(const struct sp_histogram_plan *plan, double x, size_t slot) {
    for (size_t at = place_of(slot);; at = (at + 1) % SP_HISTOGRAM_PLACES) {
        size_t atom = plan->place[at];
        if (atom == SP_HISTOGRAM_ATOMS || plan->atom[atom] == x)
            return atom == SP_HISTOGRAM_ATOMS ? plan->atoms : atom;
    }
}

size_t sp_histogram_atom(const struct sp_histogram_plan *plan, double x) {
    return find_atom(plan, x, bin_slot(plan, x));
}

/* --- Slots --- */

static uint32_t first_atom(const struct sp_histogram_plan *plan) {
    return plan->window.count + 1;
}

size_t sp_histogram_row(const struct sp_histogram_plan *plan) {
    return first_atom(plan) + plan->atoms;
}

/* Few atoms are compared with, one after the other. */
SP_WIDE static void find_one(double atom, uint32_t its_slot, const double *restrict x,
                             uint32_t *restrict slot, size_t n) {
    for (size_t i = 0; i < n; i++)
        slot[i] = x[i] == atom ? its_slot : slot[i];
}

/* Of a run of whole numbers, the one that may be it follows from the value. */
SP_WIDE static void find_in_run(double first, double last, uint32_t first_slot, const double *restrict x,
                                uint32_t *restrict slot, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double held = x[i] > first ? x[i] : first;
        int place = (int)((held < last ? held : last) - first);
        uint32_t its_slot = first_slot + (uint32_t)place;
        slot[i] = first + place == x[i] ? its_slot : slot[i];
    }
}

/* Each value may be one atom at most, if it is any: that of its bin. */
static void find_apart(const struct sp_histogram_plan *plan, const double *restrict x,
                       uint32_t *restrict slot, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bin = slot[i], atom = plan->place[place_of(bin)], is_it = plan->atom[atom] == x[i];
        slot[i] = bin + is_it * (first_atom(plan) + atom - bin); /* no branch: half of them may be atoms */
    }
}

static void find_each(const struct sp_histogram_plan *plan, const double *x, uint32_t *slot, size_t n) {
    for (size_t i = 0; i < n; i++) {
        size_t atom = find_atom(plan, x[i], slot[i]);
        if (atom < plan->atoms)
            slot[i] = (uint32_t)(first_atom(plan) + atom);
    }
}

SP_WIDE static bool is_any(const uint32_t *slot, uint32_t which, size_t n) {
    uint32_t found = 0;
    for (size_t i = 0; i < n; i++)
        found |= slot[i] == which;
    return found;
}

bool sp_histogram_slots(const struct sp_histogram_plan *plan, const struct sp_kernels *kernels,
                        const double *x, uint32_t *slot, size_t n) {
    enum { FEW = 6 };
    kernels->bins(plan->centre, plan->inverse_scale, plan->window, x, slot, n);
    if (plan->atoms_are_run) /* the last atom follows from the first: it would have to be fetched */
        find_in_run(plan->atom[0], plan->atom[0] + (double)(plan->atoms - 1), first_atom(plan), x, slot, n);
    else if (plan->atoms > FEW && plan->atoms_are_apart)
        find_apart(plan, x, slot, n);
    else if (plan->atoms > FEW)
        find_each(plan, x, slot, n);
    else
        for (uint32_t atom = 0; atom < plan->atoms; atom++)
            find_one(plan->atom[atom], first_atom(plan) + atom, x, slot, n);
    return is_any(slot, plan->window.count, n);
}

bool sp_histogram_reaches_out(const struct sp_histogram_plan *plan, double low, double high) {
    return low <= high && (sp_histogram_bin(plan, low) < plan->window.first ||
                           sp_histogram_bin(plan, high) >= plan->window.first + plan->window.count);
}

/* --- Counting --- */

double sp_histogram_common(const double *x, size_t n) {
    enum { ASKED = 5 };
    size_t most = 0, common = 0;
    for (size_t i = 0; n > 0 && i < ASKED; i++) {
        size_t same = 0;
        for (size_t k = 0; k < ASKED; k++)
            same += x[k * n / ASKED] == x[i * n / ASKED];
        common = same > most ? i : common;
        most = same > most ? same : most;
    }
    return n > 0 ? x[common * n / ASKED] : NAN;
}

static void count_slots(const uint32_t *slot, uint16_t *row, size_t n) {
#pragma GCC unroll 8
    for (size_t i = 0; i < n; i++)
        row[slot[i]]++;
}

/* Where there are atoms, many values are the same: they are counted apart, since increments of one count
 * would wait for each other. */
struct sp_histogram_seen sp_histogram_tally(const struct sp_histogram_plan *plan,
                                            const struct sp_kernels *kernels, const double *x,
                                            const double *next, size_t n, struct sp_moment_lanes *lanes,
                                            uint16_t *row, const struct sp_histogram_room *room) {
    struct sp_histogram_seen seen = {0};
    if (n == 0 || plan->atoms == 0) {
        seen.is_any_outside =
            kernels->tally(lanes, plan->centre, plan->inverse_scale, plan->window, x, next, row, n);
        return seen;
    }
    double common = sp_histogram_common(x, n);
    uint32_t slot;
    seen.is_any_outside = sp_histogram_slots(plan, kernels, &common, &slot, 1);
    __builtin_prefetch(&row[slot], 1); /* it has not been touched since the block before */
    size_t others = kernels->sift(lanes, plan->centre, common, x, next, room->others, n);
    row[slot] = (uint16_t)(row[slot] + n - others);
    seen.is_any_outside |= sp_histogram_slots(plan, kernels, room->others, room->slot, others);
    count_slots(room->slot, row, others);
    seen.is_constant = others == 0;
    return seen;
}

SP_WIDE static uint32_t count_label(const uint16_t *label, uint16_t which, size_t n) {
    uint16_t found = 0;
    for (size_t i = 0; i < n; i++)
        found = (uint16_t)(found + (label[i] == which));
    return found;
}

/* A value that is found `times` times in a label. */
static void count_same(const struct sp_label_rows *rows, const struct sp_kernels *kernels, double x,
                       uint32_t slot, uint16_t label, size_t times) {
    uint16_t *count = &rows->count[label * rows->length + slot];
    if (times == 0)
        return;
    kernels->count_labels(rows, &x, &label, &slot, 1);
    *count = (uint16_t)(*count + times - 1);
}

bool sp_histogram_tally_same(const struct sp_histogram_plan *plan, const struct sp_kernels *kernels, double x,
                             const struct sp_histogram_labels *labels, const struct sp_label_rows *rows) {
    uint32_t slot;
    bool is_outside = sp_histogram_slots(plan, kernels, &x, &slot, 1);
    for (size_t k = 0; k < labels->count; k++)
        count_same(rows, kernels, x, slot, (uint16_t)k, labels->inside[k]);
    return is_outside;
}

/* As sp_histogram_tally. */
bool sp_histogram_tally_labels(const struct sp_histogram_plan *plan, const struct sp_kernels *kernels,
                               const double *x, const double *next, size_t n,
                               const struct sp_histogram_labels *labels, const struct sp_label_rows *rows,
                               const struct sp_histogram_room *room) {
    if (n == 0 || plan->atoms == 0)
        return kernels->tally_labels(rows, plan->centre, plan->inverse_scale, plan->window, x, next,
                                     labels->label, n);
    double common = sp_histogram_common(x, n);
    uint32_t slot;
    bool is_outside = sp_histogram_slots(plan, kernels, &common, &slot, 1);
    size_t others = kernels->sift_labels(common, x, next, labels->label, room->others, room->other_label, n);
    for (size_t k = 0; k < labels->count; k++)
        if (labels->inside[k] > 0)
            count_same(rows, kernels, common, slot, (uint16_t)k,
                       labels->inside[k] - count_label(room->other_label, (uint16_t)k, others));
    is_outside |= sp_histogram_slots(plan, kernels, room->others, room->slot, others);
    kernels->count_labels(rows, room->others, room->other_label, room->slot, others);
    return is_outside;
}

enum { MANTISSA_BITS = 52, STEP_BITS = MANTISSA_BITS - SP_HISTOGRAM_BITS };

static const uint64_t bits_of_one = (uint64_t)1023 << MANTISSA_BITS;

/* As in kernels.h. */
size_t sp_histogram_bin(const struct sp_histogram_plan *plan, double x) {
    double distance = x - plan->centre, y = fabs(distance) * plan->inverse_scale + 1;
    uint64_t bits;
    if (isnan(y))
        return SP_HISTOGRAM_BINS;
    y = fmin(y, (1 << SP_HISTOGRAM_OCTAVES) - 0.5);
    memcpy(&bits, &y, sizeof bits);
    size_t step = (bits - bits_of_one) >> STEP_BITS;
    return distance < 0 ? SP_HISTOGRAM_HALF - 1 - step : SP_HISTOGRAM_HALF + step;
}

/* |y - 1| at the start of step i of one side: y runs over 2^(i div 128) (1 + (i mod 128) / 128), which are
 * the numbers whose bits follow each other. */
static double distance_of(size_t step) {
    uint64_t bits = bits_of_one + ((uint64_t)step << STEP_BITS);
    double y;
    memcpy(&y, &bits, sizeof y);
    return y - 1;
}

double sp_histogram_edge(const struct sp_histogram_plan *plan, size_t bin) {
    if (bin >= SP_HISTOGRAM_HALF)
        return plan->centre + plan->scale * distance_of(bin - SP_HISTOGRAM_HALF);
    return plan->centre - plan->scale * distance_of(SP_HISTOGRAM_HALF - bin);
}

/* --- Reading --- */

int sp_histogram_pieces_create(struct sp_arena *arena, struct sp_pieces *pieces) {
    size_t most = SP_HISTOGRAM_BINS + 2 * SP_HISTOGRAM_ATOMS;
    double *room = sp_arena_array(arena, 4 * most, sizeof *room);
    *pieces = (struct sp_pieces){.low = room};
    if (!room)
        return -1;
    pieces->high = room + most;
    pieces->mass = room + 2 * most;
    pieces->before = room + 3 * most;
    return 0;
}

static inline double smaller(double a, double b) {
    return a < b ? a : b;
}

static inline double larger(double a, double b) {
    return a > b ? a : b;
}

static void add_piece(struct sp_pieces *pieces, double low, double high, double mass) {
    size_t i = pieces->count++;
    pieces->low[i] = low;
    pieces->high[i] = high;
    pieces->mass[i] = mass;
    pieces->before[i] = pieces->total;
    pieces->total += mass;
}

/* What of a bin lies below `cut`: its share by width. */
static double take_below(double *low, double high, double *mass, double cut, struct sp_pieces *pieces) {
    double share = high > *low ? (cut - *low) / (high - *low) : 0;
    double part = *mass * smaller(larger(share, 0), 1);
    if (part > 0)
        add_piece(pieces, *low, cut, part);
    *mass -= part;
    return *low = larger(*low, cut);
}

/* A bin without its atoms, cut at each atom that lies inside, which is put between the parts. */
static void add_bin(const struct sp_histogram_plan *plan, const uint64_t *count, size_t *atom, double low,
                    double high, double mass, struct sp_pieces *pieces) {
    for (; *atom < plan->atoms && plan->atom[*atom] < high; (*atom)++) {
        double x = plan->atom[*atom];
        uint64_t at_atom = count[SP_HISTOGRAM_BINS + 1 + *atom];
        if (mass > 0 && x > low)
            take_below(&low, high, &mass, x, pieces);
        if (at_atom)
            add_piece(pieces, x, x, (double)at_atom);
    }
    if (mass > 0)
        add_piece(pieces, low, high, mass);
}

void sp_histogram_pieces(const struct sp_histogram_plan *plan, const uint64_t *count, double low, double high,
                         struct sp_pieces *pieces) {
    size_t atom = 0, bin = 0, end = 0;
    pieces->count = 0;
    pieces->total = 0;
    if (low <= high) {
        bin = sp_histogram_bin(plan, low);
        end = sp_histogram_bin(plan, high) + 1;
    }
    for (; bin < end; bin++) {
        if (count[bin] == 0)
            continue;
        double from = sp_histogram_edge(plan, bin), to = sp_histogram_edge(plan, bin + 1);
        from = bin == 0 ? low : smaller(larger(from, low), high);
        to = bin == SP_HISTOGRAM_BINS - 1 ? high : larger(smaller(to, high), from);
        add_bin(plan, count, &atom, from, to, (double)count[bin], pieces);
    }
    add_bin(plan, count, &atom, INFINITY, INFINITY, 0, pieces);
    if (atom < plan->atoms && count[SP_HISTOGRAM_BINS + 1 + atom]) /* what ranks above all */
        add_piece(pieces, INFINITY, INFINITY, (double)count[SP_HISTOGRAM_BINS + 1 + atom]);
}

/* The piece that holds the value of rank r (0 .. total). */
static size_t find_piece(const struct sp_pieces *pieces, double rank) {
    size_t low = 0, high = pieces->count - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (pieces->before[middle] < rank)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static double value_at(const struct sp_pieces *pieces, size_t i, double rank) {
    if (isinf(pieces->low[i]))
        return pieces->low[i];
    double share = (rank - pieces->before[i]) / pieces->mass[i];
    return pieces->low[i] + smaller(larger(share, 0), 1) * (pieces->high[i] - pieces->low[i]);
}

double sp_histogram_quantile(const struct sp_pieces *pieces, double p) {
    if (pieces->count == 0)
        return NAN;
    double rank = smaller(larger(p, 0), 1) * pieces->total;
    return value_at(pieces, find_piece(pieces, rank), rank);
}

/* Sum and sum of squares of distances of a piece's part [a, b] from `origin`, values spread evenly. */
static void add_distances(double a, double b, double mass, double origin, double *sum, double *squares) {
    double x = a - origin, y = b - origin;
    *sum += mass * (x + y) / 2;
    *squares += mass * (x * x + x * y + y * y) / 3;
}

/* Over the values beyond the alpha-quantile. */
static void tail_distances(const struct sp_pieces *pieces, double alpha, int upper, double quantile,
                           double *sum, double *squares) {
    double rank = (upper ? 1 - alpha : alpha) * pieces->total;
    size_t edge = find_piece(pieces, rank);
    size_t first = upper ? edge + 1 : 0, end = upper ? pieces->count : edge;
    *sum = *squares = 0;
    for (size_t i = first; i < end; i++)
        add_distances(pieces->low[i], pieces->high[i], pieces->mass[i], quantile, sum, squares);
    double below = rank - pieces->before[edge], part = upper ? pieces->mass[edge] - below : below;
    add_distances(upper ? quantile : pieces->low[edge], upper ? pieces->high[edge] : quantile, part, quantile,
                  sum, squares);
}

double sp_histogram_shortfall(const struct sp_pieces *pieces, double alpha, int upper, double *variance) {
    *variance = NAN;
    if (pieces->count == 0)
        return NAN;
    double quantile = sp_histogram_quantile(pieces, upper ? 1 - alpha : alpha), sum, squares;
    tail_distances(pieces, alpha, upper, quantile, &sum, &squares);
    double mean = sum / pieces->total;
    *variance = squares / pieces->total - mean * mean;
    return quantile + mean / alpha;
}

double sp_histogram_squares(const struct sp_pieces *pieces, double mean) {
    double sum = 0, squares = 0;
    for (size_t i = 0; i < pieces->count; i++)
        add_distances(pieces->low[i], pieces->high[i], pieces->mass[i], mean, &sum, &squares);
    return squares;
}

double sp_histogram_fourth(const struct sp_pieces *pieces, double mean) {
    double sum = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        double d = (pieces->low[i] + pieces->high[i]) / 2 - mean;
        sum += pieces->mass[i] * d * d * d * d;
    }
    return sum / pieces->total;
}
