/* SPDX-License-Identifier: MIT */
/*
 * Helpers are started when work first needs them. A helper that waits to be called, and
 * a caller that waits for its helpers, first spins for a moment, which is mostly enough,
 * and then sleeps: if cores are scarce, a spinning thread occupies the core that the other
 * one needs.
 */
#include "base/workers.h"

#include "base/arithmetic.h"
#include "base/float_mode.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct helper {
    struct dn_workers *workers;
    struct helper *next;
    pthread_t thread;
    int number; /* from 1; the caller is 0 */
    pthread_mutex_t lock;
    pthread_cond_t called;
    atomic_uint calls; /* how often it was called */
} helper;

struct dn_workers {
    int threads;          /* at most, the caller's included */
    helper *first, **end; /* of the list, by number */
    int count;
    bool refused; /* no other thread could be started, and none will be tried */
    bool ending;
    pthread_mutex_t turn; /* held by the caller whose work is being done */
    dn_task_body *body;
    void *context;
    int tasks;
    atomic_int next_task;
    atomic_int at_work; /* helpers that have not finished it */
    pthread_mutex_t lock;
    pthread_cond_t done;
    struct dn_workers *before, *after; /* in the list of all */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static dn_workers *all;
static _Thread_local bool inside; /* a body, which runs alone what it starts */

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

static bool is_done(dn_workers *w)
{
    return atomic_load_explicit(&w->at_work, memory_order_acquire) == 0;
}

static void await_helpers(dn_workers *w)
{
    dn_spin_state spent = {0};
    do
        if (is_done(w))
            return;
    while (dn_spin(&spent));
    pthread_mutex_lock(&w->lock);
    while (!is_done(w))
        pthread_cond_wait(&w->done, &w->lock);
    pthread_mutex_unlock(&w->lock);
}

/* ---- work ---- */

static void take_tasks(dn_workers *w, int thread)
{
    int task;
    inside = true;
    while ((task = atomic_fetch_add_explicit(&w->next_task, 1, memory_order_relaxed)) < w->tasks)
        w->body(w->context, task, thread);
    inside = false;
}

static void *help(void *argument)
{
    helper *h = argument;
    dn_workers *w = h->workers;
    dn_float_mode_enter(); /* for good: the thread does nothing else */
    for (unsigned calls = 0;; calls++) {
        await_call(h, calls);
        if (w->ending)
            return NULL;
        take_tasks(w, h->number);
        if (atomic_fetch_sub_explicit(&w->at_work, 1, memory_order_acq_rel) == 1) {
            pthread_mutex_lock(&w->lock);
            pthread_cond_signal(&w->done);
            pthread_mutex_unlock(&w->lock);
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

/* ---- helpers ---- */

static void free_helper(helper *h)
{
    pthread_mutex_destroy(&h->lock);
    pthread_cond_destroy(&h->called);
    free(h);
}

static bool add_helper(dn_workers *w)
{
    helper *h = calloc(1, sizeof *h);
    if (!h)
        return false;
    h->workers = w;
    h->number = w->count + 1;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->called, NULL);
    if (dn_start_thread(&h->thread, help, h) != 0) {
        free_helper(h);
        return false;
    }
    *w->end = h;
    w->end = &h->next;
    w->count++;
    return true;
}

static void end_helpers(dn_workers *w)
{
    w->ending = true;
    for (helper *h = w->first, *next; h; h = next) {
        next = h->next;
        call_helper(h);
        pthread_join(h->thread, NULL);
        free_helper(h);
    }
}

/* ---- forks: a child process has no helpers ---- */

static void start_empty(dn_workers *w)
{
    w->first = NULL;
    w->end = &w->first;
    w->count = 0;
    w->refused = false;
    pthread_mutex_init(&w->turn, NULL);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->done, NULL);
}

static void lock_all(void)
{
    pthread_mutex_lock(&all_lock);
}

static void unlock_all(void)
{
    pthread_mutex_unlock(&all_lock);
}

/* Locks and conditions that helpers used cannot be destroyed, only initialised again. */
static void forget_helpers(void)
{
    for (dn_workers *w = all; w; w = w->after) {
        for (helper *h = w->first, *next; h; h = next) {
            next = h->next;
            free(h);
        }
        start_empty(w);
    }
    pthread_mutex_init(&all_lock, NULL);
}

static void watch_forks(void)
{
    pthread_atfork(lock_all, unlock_all, forget_helpers);
}

static void enter_list(dn_workers *w)
{
    lock_all();
    w->after = all;
    if (all)
        all->before = w;
    all = w;
    unlock_all();
}

static void leave_list(dn_workers *w)
{
    lock_all();
    *(w->before ? &w->before->after : &all) = w->after;
    if (w->after)
        w->after->before = w->before;
    unlock_all();
}

/* ---- workers ---- */

dn_status dn_workers_create(int threads, dn_workers **out)
{
    DN_NEED(out);
    dn_team team = {0};
    DN_TRY(dn_choose_team(threads, NULL, &team));
    pthread_once(&once, watch_forks);
    dn_workers *w;
    DN_TRY(dn_calloc(1, sizeof *w, &w));
    w->threads = team.threads;
    start_empty(w);
    enter_list(w);
    *out = w;
    return DN_OK;
}

void dn_workers_free(dn_workers *w)
{
    if (!w)
        return;
    leave_list(w);
    end_helpers(w);
    pthread_cond_destroy(&w->done);
    pthread_mutex_destroy(&w->lock);
    pthread_mutex_destroy(&w->turn);
    free(w);
}

dn_status dn_choose_team(int threads, dn_workers *workers, dn_team *team)
{
    int most = workers ? workers->threads : DN_MOST_THREADS;
    if (threads < 0 || threads > most)
        return dn_fail(DN_ERROR_ARGUMENT, "%d threads: from 1 to %d are possible, and 0 for %s",
                       threads, most, workers ? "all of the workers'" : "one per core");
    if (!threads)
        threads = workers ? most : dn_min(dn_core_count(), DN_MOST_THREADS);
    *team = (dn_team){workers, threads};
    return DN_OK;
}

static void call_helpers(dn_workers *w, int helpers)
{
    while (w->count < helpers && !w->refused) {
        w->refused = !add_helper(w);
        if (w->refused)
            dn_log(DN_LOG_WARNING, "threads cannot be started: %d instead of %d do the work",
                   w->count + 1, helpers + 1);
    }
    helpers = dn_min(helpers, w->count);
    atomic_store_explicit(&w->next_task, 0, memory_order_relaxed);
    atomic_store_explicit(&w->at_work, helpers, memory_order_relaxed);
    for (helper *h = w->first; h && h->number <= helpers; h = h->next)
        call_helper(h);
}

static void run_alone(int tasks, dn_task_body *body, void *context)
{
    for (int task = 0; task < tasks; task++)
        body(context, task, 0);
}

void dn_workers_share(dn_team team, int tasks, dn_task_body *body, void *context)
{
    dn_workers *w = team.workers;
    int helpers = dn_min(team.threads, tasks) - 1;
    if (inside || helpers < 1) {
        run_alone(tasks, body, context);
        return;
    }
    pthread_mutex_lock(&w->turn);
    w->body = body;
    w->context = context;
    w->tasks = tasks;
    call_helpers(w, helpers);
    take_tasks(w, 0);
    await_helpers(w);
    pthread_mutex_unlock(&w->turn);
}
