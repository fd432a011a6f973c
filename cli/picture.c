/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 64, ROWS = 8, FEW = 16 };

/* --- A few values: one line each --- */

/* The next possible value; the same when there is none. */
static double next_value(const struct sp_law *law, double x) {
    double p, q;
    sp_law_distribution(law, x, &p, &q);
    return q > 1e-12 ? sp_law_quantile(law, p + q * 1e-9, q * (1 - 1e-9)) : x;
}

static size_t list_values(const struct sp_law *law, double *value) {
    double last = sp_law_quantile(law, 1 - 1e-4, 1e-4);
    size_t count = 1;
    value[0] = sp_law_quantile(law, 1e-4, 1 - 1e-4);
    while (count < FEW + 1 && value[count - 1] < last) {
        value[count] = next_value(law, value[count - 1]);
        if (!(value[count] > value[count - 1]))
            break;
        count++;
    }
    return count;
}

static double share_of(const struct sp_law *law, double x) {
    double below, at, ignored;
    sp_law_distribution(law, nextafter(x, -INFINITY), &below, &ignored);
    sp_law_distribution(law, x, &at, &ignored);
    return at - below;
}

static void print_values(const struct sp_law *law, const double *value, size_t count) {
    double most = 0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, share_of(law, value[i]));
    for (size_t i = 0; i < count; i++) {
        double share = share_of(law, value[i]);
        printf("%12.6g %7.3f %% ", value[i], 100 * share);
        for (int c = 0; c < (int)lround(48 * share / most); c++)
            fputs("\xe2\x96\x88", stdout);
        putchar('\n');
    }
}

/* --- Many: columns --- */

/* Eighths of a cell, from the bottom. */
static void print_cell(int eighths) {
    static const char *const block[] = {" ",
                                        "\xe2\x96\x81",
                                        "\xe2\x96\x82",
                                        "\xe2\x96\x83",
                                        "\xe2\x96\x84",
                                        "\xe2\x96\x85",
                                        "\xe2\x96\x86",
                                        "\xe2\x96\x87",
                                        "\xe2\x96\x88"};
    fputs(block[eighths < 0 ? 0 : eighths > 8 ? 8 : eighths], stdout);
}

static void print_scale(double low, double high, double median) {
    char left[32], middle[32], right[32], line[COLUMNS + 64];
    int at = (int)fmin(COLUMNS * (median - low) / (high - low), COLUMNS - 1);
    for (int c = 0; c < COLUMNS; c++)
        fputs(c == at ? "\xe2\x94\xac" : "\xe2\x94\x80", stdout);
    int left_length = snprintf(left, sizeof left, "%.4g", low);
    int right_length = snprintf(right, sizeof right, "%.4g", high);
    int length = snprintf(middle, sizeof middle, "median %.4g", median);
    int start = at - length / 2, latest = COLUMNS - right_length - 2 - length;
    start = start > latest ? latest : start;
    start = start < left_length + 2 ? left_length + 2 : start;
    memset(line, ' ', sizeof line);
    memcpy(line, left, (size_t)left_length);
    memcpy(line + COLUMNS - right_length, right, (size_t)right_length);
    memcpy(line + start, middle, (size_t)length);
    printf("\n%.*s\n", COLUMNS, line);
}

static void print_columns(const struct sp_law *law, double low, double high) {
    double share[COLUMNS], most = 0, before, after, ignored;
    double step = (high - low) / COLUMNS;
    sp_law_distribution(law, low - 1e-12 * step, &before, &ignored);
    for (int c = 0; c < COLUMNS; c++) {
        sp_law_distribution(law, c == COLUMNS - 1 ? high : low + (c + 1) * step, &after, &ignored);
        share[c] = after - before;
        before = after;
        most = fmax(most, share[c]);
    }
    for (int row = ROWS - 1; row >= 0; row--) {
        for (int c = 0; c < COLUMNS; c++)
            print_cell((int)lround(8 * ROWS * share[c] / most) - 8 * row);
        putchar('\n');
    }
    print_scale(low, high, sp_law_quantile(law, 0.5, 0.5));
}

void sp_picture_print(const struct sp_law *law) {
    double value[FEW + 1], low = sp_law_quantile(law, 0.005, 0.995),
                           high = sp_law_quantile(law, 0.995, 0.005);
    double from, to, tenth = sp_law_quantile(law, 0.1, 0.9), ninetieth = sp_law_quantile(law, 0.9, 0.1);
    size_t count = sp_law_is_discrete(law) ? list_values(law, value) : FEW + 1;
    if (count <= FEW) {
        print_values(law, value, count);
        return;
    }
    /* A bound that is near belongs into the picture; a long tail would leave one bar of it. */
    sp_law_support(law, &from, &to);
    if (from > low - (high - low) / 4)
        low = from;
    if (to < high + (high - low) / 4)
        high = to;
    high = fmin(high, ninetieth + 3 * (ninetieth - tenth));
    low = fmax(low, tenth - 3 * (ninetieth - tenth));
    if (sp_law_is_discrete(law) && law->kind != SP_LAW_DISCRETE) {
        double step = ceil((high - low + 1) / COLUMNS);
        low = floor(low) - 0.5;
        high = low + COLUMNS * step;
    }
    print_columns(law, low, high);
    puts("Shown from P0.5 to P99.5, or less where the tails are long.");
}
