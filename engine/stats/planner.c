/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/planner.h"

#include "engine/base/wide.h"
#include "engine/stats/moments.h"
#include "engine/stats/quantile.h"

#include <math.h>
#include <string.h>

enum { ROW = SP_HISTOGRAM_BINS + 1 };

struct sp_planner {
    const struct sp_kernels *kernels;
    double *finite;                /* [values] the sample, where some of it was not */
    struct sp_histogram_plan fine; /* bins to work with: centre and scale */
    uint32_t *bin;                 /* [values] */
    uint32_t (*count)[ROW];        /* [groups] values in each bin */
    uint32_t rest[ROW];            /* the same of all groups, without atoms */
    uint8_t mark[ROW];             /* bins to be gathered; all 0 in between */
    double *few, *scratch;         /* [values] what was gathered */
};

/* The sample being worked on: group after group. */
struct sample {
    const double *x;
    size_t n, groups;
    size_t size[SP_PLANNER_GROUPS];
    double low, high;
    uint32_t first_bin, last_bin; /* of the lowest and the highest value */
};

struct sp_planner *sp_planner_create(struct sp_arena *arena, const struct sp_kernels *kernels, size_t values,
                                     size_t groups) {
    struct sp_planner *planner = sp_arena_array(arena, 1, sizeof *planner);
    if (!planner)
        return NULL;
    planner->kernels = kernels;
    planner->finite = sp_arena_array(arena, values, sizeof *planner->finite);
    planner->bin = sp_arena_array(arena, values, sizeof *planner->bin);
    planner->count = sp_arena_array(arena, groups, sizeof *planner->count);
    planner->few = sp_arena_array(arena, values, sizeof *planner->few);
    planner->scratch = sp_arena_array(arena, values, sizeof *planner->scratch);
    return planner->finite && planner->bin && planner->count && planner->few && planner->scratch ? planner
                                                                                                 : NULL;
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

/* --- Into fine bins --- */

/* Like those that a few of the values would be given, but finer in the middle, so that no bin holds many
 * values unless these are the same. */
static void plan_fine(struct sp_planner *planner, struct sample *sample) {
    enum { FEW = 32, FINER = 8 };
    double x[FEW];
    size_t n = sample->n < FEW ? sample->n : FEW;
    for (size_t i = 0; i < n; i++)
        x[i] = sample->x[i * sample->n / n];
    sp_quantile_sort(x, n);
    struct levels levels = levels_of_sorted(x, n);
    set_centre(&planner->fine, &levels);
    /* Neither 0 nor infinity, with which some value would come to nothing. */
    planner->fine.inverse_scale = fmin(fmax(FINER * planner->fine.inverse_scale, 1e-300), 1e300);
    sample->first_bin = (uint32_t)sp_histogram_bin(&planner->fine, sample->low);
    sample->last_bin = (uint32_t)sp_histogram_bin(&planner->fine, sample->high);
}

static void count_bins(struct sp_planner *planner, const struct sample *sample) {
    const uint32_t *bin = planner->bin;
    planner->kernels->bins(planner->fine.centre, planner->fine.inverse_scale, sample->x, planner->bin,
                           sample->n);
    for (size_t g = 0; g < sample->groups; bin += sample->size[g++]) {
        uint32_t *count = planner->count[g];
        memset(count, 0, sizeof planner->count[g]);
        for (size_t i = 0; i < sample->size[g]; i++)
            count[bin[i]]++;
    }
}

/* Puts the values side by side whose bins are marked, and takes the marks away. Returns how many there are.
 */
static size_t gather(struct sp_planner *planner, const double *x, const uint32_t *bin, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        planner->few[kept] = x[i];
        kept += planner->mark[bin[i]];
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

SP_WIDE static uint32_t largest(const uint32_t *count) {
    uint32_t most = 0;
    for (size_t i = 0; i < ROW; i++)
        most = count[i] > most ? count[i] : most;
    return most;
}

SP_WIDE static size_t count_copies(const double *x, size_t n, double value) {
    size_t copies = 0;
    for (size_t i = 0; i < n; i++)
        copies += x[i] == value;
    return copies;
}

/* One group's values, and the atoms found among them. */
struct search {
    const double *x;
    const uint32_t *bin, *count;
    size_t n, least; /* copies that make an atom */
    size_t atoms;
    double atom[SP_HISTOGRAM_ATOMS];
};

static void found(struct search *search, double x) {
    if (search->atoms < SP_HISTOGRAM_ATOMS)
        search->atom[search->atoms++] = x;
}

/* A bin with very many values has mostly many of one, which is then the first. Returns whether there may be
 * another one. */
static bool try_first(struct search *search, uint32_t bin) {
    const uint32_t *in_bin = search->bin;
    while (*in_bin != bin)
        in_bin++;
    double first = search->x[in_bin - search->bin];
    size_t copies = count_copies(search->x, search->n, first);
    bool may_be_more = search->count[bin] - copies >= search->least;
    if (!may_be_more && copies >= search->least)
        found(search, first);
    return may_be_more;
}

static void find_runs(struct search *search, const double *sorted, size_t n) {
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end] == sorted[i];)
            end++;
        if (end - i >= search->least)
            found(search, sorted[i]);
    }
}

