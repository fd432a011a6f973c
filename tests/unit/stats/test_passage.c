/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/passage.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(passage, .timeout = 20);

enum { LABELS = 4, QUARTERS = 5, STRIDE = 64 };

struct bench {
    uint64_t counts[512];
    struct sp_passage passage;
    struct sp_passage_state state;
};

static struct bench *create(void) {
    struct bench *b = calloc(1, sizeof *b);
    b->passage = sp_passage_over(b->counts, LABELS, QUARTERS);
    b->state.spent = calloc(LABELS * STRIDE, sizeof *b->state.spent);
    b->state.skipped = calloc(STRIDE, sizeof *b->state.skipped);
    b->state.fell = calloc(STRIDE, sizeof *b->state.fell);
    b->state.visited = calloc(STRIDE, sizeof *b->state.visited);
    b->state.now = calloc(STRIDE, sizeof *b->state.now);
    b->state.here = calloc(STRIDE, sizeof *b->state.here);
    b->state.been = calloc(STRIDE, sizeof *b->state.been);
    b->state.arrived = calloc(STRIDE, sizeof *b->state.arrived);
    cr_assert_leq(sp_passage_size(LABELS, QUARTERS), 512);
    return b;
}

/* Walks the paths given as rows of digits: the label at the start, then by quarter. */
static struct bench *walk(const char *const *path, size_t paths) {
    struct bench *b = create();
    double label[STRIDE] = {0};
    for (size_t q = 0; q <= QUARTERS; q++) {
        for (size_t p = 0; p < paths; p++)
            label[p] = path[p][q] - '0';
        if (q == 0)
            sp_passage_begin(&b->passage, &b->state, label, paths, STRIDE);
        else
            sp_passage_move(&b->passage, &b->state, label, q - 1, paths, STRIDE);
    }
    sp_passage_end(&b->passage, &b->state, paths, STRIDE);
    return b;
}

static uint64_t entry(const struct bench *b, size_t label, size_t quarter) {
    return b->passage.entry[label * (QUARTERS + 1) + quarter];
}

static uint64_t dwell(const struct bench *b, size_t label, size_t quarters) {
    return b->passage.dwell[label * (QUARTERS + 1) + quarters];
}

/* One by one: up a step at a time. */
Test(passage, up_one_step_at_a_time) {
    struct bench *b = walk((const char *[]){"001123"}, 1);
    cr_expect_eq(entry(b, 0, 0), 1);
    cr_expect_eq(entry(b, 1, 1), 1);
    cr_expect_eq(entry(b, 2, 3), 1);
    cr_expect_eq(entry(b, 3, 4), 1);
    cr_expect_eq(dwell(b, 0, 1), 1);
    cr_expect_eq(dwell(b, 1, 2), 1);
    cr_expect_eq(b->passage.inside[3], 1);
    for (size_t label = 0; label < LABELS; label++) {
        cr_expect_eq(b->passage.skipped[label], 0);
        cr_expect_eq(b->passage.fell_back[label], 0);
    }
    free(b);
}

/* 0 to 2 skips 1; entering 1 later does not undo that. Falling from 2 to 1 is counted for 2. */
Test(passage, skip_then_fall_back_into_the_skipped) {
    struct bench *b = walk((const char *[]){"002211"}, 1);
    cr_expect_eq(b->passage.skipped[1], 1);
    cr_expect_eq(b->passage.skipped[0], 0);
    cr_expect_eq(b->passage.skipped[2], 0);
    cr_expect_eq(b->passage.fell_back[2], 1);
    cr_expect_eq(b->passage.fell_back[1], 0);
    cr_expect_eq(entry(b, 1, 3), 1);
    cr_expect_eq(entry(b, 3, QUARTERS), 1, "never in 3");
    cr_expect_eq(dwell(b, 3, 0), 1);
    cr_expect_eq(b->passage.inside[1], 1);
    free(b);
}

/* Out and in again: the first entry counts, the quarters add up, and twice fallen is once counted. */
Test(passage, leave_and_re_enter) {
    struct bench *b = walk((const char *[]){"010101"}, 1);
    cr_expect_eq(entry(b, 1, 0), 1);
    cr_expect_eq(entry(b, 0, 1), 1);
    cr_expect_eq(dwell(b, 1, 3), 1);
    cr_expect_eq(dwell(b, 0, 2), 1);
    cr_expect_eq(b->passage.fell_back[1], 1);
    cr_expect_eq(b->passage.fell_back[0], 0);
    free(b);
}

/* A path that starts in 2 has not skipped 0 and 1, and has entered none of them; it may skip what is above.
 */
Test(passage, start_above_the_lowest) {
    struct bench *b = walk((const char *[]){"222222", "233333", "211111"}, 3);
    cr_expect_eq(b->passage.skipped[0] + b->passage.skipped[1] + b->passage.skipped[2], 0);
    cr_expect_eq(entry(b, 0, QUARTERS), 3);
    cr_expect_eq(entry(b, 1, 0), 1);
    cr_expect_eq(entry(b, 2, 0), 1);
    cr_expect_eq(entry(b, 2, QUARTERS), 2, "in 2 before the first quarter only");
    cr_expect_eq(b->passage.fell_back[2], 1, "fell in the first quarter");
    cr_expect_eq(dwell(b, 2, 5), 1);
    free(b);
}

/* Counts of many paths, the last ones of a block too: every path is somewhere, once. */
Test(passage, counts_add_up) {
    char text[STRIDE][QUARTERS + 2];
    const char *path[STRIDE];
    for (size_t p = 0; p < STRIDE; p++) {
        for (size_t q = 0; q <= QUARTERS; q++)
            text[p][q] = (char)('0' + (p * 7 + q * q * (p % 5)) % LABELS);
        path[p] = text[p];
    }
    for (size_t paths = 1; paths <= STRIDE; paths += 9) {
        struct bench *b = walk(path, paths);
        for (size_t q = 0; q < QUARTERS; q++) {
            uint64_t sum = 0;
            for (size_t label = 0; label < LABELS; label++)
                sum += b->passage.occupancy[q * LABELS + label];
            cr_expect_eq(sum, paths);
        }
        uint64_t inside = 0, spent = 0;
        for (size_t label = 0; label < LABELS; label++) {
            uint64_t entered = 0, dwelt = 0;
            inside += b->passage.inside[label];
            for (size_t q = 0; q <= QUARTERS; q++) {
                entered += entry(b, label, q);
                dwelt += dwell(b, label, q);
                spent += q * dwell(b, label, q);
            }
            cr_expect_eq(entered, paths);
            cr_expect_eq(dwelt, paths);
            cr_expect_eq(entry(b, label, QUARTERS), dwell(b, label, 0), "never in it is 0 quarters in it");
        }
        cr_expect_eq(inside, paths);
        cr_expect_eq(spent, paths * QUARTERS);
        free(b);
    }
}

/* The counts lie one after the other, and fill their room. */
Test(passage, layout) {
    uint64_t counts[1000] = {0};
    struct sp_passage p = sp_passage_over(counts, 3, 7);
    cr_expect_eq(p.occupancy, counts);
    cr_expect_eq(p.fell_back + 3, counts + sp_passage_size(3, 7));
    cr_expect_eq(sp_passage_size(3, 7), 3 * 7 + 2 * 3 * 8 + 3 * 3);
}
