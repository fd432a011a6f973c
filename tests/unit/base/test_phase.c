/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/phase.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

TestSuite(phase, .timeout = 20);

Test(phase, costs_nothing_unless_asked_for) {
    sp_phase_begin();
    sp_phase_enter(SP_PHASE_WORDS, 64);
    sp_phase_end();
    cr_expect_eq(sp_phase_total(SP_PHASE_WORDS).values, 0);
}

static double seconds_of_thread(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* Much longer than a reading of the clock takes, which is no part of a phase. */
static void work(void) {
    for (double start = seconds_of_thread(); seconds_of_thread() < start + 2e-5;) {
    }
}

/* What was entered before the beginning is forgotten; pieces of work add up. */
Test(phase, values_of_pieces_add_up) {
    sp_phase_measure();
    sp_phase_begin();
    sp_phase_enter(SP_PHASE_STEPS, 7);
    sp_phase_begin();
    sp_phase_enter(SP_PHASE_WORDS, 64);
    work();
    sp_phase_enter(SP_PHASE_TABLES, 64);
    sp_phase_enter(SP_PHASE_WORDS, 128);
    sp_phase_end();
    sp_phase_begin();
    sp_phase_enter(SP_PHASE_WORDS, 1);
    sp_phase_end();
    cr_expect_eq(sp_phase_total(SP_PHASE_STEPS).values, 0);
    cr_expect_eq(sp_phase_total(SP_PHASE_WORDS).values, 193);
    cr_expect_eq(sp_phase_total(SP_PHASE_TABLES).values, 64);
    cr_expect_gt(sp_phase_total(SP_PHASE_WORDS).nanoseconds, 0);
    cr_expect_eq(sp_phase_total(SP_PHASE_CELLS).nanoseconds, 0);
}

Test(phase, every_phase_has_a_name) {
    for (enum sp_phase phase = 0; phase < SP_PHASES; phase++)
        cr_expect_gt(strlen(sp_phase_name(phase)), 0);
}
