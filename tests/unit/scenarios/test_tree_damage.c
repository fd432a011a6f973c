/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Damaged text: whatever the bytes, the reader gives a tree or a reason, and a tree that it gives can be
 * printed and comes back equal.
 */
#include "scenarios/tree.h"

#include "tests/unit/scenarios/tree_helper.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(tree_damage, .timeout = 300);

static const char healthy[] =
    "\xEF\xBB\xBFname   = \"moderate\"\r\n"
    "time   = { first = \"2026Q1\", quarters = 12, fiscal_year_ends = \"Q4\" }\n"
    "[start]\n"
    "users = { value = 300, placeholder = true, note = \"not in the plan \xE2\x88\x92 \\u00e4\" }\n"
    "cash  = 1_500_000\n"
    "[growth]\r"
    "rate_first = { p10 = 0.75, p50 = 9.0e-1, p90 = +1.05, fits = 'milestones.*.users' } # \xC3\xA4\n"
    "at = { \"2026Q1\" = 1, '2027Q1' = -2 }\n"
    "[risk.\"vendor price\".mitigation]\n"
    "does = '''two\nlines'''\n"
    "more = \"\"\"three \\\n  \"\"quotes\"\"\"\"\"\n"
    "effect = [{ of = \"ai.cost_paid\", times = { p10 = 1.15, p50 = 1.4 } },\n  {}, [0x1F, 0o7, 0b1]]\n"
    "[risk]\n"
    "a.b.c = 1e3\n";

static void expect_tree_or_reason(const char *text, size_t size) {
    struct sp_arena *arena = sp_arena_create();
    struct sp_problems problems = {0};
    /* A copy of the exact size, so that reading beyond it is noticed. */
    char *copy = malloc(size ? size : 1);
    memcpy(copy, text, size);
    const struct sp_node *tree = sp_tree_parse(arena, "damaged.toml", copy, size, &problems);
    free(copy);
    cr_expect((tree == NULL) == (sp_problems_error(&problems) != 0));
    for (size_t i = 0; i < problems.count; i++)
        cr_expect(problems.items[i].line >= 1 && problems.items[i].column >= 1);
    if (tree)
        cr_expect(tree_helper_equal(tree, tree_helper_parse(arena, sp_tree_print(arena, tree, NULL))));
    sp_problems_free(&problems);
    sp_arena_free(arena);
}

Test(tree_damage, cut_at_every_byte) {
    for (size_t size = 0; size < sizeof healthy; size++)
        expect_tree_or_reason(healthy, size);
}

static unsigned next(unsigned long long *state) {
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return (unsigned)(*state >> 33);
}

/* Replaces, removes or doubles a few bytes; half of the new bytes are those that TOML gives a meaning. */
static size_t mutate(char *text, size_t size, unsigned long long *state) {
    static const char meaning[] = "\"'[]{}=.,#\\\n\r\t -+_eE0x9uUtfn\xE2\x80\xEF\xBB";
    for (unsigned left = 1 + next(state) % 4; left > 0; left--) {
        size_t at = next(state) % size, other = next(state) % size;
        unsigned kind = next(state) % 4;
        if (kind == 0)
            memmove(text + at, text + at + 1, --size - at);
        else if (kind == 1)
            text[at] = text[other];
        else
            text[at] = kind == 2 ? (char)next(state) : meaning[next(state) % (sizeof meaning - 1)];
    }
    return size;
}

Test(tree_damage, ten_thousand_mutations) {
    unsigned long long state = 20260101;
    for (int round = 0; round < 10000; round++) {
        char text[sizeof healthy];
        memcpy(text, healthy, sizeof healthy - 1);
        size_t size = mutate(text, sizeof healthy - 1, &state);
        expect_tree_or_reason(text, size);
    }
}

Test(tree_damage, noise) {
    unsigned long long state = 7;
    for (int round = 0; round < 1000; round++) {
        char text[64];
        for (size_t i = 0; i < sizeof text; i++)
            text[i] = (char)next(&state);
        expect_tree_or_reason(text, next(&state) % sizeof text);
    }
}

/* Every character alone, in a string and in a comment. */
Test(tree_damage, every_character) {
    for (unsigned c = 0x80; c < 0x11000; c++) {
        char text[32] = "# abc\nx = 'abc'\n";
        char bytes[3] = {(char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3F)), (char)(0x80 | (c & 0x3F))};
        memcpy(text + 2, bytes, 3);
        memcpy(text + 11, bytes, 3);
        if (c < 0x10000)
            expect_tree_or_reason(text, strlen(text));
        expect_tree_or_reason(bytes, 3);
    }
}
