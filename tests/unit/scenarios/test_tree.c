/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/tree.h"

#include "engine/base/error.h"
#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(tree, .timeout = 60);

/* ---- what is told about bad text ---- */

struct bad {
    const char *text, *expected; /* "line:column: what", several joined by " | " */
};

static const struct bad bad_texts[] = {
    /* values that are none */
    {"x = end", "1:5: 'end' is not a value: text, quarters and percentages need quotes, \"end\""},
    {"x = 5%", "1:5: '5%' is not a value: text, quarters and percentages need quotes, \"5%\""},
    {"x = 2026Q1", "1:5: '2026Q1' is not a value: text, quarters and percentages need quotes, \"2026Q1\""},
    {"x = True", "1:5: 'True' is not a value: write true or false in small letters"},
    {"x = 05", "1:5: '05' is not a value: a number does not start with 0"},
    {"x = 1e999", "1:5: '1e999' is not a value: the number is out of range"},
    {"x = 99999999999999999999", "1:5: '99999999999999999999' is not a value: the number is out of range"},
    {"x = 1,5",
     "1:6: cannot read this key-value pair: expected a comment or whitespace, saw ','; write one value a "
     "line, and decimals with a point"},
    {"x = nan", "1:5: nan is not a number to calculate with; write a finite one"},
    {"x = -inf", "1:5: inf is not a number to calculate with; write a finite one"},
    {"a = nan\nb = [inf]", "1:5: nan is not a number to calculate with; write a finite one | "
                           "2:6: inf is not a number to calculate with; write a finite one"},
    {"x = 2026-01-01", "1:5: dates and times are not used; write a quarter as text, \"2026Q1\""},
    {"x = 07:30:00", "1:5: dates and times are not used; write a quarter as text, \"2026Q1\""},
    {"x = \"a\\u0000b\"", "1:5: the text holds a NUL character, \\u0000; remove it"},
    {"\"a\\u001bb\" = 1", "1:1: the key holds a control character; remove it"},
    /* keys and headers */
    {"a = 1\n  a = 2", "2:3: 'a' is there already, in line 1; keep one of the two"},
    {"[t]\nb = 1\n[t.u]\na = 1\na = 2", "5:1: 'a' is there already, in line 4; keep one of the two"},
    {"[t]\na.b = 1\na.b = 2", "3:1: 'a.b' is there already, in line 2; keep one of the two"},
    {"x = { a = 1,\ta = 2 }", "1:18: 'a' is there already; keep one of the two"},
    {"[a]\n[b]\n[a]", "3:1: 'a' is there already, in line 1; put both parts under one header, or rename one"},
    {"a = 1\n[a]", "2:1: 'a' is there already, in line 1; put both parts under one header, or rename one"},
    {"a = 1\na.b = 2",
     "2:1: 'a.b' goes through something that is there already and is closed; write its parts in one place"},
    {"a b = 1",
     "1:3: cannot read this key-value pair: expected '=', saw 'b'; a line is KEY = VALUE, and a key "
     "with blanks needs quotes"},
    {"[[tier]]\nfrom = 1", "1:3: [[tier]] is a list without names: use a named table, [tier.some_name]"},
    {"[a]\n[[a.b]]", "2:5: [[a.b]] is a list without names: use a named table, [a.b.some_name]"},
    {"x = [1, 2", "1:10: the text ends in the middle of an array"},
    {"x = \"abc", "1:9: the text ends in the middle of a string"},
    {"x =", "1:4: the text ends in the middle of a key-value pair"},
    /* characters */
    {"x = \xE2\x88\x92"
     "5",
     "1:5: U+2212 is a typographic minus: type -"},
    {"\xC2\xA0x = 1", "1:1: U+00A0 is a no-break space: type a plain space"},
    {"x = \xE2\x80\x9Cz\xE2\x80\x9D",
     "1:5: U+201C is a typographic quote: type \" | 1:7: U+201D is a typographic quote: type \""},
    {"\xC3\xA4 = 1", "1:1: U+00E4 is not allowed outside quotes and comments: put the key or the text in "
                     "\"quotes\""},
    {"# \xE2\x80\xAE x", "1:3: U+202E is an invisible mark that reorders text: remove it"},
    {"x = 'a\x01'", "1:7: U+0001 is a control character: remove it"},
    {"# \x7F", "1:3: U+007F is a control character: remove it"},
    {"# \xC3\xA4\xC2\x85", "1:4: U+0085 is a control character: remove it"},
    {"a = 1\n\xEF\xBB\xBF", "2:1: U+FEFF is an invisible byte order mark: remove it"},
    {"x = '\xFF'", "1:6: byte 0xFF is not UTF-8; save the file as UTF-8 text"},
    {"x = '\xC0\xAF'", "1:6: byte 0xC0 is not UTF-8; save the file as UTF-8 text"},
    {"x = '\xED\xA0\x80'", "1:6: byte 0xED is not UTF-8; save the file as UTF-8 text"},
    {"x = '\xF4\x90\x80\x80'", "1:6: byte 0xF4 is not UTF-8; save the file as UTF-8 text"},
    {"\xEF\xBB\x9F", "1:1: U+FEDF is not allowed outside quotes and comments: put the key or the text in "
                     "\"quotes\""},
    {"\xEF\xBB", "1:1: byte 0xEF is not UTF-8; save the file as UTF-8 text"},
    /* after line ends of all kinds, lines and columns count the same */
    {"a = 1\r\nb = 2\rc = end",
     "3:5: 'end' is not a value: text, quarters and percentages need quotes, \"end\""},
    {"\xEF\xBB\xBFx = end", "1:5: 'end' is not a value: text, quarters and percentages need quotes, \"end\""},
    {"x = 'ää' 1", "1:10: cannot read this key-value pair: expected a comment or whitespace, saw '1'"},
};

