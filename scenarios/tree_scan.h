/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A look over the text before it is parsed. It knows no more of TOML than strings, comments and brackets, and
 * keeps from the parser what would mislead a reader or exhaust the machine: strange characters, deep nesting,
 * too many values.
 */
#ifndef SP_SCENARIOS_TREE_SCAN_H
#define SP_SCENARIOS_TREE_SCAN_H

#include "engine/base/problems.h"

/* `text` is what sp_tree_text_plain returned. 0, or SP_ERROR_SCENARIO with problems added, the first few of
 * them when there are many. */
int sp_tree_scan(const char *file, const char *text, size_t size, struct sp_problems *problems);

#endif
