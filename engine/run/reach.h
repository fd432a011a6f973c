/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What a variable can reach at all: the steps that read it, those that read what these write, and so on, in
 * this quarter or a later one. More than what depends on it (depend.h), and found without simulating.
 */
#ifndef SP_ENGINE_RUN_REACH_H
#define SP_ENGINE_RUN_REACH_H

#include "engine/run/plan.h"

struct sp_reach {
    bool *variable; /* [variables] */
    bool *column;   /* [columns] written by these steps */
    bool *step;     /* [steps] */
};

/* Arrays in the arena. 0 or SP_ERROR_RESOURCES. */
int sp_reach_find(struct sp_arena *arena, const struct sp_variant *variant, size_t variable,
                  struct sp_reach *reach);

#endif
