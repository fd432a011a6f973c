/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payers who come back. Who leaves and will be back within a year is settled when he leaves; when, in which
 * of the four quarters after it, is settled as they pass, each alike. Equations: README.md, Churn.
 */
#include "engine/math/count.h"
#include "models/churn_parts.h"

enum { PART = 64, WITHIN = 4 }; /* paths at a time; quarters within which they come back */

/* A share of the people of PART paths, or a count for the draw. */
static void take(const struct sp_step *s, const double *people, const double *share, const double *u,
                 double *restrict out) {
    if (s->whole_counts)
        sp_count_binomial_array(people, share, u, out, PART);
    else
        for (size_t p = 0; p < PART; p++)
            out[p] = people[p] * share[p];
}

static void note_part(const struct sp_step *s, size_t first, const double *leavers, bool annual) {
    const double *share = sp_step_field(s, CHURN, 0, REACTIVATION);
    const double *of_annual = sp_step_field(s, CHURN, 0, ANNUAL_REACTIVATION);
    const double *u = sp_step_field(s, CHURN, 0, annual ? ANNUAL_RETURNERS : RETURNERS);
    double will[PART], *restrict left = sp_step_out(s, LEFT, 0) + first;
    share = annual && of_annual ? of_annual : share;
    take(s, leavers, share + first, u ? u + first : NULL, will);
    for (size_t p = 0; p < PART; p++)
        left[p] = (annual ? left[p] : 0) + will[p];
}

SP_WIDE void sp_churn_reactivation_note(const struct sp_step *s, size_t first, size_t n,
                                        const double *leavers, bool annual) {
    if (sp_step_field(s, CHURN, 0, REACTIVATION))
        for (size_t p = 0; p < n; p += PART)
            note_part(s, first + p, leavers + p, annual);
}

/* Of those who left `ago` quarters before and are still to come, who comes in this one: one in as many as
 * there are quarters left; the last quarter brings all. */
static void come_back(const struct sp_step *s, size_t ago, size_t first, const double *gone,
                      double *restrict come) {
    double share[PART];
    const double *u =
        s->whole_counts && ago < WITHIN ? sp_step_field(s, GONE, ago - 1, GONE_RETURNERS) : NULL;
    for (size_t p = 0; p < PART; p++) {
        share[p] = 1 / (double)(WITHIN + 1 - ago);
        come[p] = gone[p];
    }
    if (ago < WITHIN)
        take(s, gone, share, u ? u + first : NULL, come);
}

static void return_part(const struct sp_step *s, size_t ago, size_t first) {
    const double *gone =
        (ago == 1 ? sp_step_read(s, LEFT_BEFORE) : sp_step_read_one(s, GONE_BEFORE, ago - 2)) + first;
    double *restrict back = sp_step_out(s, REACTIVATED, 0) + first;
    double come[PART], *still = ago < WITHIN ? sp_step_out(s, GONE_QUARTER, ago - 1) + first : NULL;
    come_back(s, ago, first, gone, come);
    for (size_t p = 0; still && p < PART; p++)
        still[p] = gone[p] - come[p];
    for (size_t p = 0; p < PART; p++)
        back[p] = (ago > 1 ? back[p] : 0) + come[p];
}

SP_WIDE void sp_churn_reactivation_return(const struct sp_step *s) {
    for (size_t ago = 1; ago <= WITHIN; ago++)
        for (size_t first = 0; first < s->n; first += PART)
            return_part(s, ago, first);
}
