/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/planner.h"

#include "engine/base/wide.h"
#include "engine/stats/moments.h"
#include "engine/stats/quantile.h"

#include <math.h>
#include <string.h>

/* Slots are bins, or buckets of a hash table: few, since an atom stands out among some ten values. They are
 * gone through so many at a time where most are of no interest; the last ones are there for that. */
enum { BUCKET_BITS = 10, BUCKETS = 1 << BUCKET_BITS, STRIDE = 16, SLOTS = SP_HISTOGRAM_BINS + STRIDE };

/* The sample being worked on. The copies of one value are only counted; the others stand group after group.
 */
struct sample {
    double common;
    double *other; /* [values + SP_SELECT_MORE] */
    size_t others, copies, groups;
    size_t size[SP_PLANNER_GROUPS], copies_of[SP_PLANNER_GROUPS]; /* of each group: others, copies */
    double low, high;                                             /* of all */
};

struct sp_planner {
    const struct sp_kernels *kernels;
    struct sample sample;
    struct sp_moment_lanes lanes; /* of the sample, but for most copies */
    size_t added;                 /* values in the lanes, finite or not */
    uint32_t *slot;               /* [values] of the others */
    uint32_t count[SLOTS];        /* others in each slot */
    uint8_t mark[SLOTS];          /* slots to be gathered; all 0 in between */
    double *few, *scratch;        /* [values] what was gathered */
};

struct sp_planner *sp_planner_create(struct sp_arena *arena, const struct sp_kernels *kernels,
                                     size_t values) {
    struct sp_planner *planner = sp_arena_array(arena, 1, sizeof *planner);
    if (!planner)
        return NULL;
    planner->kernels = kernels;
    planner->sample.other = sp_arena_array(arena, values + SP_SELECT_MORE, sizeof *planner->sample.other);
    planner->slot = sp_arena_array(arena, values, sizeof *planner->slot);
    planner->few = sp_arena_array(arena, values, sizeof *planner->few);
    planner->scratch = sp_arena_array(arena, values, sizeof *planner->scratch);
    return planner->sample.other && planner->slot && planner->few && planner->scratch ? planner : NULL;
}

/* --- What is asked of values: their extremes and some quantiles --- */

enum { LOWEST, P1, P25, P50, P75, P99, HIGHEST, LEVELS };

static const double level_of[LEVELS] = {0, 0.01, 0.25, 0.5, 0.75, 0.99, 1};

struct levels {
    double at[LEVELS];
};

static struct levels levels_of_sorted(const double *x, size_t n) {
    struct levels levels;
    for (int i = 0; i < LEVELS; i++)
        levels.at[i] = sp_quantile_sorted(x, n, level_of[i]);
    return levels;
}

/* --- Centre and scale --- */

/* Half the distance from P25 to P75, or what else tells how wide the values lie. */
static double scale_of(const struct levels *levels) {
    double width = (levels->at[P75] - levels->at[P25]) / 2;
    if (!(width > 0))
        width = (levels->at[HIGHEST] - levels->at[LOWEST]) / 4;
    if (!(width > 0))
        width = fabs(levels->at[LOWEST]) / 4;
    return width > 0 ? width : 1;
}

/* Positive values over more than an order of magnitude: bins in proportion to the value itself serve them
 * best. */
static bool are_skewed(const struct levels *levels) {
    return levels->at[P1] > 0 && levels->at[P99] > 20 * levels->at[P1];
}

/* Bins reach 2^SP_HISTOGRAM_OCTAVES scales far. Where most values are almost nothing (what rounding leaves)
 * and some are large, the scale must not be so small that the large ones all fall into the last bin. */
static double reaching_scale(double scale, double centre, const struct levels *levels) {
    double far = fmax(fabs(levels->at[P1] - centre), fabs(levels->at[P99] - centre));
    return fmax(scale, ldexp(far, 4 - SP_HISTOGRAM_OCTAVES));
}

static void set_centre(struct sp_histogram_plan *plan, const struct levels *levels) {
    bool skewed = are_skewed(levels);
    plan->centre = skewed ? 0 : levels->at[P50];
    plan->scale = reaching_scale(skewed ? levels->at[P1] / 8 : scale_of(levels), plan->centre, levels);
    plan->inverse_scale = 1 / plan->scale;
}

