/* SPDX-License-Identifier: MIT */
#include "train/loss.h"

#include <math.h>

/* log(sum of exp), relative to the largest so that nothing overflows. */
static double log_partition(const float *logits, int outputs)
{
    double largest = (double)logits[0], sum = 0;
    for (int i = 1; i < outputs; i++)
        if ((double)logits[i] > largest)
            largest = (double)logits[i];
    for (int i = 0; i < outputs; i++)
        sum += exp((double)logits[i] - largest);
    return largest + log(sum);
}

/* -sum t log p; its gradient is p sum(t) - t. */
static double softmax_row(const dn_loss_kind *kind, const float *logits, const float *targets,
                          double scale, float *gradient)
{
    int outputs = kind->outputs;
    double partition = log_partition(logits, outputs), loss = 0, total = 0;
    double keep = 1 - kind->smoothing, spread = kind->smoothing / outputs;
    for (int i = 0; i < outputs; i++) {
        double target = (double)targets[i] * keep + spread;
        total += target;
        if (target != 0) /* 0 times an infinite logarithm is 0 here */
            loss += target * (partition - (double)logits[i]);
    }
    for (int i = 0; gradient && i < outputs; i++) {
        double probability = exp((double)logits[i] - partition);
        double target = (double)targets[i] * keep + spread;
        gradient[i] = (float)(scale * (probability * total - target));
    }
    return loss;
}

static bool labelled(float target)
{
    return target >= 0; /* false for NaN */
}

/* max(x, 0) - x t + log(1 + exp(-|x|)); its gradient is sigmoid(x) - t. */
static double sigmoid_row(const float *logits, const float *targets, int outputs, double scale,
                          float *gradient)
{
    double loss = 0;
    for (int i = 0; i < outputs; i++) {
        double logit = (double)logits[i], target = (double)targets[i];
        if (labelled(targets[i]))
            loss += fmax(logit, 0) - logit * target + log1p(exp(-fabs(logit)));
        if (gradient)
            gradient[i] =
                labelled(targets[i]) ? (float)(scale * (1 / (1 + exp(-logit)) - target)) : 0;
    }
    return loss;
}

int64_t dn_loss_weight(const dn_loss_kind *kind, const float *targets, int n)
{
    if (kind->objective == DN_OBJECTIVE_CLASSES)
        return n;
    int64_t weight = 0;
    for (int64_t i = 0; i < (int64_t)n * kind->outputs; i++)
        weight += labelled(targets[i]);
    return weight;
}

double dn_loss(const dn_loss_kind *kind, const float *logits, const float *targets, int n,
               double scale, float *gradient)
{
    int64_t weight = dn_loss_weight(kind, targets, n);
    double share = weight ? 1 / (double)weight : 0, loss = 0;
    for (int row = 0; row < n; row++) {
        size_t at = (size_t)row * (size_t)kind->outputs;
        float *out = gradient ? gradient + at : NULL;
        if (kind->objective == DN_OBJECTIVE_CLASSES)
            loss += softmax_row(kind, logits + at, targets + at, scale * share, out);
        else
            loss += sigmoid_row(logits + at, targets + at, kind->outputs, scale * share, out);
    }
    return loss * share;
}
