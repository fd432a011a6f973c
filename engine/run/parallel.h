/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The one door to threads. No other file knows OpenMP.
 */
#ifndef SP_ENGINE_RUN_PARALLEL_H
#define SP_ENGINE_RUN_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

enum { SP_PARALLEL_THREADS_MAX = 1024 };

/* How many threads to use when `asked` for so many, at most SP_PARALLEL_THREADS_MAX; 0: one for each
 * processor that this process may use. */
int sp_parallel_threads(int asked);

struct sp_parallel {
    void *context;
    void (*work)(void *context, int thread, uint64_t item);
    /* Called in the order of items, one at a time. Nonzero stops: no later item is collected. */
    int (*collect)(void *context, int thread, uint64_t item);
};

/* work(item) for 0 .. items - 1 on `threads` threads, each followed by collect(item). Returns what collect
 * returned when it stopped, or 0. */
int sp_parallel_for(int threads, uint64_t items, const struct sp_parallel *job);

/* work(item) for 0 .. items - 1, in any order. */
void sp_parallel_each(int threads, uint64_t items, void *context,
                      void (*work)(void *context, int thread, uint64_t item));

#endif
