/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result file as the result that was saved. The file is trusted in nothing: it is read once and used from
 * memory (so that it cannot change meanwhile), must be of a version that this program knows, and must agree
 * with the hash over its contents; and what was understood of it, written again, must give the same contents.
 */
#ifndef SP_OUTPUT_READER_H
#define SP_OUTPUT_READER_H

#include "engine/base/problems.h"
#include "engine/run/result.h"

/* 0 with *result, to be freed with sp_result_free(). Else SP_ERROR_FILE (or SP_ERROR_RESOURCES) with one
 * problem whose place is `path`, which names the object in the file and what was expected of it; *result is
 * NULL. An empty text of an origin or an absent one come back as NULL; names of inputs only when their values
 * were kept. The values of kept paths are checked in any case, and are in the result only `with_kept`: else
 * only their number and the names of the inputs are. */
int sp_reader_load(const char *path, bool with_kept, struct sp_result **result, struct sp_problems *problems);

#endif
