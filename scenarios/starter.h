/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scenario to begin with: tables and keys with their descriptors' words as comments, and an example where a
 * key must be given. It runs as it stands, and all examples are marked as placeholders, so that no result
 * hides that its numbers are nobody's. The short one has what no company can do without, and says what else
 * there is; the other every table and key, with the default as a comment where a key may be left out.
 */
#ifndef SP_SCENARIOS_STARTER_H
#define SP_SCENARIOS_STARTER_H

#include <stdbool.h>

/* The text, to be freed with free(). 0 or SP_ERROR_RESOURCES. */
int sp_starter_text(bool all, char **text);

#endif
