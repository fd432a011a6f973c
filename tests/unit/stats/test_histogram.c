/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/histogram.h"

#include "engine/random/sampler.h"
#include "engine/stats/moments.h"
#include "engine/stats/planner.h"
#include "engine/stats/quantile.h"
#include "engine/stats/rows.h"
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

TestSuite(histogram, .timeout = 60);

enum { LARGE = 1 << 18, PILOT = 4096 };

struct sample {
    size_t n;
    double *x, *sorted;
    struct sp_histogram_plan plan;
    uint64_t count[SP_HISTOGRAM_SLOTS];
    struct sp_pieces pieces;
    struct sp_arena *arena;
};

static void make_plan(struct sp_histogram_plan *plan, const double *pilot, size_t n) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_planner *planner = sp_planner_create(arena, sp_kernels_find(NULL), n);
    sp_planner_make(planner, pilot, n, plan);
    sp_arena_free(arena);
}

enum { AT_ONCE = 10000 };

/* Counts all n values in a row, and what lies outside its window with the strays. */
static void count_in_row(struct sample *s, struct sp_arena *arena) {
    const struct sp_kernels *kernels = sp_kernels_find(NULL);
    const struct sp_histogram_plan *plan[] = {&s->plan};
    const struct sp_histogram_room room = {.others =
                                               sp_arena_array(arena, s->n + SP_SELECT_MORE, sizeof(double)),
                                           .slot = sp_arena_array(arena, s->n, sizeof(uint32_t))};
    struct sp_moment_lanes lanes;
    struct sp_rows rows;
    sp_moments_clear(&lanes);
    cr_assert_eq(sp_rows_create(arena, plan, 1, &rows), 0);
    for (size_t done = 0; done < s->n; done += AT_ONCE) {
        size_t n = s->n - done < AT_ONCE ? s->n - done : AT_ONCE;
        const double *x = s->x + done;
        sp_histogram_tally(&s->plan, kernels, x, x, n, &lanes, sp_rows_for(&rows, 0, 1, n), &room);
        sp_rows_find_strays(&rows, 0, x, NULL, n);
    }
    sp_rows_read(&rows, 0, 0, SP_HISTOGRAM_BINS, s->count);
    sp_rows_free(&rows);
}

/* Lays the plan out from the first `pilot` values and counts all n. */
static void count(struct sample *s, size_t pilot) {
    s->arena = sp_arena_create();
    make_plan(&s->plan, s->x, pilot);
    count_in_row(s, s->arena);
    s->sorted = malloc((s->n + 1) * sizeof *s->sorted);
    memcpy(s->sorted, s->x, s->n * sizeof *s->x);
    sp_quantile_sort(s->sorted, s->n);
    cr_assert_eq(sp_histogram_pieces_create(s->arena, &s->pieces), 0);
    sp_histogram_pieces(&s->plan, s->count, s->n ? s->sorted[0] : INFINITY,
                        s->n ? s->sorted[s->n - 1] : -INFINITY, &s->pieces);
}

static struct sample *create(size_t n) {
    struct sample *s = calloc(1, sizeof *s);
    s->n = n;
    s->x = calloc(n + 8, sizeof *s->x);
    return s;
}

static void release(struct sample *s) {
    sp_arena_free(s->arena);
    free(s->x);
    free(s->sorted);
    free(s);
}

/* n values of a law. */
static struct sample *draw(const struct sp_law *law, uint64_t seed, size_t n) {
    struct sample *s = create(n);
    struct sp_tables *tables = sp_tables_create();
    struct sp_sampler sampler;
    uint32_t *words = malloc(n * sizeof *words);
    engine_test_words(seed, 11, words, n);
    cr_assert_eq(sp_sampler_make(&sampler, law, tables), 0);
    sp_sampler_fill(&sampler, sp_kernels_find(NULL), words, s->x, n);
    free(words);
    sp_tables_free(tables);
    return s;
}

