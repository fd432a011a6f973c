/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/pages.h"

#include <criterion/criterion.h>
#include <stdint.h>

TestSuite(pages, .timeout = 60);

/* Much more than is there, of which a little is used. */
Test(pages, hold_zeros_until_they_are_written) {
    enum { APART = 1 << 24, PLACES = 64 };
    double *x = sp_pages_create(PLACES, APART * sizeof *x);
    cr_assert_not_null(x);
    for (size_t i = 0; i < PLACES; i++) {
        cr_expect_eq(x[i * APART], 0);
        x[i * APART] = 2.385 * (double)i;
    }
    for (size_t i = 0; i < PLACES; i++) {
        cr_expect_eq(x[i * APART], 2.385 * (double)i);
        cr_expect_eq(x[i * APART + APART - 1], 0);
    }
    sp_pages_free(x, PLACES, APART * sizeof *x);
}

Test(pages, nothing_and_too_much) {
    void *nothing = sp_pages_create(0, 8);
    cr_expect_not_null(nothing);
    sp_pages_free(nothing, 0, 8);
    sp_pages_free(NULL, 7, 8);
    cr_expect_null(sp_pages_create(SIZE_MAX / 2, 3));
    cr_expect_null(sp_pages_create(SIZE_MAX / 4, 3));
}
