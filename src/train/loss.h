/* SPDX-License-Identifier: MIT */
/* Losses and their gradients, PyTorch's mean reduction. Sums are in double. */
#ifndef DN_TRAIN_LOSS_H
#define DN_TRAIN_LOSS_H

#include "base/status.h"

typedef struct dn_loss_kind {
    dn_objective objective;
    int outputs;
    double smoothing;
    const float *class_weights;    /* one per output; NULL: all 1 */
    const float *positive_weights; /* of labels, one per output; NULL: all 1 */
    bool soft;                     /* class weights count in the mean, but not in its divisor */
} dn_loss_kind;

/* n rows of `outputs` logits and targets. Softmax cross-entropy for classes
 * (targets are probabilities: one-hot, or mixed), the mean over rows; binary
 * cross-entropy for labels, the mean over labelled entries: a target that is
 * NaN or below 0 means "not labelled" and is not counted.
 *
 * With class weights each class's term counts as often as its weight says, and the mean is over
 * the weights of the rows' classes, as PyTorch's CrossEntropyLoss takes it for numbers of classes,
 * or, if soft, over the rows, as it does for probabilities. A positive weight multiplies the term
 * of a label that is true, as BCEWithLogitsLoss's pos_weight does.
 *
 * smoothing e replaces a class target t with t (1 - e) + e / outputs.
 * gradient may be NULL; else it gets scale * d loss / d logits, n x outputs.
 * A batch without a label at all, or whose classes all weigh 0, has loss 0. */
double dn_loss(const dn_loss_kind *kind, const float *logits, const float *targets, int n,
               double scale, float *gradient);

/* How many rows, or labelled entries, the mean is over, rows by the weights of their classes:
 * weights that join the losses of parts to the loss of the whole. */
double dn_loss_weight(const dn_loss_kind *kind, const float *targets, int n);

#endif
