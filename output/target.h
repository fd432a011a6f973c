/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Whether a name can become a result file: asked before the work, so that hours of it are not lost.
 */
#ifndef SP_OUTPUT_TARGET_H
#define SP_OUTPUT_TARGET_H

#include "engine/base/problems.h"

#include <stdbool.h>

/* 0, or an error with one problem (its place is `path`): the folder is missing or cannot be written to; the
 * name is too long, or is a folder's, a link's, a device's or a FIFO's; or there is a file by that name that
 * is not a complete scalepath result. Only the last is allowed by `force`; a complete result may always be
 * replaced. */
int sp_target_check(const char *path, bool force, struct sp_problems *problems);

/* The same for a file that people edit, a workbook: whatever has the name is kept, unless `force`. */
int sp_target_check_new(const char *path, bool force, struct sp_problems *problems);

#endif
