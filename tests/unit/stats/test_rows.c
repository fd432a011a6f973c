/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/rows.h"

#include "engine/stats/planner.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(rows, .timeout = 60);

enum { ROWS = 3, PILOT = 4096, PIECE = 9000, SLOTS = SP_HISTOGRAM_SLOTS };

/* Rows, and the same counts kept in 64 bits. */
struct counted {
    struct sp_arena *arena;
    struct sp_histogram_plan plan;
    struct sp_rows rows;
    uint64_t expected[ROWS][SLOTS];
};

static void create_rows(struct counted *c, struct sp_rows *rows) {
    const struct sp_histogram_plan *plan[ROWS] = {&c->plan, &c->plan, &c->plan};
    const struct sp_histogram_plan **list = sp_arena_array(c->arena, ROWS, sizeof *list);
    memcpy(list, plan, sizeof plan);
    cr_assert_eq(sp_rows_create(c->arena, list, ROWS, rows), 0);
}

/* The plan of values with one common number, 0.7. */
static struct counted *create(void) {
    struct sp_arena *arena = sp_arena_create();
    struct counted *c = sp_arena_array(arena, 1, sizeof *c);
    struct sp_planner *planner = sp_planner_create(arena, sp_kernels_find(NULL), PILOT);
    double pilot[PILOT];
    for (size_t i = 0; i < PILOT; i++)
        pilot[i] = i % 3 == 0 ? 0.7 : 2.385 * sin((double)i);
    c->arena = arena;
    sp_planner_make(planner, pilot, PILOT, &c->plan);
    cr_assert_eq(c->plan.atoms, 1);
    create_rows(c, &c->rows);
    return c;
}

static void release(struct counted *c) {
    sp_rows_free(&c->rows);
    sp_arena_free(c->arena);
}

static size_t place_of(const struct counted *c, double x) {
    size_t atom = sp_histogram_atom(&c->plan, x);
    return atom < c->plan.atoms ? SP_HISTOGRAM_BINS + 1 + atom : sp_histogram_bin(&c->plan, x);
}

/* Counts n <= PIECE values in the rows of their labels, as the kernels do. */
static void count(struct counted *c, const double *x, const uint16_t *label, size_t n) {
    const struct sp_kernels *kernels = sp_kernels_find(NULL);
    uint16_t *row = sp_rows_for(&c->rows, 0, ROWS, n);
    static uint32_t slot[PIECE];
    bool is_any_outside = sp_histogram_slots(&c->plan, kernels, x, slot, n);
    for (size_t i = 0; i < n; i++) {
        row[label[i] * sp_rows_length(&c->rows, 0) + slot[i]]++;
        c->expected[label[i]][place_of(c, x[i])]++;
    }
    if (is_any_outside)
        sp_rows_find_strays(&c->rows, 0, x, label, n);
}

/* Many pieces: ordinary values; one number, far more often than 16 bits can count; far outside the window;
 * undefined. Row 2 gets few. */
static void count_all(struct counted *c) {
    static double x[PIECE];
    static uint16_t label[PIECE];
    for (size_t piece = 0; piece < 40; piece++) {
        size_t n = PIECE - piece * 31;
        for (size_t i = 0; i < n; i++) {
            size_t kind = (piece * 7 + i) % 97;
            x[i] = kind < 30 ? 0.7 : kind < 60 ? 1.0385 : kind == 60 ? NAN : 2.385 * sin((double)(i + piece));
            if (kind == 61 && i % 5 == 0)
                x[i] = 900.5 * (double)(piece + 1) * (i % 2 ? 1 : -1);
            label[i] = i % 500 == 7 ? 2 : i % 4 == 1;
        }
        count(c, x, label, n);
    }
}

static void expect_counts(const struct sp_rows *rows, uint64_t expected[ROWS][SLOTS], const char *when) {
    static uint64_t found[SLOTS];
    for (size_t row = 0; row < ROWS; row++) {
        memset(found, 0, sizeof found);
        sp_rows_read(rows, row, 0, SP_HISTOGRAM_BINS, found);
        for (size_t i = 0; i < SLOTS; i++)
            cr_assert_eq(found[i], expected[row][i], "%s: row %zu, slot %zu: %lu, not %lu", when, row, i,
                         found[i], expected[row][i]);
    }
}

Test(rows, count_as_64_bits_do) {
    struct counted *c = create();
    count_all(c);
    cr_assert_gt(c->expected[0][SP_HISTOGRAM_BINS + 1], UINT16_MAX);
    cr_assert_gt(c->expected[0][sp_histogram_bin(&c->plan, 1.0385)], UINT16_MAX);
    cr_assert_gt(c->expected[0][SP_HISTOGRAM_BINS], 0);
    cr_assert(c->rows.has_strays[0] && c->rows.is_aside[0]);
    expect_counts(&c->rows, c->expected, "counted");
    release(c);
}

/* The smallest and the largest piece there may be in turn, all in one slot. */
Test(rows, no_count_overflows) {
    struct counted *c = create();
    for (size_t times = 0; times < 6; times++) {
        size_t n = times % 2 ? UINT16_MAX : 1;
        uint16_t *row = sp_rows_for(&c->rows, 1, 1, n);
        for (size_t i = 0; i < n; i++)
            row[5]++;
        c->expected[1][c->plan.window.first + 5] += n;
        expect_counts(&c->rows, c->expected, "full");
    }
    release(c);
}

Test(rows, what_is_taken_arrives) {
    struct counted *c = create();
    struct sp_rows to;
    static uint64_t none[ROWS][SLOTS], twice[ROWS][SLOTS], copy[SLOTS];
    create_rows(c, &to);
    for (int times = 1; times <= 2; times++) {
        memset(c->expected, 0, sizeof c->expected);
        count_all(c);
        for (size_t row = 0; row < ROWS; row++) {
            uint64_t values = 0;
            memset(copy, 0, sizeof copy);
            uint64_t taken = sp_rows_take(&c->rows, row, 0, SP_HISTOGRAM_BINS, &to, copy);
            for (size_t i = 0; i < SLOTS; i++) {
                cr_assert_eq(copy[i], c->expected[row][i], "row %zu, slot %zu", row, i);
                values += i == SP_HISTOGRAM_BINS ? 0 : c->expected[row][i];
                twice[row][i] += c->expected[row][i];
            }
            cr_assert_eq(taken, values, "row %zu", row);
        }
        expect_counts(&c->rows, none, "taken");
    }
    expect_counts(&to, twice, "arrived");
    sp_rows_free(&to);
    release(c);
}

Test(rows, what_is_moved_arrives) {
    struct counted *c = create();
    static uint64_t none[ROWS][SLOTS], moved[ROWS][SLOTS];
    for (int times = 1; times <= 2; times++) {
        count_all(c);
        sp_rows_move(&c->rows, &moved[0][0]);
        expect_counts(&c->rows, none, "moved");
        cr_assert_arr_eq(moved, c->expected, sizeof moved);
    }
    release(c);
}

/* Of what is empty nothing is written, so that its pages stay empty. */
Test(rows, taking_nothing_leaves_no_mark) {
    struct counted *c = create();
    struct sp_rows to;
    static uint64_t copy[SLOTS];
    create_rows(c, &to);
    sp_rows_for(&c->rows, 0, ROWS, 100);
    cr_expect_eq(sp_rows_take(&c->rows, 0, 0, 0, &to, copy), 0);
    cr_expect(!to.has_strays[0]);
    cr_expect_eq(c->rows.values[0], 0);
    sp_rows_free(&to);
    release(c);
}
