/* SPDX-License-Identifier: MIT */
/* A thread that prepares a batch while the caller is busy with the one before. */
#ifndef DN_DATA_PREFETCH_H
#define DN_DATA_PREFETCH_H

#include "data/batch.h"

#include <pthread.h>
#include <sys/types.h>

typedef struct dn_prefetch {
    void (*fill)(void *context, dn_batch_slot *slot);
    void *context;
    pthread_t thread;
    bool running, refused; /* refused: no thread could be started, and none will be tried */
    pid_t process;         /* that has the thread: a fork leaves it behind */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    dn_batch_slot *wanted; /* the thread fills it and then sets it to NULL */
    bool leaves;
} dn_prefetch;

void dn_prefetch_open(dn_prefetch *prefetch, void (*fill)(void *context, dn_batch_slot *slot),
                      void *context);
void dn_prefetch_close(dn_prefetch *prefetch);

/* Waits until the slot that was asked for is filled. False in the child of a fork that left the
 * thread behind: what it was doing is lost. */
bool dn_prefetch_wait(dn_prefetch *prefetch);

/* Has the slot filled, if a thread can be started; otherwise it stays as it is. */
void dn_prefetch_request(dn_prefetch *prefetch, dn_batch_slot *slot);

#endif
