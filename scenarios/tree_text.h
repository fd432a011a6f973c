/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The characters a scenario is made of. Text that a reader cannot tell from other text is refused: control
 * characters and invisible marks everywhere, look-alikes (a typographic minus, a no-break space) where TOML
 * itself is read, that is outside strings and comments.
 */
#ifndef SP_SCENARIOS_TREE_TEXT_H
#define SP_SCENARIOS_TREE_TEXT_H

#include "engine/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* A copy of *size bytes without a leading byte order mark and with every line end as \n; *size becomes its
 * length. Ended with 0. NULL when out of memory. */
char *sp_tree_text_plain(struct sp_arena *arena, const char *bytes, size_t *size);

/* Reads one UTF-8 character. Returns its length in bytes (1 to 4), or 0 when the bytes are not UTF-8: cut
 * short, longer than needed, a surrogate, or beyond U+10FFFF. `size` is at least 1. */
size_t sp_tree_text_decode(const char *bytes, size_t size, uint32_t *character);

/* NULL when the character may stand in any text; otherwise what to do instead, in words. */
const char *sp_tree_text_hidden(uint32_t character);

/* NULL when the character may stand outside strings and comments; otherwise what to do instead, in words. */
const char *sp_tree_text_outside(uint32_t character);

#endif
