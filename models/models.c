/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/models.h"

/* One a line. */
/* clang-format off */
extern const struct sp_mechanism
    sp_growth,
    sp_churn,
    sp_conversion,
    sp_segments,
    sp_revenue,
    sp_usage,
    sp_by_segment,
    sp_ai,
    sp_voice,
    sp_infrastructure,
    sp_team,
    sp_support,
    sp_overheads,
    sp_risk,
    sp_accounts,
    sp_payables,
    sp_cash;

static const struct sp_mechanism *const mechanisms[] = {
    &sp_growth,
    &sp_churn,
    &sp_conversion,
    &sp_segments,
    &sp_revenue,
    &sp_usage,
    &sp_by_segment,
    &sp_ai,
    &sp_voice,
    &sp_infrastructure,
    &sp_team,
    &sp_support,
    &sp_overheads,
    &sp_risk,
    &sp_accounts,
    &sp_payables,
    &sp_cash,
};
/* clang-format on */

const struct sp_mechanism *const *sp_models_list(size_t *count) {
    *count = SP_MODELS_COUNT(mechanisms);
    return mechanisms;
}
