/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a result says of where it comes from: names, the resolved scenario, the origin of every value.
 */
#ifndef SP_SCENARIOS_PROVENANCE_H
#define SP_SCENARIOS_PROVENANCE_H

#include "scenarios/scenario.h"

/* Adds to a result what only the scenario knows. File names are kept without their folder, so that the same
 * inputs give the same result wherever they lie. 0 or SP_ERROR_RESOURCES. */
int sp_provenance_add(const struct sp_scenario *scenario, struct sp_result *result);

/* The origin of every value, in order of key, with all texts in the arena. 0 or SP_ERROR_RESOURCES. */
int sp_provenance_origins(const struct sp_scenario *scenario, struct sp_arena *arena,
                          struct sp_origin **origin, size_t *origins);

/* Of the file "scenarios/moderate.toml" the name "moderate.toml". */
const char *sp_provenance_file(const char *file);

#endif
