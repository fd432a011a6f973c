/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keys of a scenario that belong to no mechanism: name, title, currency, time, seed, paths, accrual,
 * counts, [results]. Descriptors of all of them are listed here for the reference page.
 */
#ifndef SP_SCENARIOS_SETTINGS_H
#define SP_SCENARIOS_SETTINGS_H

#include "scenarios/value.h"

/* Reads the settings of scenario->root into the scenario. 0, SP_ERROR_SCENARIO or SP_ERROR_RESOURCES. */
int sp_settings_bind(struct sp_scenario *scenario, struct sp_problems *problems);

struct sp_setting {
    const char *key, *sentence;
};

/* All settings, "time.first" and so on. Static storage. */
const struct sp_setting *sp_settings_list(size_t *count);

#endif
