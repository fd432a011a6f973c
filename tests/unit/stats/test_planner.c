/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/planner.h"

#include "engine/stats/quantile.h"
#include "tests/support/engine_test_random.h"
#include "tests/support/engine_test_run.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

TestSuite(planner, .timeout = 60);

enum { MOST = 20000, GROUPS = 5 };

/* --- The same by sorting everything --- */

static void add(struct sp_histogram_plan *plan, double x) {
    size_t place = 0;
    while (place < plan->atoms && plan->atom[place] < x)
        place++;
    if (plan->atoms == SP_HISTOGRAM_ATOMS || (place < plan->atoms && plan->atom[place] == x))
        return;
    for (size_t i = plan->atoms++; i > place; i--)
        plan->atom[i] = plan->atom[i - 1];
    plan->atom[place] = x + 0.0;
}

static void add_common(struct sp_histogram_plan *plan, const double *sorted, size_t n) {
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i; end < n && sorted[end] == sorted[i];)
            end++;
        if (end - i >= 2 && (double)(end - i) >= 0.005 * (double)n)
            add(plan, sorted[i]);
    }
}

static void add_whole(struct sp_histogram_plan *plan, const double *sorted, size_t n) {
    double low = n ? sorted[0] : 0, high = n ? sorted[n - 1] : 0, reach = high - low + 10;
    bool whole = high - low <= 50 && fabs(low) <= 1e6;
    for (size_t i = 0; i < n; i++)
        whole = whole && sorted[i] == floor(sorted[i]);
    for (double x = n ? low - reach : 0; whole && x <= (n ? high + reach : 199); x++)
        add(plan, x);
}

static void set_scale(struct sp_histogram_plan *plan, const double *x, size_t n) {
    double p1 = sp_quantile_sorted(x, n, 0.01), p99 = sp_quantile_sorted(x, n, 0.99);
    if (p1 > 0 && p99 > 20 * p1) {
        plan->centre = 0;
        plan->scale = p1 / 8;
    } else {
        double width = (sp_quantile_sorted(x, n, 0.75) - sp_quantile_sorted(x, n, 0.25)) / 2;
        width = width > 0 ? width : (x[n - 1] - x[0]) / 4;
        width = width > 0 ? width : fabs(x[0]) / 4;
        plan->centre = sp_quantile_sorted(x, n, 0.5);
        plan->scale = width > 0 ? width : 1;
    }
    double far = fmax(fabs(p1 - plan->centre), fabs(p99 - plan->centre));
    plan->scale = fmax(plan->scale, far * 0x1p-16);
}

static void plan_by_sorting(const double *x, const size_t *size, size_t groups,
                            struct sp_histogram_plan *plan) {
    static double all[MOST];
    size_t n = 0, kept = 0;
    *plan = (struct sp_histogram_plan){0};
    for (size_t g = 0; g < groups; g++) {
        size_t first = n;
        for (size_t i = 0; i < size[g]; i++, x++)
            if (isfinite(*x))
                all[n++] = *x;
        sp_quantile_sort(all + first, n - first);
        add_common(plan, all + first, n - first);
    }
    sp_quantile_sort(all, n);
    add_whole(plan, all, n);
    for (size_t i = 0; i < n; i++) {
        bool is_atom = false;
        for (size_t k = 0; k < plan->atoms; k++)
            is_atom |= plan->atom[k] == all[i];
        if (!is_atom)
            all[kept++] = all[i];
    }
    set_scale(plan, kept ? all : plan->atom, kept ? kept : plan->atoms);
}

/* --- Comparing --- */

static struct sp_planner *planner;
static struct sp_arena *arena;

static void begin(const struct sp_kernels *kernels) {
    arena = sp_arena_create();
    planner = sp_planner_create(arena, kernels, MOST);
    cr_assert_not_null(planner);
}

static void end(void) {
    sp_arena_free(arena);
}

/* A group is added in two pieces; what is taken for common is so, or is rare. */
static void make_groups(const double *x, const size_t *size, size_t groups, bool is_common_known,
                        struct sp_histogram_plan *plan) {
    size_t n = 0;
    for (size_t g = 0; g < groups; g++)
        n += size[g];
    sp_planner_begin(planner, is_common_known ? sp_histogram_common(x, n) : n ? x[n - 1] : 0);
    for (size_t g = 0; g < groups; x += size[g++]) {
        size_t first = size[g] / 3;
        if (g > 0)
            sp_planner_next_group(planner);
        sp_planner_add(planner, x, first);
        sp_planner_add(planner, x + first, size[g] - first);
    }
    sp_planner_finish(planner, plan);
}