/* --- Values by slot --- */

static void count_slots(struct sp_planner *planner, size_t slots, const uint32_t *slot, size_t n) {
    memset(planner->count, 0, slots * sizeof *planner->count);
#pragma GCC unroll 8
    for (size_t i = 0; i < n; i++)
        planner->count[slot[i]]++;
}

static bool is_any_marked(const uint8_t *mark, const uint32_t *slot) {
    uint8_t any = 0;
    for (size_t i = 0; i < STRIDE; i++)
        any |= mark[slot[i]];
    return any;
}

/* Puts the values side by side whose slots are marked, mostly few of them, and takes the marks away. Returns
 * how many there are. */
static size_t gather(struct sp_planner *planner, const double *x, const uint32_t *slot, size_t n) {
    size_t kept = 0;
    for (size_t first = 0; first < n; first += STRIDE) {
        bool is_whole = first + STRIDE <= n;
        size_t end = !is_whole ? n : is_any_marked(planner->mark, slot + first) ? first + STRIDE : first;
        for (size_t i = first; i < end; i++) {
            planner->few[kept] = x[i];
            kept += planner->mark[slot[i]];
        }
    }
    memset(planner->mark, 0, sizeof planner->mark);
    return kept;
}

/* --- Atoms --- */

static void add_atom(struct sp_histogram_plan *plan, double x) {
    size_t place = plan->atoms;
    while (place > 0 && plan->atom[place - 1] >= x)
        place--;
    if (plan->atoms == SP_HISTOGRAM_ATOMS || (place < plan->atoms && plan->atom[place] == x))
        return;
    memmove(plan->atom + place + 1, plan->atom + place, (plan->atoms - place) * sizeof *plan->atom);
    plan->atom[place] = x + 0.0; /* of 0 and -0 always 0 */
    plan->atoms++;
}

/* How many copies make an atom, of n values. */
static size_t least_copies(size_t n) {
    double least = ceil(0.005 * (double)n);
    return least > 2 ? (size_t)least : 2;
}

static uint32_t largest(const uint32_t *count) {
    uint32_t most = 0;
    for (size_t i = 0; i < STRIDE; i++)
        most = count[i] > most ? count[i] : most;
    return most;
}

/* One group's other values, and the atoms found among them. */
struct search {
    const double *x;
    const uint32_t *bucket;
    size_t n, least; /* copies that make an atom */
    size_t atoms;
    double atom[SP_HISTOGRAM_ATOMS];
};

static void found(struct search *search, double x) {
    if (search->atoms < SP_HISTOGRAM_ATOMS)
        search->atom[search->atoms++] = x;
}

static void find_runs(struct search *search, const double *sorted, size_t n) {
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end] == sorted[i];)
            end++;
        if (end - i >= search->least)
            found(search, sorted[i]);
    }
}

/* All copies of a value are in one bucket; values that differ are spread evenly. -0 is 0. */
SP_WIDE static void find_buckets(const double *restrict x, uint32_t *restrict bucket, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double value = x[i] + 0.0;
        uint64_t bits;
        memcpy(&bits, &value, sizeof bits);
        bucket[i] = (uint32_t)(bits * 0x9E3779B97F4A7C15 >> (64 - BUCKET_BITS));
    }
}

/* Marks the slots that hold as many values. Returns whether there are any. */
static bool mark_full(struct sp_planner *planner, size_t least) {
    bool are_any = false;
    for (size_t slot = 0; slot < BUCKETS; slot += STRIDE)
        for (size_t i = slot; largest(planner->count + slot) >= least && i < slot + STRIDE; i++)
            are_any |= planner->mark[i] = planner->count[i] >= least;
    return are_any;
}

/* Looks into the buckets that hold enough values. */
static void find_atoms(struct sp_planner *planner, struct search *search) {
    if (search->n < search->least)
        return;
    count_slots(planner, BUCKETS, search->bucket, search->n);
    if (mark_full(planner, search->least)) {
        size_t n = gather(planner, search->x, search->bucket, search->n);
        sp_quantile_sort_many(planner->few, planner->scratch, n);
        find_runs(search, planner->few, n);
    }
}

