/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What all commands print alike: problems, and the end of the output.
 */
#ifndef SP_CLI_PRINT_H
#define SP_CLI_PRINT_H

#include "engine/base/problems.h"

#include <stdio.h>

/* A text with control characters shown as \xNN, so that no input can drive the terminal. */
void sp_print_escaped(FILE *stream, const char *text);

/* All problems on stderr, sorted by place, one a line: file:line:column: error: what; what to do. At most 20.
 * Returns the exit code of the first error, or 0. */
int sp_print_problems(struct sp_problems *problems);

/* The same as JSON on stdout, one object a line. */
int sp_print_problems_json(struct sp_problems *problems);

/* Columns to print in: those of the terminal on stdout, `most` when it is none or has more. */
int sp_print_width(int most);

/* Flushes stdout. Returns `code`, or 5 when the output could not be written (unless its reader went away). */
int sp_print_finish(int code);

#endif
