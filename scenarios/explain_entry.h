/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One entry of the catalog, explained in full.
 */
#ifndef SP_SCENARIOS_EXPLAIN_ENTRY_H
#define SP_SCENARIOS_EXPLAIN_ENTRY_H

#include "scenarios/describe.h"

void sp_explain_entry_print(struct sp_prose *prose, const struct sp_catalog_entry *entry);

#endif
