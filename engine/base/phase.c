/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/phase.h"

#include <string.h>
#include <time.h>

static const char *const names[SP_PHASES] = {
    [SP_PHASE_ASSUMPTIONS] = "assumptions",
    [SP_PHASE_WORDS] = "words",
    [SP_PHASE_QUANTILES] = "quantiles",
    [SP_PHASE_STEPS] = "steps",
    [SP_PHASE_PERIODS] = "periods",
    [SP_PHASE_STREAMS] = "streams",
    [SP_PHASE_TIERS] = "tiers",
    [SP_PHASE_CELLS] = "cells",
};

bool sp_phase_is_measured;

static struct sp_phase_cost total[SP_PHASES];

static _Thread_local struct {
    enum sp_phase phase;
    uint64_t since;
    struct sp_phase_cost cost[SP_PHASES];
} thread;

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void sp_phase_measure(void) {
    sp_phase_is_measured = true;
}

void sp_phase_begin(void) {
    if (!sp_phase_is_measured)
        return;
    memset(thread.cost, 0, sizeof thread.cost);
    thread.phase = SP_PHASE_ASSUMPTIONS;
    thread.since = now();
}

void sp_phase_switch(enum sp_phase next, uint64_t values) {
    uint64_t time = now();
    thread.cost[thread.phase].nanoseconds += time - thread.since;
    thread.cost[next].values += values;
    thread.phase = next;
    thread.since = time;
}

void sp_phase_end(void) {
    if (!sp_phase_is_measured)
        return;
    sp_phase_switch(SP_PHASE_ASSUMPTIONS, 0);
    for (int i = 0; i < SP_PHASES; i++) {
        __atomic_fetch_add(&total[i].nanoseconds, thread.cost[i].nanoseconds, __ATOMIC_RELAXED);
        __atomic_fetch_add(&total[i].values, thread.cost[i].values, __ATOMIC_RELAXED);
    }
}

const char *sp_phase_name(enum sp_phase phase) {
    return names[phase];
}

struct sp_phase_cost sp_phase_total(enum sp_phase phase) {
    return total[phase];
}
