/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result onto the disk. Under its final name there is, at any moment and whatever fails, either what was
 * there before or the complete new file: it is made in memory, written beside the target as NAME.tmp.PID,
 * synced, read back from there and compared with the result bit by bit, and only then renamed. After a
 * failure or a signal that ends the process the temporary file is removed; after a crash it may stay, and can
 * be deleted. Two runs that write to one name do not disturb each other; the last one to finish stays.
 *
 * Kept paths go to the temporary file while they are simulated, are never in memory as a whole, and are
 * compared by their hash when they are read back:
 *
 *     struct sp_writer *writer = sp_writer_create(path, force);
 *     struct sp_kept_sink sink = sp_writer_sink(writer);
 *     ... sp_run(.., {.kept = &sink}, .., &result) ...
 *     error = sp_writer_finish(writer, result, problems);
 *     sp_writer_free(writer);
 *
 * It needs memory for about twice the file without kept paths, and its largest array. One writer at a time.
 */
#ifndef SP_OUTPUT_WRITER_H
#define SP_OUTPUT_WRITER_H

#include "engine/base/problems.h"
#include "engine/run/result.h"

#include <stdbool.h>

/* To be called before the simulation: see sp_target_check() in target.h, which it is. */
int sp_writer_check(const char *path, bool force, struct sp_problems *problems);

struct sp_writer;

/* NULL: out of memory. Nothing is on the disk before kept paths are, or before sp_writer_finish. */
struct sp_writer *sp_writer_create(const char *path, bool force);

/* Removes what is unfinished. NULL is allowed. */
void sp_writer_free(struct sp_writer *writer);

/* Where kept paths go. Its errors are SP_ERROR_OUTPUT (or SP_ERROR_RESOURCES), with a problem whose place is
 * the path: a full disk, for instance, before the first path is simulated. */
struct sp_kept_sink sp_writer_sink(struct sp_writer *writer);

/* 0 when the file is complete, verified and durable. Else SP_ERROR_OUTPUT (or SP_ERROR_RESOURCES) with one
 * problem whose place is the path. Equal results give equal bytes. */
int sp_writer_finish(struct sp_writer *writer, const struct sp_result *result, struct sp_problems *problems);

/* All of it for a result that has its kept paths in memory, or none. */
int sp_writer_save(const struct sp_result *result, const char *path, bool force,
                   struct sp_problems *problems);

#endif
