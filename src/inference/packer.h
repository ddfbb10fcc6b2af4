/* SPDX-License-Identifier: MIT */
/* Divides one allocation into parts. All parts are counted first, to know its size, and
 * then filled. */
#ifndef DN_INFERENCE_PACKER_H
#define DN_INFERENCE_PACKER_H

#include "base/workers.h"
#include "kernels/kernels.h"
#include "network/model.h"

#define DN_PACKER_JOBS 256

/* A piece of weights waiting to be laid out. */
typedef struct dn_pack_job {
    const dn_kernels *kernels;
    dn_weights weights;
    dn_window_form form;
    int piece;
    void *out;
} dn_pack_job;

typedef struct dn_packer {
    const dn_model *model;
    const dn_kernels *kernels; /* for which weights are laid out now */
    dn_team team;
    unsigned char *base; /* NULL while counting */
    size_t used;         /* bytes */
    dn_pack_job jobs[DN_PACKER_JOBS];
    int job_count;
} dn_packer;

/* Returns the next part, which begins on a cache line; NULL while counting. */
void *dn_packer_take(dn_packer *packer, size_t bytes);

/* Returns the panels of weights in this form. They are filled once dn_packer_finish
 * returns: jobs wait in a list until there are enough for the whole team. */
dn_panels dn_packer_add(dn_packer *packer, dn_window_form form, const dn_weights *weights);
void dn_packer_finish(dn_packer *packer);

#endif
