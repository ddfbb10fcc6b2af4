/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_WORKERS_H
#define DN_BASE_WORKERS_H

#include "base/status.h"

/* Who does a piece of work: so many threads, from these workers or, where NULL,
 * from those that the calling thread keeps for itself until it ends. */
typedef struct dn_team {
    dn_workers *workers;
    int threads;
} dn_team;

/* Runs body(context, task, thread) for every task in 0..tasks-1 on up to
 * team.threads threads and returns when all are done; thread is 0..threads-1,
 * 0 the caller, and no two bodies run at once with the same one. Which thread runs
 * a task is left to the moment, so a body's result must depend on the task alone;
 * where the system has fewer threads to give, or inside another body, fewer run, so
 * that a task may only wait for those before it. Callers that share workers take
 * turns. */
typedef void dn_task_body(void *context, int task, int thread);
void dn_parallel(dn_team team, int tasks, dn_task_body *body, void *context);

/* The same, of the team's workers, which are not NULL, and with at least two tasks
 * and threads. */
void dn_workers_share(dn_team team, int tasks, dn_task_body *body, void *context);

/* What a caller's options stand for: 0 threads are as many as the workers have, or
 * one per core; other counts that are not 1..DN_MOST_THREADS are refused. */
#define DN_MOST_THREADS 4096
dn_status dn_choose_team(int threads, dn_workers *workers, dn_team *team);

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
