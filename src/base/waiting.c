/* SPDX-License-Identifier: MIT */
#include "base/workers.h"

#include "base/clock.h"

#include <sched.h>

#define PATIENCE 50e-6
#define ROUNDS_A_LOOK 64 /* rounds from one look at the clock to the next */
#define ROUNDS_BEFORE_YIELD 1000

static void rest(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

bool dn_spin(dn_spin_state *spent)
{
    rest();
    if (++spent->rounds % ROUNDS_A_LOOK)
        return true;
    double now = dn_seconds();
    if (spent->rounds == ROUNDS_A_LOOK)
        spent->start = now;
    return now - spent->start < PATIENCE;
}

void dn_relax(int round)
{
    if (round >= ROUNDS_BEFORE_YIELD)
        sched_yield();
    else
        rest();
}
