/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The options that say which scenario is meant, alike in all commands that read one: SCENARIO, --with, --set,
 * --paths, --seed. The last two are short for --set.
 */
#ifndef SP_CLI_INPUTS_H
#define SP_CLI_INPUTS_H

#include "scenarios/scenario.h"

#include <argp.h>

enum { SP_INPUTS_MOST = 256 };

struct sp_inputs {
    const char *scenario;
    const char *overlay[SP_INPUTS_MOST];
    const char *set[SP_INPUTS_MOST];
    size_t overlays, sets;
    char *owned[2]; /* texts made for --paths and --seed */
};

extern const struct argp sp_inputs_argp; /* a child parser; its input is a struct sp_inputs */

struct sp_request sp_inputs_request(const struct sp_inputs *inputs);

void sp_inputs_free(struct sp_inputs *inputs);

/* A whole number without sign, digits only, within low .. high; else argp's usage error, which exits. */
uint64_t sp_inputs_whole(struct argp_state *state, const char *option, const char *text, uint64_t low,
                         uint64_t high);

#endif
