/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * How many months a payer who starts now pays within three years, by the churn of this quarter. Equations:
 * README.md, Churn.
 */
#include "models/churn_parts.h"

#include <string.h>

enum { PART = 64, QUARTERS = 12 }; /* paths at a time; quarters of the survival curve */

/* Share of payers by the year who are still there after `quarter` quarters: they leave at the end of a year.
 */
static double survive_years(double renewal, int quarter) {
    return quarter < 4    ? 1
           : quarter < 8  ? renewal
           : quarter < 12 ? renewal * renewal
                          : renewal * renewal * renewal;
}

static void add_monthly(const struct sp_step *s, size_t first, double *months) {
    double alive[PART], left[PART];
    size_t oldest = s->instances[AGES];
    for (size_t p = 0; p < PART; p++)
        alive[p] = 1;
    memset(months, 0, PART * sizeof *months);
    for (size_t age = 0; age < QUARTERS; age++) {
        sp_churn_hazard(s, age < oldest ? age : oldest, first, PART, left);
        for (size_t p = 0; p < PART; p++) {
            double before = alive[p];
            alive[p] *= 1 - left[p];
            months[p] += SP_MODELS_MONTHS * sp_models_average(s, before, alive[p]);
        }
    }
}

static void mix_annual(const struct sp_step *s, size_t first, double *months) {
    const double *share = sp_step_field(s, CHURN, 0, ANNUAL_SHARE) + first,
                 *renewal = sp_step_field(s, CHURN, 0, ANNUAL_RENEWAL) + first;
    for (size_t p = 0; p < PART; p++) {
        double annual = 0;
        for (int quarter = 0; quarter < QUARTERS; quarter++)
            annual += SP_MODELS_MONTHS * sp_models_average(s, survive_years(renewal[p], quarter),
                                                           survive_years(renewal[p], quarter + 1));
        months[p] += share[p] * (annual - months[p]);
    }
}

SP_WIDE void sp_churn_lifetime(const struct sp_step *s) {
    double *months = sp_step_out(s, LIFETIME, 0);
    for (size_t first = 0; first < s->n; first += PART) {
        add_monthly(s, first, months + first);
        if (s->instances[YEAR] > 0)
            mix_annual(s, first, months + first);
    }
}
