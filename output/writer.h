/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result onto the disk. Under its final name there is, at any moment and whatever fails, either what was
 * there before or the complete new file: it is made in memory, written beside the target as NAME.tmp.PID,
 * synced, read back from there and compared with the result bit by bit, and only then renamed. After a
 * failure the temporary file is removed; after a crash it may stay, and can be deleted. Two runs that write
 * to one name do not disturb each other; the last one to finish stays.
 *
 * It needs memory for about three times the file. One thread at a time.
 */
#ifndef SP_OUTPUT_WRITER_H
#define SP_OUTPUT_WRITER_H

#include "engine/base/problems.h"
#include "engine/run/result.h"

#include <stdbool.h>

/* To be called before the simulation: see sp_target_check() in target.h, which it is. */
int sp_writer_check(const char *path, bool force, struct sp_problems *problems);

/* 0 when the file is complete, verified and durable. Else SP_ERROR_OUTPUT (or SP_ERROR_RESOURCES) with one
 * problem whose place is `path`. Equal results give equal bytes. */
int sp_writer_save(const struct sp_result *result, const char *path, bool force,
                   struct sp_problems *problems);

#endif
