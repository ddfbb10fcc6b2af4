/* SPDX-License-Identifier: MIT */
/*
 * A thread that calls dn_parallel keeps helpers of its own until it ends. Whoever
 * waits, a helper to be called or the caller for its helpers, does so spinning
 * for a moment, since mostly that is enough, and then asleep: where cores are
 * scarce, a thread that spins has the one that the other would need.
 */
#include "base/workers.h"
#include "base/arithmetic.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct helper {
    struct pool *pool;
    struct helper *next;
    pthread_t thread;
    int number; /* from 1 on: the caller is 0 */
    pthread_mutex_t lock;
    pthread_cond_t called;
    atomic_uint calls; /* that it was called for */
} helper;

typedef struct pool {
    helper *first, **end; /* of the list, by number */
    int count;
    bool refused; /* the system would not give one more */
    bool ending;
    /* The work at hand. */
    dn_task_body *body;
    void *context;
    int tasks;
    atomic_int next_task;
    atomic_int at_work; /* helpers that have not done with it */
    pthread_mutex_t lock;
    pthread_cond_t done;
} pool;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t own_pool;
static bool has_key;
static _Thread_local bool inside; /* a body: what it starts, it does alone */

/* ---- waiting ---- */

static bool is_called(helper *h, unsigned calls)
{
    return atomic_load_explicit(&h->calls, memory_order_acquire) != calls;
}

/* Waits until the helper has been called more than `calls` times. */
static void await_call(helper *h, unsigned calls)
{
    dn_spin_state spent = {0};
    do
        if (is_called(h, calls))
            return;
    while (dn_spin(&spent));
    pthread_mutex_lock(&h->lock);
    while (!is_called(h, calls))
        pthread_cond_wait(&h->called, &h->lock);
    pthread_mutex_unlock(&h->lock);
}

static bool is_done(pool *p)
{
    return atomic_load_explicit(&p->at_work, memory_order_acquire) == 0;
}

static void await_helpers(pool *p)
{
    dn_spin_state spent = {0};
    do
        if (is_done(p))
            return;
    while (dn_spin(&spent));
    pthread_mutex_lock(&p->lock);
    while (!is_done(p))
        pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

/* ---- work ---- */

static void take_tasks(pool *p, int thread)
{
    int task;
    inside = true;
    while ((task = atomic_fetch_add_explicit(&p->next_task, 1, memory_order_relaxed)) < p->tasks)
        p->body(p->context, task, thread);
    inside = false;
}

static void *help(void *argument)
{
    helper *h = argument;
    pool *p = h->pool;
    for (unsigned calls = 0;; calls++) {
        await_call(h, calls);
        if (p->ending)
            return NULL;
        take_tasks(p, h->number);
        if (atomic_fetch_sub_explicit(&p->at_work, 1, memory_order_acq_rel) == 1) {
            pthread_mutex_lock(&p->lock);
            pthread_cond_signal(&p->done);
            pthread_mutex_unlock(&p->lock);
        }
    }
}

static void call_helper(helper *h)
{
    pthread_mutex_lock(&h->lock);
    atomic_fetch_add_explicit(&h->calls, 1, memory_order_release);
    pthread_cond_signal(&h->called);
    pthread_mutex_unlock(&h->lock);
}

/* ---- pools ---- */

static void free_helper(helper *h)
{
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->called);
    free(h);
}

/* What is sent to the process is for the program's own threads; a fault, or a
 * profiler's tick, is for the thread that it happens to. */
static int start_helper(helper *h)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGPROF};
    sigset_t blocked, before;
    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        sigdelset(&blocked, own[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int fault = pthread_create(&h->thread, NULL, help, h);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return fault;
}

static bool add_helper(pool *p)
{
    helper *h = calloc(1, sizeof *h);
    if (!h)
        return false;
    h->pool = p;
    h->number = p->count + 1;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->called, NULL);
    if (start_helper(h) != 0) {
        free_helper(h);
        return false;
    }
    *p->end = h;
    p->end = &h->next;
    p->count++;
    return true;
}

/* At the end of the thread whose pool it is. */
static void end_pool(void *argument)
{
    pool *p = argument;
    p->ending = true;
    for (helper *h = p->first, *next; h; h = next) {
        next = h->next;
        call_helper(h);
        pthread_join(h->thread, NULL);
        free_helper(h);
    }
    pthread_cond_destroy(&p->done);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* A fork takes no helpers along, and what they waited on cannot be destroyed. */
static void forget_pool(void)
{
    pool *p = pthread_getspecific(own_pool);
    pthread_setspecific(own_pool, NULL);
    for (helper *h = p ? p->first : NULL, *next; h; h = next) {
        next = h->next;
        free(h);
    }
    free(p);
}

static void make_key(void)
{
    has_key = pthread_key_create(&own_pool, end_pool) == 0 &&
              pthread_atfork(NULL, NULL, forget_pool) == 0;
}

/* The calling thread's; NULL where it cannot be had. */
static pool *find_pool(void)
{
    pthread_once(&once, make_key);
    pool *p = has_key ? pthread_getspecific(own_pool) : NULL;
    if (p || !has_key)
        return p;
    p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->end = &p->first;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->done, NULL);
    if (pthread_setspecific(own_pool, p) != 0) {
        end_pool(p);
        return NULL;
    }
    return p;
}

static void share_out(pool *p, int helpers, int tasks, dn_task_body *body, void *context)
{
    while (p->count < helpers && !p->refused)
        p->refused = !add_helper(p);
    helpers = dn_min(helpers, p->count);
    p->body = body;
    p->context = context;
    p->tasks = tasks;
    atomic_store_explicit(&p->next_task, 0, memory_order_relaxed);
    atomic_store_explicit(&p->at_work, helpers, memory_order_relaxed);
    for (helper *h = p->first; h && h->number <= helpers; h = h->next)
        call_helper(h);
    take_tasks(p, 0);
    await_helpers(p);
}

void dn_parallel(int threads, int tasks, dn_task_body *body, void *context)
{
    int helpers = dn_min(threads, tasks) - 1;
    pool *p = helpers > 0 && !inside ? find_pool() : NULL;
    if (p)
        share_out(p, helpers, tasks, body, context);
    else
        for (int task = 0; task < tasks; task++)
            body(context, task, 0);
}
