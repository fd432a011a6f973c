/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/models.h"

/* One a line. */
/* clang-format off */
extern const struct sp_mechanism
    sp_markets,
    sp_partners,
    sp_growth,
    sp_churn,
    sp_conversion,
    sp_plans,
    sp_acquisition,
    sp_segments,
    sp_sales_tax,
    sp_revenue,
    sp_billing,
    sp_refunds,
    sp_deferral,
    sp_tax_payable,
    sp_fees,
    sp_settlement,
    sp_arr_bridge,
    sp_usage,
    sp_by_segment,
    sp_ai,
    sp_voice,
    sp_infrastructure,
    sp_team,
    sp_support,
    sp_overheads,
    sp_partner_costs,
    sp_credits,
    sp_mitigation,
    sp_risk,
    sp_risks,
    sp_policy,
    sp_accounts,
    sp_payables,
    sp_cash, sp_rounds, sp_runway, sp_economics, sp_surviving, sp_tier_entry;

static const struct sp_mechanism *const mechanisms[] = {
    &sp_markets,
    &sp_partners,
    &sp_growth,
    &sp_churn,
    &sp_conversion,
    &sp_plans,
    &sp_acquisition,
    &sp_segments,
    &sp_sales_tax,
    &sp_revenue,
    &sp_billing,
    &sp_refunds,
    &sp_deferral,
    &sp_tax_payable,
    &sp_fees,
    &sp_settlement,
    &sp_arr_bridge,
    &sp_usage,
    &sp_by_segment,
    &sp_ai,
    &sp_voice,
    &sp_infrastructure,
    &sp_team,
    &sp_support,
    &sp_overheads,
    &sp_partner_costs,
    &sp_credits,
    &sp_mitigation,
    &sp_risk,
    &sp_risks,
    &sp_policy,
    &sp_accounts,
    &sp_payables,
    &sp_rounds, &sp_cash, &sp_runway, &sp_economics, &sp_surviving, &sp_tier_entry,
};
/* clang-format on */

const struct sp_mechanism *const *sp_models_list(size_t *count) {
    *count = SP_MODELS_COUNT(mechanisms);
    return mechanisms;
}

static bool has_table(const struct sp_mechanism *mechanism, const struct sp_field_table *table) {
    for (size_t t = 0; t < SP_STEP_TABLES && mechanism->table[t]; t++)
        if (mechanism->table[t] == table)
            return true;
    return false;
}

bool sp_models_owns(const struct sp_mechanism *mechanism, const struct sp_field_table *table) {
    for (size_t i = 0; i < SP_MODELS_COUNT(mechanisms) && mechanisms[i] != mechanism; i++)
        if (has_table(mechanisms[i], table))
            return false;
    return true;
}
