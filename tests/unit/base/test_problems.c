/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/problems.h"

#include "engine/base/error.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(problems, .timeout = 20);

Test(problems, the_first_error_decides) {
    struct sp_problems problems = {0};
    struct sp_place nowhere = {0};
    cr_expect_eq(sp_problems_error(&problems), 0);
    sp_problems_warn(&problems, nowhere, "a warning is no error");
    cr_expect_eq(sp_problems_error(&problems), 0);
    cr_expect_eq(sp_problems_add(&problems, SP_ERROR_SCENARIO, nowhere, "first"), SP_ERROR_SCENARIO);
    cr_expect_eq(sp_problems_add(&problems, SP_ERROR_NUMERIC, nowhere, "second"), SP_ERROR_NUMERIC);
    cr_expect_eq(sp_problems_error(&problems), SP_ERROR_SCENARIO);
    cr_expect_eq(problems.items[0].error, 0);
    cr_expect_eq(problems.items[2].error, SP_ERROR_NUMERIC);
    sp_problems_free(&problems);
    cr_expect_eq(problems.count, 0);
    cr_expect_eq(sp_problems_error(&problems), 0);
}

/* Percent signs, quotes and backslashes of a user's text are kept as they are. */
Test(problems, texts_are_kept_as_they_are) {
    struct sp_problems problems = {0};
    char file[] = "a.toml";
    sp_problems_add(&problems, SP_ERROR_SCENARIO, (struct sp_place){file, 3, 14}, "'%s' has %d %% of \"%c\"",
                    "%n\\\n", 5, 'q');
    file[0] = 'z';
    cr_expect_str_eq(problems.items[0].what, "'%n\\\n' has 5 % of \"q\"");
    cr_expect_str_eq(problems.items[0].file, "a.toml", "the file's name is a copy");
    cr_expect_eq(problems.items[0].line, 3);
    cr_expect_eq(problems.items[0].column, 14);
    sp_problems_free(&problems);
}

/* By file, line, column; equal places keep the order in which they were told. */
Test(problems, sort_is_stable) {
    static const struct {
        struct sp_place place;
        const char *what;
    } told[] = {{{"b.toml", 1, 1}, "6"},  {{"a.toml", 10, 2}, "4"}, {{"a.toml", 9, 30}, "2"},
                {{"a.toml", 10, 2}, "5"}, {{NULL, 0, 0}, "0"},      {{"a.toml", 9, 4}, "1"},
                {{"a.toml", 10, 1}, "3"}, {{"b.toml", 1, 1}, "7"}};
    struct sp_problems problems = {0};
    for (size_t i = 0; i < 8; i++)
        if (i % 2)
            sp_problems_warn(&problems, told[i].place, "%s", told[i].what);
        else
            sp_problems_add(&problems, SP_ERROR_SCENARIO, told[i].place, "%s", told[i].what);
    sp_problems_sort(&problems);
    for (size_t i = 0; i < 8; i++)
        cr_expect_eq(problems.items[i].what[0], (char)('0' + i), "place %zu holds %s", i,
                     problems.items[i].what);
    sp_problems_free(&problems);
}

Test(problems, many_are_kept) {
    struct sp_problems problems = {0};
    char expected[16];
    for (int i = 0; i < 1000; i++)
        sp_problems_add(&problems, SP_ERROR_USAGE, (struct sp_place){0}, "%d", i);
    cr_assert_eq(problems.count, 1000);
    for (int i = 0; i < 1000; i++) {
        snprintf(expected, sizeof expected, "%d", i);
        cr_assert_str_eq(problems.items[i].what, expected);
        cr_assert_null(problems.items[i].file);
    }
    sp_problems_free(&problems);
}
