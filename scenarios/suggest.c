/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LONGEST = 64 };

static bool same(char a, char b) {
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Damerau and Levenshtein, row by row: cell j of row i is the distance of the first i letters of `a` from the
 * first j of `b`. A swap looks two rows back, so three are kept. */
static size_t distance(const char *a, const char *b) {
    size_t rows[3][LONGEST + 1], length = strlen(b), height = strlen(a);
    for (size_t j = 0; j <= length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= height; i++) {
        size_t *row = rows[i % 3], *before = rows[(i + 2) % 3], *two_before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= length; j++) {
            row[j] = before[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = least(row[j], least(before[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], two_before[j - 2] + 1);
        }
    }
    return rows[height % 3][length];
}

const char *sp_suggest_nearest(const char *word, const char *const *known, size_t count) {
    const char *nearest = NULL;
    size_t length = strlen(word), limit = length / 3 > 1 ? length / 3 : 1;
    for (size_t i = 0; length <= LONGEST && i < count; i++) {
        if (strlen(known[i]) > LONGEST)
            continue;
        size_t found = distance(word, known[i]);
        if (found > limit || (nearest && found == limit))
            continue;
        nearest = known[i];
        limit = found;
    }
    return nearest;
}
