/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The table [partner.NAME], which partners.c, partner_costs.c and credits.c share.
 */
#ifndef SP_MODELS_PARTNERS_PARTS_H
#define SP_MODELS_PARTNERS_PARTS_H

#include "models/models.h"

/* Places in its descriptor; each of the three mechanisms has it as its first table. */
enum { SP_PARTNERS };
enum { SP_PARTNERS_PLATFORM, SP_PARTNERS_CONTENT, SP_PARTNERS_DISTRIBUTION, SP_PARTNERS_TECHNOLOGY };
enum {
    SP_PARTNERS_NONE,
    SP_PARTNERS_AFFILIATE,
    SP_PARTNERS_WHITE_LABEL,
    SP_PARTNERS_API_FEES,
    SP_PARTNERS_REVENUE_SHARE
};
enum {
    SP_PARTNERS_TYPE,
    SP_PARTNERS_MODEL,
    SP_PARTNERS_START,
    SP_PARTNERS_INITIAL,
    SP_PARTNERS_ARRIVALS,
    SP_PARTNERS_LEAVING,
    SP_PARTNERS_USERS,
    SP_PARTNERS_COMMISSION,
    SP_PARTNERS_LICENCE,
    SP_PARTNERS_UNITS,
    SP_PARTNERS_FEE,
    SP_PARTNERS_UNIT_COST,
    SP_PARTNERS_SHARE_PAID,
    SP_PARTNERS_SALES,
    SP_PARTNERS_SHARE_RECEIVED,
    SP_PARTNERS_ROYALTY,
    SP_PARTNERS_STORY_SHARE,
    SP_PARTNERS_CREDITS,
    SP_PARTNERS_CREDITS_LAST,
    SP_PARTNERS_MONTHLY,
    SP_PARTNERS_ONBOARDING,
    SP_PARTNERS_PAYOUT_ACCOUNT,
    SP_PARTNERS_SERVICE_ACCOUNT,
    SP_PARTNERS_ONBOARDING_ACCOUNT,
    SP_PARTNERS_ARRIVERS,
    SP_PARTNERS_LEAVERS
};

extern const struct sp_field_table sp_partners_table;

/* An assumption of partner i; NULL when it is absent. */
static inline const double *sp_partners_field(const struct sp_step *s, size_t i, int field) {
    return sp_step_field(s, SP_PARTNERS, i, field);
}

static inline int sp_partners_model(const struct sp_step *s, size_t i) {
    return (int)sp_step_number(s, SP_PARTNERS, i, SP_PARTNERS_MODEL);
}

#endif
