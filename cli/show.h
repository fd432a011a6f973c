/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Shows a result on the standard output.
 */
#ifndef SP_CLI_SHOW_H
#define SP_CLI_SHOW_H

#include "engine/run/result.h"

#include <stdbool.h>

struct sp_show_request {
    const char *metric; /* one, or a family; NULL: the most asked-for ones */
    bool tiers, json;
};

/* Prints bands, tables by tier, or rows. 0, or an exit code. */
int sp_show_result(const struct sp_result *result, const struct sp_show_request *request);

#endif
