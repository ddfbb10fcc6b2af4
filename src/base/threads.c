/* SPDX-License-Identifier: MIT */
#include "base/threads.h"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS 50000
#define ROUNDS_A_LOOK 64 /* at the clock */
#define ROUNDS_BEFORE_YIELD 1000

static void rest(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool dn_spin(dn_patience *spent)
{
    rest();
    if (++spent->rounds % ROUNDS_A_LOOK)
        return true;
    int64_t now = nanoseconds();
    if (spent->rounds == ROUNDS_A_LOOK)
        spent->start = now;
    return now - spent->start < PATIENCE_NS;
}

void dn_relax(int round)
{
    if (round >= ROUNDS_BEFORE_YIELD)
        sched_yield();
    else
        rest();
}

/* Those that the calling thread may run on. */
int dn_core_count(void)
{
#if defined(__linux__)
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0)
        return CPU_COUNT(&cores);
#endif
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

dn_status dn_choose_threads(int asked, int *threads)
{
    if (asked < 0 || asked > DN_MOST_THREADS)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "%d threads: from 1 to %d are possible, and 0 for one a core", asked,
                       DN_MOST_THREADS);
    *threads = asked ? asked : dn_core_count();
    return DN_OK;
}
