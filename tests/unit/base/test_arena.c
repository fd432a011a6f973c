/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/arena.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

TestSuite(arena, .timeout = 20);

static int is_zero(const void *bytes, size_t size) {
    const unsigned char *c = bytes;
    while (size > 0 && c[size - 1] == 0)
        size--;
    return size == 0;
}

Test(arena, pieces_are_aligned_zeroed_and_apart) {
    struct sp_arena *arena = sp_arena_create();
    static const size_t sizes[] = {1, 7, 63, 64, 65, 1000, 64 * 1024 - 64, 64 * 1024, 64 * 1024 + 1, 3};
    unsigned char *piece[10];
    for (size_t i = 0; i < 10; i++) {
        piece[i] = sp_arena_array(arena, sizes[i], 1);
        cr_assert_not_null(piece[i]);
        cr_expect_eq((uintptr_t)piece[i] % 64, 0, "%zu", sizes[i]);
        cr_expect(is_zero(piece[i], sizes[i]), "%zu", sizes[i]);
        memset(piece[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < 10; i++)
        for (size_t j = 0; j < sizes[i]; j++)
            cr_assert_eq(piece[i][j], i + 1, "piece %zu was overwritten", i);
    sp_arena_free(arena);
}

Test(arena, a_piece_of_nothing_is_a_place) {
    struct sp_arena *arena = sp_arena_create();
    cr_expect_not_null(sp_arena_array(arena, 0, 8));
    cr_expect_not_null(sp_arena_array(arena, 64 * 1024, 1));
    cr_expect_not_null(sp_arena_array(arena, 0, 0));
    sp_arena_free(arena);
}

Test(arena, impossible_sizes_are_refused) {
    struct sp_arena *arena = sp_arena_create();
    static const size_t bad[][2] = {
        {SIZE_MAX, 1},     {1, SIZE_MAX},         {SIZE_MAX / 2 + 1, 2},     {SIZE_MAX / 4, 5},
        {SIZE_MAX / 2, 1}, {SIZE_MAX / 8 + 1, 8}, {(size_t)1 << 40, 1 << 23}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_null(sp_arena_array(arena, bad[i][0], bad[i][1]), "%zu x %zu", bad[i][0], bad[i][1]);
    cr_expect_not_null(sp_arena_array(arena, 3, 5), "the arena still works");
    sp_arena_free(arena);
    sp_arena_free(NULL);
}

/* A list keeps its items when it moves, and new ones are zero. */
Test(arena, append_grows_a_list) {
    struct sp_arena *arena = sp_arena_create();
    struct item {
        uint64_t number;
        char rest[16];
    } *items = NULL;
    size_t count = 0;
    for (uint64_t i = 0; i < 5000; i++) {
        struct item *item = sp_arena_append(arena, &items, &count, sizeof *item);
        cr_assert_not_null(item);
        cr_assert_eq(item, &items[i]);
        cr_assert_eq(count, i + 1);
        cr_assert(is_zero(item, sizeof *item), "item %zu is not zeroed", (size_t)i);
        memset(item, 0xA5, sizeof *item);
        item->number = i * i;
    }
    for (uint64_t i = 0; i < 5000; i++)
        cr_assert_eq(items[i].number, i * i);
    sp_arena_free(arena);
}

Test(arena, append_refuses_what_overflows) {
    struct sp_arena *arena = sp_arena_create();
    char *items = NULL;
    size_t count = 0;
    cr_expect_null(sp_arena_append(arena, &items, &count, SIZE_MAX / 4));
    cr_expect_eq(count, 0);
    cr_expect_null(items);
    sp_arena_free(arena);
}

Test(arena, texts_are_copied) {
    struct sp_arena *arena = sp_arena_create();
    char text[] = "cost.ai";
    char *copy = sp_arena_text(arena, text), *part = sp_arena_text_n(arena, text, 4);
    text[0] = 'x';
    cr_expect_str_eq(copy, "cost.ai");
    cr_expect_str_eq(part, "cost");
    cr_expect_str_eq(sp_arena_text(arena, ""), "");
    cr_expect_null(sp_arena_text(arena, NULL));
    cr_expect_null(sp_arena_text_n(arena, NULL, 3));
    sp_arena_free(arena);
}

Test(arena, format_makes_texts_of_any_length) {
    struct sp_arena *arena = sp_arena_create();
    cr_expect_str_eq(sp_arena_format(arena, "%s=%g", "x", 2.385), "x=2.385");
    const char *wide = sp_arena_format(arena, "%200000d", 7);
    cr_assert_not_null(wide);
    cr_expect_eq(strlen(wide), 200000);
    cr_expect_eq(wide[199999], '7');
    sp_arena_free(arena);
}