static void expect_same(const struct sp_histogram_plan *plan, const struct sp_histogram_plan *sorted,
                        const char *what) {
    cr_assert_eq(plan->atoms, sorted->atoms, "%s: %zu atoms, not %zu", what, plan->atoms, sorted->atoms);
    for (size_t i = 0; i < plan->atoms; i++) {
        cr_assert_eq(plan->atom[i], sorted->atom[i], "%s: atom %zu is %.17g, not %.17g", what, i,
                     plan->atom[i], sorted->atom[i]);
        cr_assert(plan->atom[i] != 0 || !signbit(plan->atom[i]), "%s", what);
        cr_assert_eq(sp_histogram_atom(plan, plan->atom[i]), i, "%s", what);
    }
    cr_assert_eq(plan->centre, sorted->centre, "%s: centre %.17g, not %.17g", what, plan->centre,
                 sorted->centre);
    cr_assert_eq(plan->scale, sorted->scale, "%s: scale %.17g, not %.17g", what, plan->scale, sorted->scale);
    cr_assert_eq(plan->inverse_scale, 1 / sorted->scale, "%s", what);
}

static void expect_plan(const double *x, const size_t *size, size_t groups, const char *what) {
    struct sp_histogram_plan plan, sorted;
    plan_by_sorting(x, size, groups, &sorted);
    make_groups(x, size, groups, true, &plan);
    expect_same(&plan, &sorted, what);
    make_groups(x, size, groups, false, &plan);
    expect_same(&plan, &sorted, what);
}

/* --- Samples --- */

/* Values of one kind; u is uniform between 0 and 1, v as well. */
static double value(int kind, double u, double v) {
    double normal = sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
    switch (kind) {
    case 0:
        return 2.385 + normal;
    case 1:
        return exp(1.7 * normal);
    case 2:
        return exp(0.5 * normal);
    case 3:
        return u < 0.9 ? 0 : normal;
    case 4:
        return u < 0.3 ? -0.0 : u < 0.6 ? 0.0 : 1e-9 * v;
    case 5:
        return floor(9 * u) - 4;
    case 6:
        return floor(300 * u * v);
    case 7:
        return 1e5 + floor(60 * u);
    case 8:
        return 0.25 * floor(190 * u);
    case 9:
        return 0.1 * floor(1500 * u * u * u);
    case 10:
        return v < 0.5 ? 1e300 * (u - 0.5) : 1e-300 * (u - 0.5);
    case 11:
        return 0x1p-1074 * floor(7000 * u);
    case 12:
        return v < 0.7 ? 1e9 + 1e-6 * floor(100 * u) : u;
    case 13:
        return 1 / (u - 0.5);
    case 14:
        return u < 0.05 ? NAN : u < 0.1 ? INFINITY : u < 0.11 ? -INFINITY : normal;
    case 15:
        return u < 0.5 ? 7.25 : 7.25 + 1e-13 * floor(40 * v);
    case 16:
        return DBL_MAX * (2 * u - 1);
    case 17:
        return -exp(2 * normal);
    case 18:
        return u < 0.995 ? 2.385 : v;
    default:
        return NAN;
    }
}

enum { KINDS = 20 };

static void fill(int kind, uint32_t seed, double *x, size_t n) {
    static uint32_t words[2 * MOST + 64];
    engine_test_words(seed, (uint32_t)kind, words, (2 * n + 63) / 64 * 64);
    for (size_t i = 0; i < n; i++)
        x[i] = value(kind, (words[2 * i] + 0.5) * 0x1p-32, (words[2 * i + 1] + 0.5) * 0x1p-32);
}

Test(planner, plans_are_those_of_sorted_samples) {
    static const size_t sizes[] = {0, 1, 2, 3, 5, 31, 32, 33, 100, 399, 400, 401, 1000, 4096};
    static double x[MOST];
    for (const struct sp_kernels *const *level = engine_test_levels(); *level; level++) {
        begin(*level);
        for (int kind = 0; kind < KINDS; kind++)
            for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
                const char *what =
                    engine_test_text("kind %d, %zu values, %s", kind, sizes[s], (*level)->level);
                fill(kind, (uint32_t)s, x, sizes[s]);
                expect_plan(x, &sizes[s], 1, what);
            }
        end();
    }
}

/* Groups of many sizes and several kinds, of which some are empty. */
Test(planner, plans_of_groups_are_those_of_sorted_groups) {
    static double x[MOST];
    static const size_t sizes[][GROUPS] = {
        {0, 0, 0, 0, 0},   {1, 0, 2, 0, 1}, {0, 30, 3000, 1, 500},      {2000, 300, 40, 5, 0},
        {0, 0, 0, 0, 900}, {7, 7, 7, 7, 7}, {4000, 4000, 4000, 4000, 0}};
    begin(sp_kernels_find(NULL));
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int step = 0; step < 4; step++) {
                double *to = x;
                for (size_t g = 0; g < GROUPS; to += sizes[s][g++])
                    fill((kind + step * (int)g) % KINDS, (uint32_t)g, to, sizes[s][g]);
                expect_plan(x, sizes[s], GROUPS,
                            engine_test_text("sizes %zu, kind %d, step %d", s, kind, step));
            }
    end();
}

