/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work beside the caller's is done when it has been waited for, whether there was a thread for it or not.
 */
#include "output/beside.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>

TestSuite(output_beside, .timeout = 20);

struct note {
    atomic_int go, seen;
    pthread_t thread;
    sigset_t blocked;
};

/* Ends only once the caller has done something meanwhile. */
static void wait_for_caller(void *context) {
    struct note *note = context;
    while (!note->go)
        sched_yield();
    note->thread = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &note->blocked);
    note->seen = 1;
}

Test(output_beside, work_goes_on_side_by_side) {
    struct sp_beside beside;
    static struct note note;
    sigset_t own;
    sp_beside_start(&beside, wait_for_caller, &note);
    cr_assert(beside.is_thread);
    cr_expect_eq(note.seen, 0);
    note.go = 1;
    sp_beside_wait(&beside);
    cr_expect_eq(note.seen, 1);
    cr_expect_not(pthread_equal(note.thread, pthread_self()));
    cr_expect_eq(sigismember(&note.blocked, SIGINT), 1, "a signal would interrupt it");
    pthread_sigmask(SIG_SETMASK, NULL, &own);
    cr_expect_eq(sigismember(&own, SIGINT), 0, "the caller's signals are blocked");
}

/* Without room for a stack there is no thread; the sanitizers need room of their own. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
Test(output_beside, work_is_done_at_once_without_a_thread) {
    struct sp_beside beside;
    static struct note note = {.go = 1};
    struct rlimit before, none;
    cr_assert_eq(getrlimit(RLIMIT_AS, &before), 0);
    none = (struct rlimit){.rlim_cur = 1 << 20, .rlim_max = before.rlim_max};
    cr_assert_eq(setrlimit(RLIMIT_AS, &none), 0);
    sp_beside_start(&beside, wait_for_caller, &note);
    cr_assert_eq(setrlimit(RLIMIT_AS, &before), 0);
    cr_expect_not(beside.is_thread);
    cr_expect_eq(note.seen, 1);
    sp_beside_wait(&beside);
    cr_expect(pthread_equal(note.thread, pthread_self()));
}
#endif
