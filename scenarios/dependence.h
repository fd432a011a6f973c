/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dependence between assumptions: latent factors, `[factor.NAME] loadings = { "growth.rate_first" = 0.6, ..
 * }`, and rank correlations of pairs, `[correlation.NAME] between = ["a", "b"]`, `rank = -0.3`. Members of
 * one factor or pair are of one layer: all drawn once per path, or all each quarter (`each = "quarter"` on
 * the factor).
 */
#ifndef SP_SCENARIOS_DEPENDENCE_H
#define SP_SCENARIOS_DEPENDENCE_H

#include "scenarios/value.h"

/* Binds all factors and correlations; inputs are bound already. */
int sp_dependence_bind(const struct sp_value_context *context, struct sp_scenario *scenario);

/* Gives the variables of a variant their loadings. Correlations that cannot all hold are a problem that names
 * the smallest eigenvalue and the worst three. */
int sp_dependence_compile(struct sp_plan *plan, const struct sp_scenario *scenario,
                          struct sp_variant *variant, struct sp_problems *problems);

#endif
