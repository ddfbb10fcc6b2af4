/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_RUN_H
#define DN_INFERENCE_RUN_H

#include "base/workers.h"
#include "inference/step_kinds.h"

#include <stdatomic.h>

typedef struct dn_runner {
    dn_team team;
    dn_region scratch; /* scratch_stride floats for each of scratch_threads */
    size_t scratch_stride;
    int scratch_threads;
    unsigned run;      /* number of the present run */
    atomic_uint *done; /* one per task of a plan: the last run that did it */
    atomic_int *taken; /* one per step and thread: tasks taken of that thread's share */
    int done_count;
    size_t taken_count;
} dn_runner;

/* Allocates what runs of a plan need. On failure the runner stays usable for earlier
 * plans. */
dn_status dn_runner_fit(dn_runner *runner, const dn_plan *plan, const dn_allocator *allocator);
void dn_runner_free(dn_runner *runner);

/* Runs the whole plan on all threads at once; in a step by rows, a task waits only for
 * what it needs from the step before. */
void dn_run_plan(dn_runner *runner, const dn_plan *plan, const dn_run_ends *ends);

/* Runs one step alone. */
void dn_run_step(const dn_runner *runner, const dn_step *step, const dn_run_ends *ends);

#endif
