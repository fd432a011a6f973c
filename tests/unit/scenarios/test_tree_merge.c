/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(tree_merge, .timeout = 60);

struct merge {
    const char *base, *over, *expected;
};

static const struct merge merges[] = {
    {"a = 1\nb = 2", "b = 3\nc = 4", "{ a = 1, b = 3, c = 4 }"},
    {"", "a.b = 1", "{ a = { b = 1 } }"},
    {"a.b = 1", "", "{ a = { b = 1 } }"},
    {"[t]\nx = 1\ny = 2", "[t]\ny = 3\n[u]\nz = 4", "{ t = { x = 1, y = 3 }, u = { z = 4 } }"},
    {"[t.u.v]\nx = 1", "t.u.v.y = 2", "{ t = { u = { v = { x = 1, y = 2 } } } }"},
    /* leaves: arrays, by path, by content in either tree */
    {"a = [1, 2]", "a = [3]", "{ a = [3] }"},
    {"leaf.x = { a = 1, b = 2 }", "leaf.x = { b = 3 }", "{ leaf = { x = { b = 3 } } }"},
    {"x = { p50 = 1, p10 = 0 }", "x = { value = 3 }", "{ x = { value = 3 } }"},
    {"x = { value = 3 }", "x = { p50 = 1 }", "{ x = { p50 = 1 } }"},
    /* one kind for another */
    {"x = 1", "x.y = 2", "{ x = { y = 2 } }"},
    {"x.y = 1", "x = 'z'", "{ x = \"z\" }"},
    /* nine entries and more: the list has to grow */
    {"a=1\nb=2\nc=3\nd=4\ne=5\nf=6\ng=7\nh=8", "i=9\na=0",
     "{ a = 0, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7, h = 8, i = 9 }"},
};

Test(tree_merge, tables_merge_and_leaves_are_replaced) {
    for (size_t i = 0; i < sizeof merges / sizeof *merges; i++) {
        struct sp_arena *arena = sp_arena_create();
        struct sp_node *base = tree_helper_parse(arena, merges[i].base);
        struct sp_node *over = tree_helper_parse(arena, merges[i].over);
        cr_assert_eq(sp_tree_merge(arena, base, over, tree_helper_is_leaf), 0);
        cr_expect_str_eq(sp_tree_print_value(arena, base), merges[i].expected);
        sp_arena_free(arena);
    }
}

Test(tree_merge, values_keep_the_place_they_come_from) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_node *base = tree_helper_parse(arena, "a = 1\nb = 2");
    struct sp_problems problems = {0};
    struct sp_node *over = sp_tree_parse(arena, "over.toml", "\n\nb = 3", 7, &problems);
    sp_tree_merge(arena, base, over, NULL);
    cr_expect_str_eq(sp_tree_find(base, "b")->place.file, "over.toml");
    cr_expect_eq(sp_tree_find(base, "b")->place.line, 3);
    cr_expect_eq(sp_tree_find(base, "a")->place.line, 1);
    sp_arena_free(arena);
}

static struct sp_node *many(struct sp_arena *arena, int from) {
    struct sp_node *table = tree_helper_parse(arena, "");
    for (int i = from; i < from + 200000; i++) {
        struct sp_node *entry = sp_arena_array(arena, 1, sizeof *entry);
        struct sp_node **slot = sp_arena_append(arena, &table->entry, &table->count, sizeof *slot);
        *entry =
            (struct sp_node){.kind = SP_NODE_WHOLE, .key = sp_arena_format(arena, "k%d", i), .whole = from};
        *slot = entry;
    }
    return table;
}

Test(tree_merge, long_tables_merge_in_no_time, .timeout = 20) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_node *base = many(arena, 0), *over = many(arena, 100000);
    cr_assert_eq(sp_tree_merge(arena, base, over, NULL), 0);
    cr_expect_eq(base->count, 300000);
    cr_expect_eq(base->entry[99999]->whole, 0);
    cr_expect_eq(base->entry[100000]->whole, 100000);
    sp_arena_free(arena);
}
