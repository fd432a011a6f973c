/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Scenario text as a plain C tree, with the place of every key and value. It knows TOML's types and nothing
 * of what the keys mean (bind.h does).
 *
 *     struct sp_node *root = sp_tree_read(arena, "moderate.toml", &problems);
 *     const struct sp_node *growth = sp_tree_find(root, "growth");      (NULL when absent)
 *
 * Life: nodes live in an arena given by the caller, and so do their texts. A table keeps its entries in the
 * order of the text; lists grow with sp_arena_append. Keys are unique within a table.
 *
 * Limits: SP_TREE_BYTES of text, SP_TREE_VALUES values, SP_TREE_DEPTH tables and arrays inside one another.
 * All are checked before the parser sees the text, so that no text can exhaust time, memory or stack.
 */
#ifndef SP_SCENARIOS_TREE_H
#define SP_SCENARIOS_TREE_H

#include "engine/base/arena.h"
#include "engine/base/problems.h"

#include <stdbool.h>
#include <stdint.h>

enum sp_node_kind { SP_NODE_TABLE, SP_NODE_ARRAY, SP_NODE_TEXT, SP_NODE_WHOLE, SP_NODE_REAL, SP_NODE_TRUTH };

struct sp_node {
    enum sp_node_kind kind;
    const char *key;                  /* in the parent table; NULL in an array and at the root */
    struct sp_place key_place, place; /* of the key and of the value */
    size_t count;                     /* table, array: entries */
    struct sp_node **entry;           /* [count] */
    const char *text;                 /* SP_NODE_TEXT: UTF-8, no NUL bytes inside */
    int64_t whole;                    /* SP_NODE_WHOLE */
    double real;                      /* SP_NODE_REAL, finite, never -0; SP_NODE_WHOLE: the same number */
    bool truth;                       /* SP_NODE_TRUTH */
    bool used;                        /* set by the binder: it has understood this node */
};

enum { SP_TREE_DEPTH = 64, SP_TREE_BYTES = 64 * 1024 * 1024, SP_TREE_VALUES = 100 * 1000 };

/* Whether the table at a dotted path stands for one value (an assumption), so that it is merged and printed
 * as a whole. NULL in place of such a function: no table does. */
typedef bool sp_tree_is_leaf(const char *path, const struct sp_node *table);

/* Parses `size` bytes of TOML called `file` in messages. Refused, with a place: dates, times, nan, inf,
 * arrays of tables ([[x]]), bytes that are not UTF-8, and characters that look like others or cannot be seen.
 * A byte order mark and the line ends CR and CR LF are accepted and leave no trace. Returns the root table,
 * or NULL with problems added. */
struct sp_node *sp_tree_parse(struct sp_arena *arena, const char *file, const char *text, size_t size,
                              struct sp_problems *problems);

/* Reads a regular file of at most SP_TREE_BYTES and parses it. Folders, devices and pipes are refused. */
struct sp_node *sp_tree_read(struct sp_arena *arena, const char *file, struct sp_problems *problems);

/* The same for a file that another text names: that it cannot be read is told at `place`. */
struct sp_node *sp_tree_read_at(struct sp_arena *arena, const char *file, struct sp_place place,
                                struct sp_problems *problems);

/* The entry `key` of a table (not a path), or NULL; also NULL when `table` is NULL or no table. */
struct sp_node *sp_tree_find(const struct sp_node *table, const char *key);

/* Lays `over` on `base`: tables merge; anything else, and a table that is a leaf in either tree, is replaced
 * whole, at its old position. New entries come last. Both trees are used up. 0, or SP_ERROR_RESOURCES. */
int sp_tree_merge(struct sp_arena *arena, struct sp_node *base, struct sp_node *over,
                  sp_tree_is_leaf *is_leaf);

/* The tree as TOML that parses to an equal tree: in each table first the values, one a line with its origin
 * as a comment (`# file:line`), then the tables within; leaves on one line, numbers with the digits needed to
 * come back exactly. Printing what was parsed back gives the same text but for the origins. NULL: out of
 * memory. */
char *sp_tree_print(struct sp_arena *arena, const struct sp_node *root, sp_tree_is_leaf *is_leaf);

/* One value as TOML on one line: `{ normal = { mean = 0.35, sd = 0.1 } }`. NULL when out of memory. */
char *sp_tree_print_value(struct sp_arena *arena, const struct sp_node *node);

/* The dotted path of entry `key` in the table at `parent` ("" for the root), with quotes where TOML needs
 * them: `at."1st half"`. NULL when out of memory. */
char *sp_tree_print_path(struct sp_arena *arena, const char *parent, const char *key);

#endif
