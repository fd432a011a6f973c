/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * "Did you mean ...?": the known word nearest to one that was mistyped.
 */
#ifndef SP_SCENARIOS_SUGGEST_H
#define SP_SCENARIOS_SUGGEST_H

#include <stddef.h>

/* The word of `known` that takes the fewest keystrokes to mend `word`: letters added, removed, changed, or
 * two neighbours swapped. NULL when none is near: more than a third of the word's letters, and more than one.
 * The first of equals; capitals count as small letters. Words of more than 64 bytes are near to nothing. */
const char *sp_suggest_nearest(const char *word, const char *const *known, size_t count);

#endif
