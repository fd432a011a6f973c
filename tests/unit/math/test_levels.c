/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/engine_test_random.h"

#include <criterion/criterion.h>
#include <stdbool.h>

TestSuite(levels, .timeout = 20);

/* The best level is one of the known, an unknown one is none, and each calls itself by its name. */
Test(levels, are_found_by_name) {
    const struct sp_kernels *const *level = engine_test_levels();
    bool has_best = false;
    cr_assert_not_null(*level);
    for (; *level; level++) {
        cr_expect_eq(sp_kernels_find((*level)->level), *level);
        has_best = has_best || *level == sp_kernels_find(NULL);
        cr_log_info("level %s is tested", (*level)->level);
    }
    cr_expect(has_best);
    cr_expect_null(sp_kernels_find("v5"));
    cr_expect_null(sp_kernels_find(""));
    cr_expect_null(sp_kernels_find("V3"));
}

/* x86-64-v2 is the least that is built: every processor that runs this has it. */
Test(levels, the_lowest_is_always_there) {
#ifdef __x86_64__
    cr_expect_not_null(sp_kernels_find("v2"));
    cr_expect_null(sp_kernels_find("any"));
#else
    cr_expect_not_null(sp_kernels_find("any"));
#endif
}
