/* SPDX-License-Identifier: MIT */
#include "files/parallel.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef struct work {
    int count;
    atomic_int next;
    void (*body)(void *context, int i);
    void *context;
} work;

static void *take(void *argument)
{
    work *w = argument;
    for (int i; (i = atomic_fetch_add(&w->next, 1)) < w->count;)
        w->body(w->context, i);
    return NULL;
}

/* Where threads cannot be had, fewer do the work. */
void run_in_parallel(int threads, int count, void (*body)(void *context, int i), void *context)
{
    work w = {.count = count, .body = body, .context = context};
    int helpers = (threads < count ? threads : count) - 1, started = 0;
    pthread_t *ids = helpers > 0 ? malloc((size_t)helpers * sizeof *ids) : NULL;
    while (ids && started < helpers && pthread_create(&ids[started], NULL, take, &w) == 0)
        started++;
    take(&w);
    for (int i = 0; i < started; i++)
        pthread_join(ids[i], NULL);
    free(ids);
}
