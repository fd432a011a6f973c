/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Lists: a few values, each with its probability.
 */
#include "engine/random/law_parts.h"

#include <math.h>

/* The first index with y >= p; the last when there is none. */
static size_t find_index(const double *y, size_t count, double p) {
    size_t low = 0, high = count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (y[middle] >= p)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static double quantile(const struct sp_law *law, double p, double q) {
    (void)q;
    return law->data->x[find_index(law->data->y, law->data->count, p)];
}

static void distribution(const struct sp_law *law, double x, double *p, double *q) {
    const struct sp_law_data *data = law->data;
    size_t index = find_index(data->x, data->count, x);
    if (data->x[index] <= x)
        *p = data->y[index];
    else
        *p = index > 0 ? data->y[index - 1] : 0;
    *q = 1 - *p;
}

static double density(const struct sp_law *law, double x) {
    const struct sp_law_data *data = law->data;
    size_t index = find_index(data->x, data->count, x);
    return data->x[index] != x ? 0 : data->y[index] - (index > 0 ? data->y[index - 1] : 0);
}

static void support(const struct sp_law *law, double *low, double *high) {
    *low = law->data->x[0];
    *high = law->data->x[law->data->count - 1];
}

static void moments(const struct sp_law *law, double moment[3]) {
    const struct sp_law_data *data = law->data;
    moment[0] = moment[1] = moment[2] = 0;
    for (size_t i = 0; i < data->count; i++)
        moment[0] += data->x[i] * (data->y[i] - (i ? data->y[i - 1] : 0));
    for (size_t i = 0; i < data->count; i++) {
        double share = data->y[i] - (i ? data->y[i - 1] : 0), d = data->x[i] - moment[0];
        moment[1] += share * d * d;
        moment[2] += share * d * d * d;
    }
}

const struct sp_law_family sp_law_list_family = {quantile, distribution, density, support, moments, NULL};
