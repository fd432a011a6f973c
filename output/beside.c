/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/beside.h"

#include <signal.h>
#include <stddef.h>

enum { STACK_BYTES = 1 << 20 }; /* whatever the limit of the process is */

static void *run(void *context) {
    struct sp_beside *beside = context;
    beside->work(beside->context);
    return NULL;
}

/* A thread inherits the signals that are blocked. */
static bool create(struct sp_beside *beside, const pthread_attr_t *attributes) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before))
        return false;
    bool created = pthread_create(&beside->thread, attributes, run, beside) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return created;
}

void sp_beside_start(struct sp_beside *beside, void (*work)(void *context), void *context) {
    pthread_attr_t attributes;
    *beside = (struct sp_beside){.work = work, .context = context};
    if (pthread_attr_init(&attributes) == 0) {
        beside->is_thread =
            pthread_attr_setstacksize(&attributes, STACK_BYTES) == 0 && create(beside, &attributes);
        pthread_attr_destroy(&attributes);
    }
    if (!beside->is_thread)
        work(context);
}

void sp_beside_wait(struct sp_beside *beside) {
    if (beside->is_thread)
        pthread_join(beside->thread, NULL);
    beside->is_thread = false;
}