/* Looks into the bins that hold enough values: going over all for one value takes as long as sorting a
 * hundredth of them. */
static void find_atoms(struct sp_planner *planner, const struct sample *sample, struct search *search) {
    enum { SHARE = 100 };
    bool are_marked = false;
    if (largest(search->count) < search->least)
        return;
    for (uint32_t bin = sample->first_bin; bin <= sample->last_bin; bin++)
        if (search->count[bin] >= search->least) {
            planner->mark[bin] = search->count[bin] < search->n / SHARE || try_first(search, bin);
            are_marked |= planner->mark[bin];
        }
    if (are_marked) {
        size_t n = gather(planner, search->x, search->bin, search->n);
        sp_quantile_sort_many(planner->few, planner->scratch, n);
        find_runs(search, planner->few, n);
    }
    sp_quantile_sort(search->atom, search->atoms);
}

/* Group by group, until there are too many. */
static void add_atoms(struct sp_planner *planner, const struct sample *sample,
                      struct sp_histogram_plan *plan) {
    for (size_t g = 0, first = 0; g < sample->groups; first += sample->size[g++]) {
        struct search search = {.x = sample->x + first,
                                .bin = planner->bin + first,
                                .count = planner->count[g],
                                .n = sample->size[g],
                                .least = least_copies(sample->size[g])};
        find_atoms(planner, sample, &search);
        for (size_t i = 0; i < search.atoms; i++)
            add_atom(plan, search.atom[i]);
    }
}

/* Whole numbers that lie close together. */
static bool are_whole(const struct sample *sample) {
    bool may_be = sample->high - sample->low <= SP_HISTOGRAM_ATOMS / 4 && fabs(sample->low) <= 1e6;
    for (size_t i = 0; may_be && i < sample->n; i++)
        may_be = sample->x[i] == (double)(int)sample->x[i];
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
    if (sample->n > 0 && !are_whole(sample))
        return false;
    if (sample->n > 0)
        set_run(plan, sample->low - reach, sample->high + reach);
    else
        set_run(plan, 0, SP_HISTOGRAM_ATOMS - 1);
    return true;
}

/* --- The rest: order statistics, of the bins that wanted ranks fall into --- */

/* Counts the rest. Returns how many values there are. */
static size_t count_rest(struct sp_planner *planner, const struct sample *sample,
                         const struct sp_histogram_plan *plan) {
    size_t rest = sample->n;
    memcpy(planner->rest, planner->count[0], sizeof planner->rest);
    for (size_t g = 1; g < sample->groups; g++)
        for (size_t bin = 0; bin < ROW; bin++)
            planner->rest[bin] += planner->count[g][bin];
    for (size_t i = 0; i < plan->atoms; i++) {
        size_t copies = count_copies(sample->x, sample->n, plan->atom[i]);
        planner->rest[sp_histogram_bin(&planner->fine, plan->atom[i])] -= (uint32_t)copies;
        rest -= copies;
    }
    return rest;
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

/* Marks the bins that ranks fall into. */
static void find_places(struct sp_planner *planner, const struct sample *sample, struct ranks *ranks) {
    size_t next = 0, before = 0, left_out = 0;
    for (size_t bin = sample->first_bin; next < ranks->count; bin++) {
        size_t end = before + planner->rest[bin];
        planner->mark[bin] = ranks->rank[next] < end;
        if (!planner->mark[bin])
            left_out += end - before;
        for (; next < ranks->count && ranks->rank[next] < end; next++)
            ranks->place[next] = ranks->rank[next] - left_out;
        before = end;
    }
}

static size_t drop_atoms(const struct sp_histogram_plan *plan, double *x, size_t n) {
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        x[kept] = x[i];
        kept += sp_histogram_atom(plan, x[i]) == plan->atoms;
    }
    return kept;
}