Test(tree, bad_text_is_told_with_its_place) {
    for (size_t i = 0; i < sizeof bad_texts / sizeof *bad_texts; i++) {
        struct sp_problems problems = {0};
        struct sp_arena *arena = sp_arena_create();
        const struct sp_node *root =
            sp_tree_parse(arena, "bad.toml", bad_texts[i].text, strlen(bad_texts[i].text), &problems);
        cr_expect_null(root, "%s", bad_texts[i].text);
        tree_helper_expect_problems(&problems, bad_texts[i].text, bad_texts[i].expected);
        cr_expect_eq(sp_problems_error(&problems), SP_ERROR_SCENARIO);
        sp_problems_free(&problems);
        sp_arena_free(arena);
    }
}

Test(tree, a_nul_byte_is_a_control_character) {
    struct sp_problems problems = {0};
    struct sp_arena *arena = sp_arena_create();
    cr_expect_null(sp_tree_parse(arena, "bad.toml", "x = 1\0", 6, &problems));
    tree_helper_expect_problems(&problems, "NUL", "1:6: U+0000 is a control character: remove it");
    sp_problems_free(&problems);
    sp_arena_free(arena);
}

Test(tree, a_number_too_small_is_zero_with_a_warning) {
    struct sp_problems problems = {0};
    struct sp_arena *arena = sp_arena_create();
    const char text[] = "x = 1e-400\ny = 0.0e5\nz = -0.0";
    struct sp_node *root = sp_tree_parse(arena, "small.toml", text, strlen(text), &problems);
    cr_assert_not_null(root);
    tree_helper_expect_problems(&problems, text, "1:5: the number is too small and is taken as 0");
    cr_expect_eq(sp_problems_error(&problems), 0);
    cr_expect_not(__builtin_signbit(sp_tree_find(root, "z")->real));
    sp_problems_free(&problems);
    sp_arena_free(arena);
}

/* ---- limits ---- */

static char *repeat(const char *start, const char *unit, size_t count) {
    size_t length = strlen(unit), before = strlen(start);
    char *text = malloc(before + length * count + 1);
    memcpy(text, start, before + 1);
    for (size_t i = 0; i < count; i++)
        memcpy(text + before + i * length, unit, length + 1);
    return text;
}

static void expect_refused(char *text, const char *part) {
    struct sp_problems problems = {0};
    struct sp_arena *arena = sp_arena_create();
    cr_expect_null(sp_tree_parse(arena, "big.toml", text, strlen(text), &problems));
    cr_assert_gt(problems.count, 0);
    cr_expect_not_null(strstr(problems.items[0].what, part), "%s", problems.items[0].what);
    sp_problems_free(&problems);
    sp_arena_free(arena);
    free(text);
}

Test(tree, bombs_are_refused_before_they_are_parsed) {
    expect_refused(repeat("x = ", "[", 200000), "64 deep");
    expect_refused(repeat("x = ", "{a=", 200000), "64 deep");
    expect_refused(repeat("a", ".a", 200000), "64 deep");
    expect_refused(repeat("[a", ".a", 200000), "64 deep");
    expect_refused(repeat("x = [1", ",1", 1000000), "100000 values");
    expect_refused(repeat("", "a=1\n", 1000000), "100000 values");
    expect_refused(repeat("", "[a]\n", 1000000), "100000 values");
    expect_refused(repeat("", "\"", 10000000), "");
}

