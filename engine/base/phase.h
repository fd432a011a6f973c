/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where the time of the simulation goes: every thread says which phase it enters, and the time until it
 * enters the next is the phase's, but for time in which it waits for a processor or reads the clock. Nothing
 * is measured unless asked for, and then a check is all that it costs. Results never depend on it.
 */
#ifndef SP_ENGINE_BASE_PHASE_H
#define SP_ENGINE_BASE_PHASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sp_phase {
    SP_PHASE_ASSUMPTIONS,  /* noise, changes, bounds, and what is not listed below */
    SP_PHASE_WORDS,        /* random words */
    SP_PHASE_TABLES,       /* from words to draws: by a table of the quantile function */
    SP_PHASE_EXPONENTIALS, /* by a table and an exponential */
    SP_PHASE_TRIANGULAR,   /* by the formula of the triangular law */
    SP_PHASE_UNIFORM,      /* by that of the uniform law */
    SP_PHASE_SEARCHES,     /* by looking for a piece of the quantile function, or for a large count */
    SP_PHASE_STEPS,        /* mechanisms */
    SP_PHASE_PERIODS,      /* sums of flows over years and the horizon */
    SP_PHASE_STREAMS,      /* moments and histograms of metrics */
    SP_PHASE_TIERS,        /* how paths move through categories */
    SP_PHASE_CELLS,        /* histograms of metrics by category */
    SP_PHASE_SUMS,         /* what their errors need: sums of each path, and statistics of groups */
    SP_PHASE_KEPT,         /* kept paths: put aside and written */
    SP_PHASES
};

/* What a phase took: nanoseconds, summed over threads, and how many values it worked on (words, draws,
 * steps x path-quarters, ..). */
struct sp_phase_cost {
    uint64_t nanoseconds, values;
};

extern bool sp_phase_is_measured;

/* Turns measuring on; before threads start. */
void sp_phase_measure(void);

/* A thread begins and ends a piece of work; what it did before is forgotten. */
void sp_phase_begin(void);
void sp_phase_end(void);

/* For sp_phase_enter. */
void sp_phase_switch(enum sp_phase next, uint64_t values);

/* The thread enters a phase in which it works on so many values. */
static inline void sp_phase_enter(enum sp_phase next, uint64_t values) {
    if (sp_phase_is_measured)
        sp_phase_switch(next, values);
}

const char *sp_phase_name(enum sp_phase phase);

/* What all pieces of work took that have ended. */
struct sp_phase_cost sp_phase_total(enum sp_phase phase);

/* --- The parts of a whole run, one after the other: of the main thread only --- */

enum { SP_PHASE_PARTS = 32 };

struct sp_phase_part {
    const char *name;
    double clock, processor; /* seconds; the processor's are summed over threads */
};

/* A part has ended that began where the last one ended (the first: at sp_phase_measure). Names are static.
 * A name that was used before gets the time added. */
void sp_phase_part_end(const char *name);

/* Returns how many parts there were; *part has them in order. */
size_t sp_phase_parts(const struct sp_phase_part **part);

#endif