/* Exact counts, ranks and order, whatever the values. */
static void expect_sound(const struct sample *s, const char *name) {
    double before = -INFINITY;
    cr_expect_eq(s->pieces.total, (double)s->n, "%s: %g of %zu values", name, s->pieces.total, s->n);
    for (size_t i = 0; i < s->pieces.count; i++) {
        cr_expect(s->pieces.low[i] <= s->pieces.high[i] && s->pieces.low[i] >= before, "%s: piece %zu", name,
                  i);
        cr_expect(s->pieces.mass[i] > 0, "%s: piece %zu", name, i);
        before = s->pieces.high[i];
    }
    before = -INFINITY;
    for (int i = 0; i <= 1000; i++) {
        double q = sp_histogram_quantile(&s->pieces, i / 1000.0);
        cr_expect(q >= before && q >= s->sorted[0] && q <= s->sorted[s->n - 1], "%s: quantile %g is %g", name,
                  i / 1000.0, q);
        before = q;
    }
    cr_expect_eq(sp_histogram_quantile(&s->pieces, 0), s->sorted[0], "%s", name);
    cr_expect_eq(sp_histogram_quantile(&s->pieces, 1), s->sorted[s->n - 1], "%s", name);
}

static double shortfall_by_sorting(const struct sample *s, double alpha, int upper) {
    double sum = 0, take = alpha * (double)s->n;
    size_t whole = (size_t)take;
    for (size_t i = 0; i < whole; i++)
        sum += s->sorted[upper ? s->n - 1 - i : i];
    sum += (take - (double)whole) * s->sorted[upper ? s->n - 1 - whole : whole];
    return sum / take;
}

/* --- Large samples
 * ------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    struct sp_law law;
} laws[] = {
    {"normal", {SP_LAW_NORMAL, {0.35, 0.1}}},         {"lognormal 0.5", {SP_LAW_LOGNORMAL, {2.7, 0.5}}},
    {"lognormal 1.5", {SP_LAW_LOGNORMAL, {10, 1.5}}}, {"beta", {SP_LAW_BETA, {20, 180, 0, 1}}},
    {"exponential", {SP_LAW_GAMMA, {1, 7}}},          {"gamma", {SP_LAW_GAMMA, {4, 0.5}}},
    {"uniform", {SP_LAW_UNIFORM, {-1, 2.385}}},       {"triangular", {SP_LAW_TRIANGULAR, {-1, -1, 2.385}}},
};

static const double levels[] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99};

/* How far the histogram's quantile is from `exact`, in standard errors of a sample of n. */
static double errors_off(const struct sample *s, const struct sp_law *law, double p, double exact, double n) {
    double error = sqrt(p * (1 - p) / n) / sp_law_density(law, exact);
    return fabs(sp_histogram_quantile(&s->pieces, p) - exact) / error;
}

/* Where in its bin a value lay is lost: two thirds of a standard error would make the true error of a
 * quantile 1.2 times what is reported. Against type 7 of the same sample. */
static void expect_quantiles(const struct sample *s, const struct sp_law *law, const char *name) {
    for (size_t i = 0; i < 9; i++) {
        double off = errors_off(s, law, levels[i], sp_quantile_sorted(s->sorted, s->n, levels[i]), LARGE);
        cr_expect_lt(off, 0.66, "%s: P%g is %.3f standard errors off", name, 100 * levels[i], off);
        cr_log_info("%s: P%g is %.3f standard errors off", name, 100 * levels[i], off);
    }
}

Test(histogram, quantiles_of_large_samples_are_exact_enough) {
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct sample *s = draw(&laws[i].law, 2385 + i, LARGE);
        count(s, PILOT);
        expect_sound(s, laws[i].name);
        expect_quantiles(s, &laws[i].law, laws[i].name);
        release(s);
    }
}

/* A sample without chance, the quantiles of equally spaced probabilities: what is off is the bins' own, and
 * does not shrink with more paths. It has to stay below a third of the standard error of 2^20 paths. */
