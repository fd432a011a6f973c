/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * toml++ behind one C function: the only door to C++. No exception leaves it.
 */
#ifndef SP_SCENARIOS_TOML_H
#define SP_SCENARIOS_TOML_H

#include "scenarios/tree.h"

/* Parses text that sp_tree_scan has found good; `file` is kept by the nodes and outlives them. Returns the
 * root table, or NULL with problems added. */
struct sp_node *sp_toml_parse(struct sp_arena *arena, const char *file, const char *text, size_t size,
                              struct sp_problems *problems);

#endif
