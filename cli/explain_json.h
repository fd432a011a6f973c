/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The descriptors as JSON on the standard output, one object a line. All have kind, name, sentence; what does
 * not apply is absent.
 */
#ifndef SP_CLI_EXPLAIN_JSON_H
#define SP_CLI_EXPLAIN_JSON_H

#include "engine/base/problems.h"

/* All that a word means, or may mean; everything when it is NULL. 0, SP_ERROR_USAGE or SP_ERROR_RESOURCES. */
int sp_explain_json_print(const char *word, struct sp_problems *problems);

#endif