Test(histogram, bins_have_no_bias) {
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        if (laws[i].law.kind == SP_LAW_BETA || laws[i].law.kind == SP_LAW_GAMMA)
            continue; /* their quantiles take too long */
        struct sample *s = create(LARGE);
        for (size_t j = 0; j < LARGE; j++) /* an odd multiplier: the first 4096 are spread evenly too */
            s->x[j] = sp_law_quantile(&laws[i].law, ((double)(j * 40503 % LARGE) + 0.5) / LARGE,
                                      1 - ((double)(j * 40503 % LARGE) + 0.5) / LARGE);
        count(s, PILOT);
        for (size_t l = 0; l < 9; l++) {
            double exact = sp_law_quantile(&laws[i].law, levels[l], 1 - levels[l]);
            double off = errors_off(s, &laws[i].law, levels[l], exact, 1 << 20);
            cr_expect_lt(off, 0.33, "%s: P%g is %.3f standard errors off", laws[i].name, 100 * levels[l],
                         off);
        }
        release(s);
    }
}

/* Shortfall and its variance, the squares and the fourth moment, against the sorted values. */
Test(histogram, tail_means_and_moments_of_large_samples) {
    for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
        struct sample *s = draw(&laws[i].law, 77 + i, LARGE);
        double mean = 0, squares = 0, fourth = 0, variance;
        count(s, PILOT);
        for (size_t j = 0; j < s->n; j++)
            mean += s->x[j] / (double)s->n;
        for (size_t j = 0; j < s->n; j++) {
            double d = s->x[j] - mean;
            squares += d * d;
            fourth += d * d * d * d / (double)s->n;
        }
        double sd = sqrt(squares / (double)s->n);
        for (int upper = 0; upper < 2; upper++) {
            double tail = sp_histogram_shortfall(&s->pieces, 0.05, upper, &variance);
            double error = sqrt(variance / (double)s->n) / 0.05;
            cr_expect(error > 0 && error < sd, "%s: error %g", laws[i].name, error);
            cr_expect_lt(fabs(tail - shortfall_by_sorting(s, 0.05, upper)), 0.66 * error, "%s, upper %d",
                         laws[i].name, upper);
        }
        cr_expect_float_eq(sp_histogram_squares(&s->pieces, mean) / squares, 1, 1e-3, "%s", laws[i].name);
        cr_expect_float_eq(sp_histogram_fourth(&s->pieces, mean) / fourth, 1, 5e-3, "%s", laws[i].name);
        release(s);
    }
}

/* The variance behind the error of a shortfall is that of max(0, quantile - x). */
Test(histogram, shortfall_variance_is_that_of_what_lies_beyond) {
    struct sample *s = draw(&laws[1].law, 5, LARGE);
    count(s, PILOT);
    for (int upper = 0; upper < 2; upper++) {
        double q = sp_histogram_quantile(&s->pieces, upper ? 0.95 : 0.05), sum = 0, squares = 0, variance;
        for (size_t i = 0; i < s->n; i++) {
            double beyond = fmax(upper ? s->x[i] - q : q - s->x[i], 0);
            sum += beyond / (double)s->n;
            squares += beyond * beyond / (double)s->n;
        }
        sp_histogram_shortfall(&s->pieces, 0.05, upper, &variance);
        cr_expect_float_eq(variance / (squares - sum * sum), 1, 1e-3, "upper %d", upper);
    }
    release(s);
}

/* --- Samples that have undone others
 * -------------------------------------------------------------------------- */

Test(histogram, a_constant) {
    struct sample *s = create(1000);
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = 500;
    count(s, 400);
    expect_sound(s, "constant");
    for (double p = 0; p <= 1; p += 0.05)
        cr_expect_eq(sp_histogram_quantile(&s->pieces, p), 500);
    double variance;
    cr_expect_eq(sp_histogram_shortfall(&s->pieces, 0.05, 1, &variance), 500);
    cr_expect_eq(variance, 0);
    cr_expect_eq(sp_histogram_squares(&s->pieces, 500), 0);
    release(s);
}

