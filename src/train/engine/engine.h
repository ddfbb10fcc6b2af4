/* SPDX-License-Identifier: MIT */
/*
 * The training engine: a network's parameters, its forward pass with batch
 * statistics, and the gradients of a loss with respect to the parameters. The
 * loss, the update of the parameters and the batches are the caller's business:
 *
 *     dn_engine_clear(engine);
 *     for each part of the batch:
 *         dn_engine_forward(engine, input, n, noise, logits);
 *         dn_loss(..., logits, ..., scale, gradient of the logits);
 *         dn_engine_backward(engine, gradient of the logits);
 *     sum gradients over machines, if there are several;
 *     dn_optimiser_step(optimiser, ..., dn_engine_parameters(engine),
 *                       dn_engine_gradients(engine), team);
 *
 * Forward and backward are what PyTorch computes for the same network in
 * training mode. The same bits at any number of threads.
 */
#ifndef DN_TRAIN_ENGINE_H
#define DN_TRAIN_ENGINE_H

#include "base/element.h"
#include "base/workers.h"
#include "network/model.h"

#include <stdint.h>

typedef struct dn_engine_options {
    int images;                    /* most in one forward pass */
    int height, width;             /* of the pictures */
    const dn_allocator *allocator; /* of all that dn_engine_bytes counts; NULL: the C library's */
    dn_team team;                  /* threads 0: one per core, or all of the workers' */
    bool low_memory;               /* recompute each layer's bottleneck maps in the backward pass */
    double dropout;                /* after each convolution but the first, in [0, 1) */
    /* One per slot of the layout; NULL: all are trained. A frozen slot's gradient
     * stays 0, and nothing is computed that only frozen slots need. As with
     * requires_grad = False in PyTorch, a frozen norm still normalises with the
     * batch's statistics and updates its running ones. */
    const bool *frozen;
    /* DN_BF16: all maps are kept in bfloat16, and convolutions and their gradients multiply it
     * where the processor does. Parameters, statistics, gradients and all sums are floats either
     * way. */
    dn_dtype maps; /* or DN_F32 */
    /* Processes whose norms see the pictures of all, which make each pass together; NULL: none.
     * Outlives the engine. */
    const dn_machines *machines;
} dn_engine_options;

/* What the engine allocates, all at once, when it is created. */
typedef struct dn_engine_bytes {
    size_t parameters; /* and their gradients */
    size_t maps;       /* kept from the forward pass for the backward pass, and gradients of maps */
    size_t scratch;    /* packed weights, partial sums, each thread's working memory */
    size_t total;
} dn_engine_bytes;

typedef struct dn_engine dn_engine;

/* Plans without allocating. Fails if the pictures are too small for the
 * network, if a map would have a single value to normalise, or if the kernels do not compute with
 * such maps. */
dn_status dn_engine_plan(const dn_arch *arch, const dn_engine_options *options,
                         dn_engine_bytes *bytes);

/* Copies the options and the model's parameters; the model may then be freed. */
dn_status dn_engine_create(const dn_model *model, const dn_engine_options *options,
                           dn_engine **engine);
void dn_engine_free(dn_engine *engine);

/* Flat arrays of dn_engine_layout(engine)->floats, each slot at its offset. Running
 * statistics are among the parameters; their gradients stay 0. */
const dn_layout *dn_engine_layout(const dn_engine *engine);
float *dn_engine_parameters(dn_engine *engine);
float *dn_engine_gradients(dn_engine *engine);
dn_engine_bytes dn_engine_memory(const dn_engine *engine);

/* Fewest pictures in a forward pass, of all processes together if their norms see them all: two
 * where the last maps have one pixel or the head has a norm, since batch norm needs two values to
 * normalise. */
int dn_engine_least(const dn_engine *engine);

/* Sets all gradients to 0. */
void dn_engine_clear(dn_engine *engine);

/* input: n x channels x height x width, n from dn_engine_least, or from 0 with options.machines, to
 * options.images;
 * the input must stay unchanged until the backward pass; logits: n x classes. Updates the
 * running statistics (momentum 0.1). Dropout's masks are a function of `noise`
 * alone: pass a different number for every pass of a run, and the same ones
 * after resuming. */
dn_status dn_engine_forward(dn_engine *engine, const float *input, int n, uint64_t noise,
                            float *logits);

/* Adds to the gradients those of a loss whose gradient at the last forward
 * pass's logits is given, n x classes. Once per forward pass. */
dn_status dn_engine_backward(dn_engine *engine, const float *logits_gradient);

/* What later backward passes call after each node: the gradients of the parameters from `first` on
 * are those of the pass. NULL: nothing. */
typedef void dn_gradients_ready(size_t first, void *context);
void dn_engine_watch(dn_engine *engine, dn_gradients_ready *ready, void *context);

/* Seconds in which norms waited for other processes since dn_engine_clear. */
double dn_engine_waited(const dn_engine *engine);

#endif
