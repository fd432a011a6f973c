/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list of all mechanisms. To add one: a file with its descriptor, a line in models.c, its equations in
 * README.md, its test.
 */
#ifndef SP_MODELS_MODELS_H
#define SP_MODELS_MODELS_H

#include "engine/run/mechanism.h"

#include <math.h>

/* All mechanisms, in the order in which the reference page lists them. Static storage. */
const struct sp_mechanism *const *sp_models_list(size_t *count);

/* Whether a table is the mechanism's own: none before it in the list has the same (see mechanism.h). */
bool sp_models_owns(const struct sp_mechanism *mechanism, const struct sp_field_table *table);

/* --- For the mechanisms' own files --- */

enum { SP_MODELS_MONTHS = 3 }; /* in a quarter */
#define SP_MODELS_DAYS 91.25   /* in a quarter */

/* In a formula of a column: the median of a Poisson count whose mean is a quarter of KEY, up to 20 a year. */
#define SP_MODELS_POISSON_MEDIAN(key)                                                                        \
    "(if([" key "]/4>0.6931471805599453,1,0)+if([" key "]/4>1.6783469900166605,1,0)+if([" key                \
    "]/4>2.6740603137235603,1,0)+if([" key "]/4>3.6720607488508961,1,0)+if([" key                            \
    "]/4>4.6709088827959837,1,0))"

#define SP_MODELS_COUNT(array) (sizeof(array) / sizeof *(array))

/* The stock that flows of this quarter are based on: the average of opening and closing, or the closing one.
 */
static inline double sp_models_average(const struct sp_step *s, double opening, double closing) {
    return s->accrual_end ? closing : 0.5 * (opening + closing);
}

/* The opening stock, to be handed to sp_models_average; where it does not count, the closing one in its
 * place, so that no array is fetched in vain. */
static inline const double *sp_models_opening(const struct sp_step *s, const double *opening,
                                              const double *closing) {
    return s->accrual_end ? closing : opening;
}

/* Rounds a stock of people to whole people, when these are counted. */
static inline void sp_models_round(const struct sp_step *s, double *people) {
    for (size_t p = 0; s->whole_counts && p < s->n; p++)
        people[p] = floor(people[p] + 0.5);
}

/* Paths at a time, where numbers between two loops need no column. */
enum { SP_MODELS_PART = 64 };

/* The sum of a share over the instances of a table, for the paths from `first` on. */
static inline void sp_models_sum_shares(const struct sp_step *s, int table, int field, size_t first,
                                        double *restrict sum) {
    for (size_t p = 0; p < SP_MODELS_PART; p++)
        sum[p] = 0;
    for (size_t i = 0; i < s->instances[table]; i++) {
        const double *share = sp_step_field(s, table, i, field) + first;
        for (size_t p = 0; p < SP_MODELS_PART; p++)
            sum[p] += share[p];
    }
}

/* Shares of a sum; `even` where it is 0. */
static inline void sp_models_divide(const double *share, const double *sum, double even,
                                    double *restrict part) {
    for (size_t p = 0; p < SP_MODELS_PART; p++) {
        double quotient = share[p] / sum[p];
        part[p] = sum[p] > 0 ? quotient : even;
    }
}

/* The table [start], of which each mechanism declares its own keys. */
#define SP_MODELS_START(array)                                                                               \
    {                                                                                                        \
        .name = "start", .field = (array), .fields = SP_MODELS_COUNT(array),                                 \
        .sentence = "the state before the first quarter"                                                     \
    }

#endif
