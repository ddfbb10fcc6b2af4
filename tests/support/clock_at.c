/* SPDX-License-Identifier: MIT */
/* Preloaded into a program, makes the clock that people set jump at each call: years ahead, years
 * back, before 1970. The one that only moves forward is left alone. */
#include "preloaded.h"

#include <stdatomic.h>
#include <sys/time.h>
#include <time.h>

static time_t jumped(void)
{
    static const time_t moments[] = {4102444800, 86400, -86400, 1700000000};
    static atomic_uint calls;
    return moments[atomic_fetch_add(&calls, 1) % 4];
}

time_t time(time_t *out)
{
    time_t now = jumped();
    if (out)
        *out = now;
    return now;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    *now = (struct timeval){.tv_sec = jumped()};
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
        *now = (struct timespec){.tv_sec = jumped()};
        return 0;
    }
    find_real("clock_gettime", &real, sizeof real);
    return real(clock, now);
}
