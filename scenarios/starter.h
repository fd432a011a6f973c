/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A scenario to begin with: every table and key with its descriptor's words as comments, an example where a
 * key must be given, the default as a comment where not. It runs as it stands, and all examples are marked as
 * placeholders, so that no result hides that its numbers are nobody's.
 */
#ifndef SP_SCENARIOS_STARTER_H
#define SP_SCENARIOS_STARTER_H

/* The text, to be freed with free(). 0 or SP_ERROR_RESOURCES. */
int sp_starter_text(char **text);

#endif
