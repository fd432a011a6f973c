/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/phase.h"

#include <string.h>
#include <time.h>

static const char *const names[SP_PHASES] = {
    [SP_PHASE_ASSUMPTIONS] = "assumptions",
    [SP_PHASE_WORDS] = "words",
    [SP_PHASE_TABLES] = "tables",
    [SP_PHASE_EXPONENTIALS] = "exponentials",
    [SP_PHASE_TRIANGULAR] = "triangular",
    [SP_PHASE_UNIFORM] = "uniform",
    [SP_PHASE_SEARCHES] = "searches",
    [SP_PHASE_STEPS] = "steps",
    [SP_PHASE_PERIODS] = "periods",
    [SP_PHASE_STREAMS] = "streams",
    [SP_PHASE_TIERS] = "tiers",
    [SP_PHASE_CELLS] = "cells",
    [SP_PHASE_SUMS] = "sums",
    [SP_PHASE_KEPT] = "kept",
};

bool sp_phase_is_measured;

static struct sp_phase_cost total[SP_PHASES];

static _Thread_local struct {
    enum sp_phase phase;
    uint64_t since;
    uint64_t checked, run; /* when it was last looked how long the thread had run, and how long that was */
    struct sp_phase_cost cost[SP_PHASES];
} thread;

static uint64_t read_clock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* How long the thread has waited for a processor since this was last asked. */
static uint64_t find_wait(uint64_t time) {
    uint64_t run = read_clock(CLOCK_THREAD_CPUTIME_ID), passed = time - thread.checked;
    uint64_t ran = run - thread.run;
    thread.checked = time;
    thread.run = run;
    return passed > ran ? passed - ran : 0;
}

static struct {
    struct sp_phase_part part[SP_PHASE_PARTS];
    size_t parts;
    double clock, processor; /* when the last part ended */
} run;

static double read_seconds(clockid_t clock) {
    return 1e-9 * (double)read_clock(clock);
}

/* What one reading of the clock takes: as much as a small step, and it is no part of it. */
static uint64_t reading;

static uint64_t measure_reading(void) {
    enum { READINGS = 1000, ROUNDS = 5 };
    uint64_t least = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t first = read_clock(CLOCK_MONOTONIC), last = first;
        for (int i = 0; i < READINGS; i++)
            last = read_clock(CLOCK_MONOTONIC);
        least = last - first < least ? last - first : least;
    }
    return least / READINGS;
}

void sp_phase_measure(void) {
    sp_phase_is_measured = true;
    reading = measure_reading();
    run.clock = read_seconds(CLOCK_MONOTONIC);
    run.processor = read_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

static struct sp_phase_part *find_part(const char *name) {
    size_t i = 0;
    while (i < run.parts && strcmp(run.part[i].name, name) != 0)
        i++;
    if (i == SP_PHASE_PARTS)
        i--;
    if (i == run.parts)
        run.part[run.parts++].name = name;
    return &run.part[i];
}

void sp_phase_part_end(const char *name) {
    if (!sp_phase_is_measured)
        return;
    double clock = read_seconds(CLOCK_MONOTONIC), processor = read_seconds(CLOCK_PROCESS_CPUTIME_ID);
    struct sp_phase_part *part = find_part(name);
    part->clock += clock - run.clock;
    part->processor += processor - run.processor;
    run.clock = clock;
    run.processor = processor;
}

size_t sp_phase_parts(const struct sp_phase_part **part) {
    *part = run.part;
    return run.parts;
}

void sp_phase_begin(void) {
    if (!sp_phase_is_measured)
        return;
    memset(thread.cost, 0, sizeof thread.cost);
    thread.phase = SP_PHASE_ASSUMPTIONS;
    thread.since = read_clock(CLOCK_MONOTONIC);
    find_wait(thread.since);
}

/* The clock of the thread itself takes too long to be read every time: it is where a phase took so long that
 * the thread may have had to wait in it. */
void sp_phase_switch(enum sp_phase next, uint64_t values) {
    const uint64_t suspicious = 100000;
    uint64_t time = read_clock(CLOCK_MONOTONIC), spent = time - thread.since;
    uint64_t other = reading + (spent > suspicious ? find_wait(time) : 0);
    thread.cost[thread.phase].nanoseconds += spent > other ? spent - other : 0;
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
