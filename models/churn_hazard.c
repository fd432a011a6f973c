/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Who leaves, by age of the cohort. The shifted-beta-geometric law: P. S. Fader, B. G. S. Hardie, How to
 * project customer retention, Journal of Interactive Marketing 21 (2007), 76-90. Equations: README.md, Churn.
 */
#include "models/churn_parts.h"

SP_WIDE void sp_churn_hazard_scale(const struct sp_step *s, size_t first, size_t n, double *share) {
    const double *times = sp_step_read(s, SEGMENT_CHURN);
    for (size_t p = 0; times && p < n; p++) {
        double scaled = share[p] * times[first + p];
        share[p] = scaled < 1 ? scaled : 1;
    }
}

/* Of payers; NULL: the share itself. `is_alike`: segments do not differ; `stay`: those who do not leave. */
SP_VARIANT void constant(const struct sp_step *s, size_t first, size_t n, const double *payers,
                         double *restrict out, bool is_alike, bool stay) {
    const double *monthly = sp_step_field(s, CHURN, 0, MONTHLY) + first;
    const double *times = sp_step_or_ones(s, sp_step_read(s, SEGMENT_CHURN)) + first;
    for (size_t p = 0; p < n; p++) {
        double scaled = is_alike ? monthly[p] : monthly[p] * times[p], keeps = scaled < 1 ? 1 - scaled : 0;
        double share = 1 - keeps * keeps * keeps, all = payers ? payers[p] : 1;
        out[p] = stay ? all - share * all : share * all;
    }
}

/* Ages that the scenario does not state have the churn of `later`. */
static void profile(const struct sp_step *s, size_t age, size_t first, size_t n, double *out) {
    const double *stated =
        age <= QUARTER_6 - QUARTER_1 ? sp_step_field(s, CHURN, 0, QUARTER_1 + (int)age) : NULL;
    const double *hazard = (stated ? stated : sp_step_field(s, CHURN, 0, LATER)) + first;
    for (size_t p = 0; p < n; p++)
        out[p] = hazard[p];
}

/* S(m + 3) / S(m) at age m in months, of S(m) = B(alpha, beta + m) / B(alpha, beta), is a product of three.
 */
static void shifted_beta_geometric(const struct sp_step *s, size_t age, size_t first, size_t n, double *out) {
    const double *alpha = sp_step_field(s, CHURN, 0, ALPHA) + first,
                 *beta = sp_step_field(s, CHURN, 0, BETA) + first;
    double months = SP_MODELS_MONTHS * (double)age;
    for (size_t p = 0; p < n; p++) {
        double stay = beta[p] + months, all = alpha[p] + stay;
        out[p] = 1 - stay * (stay + 1) * (stay + 2) / (all * (all + 1) * (all + 2));
    }
}

SP_WIDE void sp_churn_hazard(const struct sp_step *s, size_t age, size_t first, size_t n, double *out) {
    switch ((int)sp_step_number(s, CHURN, 0, BY)) {
    case PROFILE:
        profile(s, age, first, n, out);
        sp_churn_hazard_scale(s, first, n, out);
        break;
    case SBG:
        shifted_beta_geometric(s, age, first, n, out);
        sp_churn_hazard_scale(s, first, n, out);
        break;
    default:
        constant(s, first, n, NULL, out, false, false);
    }
}

SP_WIDE void sp_churn_hazard_of(const struct sp_step *s, const double *payers, bool stay, double *out) {
    bool is_alike = !sp_step_read(s, SEGMENT_CHURN);
    if (is_alike && stay)
        constant(s, 0, s->n, payers, out, true, true);
    else if (is_alike)
        constant(s, 0, s->n, payers, out, true, false);
    else if (stay)
        constant(s, 0, s->n, payers, out, false, true);
    else
        constant(s, 0, s->n, payers, out, false, false);
}
