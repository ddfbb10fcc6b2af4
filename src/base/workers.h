/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_WORKERS_H
#define DN_BASE_WORKERS_H

#include "base/status.h"

/* Runs body(context, task, thread) for every task in 0..tasks-1 on up to
 * `threads` threads and returns when all are done; thread is 0..threads-1 and
 * no two bodies run at once with the same one. Which thread runs a task is
 * left to the moment, so a body's result must depend on the task alone; where
 * the system has fewer threads to give, or inside another body, fewer run, so
 * that a task may only wait for those before it. The calling thread keeps its
 * helpers, asleep, until it ends. */
typedef void dn_task_body(void *context, int task, int thread);
void dn_parallel(int threads, int tasks, dn_task_body *body, void *context);

/* What a caller's thread count stands for: 0 one per core; others that are not
 * 1..DN_MOST_THREADS are refused. */
#define DN_MOST_THREADS 4096
dn_status dn_choose_threads(int asked, int *threads);

/* ---- loops that wait for another thread ---- */

typedef struct dn_spin_state {
    int rounds;
    double start;
} dn_spin_state;

/* A round of such a loop, where it may go on sleeping: false once 50 us have
 * passed. Begins with zeros. */
bool dn_spin(dn_spin_state *spent);

/* A round where it may not: lets the core rest, and from some round on lends it
 * to others. */
void dn_relax(int round);

#endif
