/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Work that is done while the caller does other work, in a thread of its own: what waits for the disk beside
 * what needs the processor. Where no thread can be had it is done at once, before sp_beside_start returns.
 *
 *     struct sp_beside beside;
 *     sp_beside_start(&beside, write_file, &file);
 *     (the caller leaves alone what write_file changes)
 *     sp_beside_wait(&beside);
 *
 * Signals go to the other threads. The work must not use HDF5 and needs no more than 768 KiB of stack.
 */
#ifndef SP_OUTPUT_BESIDE_H
#define SP_OUTPUT_BESIDE_H

#include <pthread.h>
#include <stdbool.h>

struct sp_beside {
    void (*work)(void *context);
    void *context;
    bool is_thread;
    pthread_t thread;
};

/* `beside` stays where it is until sp_beside_wait, which must follow. */
void sp_beside_start(struct sp_beside *beside, void (*work)(void *context), void *context);
void sp_beside_wait(struct sp_beside *beside);

#endif
