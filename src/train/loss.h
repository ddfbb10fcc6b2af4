/* SPDX-License-Identifier: MIT */
/* Losses and their gradients, PyTorch's mean reduction. Sums are in double. */
#ifndef DN_TRAIN_LOSS_H
#define DN_TRAIN_LOSS_H

#include "base/status.h"

typedef struct dn_loss_kind {
    dn_objective objective;
    int outputs;
    double smoothing;
} dn_loss_kind;

/* n rows of `outputs` logits and targets. Softmax cross-entropy for classes
 * (targets are probabilities: one-hot, or mixed), the mean over rows; binary
 * cross-entropy for labels, the mean over labelled entries: a target that is
 * NaN or below 0 means "not labelled" and is not counted.
 *
 * smoothing e replaces a class target t with t (1 - e) + e / outputs.
 * gradient may be NULL; else it gets scale * d loss / d logits, n x outputs.
 * A batch without a label at all has loss 0. */
double dn_loss(const dn_loss_kind *kind, const float *logits, const float *targets, int n,
               double scale, float *gradient);

/* How many rows, or labelled entries, the mean is over: weights that join the
 * losses of parts to the loss of the whole. */
int64_t dn_loss_weight(const dn_loss_kind *kind, const float *targets, int n);

#endif