/* 0 on exactly 95 % of paths, else a lognormal loss. */
Test(histogram, a_loss_that_is_nothing_on_most_paths) {
    static const struct sp_law loss = {SP_LAW_LOGNORMAL, {8, 0.5}};
    struct sample *s = draw(&loss, 9, 100000);
    double variance;
    for (size_t i = 0; i < s->n; i++)
        if (i % 20)
            s->x[i] = 0;
    count(s, PILOT);
    expect_sound(s, "loss");
    cr_expect_eq(sp_histogram_quantile(&s->pieces, 0.01), 0);
    cr_expect_eq(sp_histogram_quantile(&s->pieces, 0.9499), 0);
    cr_expect_gt(sp_histogram_quantile(&s->pieces, 0.951), 500);
    cr_expect_float_eq(sp_histogram_quantile(&s->pieces, 0.99) / sp_quantile_sorted(s->sorted, s->n, 0.99), 1,
                       5e-3);
    cr_expect_float_eq(
        sp_histogram_shortfall(&s->pieces, 0.05, 1, &variance) / shortfall_by_sorting(s, 0.05, 1), 1, 1e-3);
    cr_expect_float_eq(
        sp_histogram_shortfall(&s->pieces, 0.1, 1, &variance) / shortfall_by_sorting(s, 0.1, 1), 1, 1e-3);
    cr_expect_eq(sp_histogram_shortfall(&s->pieces, 0.05, 0, &variance), 0);
    cr_expect_eq(variance, 0);
    release(s);
}

/* Head counts: a few whole numbers, each an atom, so that quantiles are whole too. */
Test(histogram, head_counts_are_whole) {
    static const struct sp_law heads = {SP_LAW_GAMMA, {4, 2.5}};
    struct sample *s = draw(&heads, 10, 50000);
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = fmin(floor(s->x[i]), 20);
    count(s, PILOT);
    expect_sound(s, "heads");
    for (double p = 0.013; p < 1; p += 0.0371)
        cr_expect_eq(sp_histogram_quantile(&s->pieces, p), sp_quantile_sorted(s->sorted, s->n, p), "P%g",
                     100 * p);
    release(s);
}

/* More values than there are atoms: some stay in bins, none is lost, quantiles are off by less than one. */
Test(histogram, more_whole_numbers_than_atoms) {
    static const struct sp_law heads = {SP_LAW_UNIFORM, {0, 1000}};
    struct sample *s = draw(&heads, 12, 50000);
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = floor(i % 3 ? s->x[i] : s->x[i] / 5);
    count(s, PILOT);
    expect_sound(s, "many heads");
    for (double p = 0.013; p < 1; p += 0.0371)
        cr_expect_lt(fabs(sp_histogram_quantile(&s->pieces, p) - sp_quantile_sorted(s->sorted, s->n, p)), 2,
                     "P%g", 100 * p);
    release(s);
}

/* A plan that has seen nothing works for anything, coarsely: the median within the factor that its bins are
 * wide. */
Test(histogram, a_pilot_without_values) {
    static const struct sp_law law = {SP_LAW_LOGNORMAL, {2.7, 0.5}};
    struct sample *s = draw(&law, 13, 10000);
    count(s, 0);
    expect_sound(s, "no pilot");
    cr_expect_float_eq(sp_histogram_quantile(&s->pieces, 0.5) / sp_quantile_sorted(s->sorted, s->n, 0.5), 1,
                       0.01);
    release(s);
}

/* Values 10^12 scales away: counted, kept within the extremes, and the others as exact as before. */
Test(histogram, values_far_outside_the_pilot) {
    struct sample *s = draw(&laws[0].law, 14, 10000);
    s->x[5000] = 1e12;
    s->x[5001] = -1e12;
    s->x[5002] = 1e300;
    s->x[5003] = 1e290;
    count(s, PILOT);
    expect_sound(s, "far");
    cr_expect_float_eq(sp_histogram_quantile(&s->pieces, 0.5), sp_quantile_sorted(s->sorted, s->n, 0.5),
                       1e-3);
    cr_expect_eq(sp_histogram_quantile(&s->pieces, 1), 1e300);
    release(s);
}

/* A third of the values is what rounding leaves of 0: the others are as exact as ever. */
Test(histogram, what_rounding_leaves_beside_values) {
    struct sample *s = draw(&laws[0].law, 17, 10000);
    for (size_t i = 0; i < s->n; i++)
        s->x[i] = i % 3 ? 5000 + 100 * fabs(s->x[i]) : 1e-13 * (1 + (double)(i % 97));
    count(s, PILOT);
    expect_sound(s, "residue");
    for (double p = 0.4; p < 0.99; p += 0.05)
        cr_expect_float_eq(sp_histogram_quantile(&s->pieces, p), sp_quantile_sorted(s->sorted, s->n, p), 40);
    release(s);
}

