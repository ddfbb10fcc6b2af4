/* SPDX-License-Identifier: MIT */
#ifndef DN_NET_RUN_H
#define DN_NET_RUN_H

#include "net/plan.h"

typedef struct dn_runner {
    const dn_kernels *kernels;
    int threads;
    float *scratch; /* threads pieces of scratch_stride floats */
    size_t scratch_stride;
} dn_runner;

/* Runs one step. input: the caller's NCHW tensor; logits: the caller's. */
void dn_run_step(const dn_runner *runner, const dn_step *step, const float *input, float *logits);

#endif
