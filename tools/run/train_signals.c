/* SPDX-License-Identifier: MIT */
#include "run/train_signals.h"

#include "run/launched.h"

#include "ui/stop_signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;

static void note_signal(int number)
{
    static const char said[] = "\ndensenet: finishing the step; interrupt again to quit\n";
    int fault = errno;
    interrupted = number;
    if (number == SIGINT || number == SIGTERM)
        stop_signal_clean(number); /* a second one */
    if (number == SIGINT && launched_first() && write(STDERR_FILENO, said, sizeof said - 1) < 0)
        interrupted = number; /* unheard, but noted */
    errno = fault;
}

void train_signals_watch(void)
{
    /* A second one that a person sends ends the program.
     * When a terminal closes, SIGHUP comes from it and from the shell; job queues repeat
     * SIGUSR1 and SIGUSR2, and the system SIGXCPU once a limit of CPU time is near. */
    static const struct {
        int number, flags;
    } watched[] = {{SIGINT, (int)SA_RESETHAND}, {SIGTERM, (int)SA_RESETHAND},
                   {SIGHUP, SA_RESTART},        {SIGUSR1, SA_RESTART},
                   {SIGUSR2, SA_RESTART},       {SIGXCPU, SA_RESTART}};
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        struct sigaction action = {.sa_handler = note_signal, .sa_flags = watched[i].flags}, old;
        if (sigaction(watched[i].number, NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(watched[i].number, &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

bool train_interrupted(void)
{
    return interrupted;
}
