/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/sums.h"
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <math.h>

TestSuite(sums, .timeout = 20);

enum { BATCHES = 1000 };
static const struct sp_shape shape = {3, 2};

/* A batch that is a function of its number: stream i of batch b holds one to four values. */
static void fill(struct sp_sums *sums, uint32_t b) {
    uint32_t w[4];
    engine_test_philox(10, (uint32_t[]){b, 0, 0, 0}, (uint32_t[]){1, 2}, w);
    sp_sums_clear(sums);
    sums->paths = 1 + w[0] % 4;
    for (size_t i = 0; i < shape.streams; i++) {
        double x = w[i] * 0x1p-30 - 1, spread = w[3] * 0x1p-33;
        sums->stream[i] = (struct sp_moments){sums->paths, x, spread, x - 1, x + 1};
    }
    for (size_t i = 0; i < shape.cells; i++) {
        sums->cell[i] = (struct sp_pooled){w[1] % 7, w[i] * 0x1p-32, 2, 1, 3, -1.0 * b, b};
        sp_pooled_group_add(&sums->group[i * SP_STATISTICS + SP_STATISTIC_P50], w[2] % 100, w[3] * 0x1p-32);
    }
}

/* `batches` leaves, given to the tree in the order of their number. */
static struct sp_sums through_tree(struct sp_arena *arena, uint32_t batches) {
    struct sp_sums_tree tree = {.arena = arena, .shape = shape};
    struct sp_sums batch, total;
    cr_assert_eq(sp_sums_create(arena, shape, &batch), 0);
    cr_assert_eq(sp_sums_create(arena, shape, &total), 0);
    for (uint32_t b = 0; b < batches; b++) {
        fill(&batch, b);
        cr_assert_eq(sp_sums_tree_add(&tree, &batch), 0);
    }
    sp_sums_tree_finish(&tree, &total);
    return total;
}

/* The same tree by its definition: whole subtrees, largest first. */
static struct sp_sums subtree(struct sp_arena *arena, uint32_t first, uint32_t count) {
    struct sp_sums left, right;
    if (count == 1) {
        cr_assert_eq(sp_sums_create(arena, shape, &left), 0);
        fill(&left, first);
        return left;
    }
    left = subtree(arena, first, count / 2);
    right = subtree(arena, first + count / 2, count / 2);
    sp_sums_merge(&left, &right);
    return left;
}

static void expect_equal(const struct sp_sums *a, const struct sp_sums *b, uint32_t batches) {
    cr_expect_eq(a->paths, b->paths);
    cr_expect_arr_eq(a->stream, b->stream, shape.streams * sizeof *a->stream, "%u batches", batches);
    cr_expect_arr_eq(a->cell, b->cell, shape.cells * sizeof *a->cell, "%u batches", batches);
    cr_expect_arr_eq(a->group, b->group, shape.cells * SP_STATISTICS * sizeof *a->group, "%u batches",
                     batches);
}

/* Bit for bit: whoever computed the batches, the tree over their number decides. */
Test(sums, tree_is_the_tree_of_its_definition) {
    static const uint32_t sizes[] = {1, 2, 3, 4, 5, 7, 8, 31, 64, 100, 255, BATCHES};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct sp_arena *arena = sp_arena_create();
        struct sp_sums tree = through_tree(arena, sizes[i]), expected;
        cr_assert_eq(sp_sums_create(arena, shape, &expected), 0);
        for (uint32_t first = 0, bit = 1u << 20; bit; bit >>= 1)
            if (sizes[i] & bit) {
                struct sp_sums part = subtree(arena, first, bit);
                sp_sums_merge(&expected, &part);
                first += bit;
            }
        expect_equal(&tree, &expected, sizes[i]);
        sp_arena_free(arena);
    }
}

/* Against adding all batches one after the other: counts are equal, means to rounding. */
Test(sums, tree_adds_up_to_the_flat_sum) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_sums tree = through_tree(arena, BATCHES), flat, batch;
    cr_assert_eq(sp_sums_create(arena, shape, &flat), 0);
    cr_assert_eq(sp_sums_create(arena, shape, &batch), 0);
    for (uint32_t b = 0; b < BATCHES; b++) {
        fill(&batch, b);
        sp_sums_merge(&flat, &batch);
    }
    cr_expect_eq(tree.paths, flat.paths);
    for (size_t i = 0; i < shape.streams; i++) {
        cr_expect_eq(tree.stream[i].count, flat.paths);
        cr_expect_float_eq(tree.stream[i].mean, flat.stream[i].mean, 1e-13);
        cr_expect_float_eq(tree.stream[i].squares / flat.stream[i].squares, 1, 1e-12);
        cr_expect(tree.stream[i].low == flat.stream[i].low && tree.stream[i].high == flat.stream[i].high);
    }
    for (size_t i = 0; i < shape.cells; i++) {
        cr_expect_eq(tree.cell[i].quarters, flat.cell[i].quarters);
        cr_expect_float_eq(tree.cell[i].sum / flat.cell[i].sum, 1, 1e-13);
        cr_expect_eq(tree.cell[i].high, BATCHES - 1);
        cr_expect_eq(tree.group[i * SP_STATISTICS + SP_STATISTIC_P50].groups, BATCHES);
    }
    sp_arena_free(arena);
}

Test(sums, an_empty_tree_is_empty) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_sums total = through_tree(arena, 0);
    cr_expect_eq(total.paths, 0);
    cr_expect_eq(total.stream[0].count, 0);
    cr_expect_eq(total.cell[1].quarters, 0);
    cr_expect(isinf(total.stream[2].low));
    sp_arena_free(arena);
}
