/* SPDX-License-Identifier: MIT */
/* What the kinds of steps are, a row for each: how a step is shared out, how one
 * of its tasks is run, what it is called and what it costs. */
#ifndef DN_INFERENCE_STEP_KINDS_H
#define DN_INFERENCE_STEP_KINDS_H

#include "inference/plan.h"

/* Where a run begins and ends: the caller's memory. */
typedef struct dn_run_ends {
    const float *input;         /* NCHW, or NULL and ... */
    const unsigned char *bytes; /* ... NHWC, and ... */
    const float (*values)[256]; /* ... what they stand for in each channel */
    float *logits;
} dn_run_ends;

/* What a task needs besides its step. */
typedef struct dn_task_context {
    const dn_kernels *kernels;
    const dn_run_ends *ends;
    float *scratch; /* the thread's */
} dn_task_context;

typedef struct dn_step_row {
    /* Sets the step's split, its number of tasks and what it makes; returns the
     * floats of scratch that a task needs. */
    size_t (*share_out)(dn_step *step, const dn_kernels *kernels, int threads);
    void (*run)(const dn_step *step, int task, const dn_task_context *context);
    const char *(*name)(const dn_step *step);
    double (*operations)(const dn_step *step); /* additions and multiplications; NULL: hardly any */
    int unit_rows;                             /* rows and columns of one unit of its split */
} dn_step_row;

const dn_step_row *dn_step_row_of(const dn_step *step);

#endif
