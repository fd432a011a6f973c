/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One entry of the catalog, explained in full.
 */
#ifndef SP_SCENARIOS_EXPLAIN_ENTRY_H
#define SP_SCENARIOS_EXPLAIN_ENTRY_H

#include "scenarios/describe.h"

void sp_explain_entry_print(struct sp_prose *prose, const struct sp_catalog_entry *entry);

/* A word like risk.outage.cost.mean, the parameter of an assumption's law: which laws have it, and its
 * bounds; then the assumption. Whether the word is one. */
bool sp_explain_entry_parameter(struct sp_prose *prose, const struct sp_catalog *catalog, const char *word);

#endif
