/* SPDX-License-Identifier: MIT */
#ifndef DN_INFERENCE_RUN_H
#define DN_INFERENCE_RUN_H

#include "inference/plan.h"

#include <stdatomic.h>

typedef struct dn_runner {
    const dn_kernels *kernels;
    int threads;
    float *scratch; /* threads pieces of scratch_stride floats */
    size_t scratch_stride;
    unsigned run;      /* counts them */
    atomic_uint *done; /* one per task of the plan: the last run that did it */
    atomic_int *taken; /* one per step and thread: how many tasks of that thread's share */
} dn_runner;

/* Makes room for a plan's runs; keeps the old room where it fails. */
dn_status dn_runner_fit(dn_runner *runner, const dn_plan *plan);
void dn_runner_free(dn_runner *runner);

/* Runs the whole plan on all threads at once; a task waits only for what it
 * needs of the step before. */
void dn_run_plan(dn_runner *runner, const dn_plan *plan, const float *input, float *logits);

/* Runs one step alone. input: the caller's NCHW tensor; logits: the caller's. */
void dn_run_step(const dn_runner *runner, const dn_step *step, const float *input, float *logits);

#endif
