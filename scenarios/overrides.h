/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One tree out of many texts, in the order in which later ones win:
 *
 *     extends        a scenario's first line may say extends = "base.toml", and that file may say it again
 *     --with         overlays, left to right; an overlay extends nothing
 *     --set          single assignments, left to right
 *
 * How one is laid on another: sp_tree_merge.
 */
#ifndef SP_SCENARIOS_OVERRIDES_H
#define SP_SCENARIOS_OVERRIDES_H

#include "scenarios/tree.h"

enum { SP_OVERRIDES_EXTENDS = 16 }; /* files in one chain, at most */

/* Reads `scenario` and what it extends, and lays the overlays and the assignments on it. Files are named as
 * the program's user names them; `extends` is relative to the folder of its own file. All mistakes of all
 * texts are added. Returns the root without its `extends`, or NULL with problems added. `files` (or NULL)
 * becomes the names of the files read, without folders, in the order of the merge, one a line. */
struct sp_node *sp_overrides_read(struct sp_arena *arena, const char *scenario, const char *const *overlays,
                                  size_t n_overlays, const char *const *sets, size_t n_sets,
                                  sp_tree_is_leaf *is_leaf, char **files, struct sp_problems *problems);

/* Carries out one `KEY=VALUE`: KEY is a path with dots as in TOML, VALUE any value of TOML on one line; a
 * single word that is none ("end", "5%", "2026Q1") is text. The file of its nodes is "--set", the columns are
 * those of `assignment`. A KEY that leads into a leaf is refused, since a leaf is replaced whole. 0,
 * SP_ERROR_USAGE or SP_ERROR_RESOURCES, with a problem added. */
int sp_overrides_set(struct sp_arena *arena, struct sp_node *root, const char *assignment,
                     sp_tree_is_leaf *is_leaf, struct sp_problems *problems);

#endif
