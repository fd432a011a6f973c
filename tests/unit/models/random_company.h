/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Random scenarios from the whole space of what may be written: made from the descriptors of the mechanisms
 * alone, so that what is added to the registry is in them without being named here. Each table is there or
 * not, each choice is any of its words, each key is given or left out, each number lies anywhere within its
 * bounds, often on one, or near its example.
 *
 *     struct random_company company = random_company_make(seed, paths, quarters);
 *     if (random_company_mend(&company)) ... random_company_text(&company) ...
 *     random_company_free(&company);
 */
#ifndef SP_TESTS_UNIT_MODELS_RANDOM_COMPANY_H
#define SP_TESTS_UNIT_MODELS_RANDOM_COMPANY_H

#include "engine/base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random_company_line {
    const char *text;
    bool is_heading;
    bool is_kept;    /* never left out: settings */
    bool is_dropped; /* a heading: with all that stands below it */
};

struct random_company {
    struct sp_arena *arena;
    struct random_company_line *line; /* [lines] */
    size_t lines;
};

/* Beyond 50 quarters no number is near its example: such companies often grow out of range. */
struct random_company random_company_make(uint64_t seed, size_t paths, size_t quarters);
void random_company_free(struct random_company *company);

/* As a scenario's text, in the company's arena. */
const char *random_company_text(const struct random_company *company);

/* Leaves out what is refused (a mechanism without one that it needs, two keys that contradict each other)
 * until the rest is a good scenario. False: nothing is left. */
bool random_company_mend(struct random_company *company);

/* Leaves out all that is not needed for `is_wrong` to say so, for a failure that can be read. */
void random_company_shrink(struct random_company *company, bool (*is_wrong)(const char *text));

#endif
