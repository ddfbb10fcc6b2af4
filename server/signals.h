/* SPDX-License-Identifier: MIT */
/* Signals, taken one by one by the thread that watches over the server. */
#ifndef SERVER_SIGNALS_H
#define SERVER_SIGNALS_H

#include <signal.h>

typedef struct signals {
    sigset_t ends, all; /* SIGTERM and SIGINT; and SIGHUP */
    sigset_t before;
} signals;

/* Blocks them, also for the threads that are started from now on. */
void signals_block(signals *s);

/* The next one, 0 if none comes for a quarter of a second. One that ends the server goes before
 * SIGHUP, which may come without pause. */
int signals_wait(const signals *s);

/* Forgets those that came meanwhile, which would end the program in their way, and unblocks. */
void signals_restore(const signals *s);

#endif
