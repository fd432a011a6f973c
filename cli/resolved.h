/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * check --resolved: every value that a scenario uses, on the standard output.
 */
#ifndef SP_CLI_RESOLVED_H
#define SP_CLI_RESOLVED_H

#include "scenarios/scenario.h"

/* A table; or as JSON one object a line, with all that is known of each value. 0, or an error code. */
int sp_resolved_print(const struct sp_scenario *scenario, bool json);

#endif
