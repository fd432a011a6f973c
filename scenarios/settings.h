/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The keys of a scenario that belong to no mechanism: name, title, currency, time, seed, paths, accrual,
 * counts, [results]; and those of [change.NAME]. Descriptors of all of them are listed for help and for the
 * reference page (settings_list.c).
 */
#ifndef SP_SCENARIOS_SETTINGS_H
#define SP_SCENARIOS_SETTINGS_H

#include "scenarios/value.h"

/* Reads the settings of scenario->root into the scenario. 0, SP_ERROR_SCENARIO or SP_ERROR_RESOURCES. */
int sp_settings_bind(struct sp_scenario *scenario, struct sp_problems *problems);

struct sp_setting {
    const char *key, *sentence;
    const char *takes;    /* "1 .. 400", "a text" */
    const char *standard; /* the default, as it would be written; NULL: none, or the sentence says it */
    const char *example;  /* as it would be written */
};

/* All settings, "time.first" and so on; tables stand together, keys outside any table first. Static storage.
 */
const struct sp_setting *sp_settings_list(size_t *count);

#endif
