/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A small result with ugly numbers, for the tests of output/. It has everything that a result can have.
 */
#ifndef SP_TESTS_UNIT_OUTPUT_SAMPLE_H
#define SP_TESTS_UNIT_OUTPUT_SAMPLE_H

#include "engine/run/result.h"

/* To be freed with sp_result_free(). `plain`: without histograms, kept paths, counts and passage. */
struct sp_result *sample_create(bool plain);

/* Whether all that a file can hold is equal, numbers by their bits. */
bool sample_equal(const struct sp_result *a, const struct sp_result *b);

/* A folder of its own for a test, below /tmp; and its removal with all that is in it. */
char *sample_folder(void);
void sample_remove(char *folder);

/* "FOLDER/NAME", in a buffer that the next call but three overwrites. */
const char *sample_path(const char *folder, const char *name);

/* The bytes of a file, malloc'ed; NULL when there is none. And back. */
unsigned char *sample_read(const char *path, size_t *size);
void sample_write(const char *path, const void *bytes, size_t size);

/* How many files there are in the folder. */
int sample_files(const char *folder);

#endif