/* All values but the pilot's are elsewhere: the order is kept. */
Test(histogram, a_pilot_that_was_wrong) {
    static const struct sp_law law = {SP_LAW_NORMAL, {1e6, 1}};
    struct sample *s = draw(&law, 15, 10000);
    for (size_t i = 0; i < 100; i++)
        s->x[i] = 1e-3 * (double)i;
    count(s, 100);
    expect_sound(s, "elsewhere");
    release(s);
}

Test(histogram, one_value_and_none) {
    struct sample *one = create(1), *none = create(0);
    double variance;
    one->x[0] = 2.385;
    count(one, 1);
    expect_sound(one, "one");
    cr_expect_eq(sp_histogram_quantile(&one->pieces, 0.7), 2.385);
    cr_expect_eq(sp_histogram_shortfall(&one->pieces, 0.05, 0, &variance), 2.385);
    count(none, 0);
    cr_expect(isnan(sp_histogram_quantile(&none->pieces, 0.5)));
    cr_expect(isnan(sp_histogram_shortfall(&none->pieces, 0.05, 0, &variance)) && isnan(variance));
    release(one);
    release(none);
}

/* --- The grid
 * -------------------------------------------------------------------------------------------------- */

/* Every value lies between the edges of its bin, NaN has a place of its own, atoms are counted apart. */
Test(histogram, slots_hold_their_values) {
    struct sample *s = draw(&laws[2].law, 16, 8192);
    uint32_t slot[4];
    for (size_t i = 0; i < PILOT; i += 8)
        s->x[i] = 7777;
    count(s, PILOT);
    cr_assert_eq(s->plan.atoms, 1);
    cr_expect_eq(s->plan.atom[0], 7777);
    cr_expect_eq(s->count[SP_HISTOGRAM_BINS + 1], PILOT / 8);
    for (size_t i = 0; i < s->n; i++) {
        sp_histogram_slots(&s->plan, sp_kernels_find(NULL), &s->x[i], slot, 1);
        if (slot[0] >= s->plan.window.count)
            continue;
        size_t bin = s->plan.window.first + slot[0];
        double low = sp_histogram_edge(&s->plan, bin), high = sp_histogram_edge(&s->plan, bin + 1);
        double grain = 1e-14 * (fabs(s->plan.centre) + fabs(s->x[i]));
        cr_assert(s->x[i] >= low - grain && s->x[i] <= high + grain, "%g is not in %g .. %g", s->x[i], low,
                  high);
    }
    cr_expect(
        sp_histogram_slots(&s->plan, sp_kernels_find(NULL), (double[]){NAN, 7777, 7777.0000001}, slot, 3));
    cr_expect_eq(slot[0], s->plan.window.count);
    cr_expect_eq(slot[1], s->plan.window.count + 1);
    cr_expect_lt(slot[2], s->plan.window.count);
    cr_expect_not(
        sp_histogram_slots(&s->plan, sp_kernels_find(NULL), (double[]){7777, 7777.0000001}, slot, 2));
    release(s);
}

/* --- Counting
 * -------------------------------------------------------------------------------------------------- */

/* Slot by slot, as is said of them: an atom's is its own, any other value's is its bin's. */
static size_t slot_twin(const struct sp_histogram_plan *plan, double x) {
    size_t bin = sp_histogram_bin(plan, x), end = plan->window.first + plan->window.count;
    for (size_t atom = 0; atom < plan->atoms; atom++)
        if (plan->atom[atom] == x)
            return plan->window.count + 1 + atom;
    return bin < plan->window.first || bin >= end ? plan->window.count : bin - plan->window.first;
}

enum { LABELS = 5, ROW = 2 * SP_HISTOGRAM_SLOTS };

