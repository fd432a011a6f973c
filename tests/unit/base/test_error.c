/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/error.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(error, .timeout = 20);

static const int codes[] = {
#define CODE(name, code, sentence) SP_ERROR_##name,
    SP_ERROR_LIST(CODE)
#undef CODE
};
enum { CODES = sizeof codes / sizeof *codes };

Test(error, every_code_has_its_own_exit_code_and_sentence) {
    for (int i = 0; i < CODES; i++) {
        cr_expect_lt(codes[i], 0);
        cr_expect_eq(sp_error_exit_code(codes[i]), -codes[i]);
        cr_expect_gt(strlen(sp_error_sentence(codes[i])), 10);
        for (int j = 0; j < i; j++) {
            cr_expect_neq(codes[i], codes[j]);
            cr_expect_str_neq(sp_error_sentence(codes[i]), sp_error_sentence(codes[j]));
        }
    }
}

/* Exit codes are an interface (DESIGN section 7): they never move. Those of signals are apart. */
Test(error, exit_codes_are_those_of_the_design) {
    static const int expected[][2] = {{SP_OK, 0},
                                      {SP_ERROR_REQUIREMENT, 1},
                                      {SP_ERROR_USAGE, 2},
                                      {SP_ERROR_SCENARIO, 3},
                                      {SP_ERROR_FILE, 4},
                                      {SP_ERROR_OUTPUT, 5},
                                      {SP_ERROR_NUMERIC, 6},
                                      {SP_ERROR_RESOURCES, 7},
                                      {SP_ERROR_PARTIAL, 8},
                                      {SP_ERROR_UNDECIDED, 9}};
    cr_expect_eq(CODES + 1, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        cr_expect_eq(sp_error_exit_code(expected[i][0]), expected[i][1]);
    cr_expect_str_eq(sp_error_sentence(SP_OK), "no error");
}
