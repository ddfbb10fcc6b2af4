/* SPDX-License-Identifier: MIT */
#include "ui/stop_signals.h"

#include "base/temporary.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static void (*_Atomic clean_also)(void);

void stop_signals_also(void (*clean)(void))
{
    atomic_store(&clean_also, clean);
}

/* The action is the default again by now, and ends the program once this returns. A file that
 * another thread creates meanwhile stays until the next is written to its place. */
static void clean_up(int number)
{
    void (*clean)(void) = atomic_load(&clean_also);
    dn_temporary_remove_all();
    if (clean)
        clean();
    raise(number);
}

void stop_signal_clean(int number)
{
    struct sigaction action = {.sa_handler = clean_up, .sa_flags = (int)SA_RESETHAND};
    sigaction(number, &action, NULL);
}

void stop_signals_clean(void)
{
    static const int ending[] = {SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGXCPU};
    for (size_t i = 0; i < sizeof ending / sizeof *ending; i++) {
        struct sigaction old;
        if (sigaction(ending[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            stop_signal_clean(ending[i]);
    }
}
