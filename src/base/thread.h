/* SPDX-License-Identifier: MIT */
#ifndef DN_BASE_THREAD_H
#define DN_BASE_THREAD_H

#include <pthread.h>

/* Starts a thread that blocks signals to the process, which are for the program's own
 * threads, but not faults or a profiler's ticks, which are for the thread that causes them.
 * Returns pthread_create's error number; 0: none. */
int dn_start_thread(pthread_t *thread, void *(*body)(void *), void *context);

#endif
