/* SPDX-License-Identifier: MIT */
/* A thread that calls dn_parallel without workers gets its own, and keeps them until it
 * ends. */
#include "base/float_mode.h"
#include "base/workers.h"

#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t own;
static bool has_key;

static void free_own(void *workers)
{
    dn_workers_free(workers);
}

static void make_key(void)
{
    has_key = pthread_key_create(&own, free_own) == 0;
}

/* Returns the calling thread's workers; NULL if they cannot be created. */
static dn_workers *own_workers(void)
{
    pthread_once(&once, make_key);
    dn_workers *workers = has_key ? pthread_getspecific(own) : NULL;
    if (workers || !has_key)
        return workers;
    if (dn_workers_create(DN_MOST_THREADS, &workers) != DN_OK)
        return NULL;
    if (pthread_setspecific(own, workers) != 0) {
        dn_workers_free(workers);
        return NULL;
    }
    return workers;
}

void dn_parallel(dn_team team, int tasks, dn_task_body *body, void *context)
{
    if (!team.workers && team.threads > 1 && tasks > 1)
        team.workers = own_workers();
    dn_float_mode before = dn_float_mode_enter();
    if (team.workers)
        dn_workers_share(team, tasks, body, context);
    else
        for (int task = 0; task < tasks; task++)
            body(context, task, 0);
    dn_float_mode_leave(before);
}
