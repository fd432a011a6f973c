/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A law as a small picture for 80 columns.
 */
#ifndef SP_CLI_PICTURE_H
#define SP_CLI_PICTURE_H

#include "engine/random/law.h"

/* Bars of the probability in equal steps from P0.5 to P99.5, or of each value when there are few, with a
 * scale below and a mark at the median. */
void sp_picture_print(const struct sp_law *law);

#endif
