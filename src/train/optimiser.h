/* SPDX-License-Identifier: MIT */
/* SGD and AdamW as torch.optim computes them, over all parameters in one flat
 * array. The result is the same to the bit at any number of threads. */
#ifndef DN_TRAIN_OPTIMISER_H
#define DN_TRAIN_OPTIMISER_H

#include "base/workers.h"

typedef enum dn_optimiser_kind { DN_OPTIMISER_SGD, DN_OPTIMISER_ADAMW } dn_optimiser_kind;

/* Plain data. Adam's first beta is `momentum`. */
typedef struct dn_optimiser_options {
    dn_optimiser_kind kind;
    double momentum;
    bool nesterov;                 /* SGD */
    double beta2;                  /* AdamW */
    double epsilon;                /* AdamW */
    double weight_decay;           /* SGD: added to the gradient; AdamW: decoupled */
    const dn_allocator *allocator; /* of its state; NULL: the C library's */
} dn_optimiser_options;

/* "sgd" (Nesterov 0.9, decay 1e-4: the paper's) or "adamw" (PyTorch's defaults). */
dn_status dn_optimiser_find(const char *name, dn_optimiser_options *options);

/* The place in the flat arrays of a tensor that is trained. Weight decay
 * applies to all, as in PyTorch's optimisers. */
typedef struct dn_parameter {
    size_t offset, count;
} dn_parameter;

typedef struct dn_optimiser dn_optimiser;

/* `size` floats in all, of which the parameters are disjoint parts. Copies its
 * arguments. */
dn_status dn_optimiser_create(const dn_optimiser_options *options, const dn_parameter *parameters,
                              int count, size_t size, dn_optimiser **optimiser);
void dn_optimiser_free(dn_optimiser *optimiser);

/* The arguments of one step: the schedule's rate and momentum, and the factor
 * that gradients are first multiplied by (dn_clip_scale's result, or 1). */
typedef struct dn_update {
    double rate, momentum, gradient_scale;
} dn_update;

void dn_optimiser_step(dn_optimiser *optimiser, const dn_update *update, float *weights,
                       const float *gradients, dn_team team);

/* Euclidean norm over all parameters; NaN or infinite
 * where a gradient is. */
double dn_optimiser_norm(dn_optimiser *optimiser, const float *gradients, dn_team team);

/* The factor of torch.nn.utils.clip_grad_norm_; limit 0: no clipping. */
double dn_clip_scale(double norm, double limit);

/* What a checkpoint keeps: arrays of `size` floats (SGD: the momentum; AdamW:
 * both moments) and the number of steps taken. */
int dn_optimiser_slots(const dn_optimiser_options *options);
float *dn_optimiser_slot(dn_optimiser *optimiser, int slot); /* NULL past the last */
int64_t dn_optimiser_steps(const dn_optimiser *optimiser);
void dn_optimiser_set_steps(dn_optimiser *optimiser, int64_t steps);

#endif
