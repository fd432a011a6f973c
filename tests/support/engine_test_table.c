/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/support/engine_test_table.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void split(char *line, struct engine_test_row *row) {
    for (int c = 0; c < ENGINE_TEST_COLUMNS; c++)
        row->number[c] = NAN;
    for (int c = 0; line && c < ENGINE_TEST_COLUMNS; c++) {
        char *cell = strsep(&line, ",\n"), *end;
        snprintf(row->text[c], sizeof row->text[c], "%s", cell);
        double number = strtod(cell, &end);
        if (end != cell && !*end)
            row->number[c] = number;
    }
}

struct engine_test_row *engine_test_rows(const char *path, size_t *count) {
    enum { MOST = 4096 };
    struct engine_test_row *row = calloc(MOST, sizeof *row);
    char line[512];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s: tests run in the root of the repository", path);
    cr_assert_not_null(row);
    cr_assert_not_null(fgets(line, sizeof line, file));
    for (*count = 0; *count < MOST && fgets(line, sizeof line, file); ++*count)
        split(line, &row[*count]);
    fclose(file);
    cr_assert_gt(*count, 0, "%s", path);
    return row;
}

double *engine_test_numbers(const char *path, size_t *count) {
    enum { MOST = 8192 };
    double *number = calloc(MOST, sizeof *number);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file, "%s: tests run in the root of the repository", path);
    cr_assert_not_null(number);
    *count = 0;
    while (*count < MOST && fscanf(file, "%lf", &number[*count]) == 1)
        ++*count;
    fclose(file);
    cr_assert_gt(*count, 0, "%s", path);
    return number;
}
