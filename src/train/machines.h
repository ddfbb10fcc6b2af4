/* SPDX-License-Identifier: MIT */
/* What a step exchanges between the processes that train together. */
#ifndef DN_TRAIN_MACHINES_H
#define DN_TRAIN_MACHINES_H

#include "train/engine/engine.h"

/* Pictures of a part of a step, and their weight in its mean. */
typedef struct dn_part_size {
    double pictures, weight;
} dn_part_size;

typedef struct dn_exchange {
    const dn_machines *machines; /* the caller's; NULL: this process trains alone */
    dn_engine *engine;
    float *statistics; /* running ones on their way; NULL: they are the same on all */
    size_t trained;    /* the first float of a trained parameter */
    size_t bucket;     /* floats */
    size_t begun;      /* gradients from this float on are on their way */
    dn_status status;  /* of what began during a backward pass */
    double waited;     /* seconds of the step in progress */
} dn_exchange;

/* Fails if the options' machines make no sense. */
dn_status dn_exchange_check(const dn_trainer_options *options);

/* The options' machines; NULL if there are no others than this one. */
const dn_machines *dn_exchange_machines(const dn_trainer_options *options);

/* The floats of running statistics that are exchanged. */
size_t dn_exchange_floats(const dn_trainer_options *options, const dn_layout *layout);

/* frozen: one per slot. Close either way. */
dn_status dn_exchange_open(const dn_trainer_options *options, dn_engine *engine, const bool *frozen,
                           dn_exchange *exchange);
void dn_exchange_close(dn_exchange *exchange);

/* A step begins: the sizes of its parts become those over all processes. */
dn_status dn_exchange_sizes(dn_exchange *exchange, dn_part_size *sizes, int count);

/* Before the last backward pass: gradients go on their way as it makes them. Running statistics
 * become means weighted by `share`, this process's part of the pictures. */
void dn_exchange_begin(dn_exchange *exchange, double share);

/* Waits until gradients and running statistics are those of all, and adds up the result. */
dn_status dn_exchange_finish(dn_exchange *exchange, dn_step_result *result);

#endif
