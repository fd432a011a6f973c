/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the files of churn share: the places of its tables, fields and columns, and its functions. churn.c has
 * the descriptor and churn at a constant rate; churn_hazard.c the rate by age; churn_cohorts.c keeps the
 * ages.
 */
#ifndef SP_MODELS_CHURN_PARTS_H
#define SP_MODELS_CHURN_PARTS_H

#include "models/models.h"

enum { CHURN, AGES, YEAR }; /* tables: AGES has an instance per age 1 .. K, YEAR one per quarter of a year */
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
    ANNUAL_CHURNERS
};
enum { CONSTANT, PROFILE, SBG };
enum { AGE_CHURNERS };
enum { PAID_BEFORE, NEW_BEFORE, NEW_ANNUAL_BEFORE, AGES_BEFORE, YEAR_BEFORE, SEGMENT_CHURN };
enum { CHURNED, CHURNED_ANNUAL, SHARE_COLUMN, CHOICE_COLUMN, AGE, YEAR_QUARTER };

/* The share of payers of an age, in quarters, who leave in the next quarter; of paths first .. first + n - 1.
 */
void sp_churn_hazard(const struct sp_step *s, size_t age, size_t first, size_t n, double *out);

/* Multiplies shares of those who leave by the segments' multiplier, up to 1; nothing without segments.
 * `share` begins with path `first`. */
void sp_churn_hazard_scale(const struct sp_step *s, size_t first, size_t n, double *share);

/* One quarter with cohorts. */
void sp_churn_cohorts(const struct sp_step *s);

#endif
