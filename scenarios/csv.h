/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Files of comma separated values beside a scenario, read line by line and field by field.
 */
#ifndef SP_SCENARIOS_CSV_H
#define SP_SCENARIOS_CSV_H

#include "engine/base/arena.h"

#include <stdbool.h>

/* Whether a file's name stays in the scenario's folder or below. */
bool sp_csv_is_safe(const char *name);

/* The name as seen from the folder of the scenario. NULL: out of memory. */
char *sp_csv_path(struct sp_arena *arena, const char *scenario, const char *name);

/* The whole file as text in the arena, at most 16 MiB; or NULL, and *wrong says why. */
char *sp_csv_read(struct sp_arena *arena, const char *path, const char **wrong);

/* The next line that is not empty, cut out of the text at CR or LF, and its number; NULL at the end. */
char *sp_csv_line(char **text, int *number);

/* The next field, cut out of a line: without quotes and outer blanks. NULL at the end. */
char *sp_csv_field(char **rest);

#endif
