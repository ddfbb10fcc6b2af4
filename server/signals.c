/* SPDX-License-Identifier: MIT */
#include "signals.h"

#include <time.h>

static const struct timespec none = {0}, quarter_second = {0, 250000000};

void signals_block(signals *s)
{
    sigemptyset(&s->ends);
    sigaddset(&s->ends, SIGTERM);
    sigaddset(&s->ends, SIGINT);
    s->all = s->ends;
    sigaddset(&s->all, SIGHUP);
    signal(SIGPIPE, SIG_IGN);
    pthread_sigmask(SIG_BLOCK, &s->all, &s->before);
}

int signals_wait(const signals *s)
{
    int number = sigtimedwait(&s->ends, NULL, &none);
    if (number < 0)
        number = sigtimedwait(&s->all, NULL, &quarter_second);
    return number < 0 ? 0 : number;
}

void signals_restore(const signals *s)
{
    while (sigtimedwait(&s->all, NULL, &none) > 0)
        continue;
    pthread_sigmask(SIG_SETMASK, &s->before, NULL);
}
