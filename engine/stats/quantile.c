/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/quantile.h"

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

/* Quicksort, the smaller part first, so that it never goes deep. Several times faster than qsort, and the
 * pilot sorts every metric at every time. */
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

double sp_quantile_sorted(const double *x, size_t n, double p) {
    double rank = (double)(n - 1) * p;
    size_t below = (size_t)rank;
    if (below + 1 >= n)
        return x[n - 1];
    return x[below] + (rank - (double)below) * (x[below + 1] - x[below]);
}