/* Group by group, until there are too many. */
static void add_atoms(struct sp_planner *planner, const struct sample *sample,
                      struct sp_histogram_plan *plan) {
    find_buckets(sample->other, planner->slot, sample->others);
    for (size_t g = 0, first = 0; g < sample->groups; first += sample->size[g++]) {
        struct search search = {.x = sample->other + first,
                                .bucket = planner->slot + first,
                                .n = sample->size[g],
                                .least = least_copies(sample->size[g] + sample->copies_of[g])};
        if (sample->copies_of[g] >= search.least)
            found(&search, sample->common);
        find_atoms(planner, &search);
        sp_quantile_sort(search.atom, search.atoms);
        for (size_t i = 0; i < search.atoms; i++)
            add_atom(plan, search.atom[i]);
    }
}

SP_WIDE static size_t count_fractions(const double *x, size_t n) {
    size_t fractions = 0;
    for (size_t i = 0; i < n; i++)
        fractions += x[i] != (double)(int)x[i];
    return fractions;
}

/* Whole numbers that lie close together. */
static bool are_whole(const struct sample *sample) {
    enum { SOME = 64 };
    bool may_be = sample->high - sample->low <= SP_HISTOGRAM_ATOMS / 4 && fabs(sample->low) <= 1e6 &&
                  (sample->copies == 0 || count_fractions(&sample->common, 1) == 0);
    for (size_t i = 0; may_be && i < sample->others; i += SOME)
        may_be =
            count_fractions(sample->other + i, sample->others - i < SOME ? sample->others - i : SOME) == 0;
    return may_be;
}

static void set_run(struct sp_histogram_plan *plan, double first, double last) {
    plan->atoms = 0;
    for (double x = first; x <= last; x++)
        plan->atom[plan->atoms++] = x;
}

/* Where the pilot saw whole numbers only (people, quarters, events), these and the ones around them are the
 * atoms: a rare number must not come out as a fraction. Without any value, 0 .. 199 are. */
static bool add_whole_atoms(const struct sample *sample, struct sp_histogram_plan *plan) {
    double reach = sample->high - sample->low + 10;
    bool is_empty = sample->others + sample->copies == 0;
    if (!is_empty && !are_whole(sample))
        return false;
    if (!is_empty)
        set_run(plan, sample->low - reach, sample->high + reach);
    else
        set_run(plan, 0, SP_HISTOGRAM_ATOMS - 1);
    return true;
}

SP_WIDE static bool is_any_equal(const double *x, size_t n, double value) {
    size_t copies = 0;
    for (size_t i = 0; i < n; i++)
        copies += x[i] == value;
    return copies > 0;
}

/* By halves. */
static bool is_atom(const struct sp_histogram_plan *plan, double x) {
    const double *atom = plan->atom;
    for (size_t left = plan->atoms; left > 1; left -= left / 2)
        atom += atom[left / 2] <= x ? left / 2 : 0;
    return plan->atoms > 0 && *atom == x;
}

/* Marks the buckets of atoms: 1 + index of one there. Returns whether that is the only one. */
static bool mark_atoms(struct sp_planner *planner, const struct sp_histogram_plan *plan) {
    uint32_t bucket[SP_HISTOGRAM_ATOMS];
    bool are_apart = true;
    find_buckets(plan->atom, bucket, plan->atoms);
    for (size_t i = 0; i < plan->atoms; i++) {
        are_apart &= planner->mark[bucket[i]] == 0;
        planner->mark[bucket[i]] = (uint8_t)(1 + i);
    }
    return are_apart;
}

/* Mostly without a branch, since half of the values may be atoms. */
static void drop_atoms(struct sp_planner *planner, struct sample *sample,
                       const struct sp_histogram_plan *plan) {
    double known[1 + SP_HISTOGRAM_ATOMS] = {NAN};
    size_t kept = 0;
    bool are_apart = mark_atoms(planner, plan);
    memcpy(known + 1, plan->atom, plan->atoms * sizeof *known);
    for (size_t i = 0; i < sample->others; i++) {
        double x = sample->other[i];
        bool is_known = known[planner->mark[planner->slot[i]]] == x;
        sample->other[kept] = x;
        kept += are_apart ? !is_known : !is_known && !is_atom(plan, x);
    }
    memset(planner->mark, 0, sizeof planner->mark);
    sample->others = kept;
}

