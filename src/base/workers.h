/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_WORKERS_H
#define DN_BASE_WORKERS_H

#include "base/status.h"

/* The threads that do a piece of work: this many of these workers, or, if NULL, of those
 * that the calling thread keeps until it ends. */
typedef struct dn_team {
    dn_workers *workers;
    int threads;
} dn_team;

/* Runs body(context, task, thread) for every task in 0..tasks-1 on up to
 * team.threads threads and returns when all are done; thread is 0..threads-1,
 * 0 is the caller, and no two bodies run at once with the same number. Which thread runs
 * a task varies, so a body's result must depend only on the task. If the system refuses
 * to start threads, or inside another body, fewer threads run, so a task may wait only
 * for earlier tasks. Callers that share workers take turns. Bodies compute in
 * dn_float_mode_enter's way on every thread. */
typedef void dn_task_body(void *context, int task, int thread);
void dn_parallel(dn_team team, int tasks, dn_task_body *body, void *context);

/* The same for a team whose workers are not NULL, in the caller's way of computing on its thread.
 * With fewer than two tasks or threads, the caller does the work alone. */
void dn_workers_share(dn_team team, int tasks, dn_task_body *body, void *context);

/* Makes the team for a caller's options: 0 threads are all of the workers', or one per core
 * if workers is NULL; DN_ERROR_ARGUMENT for more than the workers have, or than
 * DN_MOST_THREADS. */
#define DN_MOST_THREADS 4096
dn_status dn_choose_team(int threads, dn_workers *workers, dn_team *team);

/* ---- loops that wait for another thread ---- */

typedef struct dn_spin_state {
    int rounds;
    double start;
} dn_spin_state;

/* One round of a loop that can sleep afterwards: returns false once 50 us have passed.
 * *spent starts as zeros. */
bool dn_spin(dn_spin_state *spent);

/* One round of a loop that cannot sleep: lets the core rest, and after some rounds yields
 * it to other threads. */
void dn_relax(int round);

#endif