/* More values are common in some group than there may be atoms: those of the first groups are taken. */
Test(planner, too_many_atoms_are_those_of_the_first_groups) {
    static double x[MOST];
    const size_t size[GROUPS] = {1000, 1000, 1000, 1000, 1000};
    struct sp_histogram_plan plan;
    for (size_t i = 0; i < 5000; i++)
        x[i] = 0.1 * (double)(i % 90 + 90 * (4 - i / 1000));
    begin(sp_kernels_find(NULL));
    expect_plan(x, size, GROUPS, "90 atoms a group");
    make_groups(x, size, GROUPS, true, &plan);
    cr_expect_eq(plan.atoms, SP_HISTOGRAM_ATOMS);
    cr_expect_eq(plan.atom[SP_HISTOGRAM_ATOMS - 1], 0.1 * 449);
    end();
}

/* The most frequent value of all comes too late to be an atom. */
Test(planner, the_most_frequent_value_may_be_no_atom) {
    static double x[MOST];
    const size_t size[GROUPS] = {1000, 1000, 1000, 0, 9000};
    struct sp_histogram_plan plan;
    for (size_t i = 0; i < 12000; i++)
        x[i] = i < 3000 ? 0.1 * (double)(i % 90 + 90 * (i / 1000)) : i % 3 > 0 ? 1e3 : sqrt((double)i);
    begin(sp_kernels_find(NULL));
    expect_plan(x, size, GROUPS, "a late common value");
    make_groups(x, size, GROUPS, true, &plan);
    cr_expect_eq(plan.atoms, SP_HISTOGRAM_ATOMS);
    cr_expect_eq(sp_histogram_atom(&plan, 1e3), SP_HISTOGRAM_ATOMS);
    end();
}

/* A value that is common in a small group (a tier few paths reach) is an atom, though it is rare overall. */
Test(planner, a_value_common_in_one_group_is_an_atom) {
    static double x[MOST];
    const size_t size[GROUPS] = {MOST - 100, 0, 0, 100, 0};
    struct sp_histogram_plan plan;
    for (size_t i = 0; i < MOST; i++)
        x[i] = i >= MOST - 100 && i % 4 == 0 ? 2.385 : i % 50 == 3 ? NAN : 100 + sqrt((double)i);
    begin(sp_kernels_find(NULL));
    make_groups(x, size, GROUPS, true, &plan);
    cr_expect_eq(plan.atoms, 1);
    cr_expect_eq(plan.atom[0], 2.385);
    cr_expect(plan.centre > 100 && plan.centre < 250 && plan.scale > 1 && plan.scale < 100);
    end();
}

/* Copies that are told as a number are the same as values. */
Test(planner, copies_are_as_many_values) {
    static const double told[] = {0, -0.0, 2.385, NAN, -INFINITY};
    static double x[MOST];
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        for (size_t common = 0; common < sizeof told / sizeof *told; common++) {
            const size_t size[2] = {700, 1000};
            struct sp_histogram_plan plan, sorted;
            begin(sp_kernels_find(NULL));
            fill(0, (uint32_t)i, x, 1700);
            for (size_t k = 300; k < 900; k++)
                x[k] = told[i];
            plan_by_sorting(x, size, 2, &sorted);
            sp_planner_begin(planner, told[common]);
            sp_planner_add(planner, x, 300);
            sp_planner_add_copies(planner, told[i], 400);
            sp_planner_next_group(planner);
            sp_planner_add_copies(planner, told[i], 200);
            sp_planner_add_copies(planner, 1e9, 0);
            sp_planner_add(planner, x + 900, 800);
            sp_planner_finish(planner, &plan);
            expect_same(&plan, &sorted, engine_test_text("%g told, %g common", told[i], told[common]));
            end();
        }
}

Test(planner, infinities_become_atoms_on_request) {
    static double x[400];
    struct sp_histogram_plan plan;
    for (size_t i = 0; i < 400; i++)
        x[i] = 0.25 * (double)(i / 2);
    begin(sp_kernels_find(NULL));
    sp_planner_make(planner, x, 400, &plan);
    cr_expect_eq(plan.atoms, SP_HISTOGRAM_ATOMS);
    sp_planner_add_ranks(&plan);
    cr_expect_eq(plan.atoms, SP_HISTOGRAM_ATOMS);
    cr_expect(plan.atom[0] == -INFINITY && plan.atom[SP_HISTOGRAM_ATOMS - 1] == INFINITY);
    cr_expect_eq(plan.atom[SP_HISTOGRAM_ATOMS - 2], 0.25 * 197);
    cr_expect_eq(sp_histogram_atom(&plan, INFINITY), SP_HISTOGRAM_ATOMS - 1);
    cr_expect_eq(sp_histogram_atom(&plan, 0.25 * 198), SP_HISTOGRAM_ATOMS);
    end();
}
