/* SPDX-License-Identifier: MIT */
#include "lost_files.h"

#include "base/lost_maps.h"

#include <signal.h>

static struct sigaction before;

/* A fault of something else happens again, and is then whoever's it was. */
static void go_on(int number, siginfo_t *fault, void *context)
{
    (void)context;
    if (fault->si_code != BUS_ADRERR || !dn_lost_maps_replace(fault->si_addr))
        sigaction(number, &before, NULL);
}

void lost_files_survive(void)
{
    const struct sigaction action = {.sa_sigaction = go_on, .sa_flags = SA_SIGINFO | SA_RESTART};
    sigaction(SIGBUS, &action, &before);
}

void lost_files_restore(void)
{
    sigaction(SIGBUS, &before, NULL);
}