/* Leaves the rest: takes atoms away, and puts the common value back where it turned out to be none. Where it
 * is the only one, others equal it at most if it is 0. */
static void leave_rest(struct sp_planner *planner, struct sample *sample,
                       const struct sp_histogram_plan *plan) {
    size_t known = is_atom(plan, sample->common);
    if (plan->atoms > known || (known && is_any_equal(sample->other, sample->others, sample->common)))
        drop_atoms(planner, sample, plan);
    for (size_t i = 0; !known && i < sample->copies; i++)
        sample->other[sample->others++] = sample->common;
}

/* --- The rest: order statistics, of the fine bins that wanted ranks fall into --- */

/* Like those that a few of the values would be given, but finer in the middle, so that no bin holds many
 * values. */
static struct sp_histogram_plan plan_fine(const struct sample *sample) {
    enum { FEW = 32, FINER = 8 };
    double x[FEW];
    struct sp_histogram_plan fine;
    size_t n = sample->others < FEW ? sample->others : FEW;
    for (size_t i = 0; i < n; i++)
        x[i] = sample->other[i * sample->others / n];
    sp_quantile_sort(x, n);
    struct levels levels = levels_of_sorted(x, n);
    set_centre(&fine, &levels);
    /* Neither 0 nor infinity, with which some value would come to nothing. */
    fine.inverse_scale = fmin(fmax(FINER * fine.inverse_scale, 1e-300), 1e300);
    return fine;
}

/* Ranks that are wanted, and their places among the values that are gathered. */
struct ranks {
    size_t count, rank[2 * LEVELS], place[2 * LEVELS]; /* ascending */
};

static void want_rank(struct ranks *ranks, size_t rank) {
    size_t i = ranks->count++;
    for (; i > 0 && ranks->rank[i - 1] > rank; i--)
        ranks->rank[i] = ranks->rank[i - 1];
    ranks->rank[i] = rank;
}

static size_t add_up(const uint32_t *count) {
    uint32_t sum = 0;
    for (size_t i = 0; i < STRIDE; i++)
        sum += count[i];
    return sum;
}

/* Marks the bins that ranks fall into. */
static void find_places(struct sp_planner *planner, struct ranks *ranks) {
    size_t before = 0, left_out = 0;
    for (size_t bin = 0, next = 0; next < ranks->count; bin++) {
        for (size_t some; before + (some = add_up(planner->count + bin)) <= ranks->rank[next];
             bin += STRIDE) {
            before += some;
            left_out += some;
        }
        size_t end = before + planner->count[bin];
        planner->mark[bin] = ranks->rank[next] < end;
        if (!planner->mark[bin])
            left_out += end - before;
        for (; next < ranks->count && ranks->rank[next] < end; next++)
            ranks->place[next] = ranks->rank[next] - left_out;
        before = end;
    }
}

static double value_of(const struct ranks *ranks, const double *sorted, size_t rank) {
    size_t i = 0;
    while (ranks->rank[i] != rank)
        i++;
    return sorted[ranks->place[i]];
}

static struct levels levels_of_rest(struct sp_planner *planner, const struct sample *sample) {
    size_t n = sample->others;
    struct levels levels;
    struct ranks ranks = {0};
    struct sp_quantile_place place[LEVELS];
    struct sp_histogram_plan fine = plan_fine(sample);
    for (int i = 0; i < LEVELS; i++) {
        place[i] = sp_quantile_place(n, level_of[i]);
        want_rank(&ranks, place[i].below);
        want_rank(&ranks, place[i].above);
    }
    planner->kernels->bins(fine.centre, fine.inverse_scale, sp_all_bins, sample->other, planner->slot, n);
    count_slots(planner, SLOTS, planner->slot, n);
    find_places(planner, &ranks);
    sp_quantile_sort_many(planner->few, planner->scratch, gather(planner, sample->other, planner->slot, n));
    for (int i = 0; i < LEVELS; i++)
        levels.at[i] = sp_quantile_between(value_of(&ranks, planner->few, place[i].below),
                                           value_of(&ranks, planner->few, place[i].above), place[i].share);
    return levels;
}

/* --- The sample --- */

void sp_planner_begin(struct sp_planner *planner, double common) {
    planner->sample = (struct sample){.other = planner->sample.other, .common = common, .groups = 1};
    planner->added = 0;
    sp_moments_clear(&planner->lanes);
}

