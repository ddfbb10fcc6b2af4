/* SPDX-License-Identifier: MIT */
#include "ui/stop_signals.h"

#include "base/temporary.h"

#include <signal.h>
#include <stddef.h>

/* The action is the default again by now, and ends the program once this returns. A file that
 * another thread creates meanwhile stays until the next is written to its place. */
static void clean_up(int number)
{
    dn_temporary_remove_all();
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
