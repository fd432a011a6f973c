/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/interrupt.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const int signals[] = {SIGXFSZ, SIGHUP, SIGINT, SIGTERM};
enum { SIGNALS = sizeof signals / sizeof *signals };

static struct {
    bool is_on;
    char name[PATH_MAX];
    struct sigaction before[SIGNALS];
} guard;

/* The default action, which SA_RESETHAND has brought back, follows when the handler returns. */
static void remove_and_end(int number) {
    unlink(guard.name);
    raise(number);
}

static void set(int i) {
    struct sigaction action = {.sa_handler = SIG_IGN};
    if (signals[i] != SIGXFSZ) {
        action.sa_handler = remove_and_end;
        action.sa_flags = (int)SA_RESETHAND;
    }
    sigaction(signals[i], NULL, &guard.before[i]);
    if (guard.before[i].sa_handler == SIG_DFL)
        sigaction(signals[i], &action, NULL);
}

void sp_interrupt_guard(const char *temporary) {
    if (guard.is_on || strlen(temporary) >= sizeof guard.name)
        return;
    strcpy(guard.name, temporary);
    guard.is_on = true;
    for (int i = 0; i < SIGNALS; i++)
        set(i);
}

void sp_interrupt_release(const char *temporary) {
    if (!guard.is_on || strcmp(guard.name, temporary) != 0)
        return;
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &guard.before[i], NULL);
    guard.is_on = false;
}
