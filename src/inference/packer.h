/* SPDX-License-Identifier: MIT */
/* Hands out parts of one allocation, which are counted before they are filled. */
#ifndef DN_INFERENCE_PACKER_H
#define DN_INFERENCE_PACKER_H

#include "base/workers.h"
#include "kernels/kernels.h"
#include "network/model.h"

#define DN_PACKER_JOBS 256

/* A piece of weights waiting to be laid out. */
typedef struct dn_pack_job {
    dn_weights weights;
    dn_window_form form;
    int piece;
    void *out;
} dn_pack_job;

typedef struct dn_packer {
    const dn_model *model;
    const dn_kernels *kernels;
    dn_team team;
    unsigned char *base; /* NULL while counting */
    size_t used;         /* bytes */
    dn_pack_job jobs[DN_PACKER_JOBS];
    int job_count;
} dn_packer;

/* The next bytes, on a cache line; NULL while counting. */
void *dn_packer_take(dn_packer *packer, size_t bytes);

/* The weights in this form, as they will be once dn_packer_finish returns: they wait
 * in a list until there are enough for the whole team. */
dn_panels dn_packer_add(dn_packer *packer, dn_window_form form, const dn_weights *weights);
void dn_packer_finish(dn_packer *packer);

#endif