/* Counts in one row, and in those of labels, by the kernels of a level and one by one. */
static void expect_same_counts(const struct sp_histogram_plan *plan, const struct sp_kernels *kernels,
                               const double *x, size_t n, const char *what) {
    static double others[PILOT + SP_SELECT_MORE];
    static uint32_t slot[PILOT];
    static uint16_t count[2][ROW], by_label[2][LABELS * ROW];
    static uint16_t label[PILOT], other_label[PILOT + SP_SELECT_MORE];
    const struct sp_histogram_room room = {others, other_label, slot};
    struct sp_moment_lanes lanes[2];
    struct sp_label_extremes extremes[2];
    const struct sp_label_rows rows = {by_label[0], ROW, LABELS, &extremes[0]};
    size_t inside[LABELS] = {0};
    bool is_any_outside = false;
    memset(count, 0, sizeof count);
    memset(by_label, 0, sizeof by_label);
    for (int i = 0; i < 2; i++) {
        sp_moments_clear(&lanes[i]);
        for (size_t k = 0; k < SP_LABELS; k++) {
            extremes[i].low[k] = INFINITY;
            extremes[i].high[k] = -INFINITY;
        }
    }
    for (size_t i = 0; i < n; i++) {
        size_t its_slot = slot_twin(plan, x[i]), k = i % 31 % 4; /* nobody is in the last label */
        is_any_outside |= its_slot == plan->window.count;
        count[1][its_slot]++;
        label[i] = (uint16_t)k;
        inside[k]++;
        by_label[1][k * ROW + its_slot]++;
        if (isfinite(x[i])) {
            extremes[1].low[k] = fmin(extremes[1].low[k], x[i]);
            extremes[1].high[k] = fmax(extremes[1].high[k], x[i]);
        }
    }
    kernels->moments(&lanes[1], plan->centre, x, n);
    struct sp_histogram_seen seen = sp_histogram_tally(plan, kernels, x, x, n, &lanes[0], count[0], &room);
    const struct sp_histogram_labels labels = {LABELS, label, inside};
    cr_assert_eq(sp_histogram_tally_labels(plan, kernels, x, x, n, &labels, &rows, &room), is_any_outside);
    cr_assert_eq(seen.is_any_outside, is_any_outside);
    cr_assert_arr_eq(&lanes[0], &lanes[1], sizeof *lanes, "%s, level %s, n %zu", what, kernels->level, n);
    cr_assert_arr_eq(count[0], count[1], sizeof *count, "%s, level %s, n %zu", what, kernels->level, n);
    cr_assert_arr_eq(by_label[0], by_label[1], sizeof *by_label, "%s, level %s, n %zu", what, kernels->level,
                     n);
    for (size_t k = 0; k < LABELS; k++) {
        cr_assert_eq(extremes[0].low[k], extremes[1].low[k], "%s, label %zu", what, k);
        cr_assert_eq(extremes[0].high[k], extremes[1].high[k], "%s, label %zu", what, k);
    }
}

/* With the plan that the values give, and with windows that leave some of them out. */
static void expect_counts(const double *x, size_t n, size_t atoms, bool are_run, bool are_apart,
                          const char *what) {
    static const size_t sizes[] = {0, 1, 2, 3, 63, 1000, PILOT};
    struct sp_histogram_plan plan;
    make_plan(&plan, x, n);
    cr_expect_eq(plan.atoms, atoms, "%s: %zu atoms", what, plan.atoms);
    cr_expect_eq(plan.atoms_are_run, are_run, "%s", what);
    cr_expect(are_run || plan.atoms_are_apart == are_apart, "%s", what);
    cr_expect_not(sp_histogram_reaches_out(&plan, x[0], x[0]));
    for (int narrow = 0; narrow < 2; narrow++) {
        for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
            for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
                expect_same_counts(&plan, *level, x, sizes[s], what);
        plan.window = (struct sp_bin_window){SP_HISTOGRAM_HALF - 64, 80};
        sp_histogram_index(&plan);
    }
}

