/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/quantile.h"

#include <stdint.h>
#include <string.h>

static void swap(double *a, double *b) {
    double kept = *a;
    *a = *b;
    *b = kept;
}

static void insertion_sort(double *x, size_t n) {
    for (size_t i = 1; i < n; i++) {
        double moved = x[i];
        size_t j = i;
        for (; j > 0 && x[j - 1] > moved; j--)
            x[j] = x[j - 1];
        x[j] = moved;
    }
}

static double median_of_three(double a, double b, double c) {
    if (a > b)
        swap(&a, &b);
    return c < a ? a : c > b ? b : c;
}

/* Hoare's partition: everything up to the returned place is at most the pivot, everything after at least. */
static size_t partition(double *x, size_t n) {
    double pivot = median_of_three(x[0], x[n / 2], x[n - 1]);
    size_t i = 0, j = n - 1;
    for (;; i++, j--) {
        while (x[i] < pivot)
            i++;
        while (x[j] > pivot)
            j--;
        if (i >= j)
            return j;
        swap(&x[i], &x[j]);
    }
}

/* Quicksort, the smaller part first, so that it never goes deep. */
void sp_quantile_sort(double *x, size_t n) {
    while (n > 16) {
        size_t left = partition(x, n) + 1;
        if (left == n) /* the pivot was the largest of all */
            left = n - 1;
        if (left < n - left) {
            sp_quantile_sort(x, left);
            x += left;
            n -= left;
        } else {
            sp_quantile_sort(x + left, n - left);
            n = left;
        }
    }
    insertion_sort(x, n);
}

/* --- Many values: by their bytes --- */

enum { FEW = 256, BYTES = 8, VALUES = 256 };

/* Bits that rise with the value. */
static uint64_t key_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static void count_bytes(const double *x, size_t n, uint32_t count[BYTES][VALUES]) {
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_of(x[i]);
        for (int byte = 0; byte < BYTES; byte++)
            count[byte][key >> (8 * byte) & 255]++;
    }
}

/* Puts the values in the order of one byte; those with equal bytes stay in order. False when all have the
 * same, and nothing was moved. */
static int sort_byte(const double *from, double *to, size_t n, int byte, const uint32_t count[VALUES]) {
    uint32_t place[VALUES], before = 0;
    if (count[key_of(from[0]) >> (8 * byte) & 255] == n)
        return 0;
    for (int value = 0; value < VALUES; value++) {
        place[value] = before;
        before += count[value];
    }
    for (size_t i = 0; i < n; i++)
        to[place[key_of(from[i]) >> (8 * byte) & 255]++] = from[i];
    return 1;
}

void sp_quantile_sort_many(double *x, double *scratch, size_t n) {
    if (n < FEW || n > UINT32_MAX) {
        sp_quantile_sort(x, n);
        return;
    }
    uint32_t count[BYTES][VALUES] = {0};
    double *from = x, *to = scratch;
    count_bytes(x, n, count);
    for (int byte = 0; byte < BYTES; byte++)
        if (sort_byte(from, to, n, byte, count[byte])) {
            double *sorted = to;
            to = from;
            from = sorted;
        }
    if (from != x)
        memcpy(x, from, n * sizeof *x);
}

double sp_quantile_sorted(const double *x, size_t n, double p) {
    double rank = (double)(n - 1) * p;
    size_t below = (size_t)rank;
    if (below + 1 >= n)
        return x[n - 1];
    return x[below] + (rank - (double)below) * (x[below + 1] - x[below]);
}
