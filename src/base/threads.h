/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_THREADS_H
#define DN_BASE_THREADS_H

#include "base/status.h"

/* Runs body(context, task, thread) for every task in 0..tasks-1 on up to
 * `threads` threads and returns when all are done; thread is 0..threads-1 and
 * no two bodies run at once with the same one. Which thread runs a task is
 * left to the moment, so a body's result must depend on the task alone. */
typedef void dn_task_body(void *context, int task, int thread);
void dn_parallel(int threads, int tasks, dn_task_body *body, void *context);

/* What a caller's thread count stands for: 0 one a core; others that are not
 * 1..DN_MOST_THREADS are refused. */
#define DN_MOST_THREADS 4096
dn_status dn_choose_threads(int asked, int *threads);

/* For each round of a loop that waits for another thread: lets the core rest, and
 * from some round on lends it to others. */
void dn_relax(int round);

#endif
