/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/overrides.h"

#include "engine/base/error.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(overrides, .timeout = 20);

/* ---- --set ---- */

struct assignment {
    const char *text, *expected; /* the tree, or "line:column: what" */
};

static const char base_text[] = "a = 1\n[g]\nr = { p50 = 1, p10 = 0 }\nplain.x = 1";

#define AROUND(a, g) "{ a = " a ", g = { " g " } }"

static const struct assignment good_sets[] = {
    {"a=2", AROUND("2", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {" a = 0.5 ", AROUND("0.5", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"a=end", AROUND("\"end\"", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"a=5%", AROUND("\"5%\"", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"a=2026Q1", AROUND("\"2026Q1\"", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"a=2026Q1..2027Q4", AROUND("\"2026Q1..2027Q4\"", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"a='two words = x'", AROUND("\"two words = x\"", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"a=true", AROUND("true", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"a=[1, 'b']", AROUND("[1, \"b\"]", "r = { p50 = 1, p10 = 0 }, plain = { x = 1 }")},
    {"g.r=0.4", AROUND("1", "r = 0.4, plain = { x = 1 }")},
    {"g.r={ normal = { mean = 1, sd = 0.1 } }",
     AROUND("1", "r = { normal = { mean = 1, sd = 0.1 } }, plain = { x = 1 }")},
    {"g.plain.y=z", AROUND("1", "r = { p50 = 1, p10 = 0 }, plain = { x = 1, y = \"z\" }")},
    {"g . plain . \"a=b\" = 2", AROUND("1", "r = { p50 = 1, p10 = 0 }, plain = { x = 1, \"a=b\" = 2 }")},
    {"g.plain={ y = 2 }", AROUND("1", "r = { p50 = 1, p10 = 0 }, plain = { x = 1, y = 2 }")},
};

Test(overrides, set_lays_one_value_on_the_tree) {
    for (size_t i = 0; i < sizeof good_sets / sizeof *good_sets; i++) {
        struct sp_arena *arena = sp_arena_create();
        struct sp_problems problems = {0};
        struct sp_node *root = tree_helper_parse(arena, base_text);
        cr_expect_eq(sp_overrides_set(arena, root, good_sets[i].text, tree_helper_is_leaf, &problems), 0);
        cr_expect_str_eq(sp_tree_print_value(arena, root), good_sets[i].expected, "%s gives %s",
                         good_sets[i].text, sp_tree_print_value(arena, root));
        cr_expect_eq(problems.count, 0);
        sp_arena_free(arena);
    }
}

static const struct assignment bad_sets[] = {
    {"a", "1:2: 'a': there is no '='; write KEY=VALUE, as in growth.rate_first=0.4"},
    {"", "1:1: '': there is no '='; write KEY=VALUE, as in growth.rate_first=0.4"},
    {"=1", "1:1: '=1': before the '=' stands a key with dots, as in growth.rate_first=0.4"},
    {"#a=1", "1:1: '#a=1': before the '=' stands a key with dots, as in growth.rate_first=0.4"},
    {"[a=1]", "1:1: '[a=1]': before the '=' stands a key with dots, as in growth.rate_first=0.4"},
    {"a..b=1", "1:1: 'a..b=1': before the '=' stands a key with dots, as in growth.rate_first=0.4"},
    {"a=1\nb=2", "1:1: 'a=1\nb=2': an assignment is one line"},
    {"a=", "1:3: 'a=': the text ends in the middle of a key-value pair"},
    {"a=1,5",
     "1:4: 'a=1,5': cannot read this key-value pair: expected a comment or whitespace, saw ','; write one "
     "value a line, and decimals with a point"},
    {"a=two words", "1:3: 'a=two words': 'two' is not a value: text, quarters and percentages need quotes, "
                    "\"two\""},
    {"a=nan", "1:3: 'a=nan': nan is not a number to calculate with; write a finite one"},
    {"a=1e999", "1:3: 'a=1e999': '1e999' is not a value: the number is out of range"},
    {"a=2026-01-01",
     "1:3: 'a=2026-01-01': dates and times are not used; write a quarter as text, \"2026Q1\""},
    {"a=\xE2\x88\x92"
     "5",
     "1:3: 'a=\xE2\x88\x92"
     "5': U+2212 is a typographic minus: type -"},
    {"extends=b", "1:1: 'extends=b': extends belongs into the scenario file; lay a file over it with --with"},
    {"g.r.p50=2", "1:1: 'g.r.p50=2': g.r is one value and is replaced whole: --set 'g.r={ p50 = 2 }'"},
};

Test(overrides, wrong_assignments_are_mistakes_of_usage) {
    for (size_t i = 0; i < sizeof bad_sets / sizeof *bad_sets; i++) {
        struct sp_arena *arena = sp_arena_create();
        struct sp_problems problems = {0};
        struct sp_node *root = tree_helper_parse(arena, base_text);
        cr_expect_eq(sp_overrides_set(arena, root, bad_sets[i].text, tree_helper_is_leaf, &problems),
                     SP_ERROR_USAGE, "%s", bad_sets[i].text);
        cr_expect_eq(sp_problems_error(&problems), SP_ERROR_USAGE);
        cr_expect(problems.count && strcmp(problems.items[0].file, "--set") == 0);
        tree_helper_expect_problems(&problems, bad_sets[i].text, bad_sets[i].expected);
        cr_expect(tree_helper_equal(root, tree_helper_parse(arena, base_text)));
        sp_problems_free(&problems);
        sp_arena_free(arena);
    }
}

Test(overrides, set_nodes_know_their_origin) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    struct sp_node *root = tree_helper_parse(arena, base_text);
    sp_overrides_set(arena, root, "a = end", NULL, &problems);
    const struct sp_node *a = sp_tree_find(root, "a");
    cr_expect_str_eq(a->place.file, "--set");
    tree_helper_expect_place(&a->key_place, 1, 1);
    tree_helper_expect_place(&a->place, 1, 5);
    sp_arena_free(arena);
}

/* ---- the whole merge ---- */

static struct sp_arena *arena;
static struct sp_problems problems;
static const char *folder;

static void set_up(void) {
    arena = sp_arena_create();
    folder = tree_helper_folder(arena);
}

static void tear_down(void) {
    tree_helper_remove(folder);
    sp_problems_free(&problems);
    sp_arena_free(arena);
}

TestSuite(overrides_read, .init = set_up, .fini = tear_down, .timeout = 20);

static struct sp_node *read_one(const char *scenario) {
    return sp_overrides_read(arena, scenario, NULL, 0, NULL, 0, tree_helper_is_leaf, NULL, &problems);
}

Test(overrides_read, order_is_extends_then_with_then_set) {
    char *inner = sp_arena_format(arena, "%s/in", folder), *files;
    cr_assert_eq(mkdir(inner, 0700), 0);
    tree_helper_write(arena, folder, "root.toml", "a = 1\nb = 1\nc = 1\nd = 1\ne = 1");
    tree_helper_write(arena, inner, "base.toml", "extends = '../root.toml'\nb = 2\nc = 2\nd = 2\ne = 2");
    const char *top =
        tree_helper_write(arena, folder, "top.toml", "extends = 'in/base.toml'\nc = 3\nd = 3\ne = 3");
    const char *with[] = {tree_helper_write(arena, folder, "w1.toml", "d = 4\ne = 4\nf = 4"),
                          tree_helper_write(arena, folder, "w2.toml", "e = 5\nf = 5")};
    const char *sets[] = {"f=6", "g=6", "g=7"};
    struct sp_node *root = sp_overrides_read(arena, top, with, 2, sets, 3, NULL, &files, &problems);
    cr_assert_not_null(root, "%s", problems.count ? problems.items[0].what : "");
    cr_expect_str_eq(sp_tree_print_value(arena, root), "{ a = 1, b = 2, c = 3, d = 4, e = 5, f = 6, g = 7 }");
    cr_expect_str_eq(files, "root.toml\nbase.toml\ntop.toml\nw1.toml\nw2.toml");
}

Test(overrides_read, circles_are_refused_with_their_chain) {
    const char *a = tree_helper_write(arena, folder, "a.toml", "x = 1\nextends = 'b.toml'");
    tree_helper_write(arena, folder, "b.toml", "extends = 'link.toml'");
    cr_assert_eq(symlink("a.toml", sp_arena_format(arena, "%s/link.toml", folder)), 0);
    cr_expect_null(read_one(a));
    tree_helper_expect_problems(
        &problems, "circle",
        "1:11: the scenarios extend each other in a circle: a.toml -> b.toml -> link.toml");
    cr_expect_eq(sp_problems_error(&problems), SP_ERROR_SCENARIO);
}

static const char *write_chain(int length) {
    const char *path = NULL;
    for (int i = 0; i < length; i++) {
        const char *extends =
            i ? sp_arena_format(arena, "extends = 'c%d'\nv = %d", i - 1, i) : "v = 0\nend = 1";
        path = tree_helper_write(arena, folder, sp_arena_format(arena, "c%d", i), extends);
    }
    return path;
}

Test(overrides_read, chains_of_sixteen_and_no_more) {
    struct sp_node *root = read_one(write_chain(SP_OVERRIDES_EXTENDS));
    cr_assert_not_null(root);
    cr_expect_str_eq(sp_tree_print_value(arena, root), "{ v = 15, end = 1 }");
    cr_expect_null(read_one(write_chain(SP_OVERRIDES_EXTENDS + 1)));
    tree_helper_expect_problems(
        &problems, "chain",
        "1:11: the chain of scenarios that extend each other is longer than 16: c16 -> c15 -> "
        "c14 -> c13 -> c12 -> c11 -> c10 -> c9 -> c8 -> c7 -> c6 -> c5 -> c4 -> c3 -> c2 -> "
        "c1 -> c0");
}

Test(overrides_read, wrong_extends_are_told_where_they_stand) {
    static const struct assignment cases[] = {
        {"extends = '/etc/passwd'",
         "1:11: extends takes a path relative to this file, so that the scenarios can be moved together"},
        {"extends = ''", "1:11: extends takes the name of one file, as in extends = \"base.toml\""},
        {"extends = ['a']", "1:11: extends takes the name of one file, as in extends = \"base.toml\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_expect_null(read_one(tree_helper_write(arena, folder, "x.toml", cases[i].text)));
        tree_helper_expect_problems(&problems, cases[i].text, cases[i].expected);
        sp_problems_free(&problems);
    }
    cr_expect_null(read_one(tree_helper_write(arena, folder, "y.toml", "\nextends = 'none.toml'")));
    const char *missing =
        sp_arena_format(arena, "2:11: cannot read '%s/none.toml': No such file or directory", folder);
    tree_helper_expect_problems(&problems, "missing", missing);
}

Test(overrides_read, all_mistakes_at_once) {
    const char *top = tree_helper_write(arena, folder, "top.toml", "a = nan");
    const char *with[] = {tree_helper_write(arena, folder, "w.toml", "extends = 'top.toml'\nb = 1")};
    const char *sets[] = {"c", "d=1"};
    cr_expect_null(sp_overrides_read(arena, top, with, 1, sets, 2, NULL, NULL, &problems));
    tree_helper_expect_problems(&problems, "all",
                                "1:5: nan is not a number to calculate with; write a finite one | "
                                "1:1: an overlay is laid on a scenario and extends nothing; name both files "
                                "with --with, one after the other | "
                                "1:2: 'c': there is no '='; write KEY=VALUE, as in growth.rate_first=0.4");
}
