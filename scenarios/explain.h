/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Help made of the descriptors. Each function gives a text of several lines, to be freed with free(), wrapped
 * at `width` columns.
 */
#ifndef SP_SCENARIOS_EXPLAIN_H
#define SP_SCENARIOS_EXPLAIN_H

#include "scenarios/catalog.h"

/* All mechanisms in a sentence each, the laws, and how to go on. 0 or SP_ERROR_RESOURCES. */
int sp_explain_overview(int width, char **text);

/* All that a word means: a mechanism, table, key, metric, setting or law. When it means nothing: what it may
 * mean, as a list. When that is nothing too, SP_ERROR_USAGE and a problem that has the nearest name. */
int sp_explain_word(const char *word, int width, char **text, struct sp_problems *problems);

/* Adds that nothing has this name, with the nearest one. Returns SP_ERROR_USAGE. */
int sp_explain_tell_unknown(struct sp_arena *arena, const struct sp_catalog *catalog, const char *word,
                            struct sp_problems *problems);

#endif
