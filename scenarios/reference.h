/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The reference page, scenarios/REFERENCE.md: all settings, mechanisms and laws, made of their descriptors.
 */
#ifndef SP_SCENARIOS_REFERENCE_H
#define SP_SCENARIOS_REFERENCE_H

/* The page as Markdown, to be freed with free(). 0 or SP_ERROR_RESOURCES. */
int sp_reference_text(char **text);

#endif
