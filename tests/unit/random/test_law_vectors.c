/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/random/law_make.h"
#include "tests/unit/random/law_helper.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls `check` with the fields of every line of a file of tests/vectors/laws that is no comment. */
static void for_lines(const char *path, size_t fields, void (*check)(char **field)) {
    char line[512], *field[8] = {0};
    FILE *file = fopen(path, "r");
    int lines = 0;
    cr_assert_not_null(file, "%s: run from the top of the repository", path);
    while (fgets(line, sizeof line, file)) {
        char *rest = line;
        if (*line == '#')
            continue;
        line[strcspn(line, "\n")] = 0;
        for (size_t i = 0; i < fields; i++)
            cr_assert_not_null(field[i] = strsep(&rest, ","), "%s", path);
        check(field);
        lines++;
    }
    fclose(file);
    cr_expect_gt(lines, 5);
}

static void expect_near(double found, double expected, double tolerance, const char *about) {
    cr_expect(fabs(found - expected) <= tolerance * fmax(1, fabs(expected)), "%s: %.17g, not %.17g", about,
              found, expected);
}

static size_t read_numbers(char *text, double *numbers) {
    size_t count = 0;
    for (char *part; (part = strsep(&text, " "));)
        numbers[count++] = strtod(part, NULL);
    return count;
}

static void check_metalog(char **field) {
    double p[8], x[8], y = strtod(field[2], NULL), at = strtod(field[3], NULL), below, above;
    size_t count = read_numbers(field[0], p);
    read_numbers(field[1], x);
    for (size_t i = 0; i < count; i++)
        p[i] /= 100;
    struct sp_arena *arena = sp_arena_create();
    struct sp_law law;
    const char *wrong = sp_law_make_metalog(arena, p, x, count, -INFINITY, INFINITY, &law);
    /* A5 and B4 of the vectors are no laws: they are here for the terms. B4 and A5 that are refused say so.
     */
    if (wrong) {
        cr_expect(count > 3, "%s", wrong);
    } else {
        expect_near(sp_law_quantile(&law, y, 1 - y), at, 1e-12, "metalog");
        sp_law_distribution(&law, at, &below, &above);
        expect_near(below, y, 1e-12, "metalog probability");
        if (*field[4] != '-')
            expect_near(sp_law_density(&law, at), strtod(field[4], NULL), 1e-12, "metalog density");
    }
    sp_arena_free(arena);
}

Test(law_vectors, metalog) {
    for_lines("tests/vectors/laws/metalog.csv", 5, check_metalog);
}

static void check_fit(char **field) {
    double p[2] = {strtod(field[1], NULL) / 100, strtod(field[3], NULL) / 100};
    double x[2] = {strtod(field[2], NULL), strtod(field[4], NULL)};
    struct sp_law law;
    cr_assert_null(sp_law_make_fitted(*field[0] == 'l', p, x, &law));
    expect_near(law.parameter[0], strtod(field[5], NULL), 1e-13, field[0]);
    expect_near(law.parameter[1], strtod(field[6], NULL), 1e-13, field[0]);
}

Test(law_vectors, two_percentiles) {
    for_lines("tests/vectors/laws/fits.csv", 7, check_fit);
}

static void check_pert(char **field) {
    double parameter[3], p = strtod(field[3], NULL);
    for (int i = 0; i < 3; i++)
        parameter[i] = strtod(field[i], NULL);
    struct sp_law triangular = law_helper_make("triangular", 3, parameter);
    struct sp_law pert = law_helper_make("pert", 3, parameter);
    expect_near(sp_law_quantile(&triangular, p, 1 - p), strtod(field[4], NULL), 1e-13, "triangular");
    expect_near(sp_law_quantile(&pert, p, 1 - p), strtod(field[5], NULL), 1e-12, "pert");
}

Test(law_vectors, triangular_and_pert) {
    for_lines("tests/vectors/laws/pert.csv", 6, check_pert);
}
