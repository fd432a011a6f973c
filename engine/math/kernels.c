/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/math/kernels.h"

#include <stdbool.h>
#include <string.h>

/* One table per level, each from its own compilation of kernels_level.c. */
#ifdef __x86_64__
extern const struct sp_kernels sp_kernels_level_v2, sp_kernels_level_v3, sp_kernels_level_v4;

static bool has_v2(void) {
    return __builtin_cpu_supports("x86-64-v2");
}
static bool has_v3(void) {
    return __builtin_cpu_supports("x86-64-v3");
}
static bool has_v4(void) {
    return __builtin_cpu_supports("x86-64-v4");
}

static const struct {
    const struct sp_kernels *kernels;
    bool (*is_there)(void);
} levels[] = {{&sp_kernels_level_v4, has_v4}, {&sp_kernels_level_v3, has_v3}, {&sp_kernels_level_v2, has_v2}};
#else
extern const struct sp_kernels sp_kernels_level_any;

static bool always(void) {
    return true;
}

static const struct {
    const struct sp_kernels *kernels;
    bool (*is_there)(void);
} levels[] = {{&sp_kernels_level_any, always}};
#endif

const struct sp_kernels *sp_kernels_find(const char *level) {
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if ((!level || strcmp(level, levels[i].kernels->level) == 0) && levels[i].is_there())
            return levels[i].kernels;
    return NULL;
}
