/* SPDX-License-Identifier: MIT */
#include "data/prefetch.h"

#include "base/log.h"
#include "base/thread.h"

#include <string.h>
#include <unistd.h>

static void *run_thread(void *context)
{
    dn_prefetch *prefetch = context;
    pthread_mutex_lock(&prefetch->lock);
    for (;;) {
        while (!prefetch->wanted && !prefetch->leaves)
            pthread_cond_wait(&prefetch->changed, &prefetch->lock);
        if (prefetch->leaves)
            break;
        dn_batch_slot *slot = prefetch->wanted;
        pthread_mutex_unlock(&prefetch->lock);
        prefetch->fill(prefetch->context, slot);
        pthread_mutex_lock(&prefetch->lock);
        prefetch->wanted = NULL;
        pthread_cond_broadcast(&prefetch->changed);
    }
    pthread_mutex_unlock(&prefetch->lock);
    return NULL;
}

/* A lock and a condition that a lost thread used cannot be destroyed, only initialised again. */
static void begin(dn_prefetch *prefetch)
{
    prefetch->running = prefetch->refused = prefetch->leaves = false;
    prefetch->wanted = NULL;
    prefetch->process = getpid();
    pthread_mutex_init(&prefetch->lock, NULL);
    pthread_cond_init(&prefetch->changed, NULL);
}

static bool is_left_behind(const dn_prefetch *prefetch)
{
    return prefetch->process != getpid();
}

void dn_prefetch_open(dn_prefetch *prefetch, void (*fill)(void *context, dn_batch_slot *slot),
                      void *context)
{
    prefetch->fill = fill;
    prefetch->context = context;
    begin(prefetch);
}

void dn_prefetch_close(dn_prefetch *prefetch)
{
    if (is_left_behind(prefetch))
        return;
    if (prefetch->running) {
        pthread_mutex_lock(&prefetch->lock);
        prefetch->leaves = true;
        pthread_cond_broadcast(&prefetch->changed);
        pthread_mutex_unlock(&prefetch->lock);
        pthread_join(prefetch->thread, NULL);
    }
    pthread_cond_destroy(&prefetch->changed);
    pthread_mutex_destroy(&prefetch->lock);
}

bool dn_prefetch_wait(dn_prefetch *prefetch)
{
    if (is_left_behind(prefetch)) {
        begin(prefetch);
        return false;
    }
    pthread_mutex_lock(&prefetch->lock);
    while (prefetch->wanted)
        pthread_cond_wait(&prefetch->changed, &prefetch->lock);
    pthread_mutex_unlock(&prefetch->lock);
    return true;
}

static void start_thread(dn_prefetch *prefetch)
{
    int fault = dn_start_thread(&prefetch->thread, run_thread, prefetch);
    prefetch->running = fault == 0;
    prefetch->refused = fault != 0;
    if (fault)
        dn_log(DN_LOG_WARNING,
               "no thread can be started (%s): batches are prepared between the steps",
               strerror(fault));
}

void dn_prefetch_request(dn_prefetch *prefetch, dn_batch_slot *slot)
{
    if (!prefetch->running && !prefetch->refused)
        start_thread(prefetch);
    if (prefetch->refused)
        return;
    pthread_mutex_lock(&prefetch->lock);
    prefetch->wanted = slot;
    pthread_cond_broadcast(&prefetch->changed);
    pthread_mutex_unlock(&prefetch->lock);
}
