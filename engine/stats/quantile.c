/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/quantile.h"

#include <stdlib.h>

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void sp_quantile_sort(double *x, size_t n) {
    qsort(x, n, sizeof *x, compare);
}

double sp_quantile_sorted(const double *x, size_t n, double p) {
    double rank = (double)(n - 1) * p;
    size_t below = (size_t)rank;
    if (below + 1 >= n)
        return x[n - 1];
    return x[below] + (rank - (double)below) * (x[below + 1] - x[below]);
}
