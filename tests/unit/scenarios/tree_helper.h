/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the tests of scenario trees have in common.
 */
#ifndef SP_TESTS_UNIT_SCENARIOS_TREE_HELPER_H
#define SP_TESTS_UNIT_SCENARIOS_TREE_HELPER_H

#include "scenarios/tree.h"

/* Expects problems that read "line:column: what", joined by " | ". */
void tree_helper_expect_problems(const struct sp_problems *problems, const char *about, const char *expected);

void tree_helper_expect_place(const struct sp_place *place, int line, int column);

/* The same kinds, keys and values; places, and the order of tables' entries, aside. */
bool tree_helper_equal(const struct sp_node *a, const struct sp_node *b);

/* Parses text that is good, or fails the test. */
struct sp_node *tree_helper_parse(struct sp_arena *arena, const char *text);

/* A rule for leaves: tables below "leaf", and those with an entry p50. */
bool tree_helper_is_leaf(const char *path, const struct sp_node *table);

/* A new folder under /tmp, its name in the arena; files in it, by name. */
const char *tree_helper_folder(struct sp_arena *arena);
const char *tree_helper_write(struct sp_arena *arena, const char *folder, const char *name, const char *text);
void tree_helper_remove(const char *folder);

/* The first scenario with every table and key (`scalepath init --all`), written to the folder. */
const char *tree_helper_write_starter(struct sp_arena *arena, const char *folder);

#endif
