/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(tree_print, .timeout = 60);

static const char *const ugly[] = {
    "",
    "[a]",
    "[a.b.c]\n[a]\nx = 1",
    "a.b = 1\nc = 2\n[d]",
    "a = {}\nb = []\nc = [[], [{}]]",
    "x = [1e300, 5e-324, 0.1, 0.30000000000000004, 1e22, 123456789012345680.0, -0.0, 3.0, 1e-7]",
    "x = [9223372036854775807, -9223372036854775808, 0b101, 0o17, 1_0]",
    "\"\" = 1\n\"a.b\" = 2\n'q\"' = 3\n2026Q1 = 4\n\"\xC3\xA4 \xE2\x88\x92\" = 5\n-_ = 6",
    "x = \"\\b\\t\\n\\f\\r\\\"\\\\ \\u001b \\u202e \\ufeff \\u0085 \\U0001F600 \xC2\xA0\"",
    "x = '''\n'one' ''two'' \\ ''''\ny = \"\"\"a\\\n   b\"\"\"\"\"",
    "[t.\"x y\".'a.b']\nz = [ # c\n 1, # d\n]\n",
    "[leaf.one]\nvalue = 1\nsub.deep = [{ of = 'a', times = 1.5 }]\n[other.two]\np50 = 1\np10 = "
    "0\n[other.three]\nq = 1",
};

Test(tree_print, comes_back_equal) {
    for (size_t i = 0; i < sizeof ugly / sizeof *ugly; i++) {
        struct sp_arena *arena = sp_arena_create();
        const struct sp_node *tree = tree_helper_parse(arena, ugly[i]);
        for (int with_leaves = 0; with_leaves < 2; with_leaves++) {
            const char *text = sp_tree_print(arena, tree, with_leaves ? tree_helper_is_leaf : NULL);
            const struct sp_node *again = tree_helper_parse(arena, text);
            cr_expect(tree_helper_equal(tree, again), "%s\n--- printed as\n%s", ugly[i], text);
        }
        sp_arena_free(arena);
    }
}

Test(tree_print, canonical_form) {
    struct sp_arena *arena = sp_arena_create();
    const struct sp_node *tree =
        tree_helper_parse(arena, "name = 'm'\n[leaf.one]\nvalue = 1_0\nof = ['a', 2.50]\n[t]\nempty = {}\n"
                                 "x.y = true\n\"a b\" = 1e3\n");
    cr_expect_str_eq(sp_tree_print(arena, tree, tree_helper_is_leaf),
                     "name = \"m\"  # test.toml:1\n"
                     "\n[leaf]\n"
                     "one = { value = 10, of = [\"a\", 2.5] }  # test.toml:2\n"
                     "\n[t]\n"
                     "\"a b\" = 1000.0  # test.toml:8\n"
                     "\n[t.empty]  # test.toml:6\n"
                     "\n[t.x]\n"
                     "y = true  # test.toml:7\n");
    sp_arena_free(arena);
}

Test(tree_print, paths_quote_what_is_not_bare) {
    struct sp_arena *arena = sp_arena_create();
    cr_expect_str_eq(sp_tree_print_path(arena, "", "a"), "a");
    cr_expect_str_eq(sp_tree_print_path(arena, "a.b", "2026Q1"), "a.b.2026Q1");
    cr_expect_str_eq(sp_tree_print_path(arena, "a", "c.d"), "a.\"c.d\"");
    cr_expect_str_eq(sp_tree_print_path(arena, "", ""), "\"\"");
    sp_arena_free(arena);
}

Test(tree_print, odd_file_names_stay_in_their_comment) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    struct sp_node *tree = sp_tree_parse(arena, "/a/b\nx = 2\xFF", "x = 1", 5, &problems);
    cr_expect_str_eq(sp_tree_print(arena, tree, NULL), "x = 1  # b?x = 2?:1\n");
    sp_arena_free(arena);
}