static void add_common(struct sample *sample, size_t copies) {
    if (isfinite(sample->common)) {
        sample->copies_of[sample->groups - 1] += copies;
        sample->copies += copies;
    }
}

void sp_planner_add(struct sp_planner *planner, const double *x, size_t n) {
    struct sample *sample = &planner->sample;
    size_t others =
        planner->kernels->sift(&planner->lanes, 0, sample->common, x, x, sample->other + sample->others, n);
    planner->added += n;
    sample->size[sample->groups - 1] += others;
    sample->others += others;
    add_common(sample, n - others);
}

void sp_planner_add_copies(struct sp_planner *planner, double x, size_t n) {
    struct sample *sample = &planner->sample;
    if (n == 0)
        return;
    sp_planner_add(planner, &x, 1);
    if (memcmp(&x, &sample->common, sizeof x) == 0) {
        add_common(sample, n - 1);
        return;
    }
    sample->size[sample->groups - 1] += n - 1;
    for (size_t i = 1; i < n; i++)
        sample->other[sample->others++] = x;
}

void sp_planner_next_group(struct sp_planner *planner) {
    planner->sample.groups++;
}

/* --- The whole --- */

static void keep_finite(struct sample *sample) {
    const double *x = sample->other;
    size_t kept = 0;
    for (size_t g = 0; g < sample->groups; g++) {
        size_t before = kept, n = sample->size[g];
        for (size_t i = 0; i < n; i++, x++) {
            sample->other[kept] = *x;
            kept += isfinite(*x) ? 1 : 0;
        }
        sample->size[g] = kept - before;
    }
    sample->others = kept;
}

/* Leaves out what is not finite, and finds the lowest and the highest value. */
static void tidy(struct sp_planner *planner) {
    struct sp_moments moments = sp_moments_collect(&planner->lanes, 0);
    planner->sample.low = moments.low;
    planner->sample.high = moments.high;
    if (moments.count < planner->added)
        keep_finite(&planner->sample);
}

/* The bins of the sample, and so many more to each side that the distance from the centre doubles; the first
 * is that of a whole line of counts. */
static void set_window(struct sp_histogram_plan *plan, const struct sample *sample) {
    enum { MORE = 1 << SP_HISTOGRAM_BITS, LINE = 64 / sizeof(uint16_t) };
    size_t first = SP_HISTOGRAM_HALF, last = SP_HISTOGRAM_HALF;
    if (sample->low <= sample->high) {
        first = sp_histogram_bin(plan, sample->low);
        last = sp_histogram_bin(plan, sample->high);
    }
    first = first > MORE ? (first - MORE) / LINE * LINE : 0;
    last = last + MORE < SP_HISTOGRAM_BINS ? last + MORE : SP_HISTOGRAM_BINS - 1;
    plan->window = (struct sp_bin_window){(uint32_t)first, (uint32_t)(last + 1 - first)};
}

void sp_planner_finish(struct sp_planner *planner, struct sp_histogram_plan *plan) {
    struct sample *sample = &planner->sample;
    plan->atoms = 0;
    tidy(planner);
    bool are_all_atoms = add_whole_atoms(sample, plan);
    if (!are_all_atoms) {
        add_atoms(planner, sample, plan);
        leave_rest(planner, sample, plan);
    }
    /* Where all values are atoms, these tell where values may be expected. */
    struct levels levels = !are_all_atoms && sample->others > 0 ? levels_of_rest(planner, sample)
                                                                : levels_of_sorted(plan->atom, plan->atoms);
    set_centre(plan, &levels);
    set_window(plan, sample);
    sp_histogram_index(plan);
}

void sp_planner_make(struct sp_planner *planner, const double *x, size_t n, struct sp_histogram_plan *plan) {
    sp_planner_begin(planner, sp_histogram_common(x, n));
    sp_planner_add(planner, x, n);
    sp_planner_finish(planner, plan);
}

void sp_planner_add_ranks(struct sp_histogram_plan *plan) {
    if (plan->atoms > SP_HISTOGRAM_ATOMS - 2)
        plan->atoms = SP_HISTOGRAM_ATOMS - 2;
    add_atom(plan, -INFINITY);
    add_atom(plan, INFINITY);
    sp_histogram_index(plan);
}
