/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Payers who come back. Who leaves and will be back within a year is settled when he leaves; when, in which
 * of the four quarters after it, is settled as they pass, each alike. Equations: README.md, Churn.
 */
#include "engine/math/count.h"
#include "models/churn_parts.h"

enum { PART = 64, WITHIN = 4 }; /* paths at a time; quarters within which they come back */

static void take(const struct sp_step *s, double people, double share, const double *u, double *out) {
    *out = s->whole_counts ? sp_count_binomial(people, share, *u) : people * share;
}

SP_WIDE void sp_churn_reactivation_note(const struct sp_step *s, size_t first, size_t n,
                                        const double *leavers, bool annual) {
    const double *share = sp_step_field(s, CHURN, 0, REACTIVATION);
    const double *of_annual = sp_step_field(s, CHURN, 0, ANNUAL_REACTIVATION);
    const double *u = sp_step_field(s, CHURN, 0, annual ? ANNUAL_RETURNERS : RETURNERS);
    if (!share)
        return;
    share = annual && of_annual ? of_annual : share;
    double *restrict left = sp_step_out(s, LEFT, 0) + first;
    for (size_t p = 0; p < n; p++) {
        double will;
        take(s, leavers[p], share[first + p], u ? &u[first + p] : NULL, &will);
        left[p] = (annual ? left[p] : 0) + will;
    }
}

/* Those who left `ago` quarters before and come back in this one: of those who are still to come, one in as
 * many as there are quarters left; the last quarter brings all. */
static void return_part(const struct sp_step *s, size_t ago, size_t first) {
    const double *gone =
        (ago == 1 ? sp_step_read(s, LEFT_BEFORE) : sp_step_read_one(s, GONE_BEFORE, ago - 2)) + first;
    const double *u =
        ago < WITHIN && s->whole_counts ? sp_step_field(s, GONE, ago - 1, GONE_RETURNERS) + first : NULL;
    double *restrict back = sp_step_out(s, REACTIVATED, 0) + first;
    double *still = ago < WITHIN ? sp_step_out(s, GONE_QUARTER, ago - 1) + first : NULL;
    for (size_t p = 0; p < PART; p++) {
        double come = gone[p];
        if (still) {
            take(s, gone[p], 1 / (double)(WITHIN + 1 - ago), u ? &u[p] : NULL, &come);
            still[p] = gone[p] - come;
        }
        back[p] = (ago > 1 ? back[p] : 0) + come;
    }
}

SP_WIDE void sp_churn_reactivation_return(const struct sp_step *s) {
    for (size_t ago = 1; ago <= WITHIN; ago++)
        for (size_t first = 0; first < s->n; first += PART)
            return_part(s, ago, first);
}
