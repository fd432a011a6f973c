/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/visits.h"
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

TestSuite(visits, .timeout = 60);

enum { SIZE = 136, LABELS = 4, ROWS = 3, QUARTERS = 9 };

/* The same from what every path did, quarter by quarter: row 0 has any values, some of them undefined; row 1
 * is its centre on all paths until quarter 4; row 2 is never anything else. */
struct history {
    uint16_t label[QUARTERS][SIZE];
    double x[ROWS][QUARTERS][SIZE];
};

static const double centre[ROWS] = {2.385, 7, 0};

static bool is_constant(size_t row, size_t t) {
    return row == 2 || (row == 1 && t < 4);
}

static void make_history(struct history *history, unsigned seed) {
    static uint32_t words[QUARTERS * SIZE];
    engine_test_words(seed, 3, words, QUARTERS * SIZE);
    for (size_t t = 0; t < QUARTERS; t++)
        for (size_t p = 0; p < SIZE; p++) {
            uint32_t word = words[t * SIZE + p];
            bool stays = t > 0 && word % 8 < 5;
            history->label[t][p] = stays ? history->label[t - 1][p] : (uint16_t)(word >> 8) % LABELS;
            for (size_t row = 0; row < ROWS; row++)
                history->x[row][t][p] = is_constant(row, t) ? centre[row] : word * 0x1p-28 - 3.1;
            if (word % 11 == 0)
                history->x[0][t][p] = NAN;
        }
}

static void expect_lanes(const struct history *history, size_t row, size_t label, size_t n,
                         struct sp_path_lanes *lanes, uint64_t *number_squares) {
    for (size_t p = 0; p < n; p++) {
        double sum = 0, number = 0;
        for (size_t t = 0; t < QUARTERS; t++)
            if (history->label[t][p] == label) {
                double x = history->x[row][t][p];
                sum += isnan(x) ? 0 : x - centre[row];
                number++;
            }
        lanes->sum[p % SP_LANES] += sum;
        lanes->square[p % SP_LANES] += sum * sum;
        lanes->cross[p % SP_LANES] += sum * number;
        *number_squares += (uint64_t)(number * number);
    }
}

/* Follows a block; where each path is at the end goes to `spent` too. */
static void follow(struct sp_visits *visits, const struct sp_kernels *kernels, const struct history *history,
                   size_t n, uint16_t *spent) {
    memset(spent, 0, LABELS * SIZE * sizeof *spent);
    sp_visits_begin(visits);
    for (size_t t = 0; t < QUARTERS; t++) {
        for (size_t p = 0; p < n; p++)
            spent[history->label[t][p] * SIZE + p]++;
        sp_visits_move(visits, kernels, history->label[t], n);
        for (size_t row = 0; row < ROWS; row++)
            sp_visits_add(visits, row, history->x[row][t], centre[row], is_constant(row, t), n);
    }
}

/* Block after block in the same room, whole ones and one that ends amid the lanes; some paths come back to a
 * label more than once. The bits are those of plain sums. */
Test(visits, sums_are_those_of_each_path) {
    static struct history history;
    static uint16_t spent[LABELS * SIZE];
    struct sp_arena *arena = sp_arena_create();
    struct sp_visits visits;
    const struct sp_kernels *kernels = sp_kernels_find(NULL);
    cr_assert_eq(sp_visits_create(arena, LABELS, ROWS, SIZE, &visits), 0);
    for (unsigned block = 0; block < 4; block++) {
        size_t n = block == 3 ? 77 : SIZE;
        uint64_t squares[LABELS] = {0};
        make_history(&history, block + 1);
        follow(&visits, kernels, &history, n, spent);
        sp_visits_end(&visits, spent, n, squares);
        for (size_t i = 0; i < ROWS * LABELS; i++) {
            size_t row = i / LABELS, label = i % LABELS;
            struct sp_path_lanes lanes = {{0}}, expected = {{0}};
            uint64_t expected_squares = 0;
            sp_visits_collect(&visits, kernels, row, label, history.label[QUARTERS - 1], spent, n, &lanes);
            expect_lanes(&history, row, label, n, &expected, &expected_squares);
            cr_expect_arr_eq(&lanes, &expected, sizeof lanes, "block %u, row %zu, label %zu", block, row,
                             label);
            cr_expect_eq(squares[label], expected_squares);
            cr_expect(row == 2 || lanes.square[0] > 0);
        }
    }
    sp_arena_free(arena);
}
