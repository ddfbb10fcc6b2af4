/* SPDX-License-Identifier: MIT */
#include "distributed/patience.h"

#include "base/clock.h"
#include "base/status.h"

#include <math.h>
#include <sched.h>
#include <time.h>

/* In seconds. */
#define BEFORE_YIELD 0.3e-3 /* a thousand tests */
#define BEFORE_SLEEP 3e-3
#define SHORTEST_SLEEP 20e-6 /* Linux adds 50e-6 */
#define LONGEST_SLEEP 200e-6
#define TELL_EVERY 60
#define TELL_STOPPING 0.3

/* One wait. */
typedef struct wait_state {
    double start;
    double next;          /* seconds after which `waiting` is called */
    double next_stopping; /* likewise, since `stopping` returned true */
    bool is_stopping;
} wait_state;

static void tell(const dn_ranks *ranks, const dn_awaited *awaited, double seconds)
{
    int rank = awaited->missing(awaited->context);
    if (ranks->options.waiting && rank >= 0)
        ranks->options.waiting(rank, dn_host_of(ranks, rank), seconds, ranks->options.context);
}

static void watch(const dn_ranks *ranks, const dn_awaited *awaited, wait_state *state,
                  double seconds)
{
    const dn_mpi_options *options = &ranks->options;
    if (!state->is_stopping && options->stopping && options->stopping(options->context)) {
        state->is_stopping = true;
        state->next_stopping = seconds + TELL_STOPPING;
    }
    if (seconds >= state->next) {
        state->next += TELL_EVERY;
        tell(ranks, awaited, seconds);
    }
    if (seconds >= state->next_stopping) {
        state->next_stopping = INFINITY;
        tell(ranks, awaited, seconds);
    }
}

/* For a hundredth of the time that was waited, within bounds. */
static void sleep_between_tests(double waited)
{
    double seconds = fmin(fmax(waited / 100, SHORTEST_SLEEP), LONGEST_SLEEP);
    nanosleep(&(struct timespec){0, (long)(seconds * 1e9)}, NULL);
}

dn_status dn_wait(const dn_ranks *ranks, const dn_awaited *awaited)
{
    wait_state state = {.start = dn_seconds(), .next = TELL_EVERY, .next_stopping = INFINITY};
    bool there = false;
    for (;;) {
        DN_TRY(awaited->test(awaited->context, &there));
        if (there)
            return DN_OK;
        double seconds = dn_seconds() - state.start;
        if (seconds < BEFORE_YIELD)
            continue;
        if (seconds < BEFORE_SLEEP) {
            sched_yield();
            continue;
        }
        watch(ranks, awaited, &state, seconds);
        sleep_between_tests(seconds);
    }
}
