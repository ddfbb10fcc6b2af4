/* SPDX-License-Identifier: MIT */
/* The kinds of steps, one row for each: how a step is split, how one of its tasks is run,
 * its name and its cost. */
#ifndef DN_INFERENCE_STEP_KINDS_H
#define DN_INFERENCE_STEP_KINDS_H

#include "inference/plan.h"

/* The input and output of a run, in the caller's memory. */
typedef struct dn_run_ends {
    const float *input;         /* NCHW, or NULL and ... */
    const unsigned char *bytes; /* ... NHWC, and ... */
    const float (*values)[256]; /* ... the value of each byte, per channel */
    float *logits;
} dn_run_ends;

/* What a task needs in addition to its step. */
typedef struct dn_task_context {
    const dn_run_ends *ends;
    float *scratch; /* the thread's */
} dn_task_context;

typedef struct dn_step_row {
    /* Sets the step's split, its number of tasks and what it makes; returns the
     * floats of scratch that a task needs. */
    size_t (*share_out)(dn_step *step, int threads);
    void (*run)(const dn_step *step, int task, const dn_task_context *context);
    const char *(*name)(const dn_step *step);
    double (*operations)(const dn_step *step); /* additions and multiplications; NULL: none */
    int unit_rows;                             /* rows, and columns, of one unit of its split */
} dn_step_row;

const dn_step_row *dn_step_row_of(const dn_step *step);

#endif