static double value_of(const struct ranks *ranks, const double *sorted, size_t rank) {
    size_t i = 0;
    while (ranks->rank[i] != rank)
        i++;
    return sorted[ranks->place[i]];
}

static struct levels levels_of_rest(struct sp_planner *planner, const struct sample *sample,
                                    const struct sp_histogram_plan *plan, size_t rest) {
    struct levels levels;
    struct ranks ranks = {0};
    struct sp_quantile_place place[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
        place[i] = sp_quantile_place(rest, level_of[i]);
        want_rank(&ranks, place[i].below);
        want_rank(&ranks, place[i].above);
    }
    find_places(planner, sample, &ranks);
    size_t n = drop_atoms(plan, planner->few, gather(planner, sample->x, planner->bin, sample->n));
    sp_quantile_sort_many(planner->few, planner->scratch, n);
    for (int i = 0; i < LEVELS; i++)
        levels.at[i] = sp_quantile_between(value_of(&ranks, planner->few, place[i].below),
                                           value_of(&ranks, planner->few, place[i].above), place[i].share);
    return levels;
}

/* --- The whole --- */

static void keep_finite(struct sp_planner *planner, struct sample *sample) {
    const double *x = sample->x;
    size_t kept = 0;
    for (size_t g = 0; g < sample->groups; g++) {
        size_t before = kept, n = sample->size[g];
        for (size_t i = 0; i < n; i++, x++) {
            planner->finite[kept] = *x;
            kept += isfinite(*x) ? 1 : 0;
        }
        sample->size[g] = kept - before;
    }
    sample->x = planner->finite;
    sample->n = kept;
}

/* Leaves out what is not finite, and finds the lowest and the highest value. */
static void tidy(struct sp_planner *planner, struct sample *sample) {
    struct sp_moment_lanes lanes;
    sp_moments_clear(&lanes);
    planner->kernels->moments(&lanes, 0, sample->x, sample->n);
    struct sp_moments moments = sp_moments_collect(&lanes, 0);
    sample->low = moments.low;
    sample->high = moments.high;
    if (moments.count < sample->n)
        keep_finite(planner, sample);
}

/* Atoms are found by their bins: by these, until there are others. */
static void index_by_fine_bins(const struct sp_planner *planner, struct sp_histogram_plan *plan) {
    plan->centre = planner->fine.centre;
    plan->inverse_scale = planner->fine.inverse_scale;
    sp_histogram_index(plan);
}

static void make(struct sp_planner *planner, struct sample *sample, struct sp_histogram_plan *plan) {
    size_t rest = 0;
    plan->atoms = 0;
    tidy(planner, sample);
    bool are_all_atoms = add_whole_atoms(sample, plan);
    if (!are_all_atoms) {
        plan_fine(planner, sample);
        count_bins(planner, sample);
        add_atoms(planner, sample, plan);
    }
    if (!are_all_atoms) {
        index_by_fine_bins(planner, plan);
        rest = count_rest(planner, sample, plan);
    }
    /* Where all values are atoms, these tell where values may be expected. */
    struct levels levels =
        rest > 0 ? levels_of_rest(planner, sample, plan, rest) : levels_of_sorted(plan->atom, plan->atoms);
    set_centre(plan, &levels);
    sp_histogram_index(plan);
}

void sp_planner_make(struct sp_planner *planner, const double *x, size_t n, struct sp_histogram_plan *plan) {
    sp_planner_make_groups(planner, x, &n, 1, plan);
}

void sp_planner_make_groups(struct sp_planner *planner, const double *x, const size_t *size, size_t groups,
                            struct sp_histogram_plan *plan) {
    struct sample sample = {.x = x, .groups = groups};
    for (size_t g = 0; g < groups; g++) {
        sample.size[g] = size[g];
        sample.n += size[g];
    }
    make(planner, &sample, plan);
}

void sp_planner_add_ranks(struct sp_histogram_plan *plan) {
    if (plan->atoms > SP_HISTOGRAM_ATOMS - 2)
        plan->atoms = SP_HISTOGRAM_ATOMS - 2;
    add_atom(plan, -INFINITY);
    add_atom(plan, INFINITY);
    sp_histogram_index(plan);
}
