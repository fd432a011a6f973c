/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of churn share: the places of its tables, fields and columns, and its functions. churn.c has
 * the descriptor and churn at a constant rate; churn_hazard.c the rate by age; churn_cohorts.c keeps the
 * ages.
 */
#ifndef SP_MODELS_CHURN_PARTS_H
#define SP_MODELS_CHURN_PARTS_H

#include "models/models.h"

/* Tables: AGES has an instance per age 1 .. K, YEAR one per quarter of a year, GONE one per quarter 1 .. 3
 * since payers left who will come back. */
enum { CHURN, AGES, YEAR, GONE };
enum {
    BY,
    MONTHLY,
    QUARTER_1,
    QUARTER_2,
    QUARTER_6 = QUARTER_1 + 5,
    LATER,
    ALPHA,
    BETA,
    AGE_CLASSES,
    START_AGE,
    ANNUAL_SHARE,
    ANNUAL_RENEWAL,
    START_ANNUAL_SHARE,
    CHURNERS,
    ANNUAL_CHOOSERS,
    ANNUAL_CHURNERS,
    REACTIVATION,
    ANNUAL_REACTIVATION,
    RETURNERS,
    ANNUAL_RETURNERS
};
enum { CONSTANT, PROFILE, SBG };
enum { AGE_CHURNERS };
enum { GONE_RETURNERS };
enum {
    PAID_BEFORE,
    NEW_BEFORE,
    NEW_ANNUAL_BEFORE,
    AGES_BEFORE,
    YEAR_BEFORE,
    SEGMENT_CHURN,
    BACK_BEFORE,
    LEFT_BEFORE,
    GONE_BEFORE
};
enum {
    CHURNED,
    STAYED,
    CHURNED_ANNUAL,
    SHARE_COLUMN,
    CHOICE_COLUMN,
    AGE,
    YEAR_QUARTER,
    REACTIVATED,
    LEFT,
    GONE_QUARTER,
    LIFETIME
};

/* The share of payers of an age, in quarters, who leave in the next quarter; of paths first .. first + n - 1.
 */
void sp_churn_hazard(const struct sp_step *s, size_t age, size_t first, size_t n, double *out);

/* By a constant rate, that share of these payers, of all paths; `stay`: the others. */
void sp_churn_hazard_of(const struct sp_step *s, const double *payers, bool stay, double *out);

/* Multiplies shares of those who leave by the segments' multiplier, up to 1; nothing without segments.
 * `share` begins with path `first`. */
void sp_churn_hazard_scale(const struct sp_step *s, size_t first, size_t n, double *share);

/* Those who come back in this quarter, of all who left before it. */
void sp_churn_reactivation_return(const struct sp_step *s);

/* Notes how many of those who leave will come back within a year; `leavers` begins with path `first`. Begun
 * anew by those on monthly plans, to whom those on annual plans are added. Nothing without reactivation. */
void sp_churn_reactivation_note(const struct sp_step *s, size_t first, size_t n, const double *leavers,
                                bool annual);

/* One quarter with cohorts. */
void sp_churn_cohorts(const struct sp_step *s);

/* Expected months of a payer who starts now. */
void sp_churn_lifetime(const struct sp_step *s);

#endif
