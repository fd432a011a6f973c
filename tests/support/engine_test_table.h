/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Tables of known numbers (tests/vectors/): texts with one row a line, columns separated by commas.
 */
#ifndef SP_TESTS_SUPPORT_ENGINE_TEST_TABLE_H
#define SP_TESTS_SUPPORT_ENGINE_TEST_TABLE_H

#include <stddef.h>

enum { ENGINE_TEST_COLUMNS = 8 };

struct engine_test_row {
    char text[ENGINE_TEST_COLUMNS][48];
    double number[ENGINE_TEST_COLUMNS]; /* NAN where the text is none */
};

/* The rows after the first line, in a list of the test's own; ends the test when there are none. */
struct engine_test_row *engine_test_rows(const char *path, size_t *count);

/* One number a line, or separated by blanks. */
double *engine_test_numbers(const char *path, size_t *count);

#endif
