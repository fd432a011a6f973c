/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/parallel.h"

#include <omp.h>

int sp_parallel_threads(int asked) {
    int threads = asked > 0 ? asked : omp_get_num_procs();
    return threads < SP_PARALLEL_THREADS_MAX ? threads : SP_PARALLEL_THREADS_MAX;
}

int sp_parallel_for(int threads, uint64_t items, const struct sp_parallel *job) {
    int stopped = 0;
#pragma omp parallel for ordered schedule(dynamic, 1) num_threads(threads)
    for (uint64_t item = 0; item < items; item++) {
        int is_over, thread = omp_get_thread_num();
#pragma omp atomic read
        is_over = stopped;
        if (!is_over)
            job->work(job->context, thread, item);
#pragma omp ordered
        {
            int result = stopped ? 0 : job->collect(job->context, thread, item);
            if (result) {
#pragma omp atomic write
                stopped = result;
            }
        }
    }
    return stopped;
}

/* Threads take several items at a time where there are many. */
void sp_parallel_each(int threads, uint64_t items, void *context,
                      void (*work)(void *context, int thread, uint64_t item)) {
    enum { SHARES = 32 };
    uint64_t some = items / ((uint64_t)threads * SHARES) + 1;
#pragma omp parallel for schedule(dynamic, some) num_threads(threads)
    for (uint64_t item = 0; item < items; item++)
        work(context, omp_get_thread_num(), item);
}
