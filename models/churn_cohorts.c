/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payers by age. Column i of AGE holds those on monthly plans who are i + 1 quarters old (the last: or
 * older), column i of YEAR_QUARTER those on annual plans who began or renewed i + 1 quarters ago. Those who
 * began in the quarter are in none: they are `paid.new`. All of them together are `paid`, on every path. The
 * work grows in proportion to the number of ages.
 */
#include "engine/math/count.h"
#include "models/churn_parts.h"

#include <string.h>

enum { PART = 64 }; /* paths at a time, so that what is between them needs no column */

static bool has_annual(const struct sp_step *s) {
    return s->instances[YEAR] > 0;
}

/* How many of the people of each path leave (or choose, ..): a share of them, or a count for the draw. */
static void take(const struct sp_step *s, const double *people, const double *share, const double *u,
                 double *out) {
    if (s->whole_counts)
        sp_count_binomial_array(people, share, u, out, PART);
    else
        for (size_t p = 0; p < PART; p++)
            out[p] = people[p] * share[p];
}

static const double *draw_at(const struct sp_step *s, int table, size_t instance, int field, size_t first) {
    return s->whole_counts ? sp_step_field(s, table, instance, field) + first : NULL;
}

/* --- The opening state, of which only the sum is given --- */

static void get_opening(const struct sp_step *s, size_t first, double *monthly, double *annual) {
    const double *paid = sp_step_read(s, PAID_BEFORE) + first;
    memset(annual, 0, PART * sizeof *annual);
    if (has_annual(s))
        memcpy(annual, sp_step_read(s, NEW_ANNUAL_BEFORE) + first, PART * sizeof *annual);
    for (size_t p = 0; p < PART; p++)
        monthly[p] = paid[p] - annual[p];
}

static size_t opening_age(const struct sp_step *s) {
    double age = sp_step_number(s, CHURN, 0, START_AGE), oldest = (double)s->instances[AGES];
    return (size_t)(age < oldest ? age : oldest);
}

/* --- Monthly plans --- */

/* Those who were of an age when the quarter began; `fresh`: those of age 0. */
static void get_people(const struct sp_step *s, size_t age, size_t first, const double *fresh,
                       double *people) {
    double annual[PART];
    if (s->quarter == 0 && age == opening_age(s)) {
        get_opening(s, first, people, annual);
        return;
    }
    memcpy(people, age == 0 ? fresh : sp_step_read_one(s, AGES_BEFORE, age - 1) + first,
           PART * sizeof *people);
}

/* Some leave, the others get older; the oldest stay the oldest. `into` is empty but for these. */
static void grow_older(const struct sp_step *s, size_t age, size_t first, const double *people) {
    size_t oldest = s->instances[AGES], next = age < oldest ? age + 1 : oldest;
    const double *u =
        age == 0 ? draw_at(s, CHURN, 0, CHURNERS, first) : draw_at(s, AGES, age - 1, AGE_CHURNERS, first);
    double *into = sp_step_out(s, AGE, next - 1) + first, *churned = sp_step_out(s, CHURNED, 0) + first;
    double left[PART];
    sp_churn_hazard(s, age, first, PART, left);
    take(s, people, left, u, left);
    for (size_t p = 0; p < PART; p++) {
        into[p] = (age == oldest ? 0 : age + 1 == oldest ? into[p] : 0) + people[p] - left[p];
        churned[p] += left[p];
    }
}

/* --- Annual plans --- */

/* Those who began, or began again, in the quarter before, by the plan that they have chosen. */
static void get_fresh(const struct sp_step *s, size_t first, double *monthly, double *annual) {
    const double *fresh = sp_step_read(s, NEW_BEFORE),
                 *back = sp_step_or_zeros(s, sp_step_read(s, BACK_BEFORE));
    memset(monthly, 0, PART * sizeof *monthly);
    memset(annual, 0, PART * sizeof *annual);
    if (s->quarter == 0)
        return;
    if (has_annual(s))
        memcpy(annual, sp_step_read(s, NEW_ANNUAL_BEFORE) + first, PART * sizeof *annual);
    for (size_t p = 0; fresh && p < PART; p++)
        monthly[p] = fresh[first + p] + back[first + p] - annual[p];
}

/* Those who began or renewed `quarter` 1 .. 4 quarters ago. The opening ones are spread over the year. */
static void get_year(const struct sp_step *s, size_t quarter, size_t first, double *people) {
    double monthly[PART];
    if (s->quarter > 0) {
        memcpy(people, sp_step_read_one(s, YEAR_BEFORE, quarter - 1) + first, PART * sizeof *people);
        return;
    }
    get_opening(s, first, monthly, people);
    for (size_t p = 0; p < PART; p++)
        people[p] = s->whole_counts ? floor((people[p] + (double)quarter - 1) / 4) : people[p] / 4;
}

/* The year goes on by a quarter; who comes to its end leaves or renews. */
static void turn_year(const struct sp_step *s, size_t first, const double *fresh) {
    const double *renewal = sp_step_field(s, CHURN, 0, ANNUAL_RENEWAL) + first;
    double people[PART], left[PART], *churned = sp_step_out(s, CHURNED, 0) + first;
    for (size_t quarter = 1; quarter <= 2; quarter++)
        get_year(s, quarter, first, sp_step_out(s, YEAR_QUARTER, quarter) + first);
    get_year(s, 4, first, people);
    for (size_t p = 0; p < PART; p++) {
        sp_step_out(s, YEAR_QUARTER, 0)[first + p] = fresh[p] + people[p];
        left[p] = 1 - renewal[p];
    }
    sp_churn_hazard_scale(s, first, PART, left);
    get_year(s, 3, first, people);
    take(s, people, left, draw_at(s, CHURN, 0, ANNUAL_CHURNERS, first), left);
    for (size_t p = 0; p < PART; p++) {
        sp_step_out(s, YEAR_QUARTER, 3)[first + p] = people[p] - left[p];
        sp_step_out(s, CHURNED_ANNUAL, 0)[first + p] = left[p];
        churned[p] += left[p];
    }
    sp_churn_reactivation_note(s, first, PART, left, true);
}

/* --- Together --- */

/* From the oldest on, so that each age finds the column it goes to as the one after it has left it. */
static void step_part(const struct sp_step *s, size_t first) {
    double monthly[PART], annual[PART], people[PART];
    memset(sp_step_out(s, CHURNED, 0) + first, 0, PART * sizeof(double));
    get_fresh(s, first, monthly, annual);
    for (size_t age = s->instances[AGES] + 1; age-- > 0;) {
        get_people(s, age, first, monthly, people);
        grow_older(s, age, first, people);
    }
    sp_churn_reactivation_note(s, first, PART, sp_step_out(s, CHURNED, 0) + first, false);
    if (has_annual(s))
        turn_year(s, first, annual);
}

SP_WIDE void sp_churn_cohorts(const struct sp_step *s) {
    for (size_t first = 0; first < s->n; first += PART)
        step_part(s, first);
}
