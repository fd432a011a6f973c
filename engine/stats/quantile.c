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

/* --- Many values: by the leading bits in which they differ --- */

enum { FEW = 256, SHORT = 24, DIGIT = 11, VALUES = 1 << DIGIT };

/* Bits that rise with the value. */
static uint64_t key_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static void insert_by_key(double *x, size_t n) {
    for (size_t i = 1; i < n; i++) {
        double moved = x[i];
        size_t j = i;
        for (; j > 0 && key_of(x[j - 1]) > key_of(moved); j--)
            x[j] = x[j - 1];
        x[j] = moved;
    }
}

static void sum_up(uint32_t count[VALUES]) {
    for (uint32_t value = 0, before = 0; value < VALUES; value++) {
        uint32_t here = count[value];
        count[value] = before;
        before += here;
    }
}

/* Sorts by the two digits of (key - low) >> shift, the lower digit first. */
static void sort_digits(double *x, double *scratch, size_t n, uint64_t low, int shift) {
    uint32_t lower[VALUES] = {0}, upper[VALUES] = {0};
    for (size_t i = 0; i < n; i++) {
        uint64_t digits = (key_of(x[i]) - low) >> shift;
        lower[digits % VALUES]++;
        upper[digits / VALUES]++;
    }
    sum_up(lower);
    sum_up(upper);
    for (size_t i = 0; i < n; i++)
        scratch[lower[((key_of(x[i]) - low) >> shift) % VALUES]++] = x[i];
    for (size_t i = 0; i < n; i++)
        x[upper[((key_of(scratch[i]) - low) >> shift) / VALUES]++] = scratch[i];
}

/* Values that agree in both digits are few, or sorted again by the bits that follow. */
static void sort_by_key(double *x, double *scratch, size_t n) {
    uint64_t low = UINT64_MAX, high = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t key = key_of(x[i]);
        low = key < low ? key : low;
        high = key > high ? key : high;
    }
    if (low == high)
        return;
    int bits = 64 - __builtin_clzll(high - low), shift = bits > 2 * DIGIT ? bits - 2 * DIGIT : 0;
    sort_digits(x, scratch, n, low, shift);
    for (size_t i = 0, end; shift > 0 && i < n; i = end) {
        uint64_t digits = (key_of(x[i]) - low) >> shift;
        for (end = i + 1; end < n && (key_of(x[end]) - low) >> shift == digits;)
            end++;
        if (end - i <= SHORT)
            insert_by_key(x + i, end - i);
        else
            sort_by_key(x + i, scratch, end - i);
    }
}

void sp_quantile_sort_many(double *x, double *scratch, size_t n) {
    if (n < FEW || n > UINT32_MAX)
        sp_quantile_sort(x, n);
    else
        sort_by_key(x, scratch, n);
}

struct sp_quantile_place sp_quantile_place(size_t n, double p) {
    double rank = (double)(n - 1) * p;
    size_t below = (size_t)rank;
    double share = rank - (double)below;
    return (struct sp_quantile_place){below, share > 0 ? below + 1 : below, share};
}

double sp_quantile_between(double below, double above, double share) {
    return share > 0 ? below + share * (above - below) : below;
}

double sp_quantile_sorted(const double *x, size_t n, double p) {
    struct sp_quantile_place place = sp_quantile_place(n, p);
    return sp_quantile_between(x[place.below], x[place.above], place.share);
}
