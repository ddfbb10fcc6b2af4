/* SPDX-License-Identifier: MIT */
#include "base/threads.h"

#include <omp.h>
#include <sched.h>

/* Some microseconds. */
#define ROUNDS_OF_PATIENCE 1000

void dn_parallel(int threads, int tasks, dn_task_body *body, void *context)
{
    if (threads <= 1 || tasks <= 1) {
        for (int task = 0; task < tasks; task++)
            body(context, task, 0);
        return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int task = 0; task < tasks; task++)
        body(context, task, omp_get_thread_num());
}

void dn_relax(int round)
{
    if (round >= ROUNDS_OF_PATIENCE) {
        sched_yield();
        return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

int dn_core_count(void)
{
    return omp_get_num_procs();
}

dn_status dn_choose_threads(int asked, int *threads)
{
    if (asked < 0 || asked > DN_MOST_THREADS)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%d threads: from 1 to %d are possible, and 0 for one a core", asked,
                       DN_MOST_THREADS);
    *threads = asked ? asked : dn_core_count();
    return DN_OK;
}