Test(histogram, counts_are_those_of_each_value) {
    static double x[PILOT];
    static uint32_t words[PILOT];
    engine_test_words(11, 5, words, PILOT);
    for (size_t i = 0; i < PILOT; i++)
        x[i] = words[i] * 0x1p-30 - 2.385;
    expect_counts(x, PILOT, 0, false, true, "no atoms");
    for (size_t i = 0; i < PILOT; i++)
        x[i] = words[i] % 10 < 9 ? 0.0 : x[i];
    expect_counts(x, PILOT, 1, true, true, "nearly always 0");
    for (size_t i = 0; i < PILOT; i++)
        x[i] = words[i] % 7 < 3 ? 0.25 * (words[i] % 3) : x[i];
    expect_counts(x, PILOT, 3, false, true, "0 and two others");
    for (size_t i = 0; i < PILOT; i++)
        x[i] = words[i] % 5 ? 0.25 * (words[i] % 40) : x[i];
    expect_counts(x, PILOT, 33, false, true, "many fractions"); /* 8 of 40 are left out, 0 is there */
    for (size_t i = 0; i < PILOT; i++)
        x[i] = words[i] % 5 ? 1e-9 * (words[i] % 40) : words[i] * 0x1p-30;
    expect_counts(x, PILOT, 32, false, false, "many fractions that share bins");
    for (size_t i = 0; i < PILOT; i++)
        x[i] = (words[i] % 9) * 1.0;
    expect_counts(x, PILOT, 45, true, true, "whole numbers"); /* 18 more to each side */
}

/* What the pilot has not seen: numbers beyond a run and between its members, -0, and what is no number. */
Test(histogram, a_run_of_atoms_takes_its_members_only) {
    static double pilot[PILOT];
    const double x[] = {
        0, -0.0, 1, 1.5, -10, -11, 18, 19, 1e-17, -1e-17, 1e300, -1e300, NAN, 3, 17.999999999999996};
    enum { N = sizeof x / sizeof *x };
    struct sp_histogram_plan plan;
    uint32_t slot[N];
    for (size_t i = 0; i < PILOT; i++)
        pilot[i] = (double)(i % 5);
    make_plan(&plan, pilot, PILOT);
    cr_assert(plan.atoms_are_run && plan.atom[0] == -14 && plan.atom[plan.atoms - 1] == 18);
    sp_histogram_slots(&plan, sp_kernels_find(NULL), x, slot, N);
    for (size_t i = 0; i < N; i++)
        cr_expect_eq(slot[i], slot_twin(&plan, x[i]), "%.17g", x[i]);
}

/* One value's bin is that of the kernels, at both ends too. */
Test(histogram, the_bin_of_one_value_is_its_bin) {
    const struct sp_histogram_plan plan = {.centre = 2.385, .scale = 0.3, .inverse_scale = 1 / 0.3};
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++)
        for (int e = -40; e < 80; e++) {
            const double x[] = {ldexp(1.37, e),
                                -ldexp(1.37, e),
                                2.385 + ldexp(1, e),
                                2.385 - ldexp(1, e),
                                NAN,
                                INFINITY,
                                -INFINITY,
                                2.385};
            uint32_t bin[8];
            (*level)->bins(plan.centre, plan.inverse_scale, sp_all_bins, x, bin, 8);
            for (size_t i = 0; i < 8; i++)
                cr_assert_eq(sp_histogram_bin(&plan, x[i]), bin[i], "level %s, %g", (*level)->level, x[i]);
        }
}

static bool is_constant(const struct sp_histogram_plan *plan, const double *x, size_t n) {
    static double others[100 + SP_SELECT_MORE];
    static uint32_t slot[100];
    static uint16_t count[ROW];
    struct sp_moment_lanes lanes;
    sp_moments_clear(&lanes);
    return sp_histogram_tally(plan, sp_kernels_find(NULL), x, x, n, &lanes, count,
                              &(struct sp_histogram_room){.others = others, .slot = slot})
        .is_constant;
}

Test(histogram, a_constant_is_one_number) {
    double x[100];
    struct sp_histogram_plan plan;
    for (size_t i = 0; i < 100; i++)
        x[i] = 2.385;
    make_plan(&plan, x, 100);
    cr_assert_eq(plan.atoms, 1);
    for (size_t n = 1; n <= 100; n++)
        cr_expect(is_constant(&plan, x, n));
    for (size_t at = 1; at < 100; at++) {
        x[at] = 2.3850000000000002;
        cr_expect(!is_constant(&plan, x, 100), "%zu", at);
        cr_expect(is_constant(&plan, x, at));
        x[at] = 2.385;
    }
    x[50] = NAN;
    cr_expect(!is_constant(&plan, x, 100));
}
