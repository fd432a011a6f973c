/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the components of infrastructure cost: a share of the tier's cost, or costs of their own, which stages
 * may replace. A part of the mechanism of infrastructure.c, whose descriptor has these places. Equations:
 * README.md, Infrastructure.
 */
#ifndef SP_MODELS_COMPONENTS_H
#define SP_MODELS_COMPONENTS_H

#include "models/models.h"

/* Tables of the mechanism. */
enum { SP_COMPONENTS_TIERS, SP_COMPONENTS, SP_COMPONENTS_INFRASTRUCTURE, SP_COMPONENTS_STAGES };

/* [infrastructure] and [tier.NAME] */
enum { SP_COMPONENTS_BY, SP_COMPONENTS_FACTOR };
enum { SP_COMPONENTS_BY_TIER, SP_COMPONENTS_BY_COMPONENT }; /* choices */
enum { SP_COMPONENTS_TIER_FROM, SP_COMPONENTS_TIER_MONTHLY };

/* [component.NAME] */
enum {
    SP_COMPONENTS_SHARE,
    SP_COMPONENTS_MONTHLY,
    SP_COMPONENTS_PER_UNIT,
    SP_COMPONENTS_DRIVER,
    SP_COMPONENTS_INCLUDED,
    SP_COMPONENTS_ACCOUNT
};
enum { SP_COMPONENTS_USERS, SP_COMPONENTS_PAYERS, SP_COMPONENTS_STORIES, SP_COMPONENTS_STORED }; /* drivers */

/* Reads. */
enum {
    SP_COMPONENTS_USERS_NOW,
    SP_COMPONENTS_USERS_BEFORE,
    SP_COMPONENTS_HIGHEST_BEFORE, /* of tiers */
    SP_COMPONENTS_PAID_NOW,
    SP_COMPONENTS_PAID_BEFORE,
    SP_COMPONENTS_STORIES_NOW,
    SP_COMPONENTS_STORED_NOW,
    SP_COMPONENTS_STORED_BEFORE,
    SP_COMPONENTS_HELD_BEFORE,
    SP_COMPONENTS_REACHED_BEFORE
};

/* Writes. */
enum {
    SP_COMPONENTS_TIER,
    SP_COMPONENTS_HIGHEST,
    SP_COMPONENTS_COST,
    SP_COMPONENTS_COST_OF,
    SP_COMPONENTS_UPGRADE,
    SP_COMPONENTS_UPGRADE_TO,
    SP_COMPONENTS_ACTIVE,
    SP_COMPONENTS_HELD,
    SP_COMPONENTS_REACHED
};

extern const struct sp_field_table sp_components_table, sp_components_stage_table;

static inline bool sp_components_replace_tiers(const struct sp_step *s) {
    return sp_step_number(s, SP_COMPONENTS_INFRASTRUCTURE, 0, SP_COMPONENTS_BY) == SP_COMPONENTS_BY_COMPONENT;
}

/* Refuses what would be counted twice, or not at all. */
void sp_components_check(const struct sp_stated *given);

/* The stages of the opening users. */
void sp_components_start(const struct sp_step *s);

/* Splits the cost of the tier (the column COST), adds the components' own costs to it and their upgrades to
 * the column UPGRADE. Not without components. */
void sp_components_step(const struct sp_step *s);

#endif
