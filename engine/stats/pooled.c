/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/stats/pooled.h"

#include <math.h>

void sp_pooled_clear(struct sp_pooled *pooled) {
    *pooled = (struct sp_pooled){.low = INFINITY, .high = -INFINITY};
}

void sp_pooled_merge(struct sp_pooled *into, const struct sp_pooled *more) {
    into->quarters += more->quarters;
    into->sum += more->sum;
    into->sum_squares += more->sum_squares;
    into->cross += more->cross;
    into->number_squares += more->number_squares;
    into->low = fmin(into->low, more->low);
    into->high = fmax(into->high, more->high);
}

double sp_pooled_mean(const struct sp_pooled *pooled, double centre, uint64_t paths, double *error) {
    *error = NAN;
    if (pooled->quarters == 0)
        return NAN;
    double n = (double)paths, number = (double)pooled->quarters, mean = pooled->sum / number;
    double residual = pooled->sum_squares - 2 * mean * pooled->cross + mean * mean * pooled->number_squares;
    if (paths > 1)
        *error = sqrt(fmax(residual, 0) * (n / (n - 1))) / number;
    return centre + mean;
}

double sp_pooled_count_error(const struct sp_pooled *pooled, uint64_t paths) {
    double n = (double)paths, number = (double)pooled->quarters;
    return paths < 2 ? NAN : sqrt(fmax(pooled->number_squares - number * (number / n), 0) * (n / (n - 1)));
}

void sp_pooled_group_add(struct sp_group_sums *sums, double weight, double value) {
    sums->groups++;
    sums->weight += weight;
    sums->weight2 += weight * weight;
    sums->weight2_value += weight * weight * value;
    sums->weight2_square += weight * weight * value * value;
}

void sp_pooled_group_merge(struct sp_group_sums *into, const struct sp_group_sums *more) {
    into->groups += more->groups;
    into->weight += more->weight;
    into->weight2 += more->weight2;
    into->weight2_value += more->weight2_value;
    into->weight2_square += more->weight2_square;
}

double sp_pooled_group_error(const struct sp_group_sums *sums, double value, double tail) {
    double n = (double)sums->groups;
    if (sums->groups < 2 || sums->weight / n * tail < 20)
        return NAN;
    double squares = sums->weight2_square - 2 * value * sums->weight2_value + value * value * sums->weight2;
    return sqrt(fmax(squares, 0) * (n / (n - 1))) / sums->weight;
}

uint64_t sp_pooled_group_size(uint64_t paths, uint64_t batch) {
    uint64_t size = batch;
    while (size > 64 && size * SP_POOLED_GROUPS > paths)
        size /= 2;
    return size;
}