Test(tree, depth_is_counted_over_headers_keys_and_values) {
    char *deep =
        repeat("[a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a]\nx = ", "[", 30);
    char *text = repeat(deep, "]", 30);
    free(deep);
    expect_refused(text, "64 deep");
}

Test(tree, text_of_more_than_64_mib_is_refused) {
    expect_refused(repeat("", "# 16 characters\n", 4 * 1024 * 1024 + 1), "larger than 64 MiB");
}

Test(tree, a_hundred_thousand_zeros_on_one_line, .timeout = 20) {
    struct sp_problems problems = {0};
    struct sp_arena *arena = sp_arena_create();
    char *open = repeat("x = [0.0", ",0.0", 99000), *text = repeat(open, "]", 1);
    cr_expect_not_null(sp_tree_parse(arena, "zeros.toml", text, strlen(text), &problems));
    sp_arena_free(arena);
    free(open);
    free(text);
}

Test(tree, a_long_comment_is_read) {
    struct sp_problems problems = {0};
    struct sp_arena *arena = sp_arena_create();
    char *text = repeat("", "# 16 characters\n", 1024 * 1024);
    cr_expect_not_null(sp_tree_parse(arena, "long.toml", text, strlen(text), &problems));
    sp_arena_free(arena);
    free(text);
}

/* ---- what is in the tree ---- */

static const char plain_text[] = "b = 1_000\n"
                                 "a = { y = 2.5, x = [true, 'p'] }\n"
                                 "[t.u]\n"
                                 "k = \"\"\"q\n\"\"\"\n"
                                 "[t]\n"
                                 "\"2026Q1\" = 0x10\n"
                                 "effect = [{ of = 'a' }]\n";

Test(tree, values_kinds_order_and_places) {
    struct sp_problems problems = {0};
    struct sp_arena *arena = sp_arena_create();
    struct sp_node *root = sp_tree_parse(arena, "plain.toml", plain_text, strlen(plain_text), &problems);
    cr_assert_not_null(root);
    cr_expect_eq(root->count, 3);
    cr_expect_str_eq(root->entry[0]->key, "b");
    cr_expect_str_eq(root->entry[1]->key, "a");
    cr_expect_eq(root->entry[0]->whole, 1000);
    cr_expect_eq(root->entry[0]->real, 1000.0);
    struct sp_node *x = sp_tree_find(root->entry[1], "x"), *t = sp_tree_find(root, "t");
    tree_helper_expect_place(&x->key_place, 2, 16);
    tree_helper_expect_place(&x->place, 2, 20);
    cr_expect(x->kind == SP_NODE_ARRAY && x->entry[0]->kind == SP_NODE_TRUTH && x->entry[0]->truth);
    tree_helper_expect_place(&x->entry[1]->place, 2, 27);
    cr_expect_str_eq(sp_tree_find(sp_tree_find(t, "u"), "k")->text, "q\n");
    cr_expect_eq(sp_tree_find(t, "2026Q1")->whole, 16);
    cr_expect_str_eq(sp_tree_find(t, "effect")->entry[0]->entry[0]->text, "a");
    tree_helper_expect_place(&sp_tree_find(t, "effect")->key_place, 8, 1);
    cr_expect_null(sp_tree_find(t, "nothing"));
    cr_expect_null(sp_tree_find(NULL, "b"));
    cr_expect_null(sp_tree_find(x, "b"));
    sp_arena_free(arena);
}

Test(tree, byte_order_mark_and_line_ends_leave_no_trace) {
    static const char *const forms[] = {"\xEF\xBB\xBF", "", "", ""}, *const ends[] = {"\n", "\r\n", "\r",
                                                                                      "\n"};
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    struct sp_node *first = NULL;
    for (size_t i = 0; i < 4; i++) {
        const char *text = sp_arena_format(arena, "%sa = '''x%sy'''%s# c%s[b]%sc = 1%s", forms[i], ends[i],
                                           ends[i], ends[i], ends[i], i == 3 ? "" : ends[i]);
        struct sp_node *root = sp_tree_parse(arena, "same.toml", text, strlen(text), &problems);
        cr_assert_not_null(root);
        first = first ? first : root;
        cr_expect(tree_helper_equal(first, root));
    }
    sp_arena_free(arena);
}
