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

static double class_weight(const dn_loss_kind *kind, int output)
{
    return kind->class_weights ? (double)kind->class_weights[output] : 1;
}

/* What the logarithm of a class's probability counts, smoothed and weighted. */
static double term(const dn_loss_kind *kind, const float *targets, int output)
{
    double keep = 1 - kind->smoothing, spread = kind->smoothing / kind->outputs;
    return ((double)targets[output] * keep + spread) * class_weight(kind, output);
}

/* -sum t log p; its gradient is p sum(t) - t. */
static double softmax_row(const dn_loss_kind *kind, const float *logits, const float *targets,
                          double scale, float *gradient)
{
    int outputs = kind->outputs;
    double partition = log_partition(logits, outputs), loss = 0, total = 0;
    for (int i = 0; i < outputs; i++) {
        double target = term(kind, targets, i);
        total += target;
        if (target != 0) /* 0 times an infinite logarithm is 0 here */
            loss += target * (partition - (double)logits[i]);
    }
    for (int i = 0; gradient && i < outputs; i++) {
        double probability = exp((double)logits[i] - partition);
        gradient[i] = (float)(scale * (probability * total - term(kind, targets, i)));
    }
    return loss;
}

static bool labelled(float target)
{
    return target >= 0; /* false for NaN */
}

/* max(x, 0) - x t + log(1 + exp(-|x|)); its gradient is sigmoid(x) - t. */
static double label_loss(double logit, double target, double *slope)
{
    *slope = 1 / (1 + exp(-logit)) - target;
    return fmax(logit, 0) - logit * target + log1p(exp(-fabs(logit)));
}

/* -(w t log sigmoid(x) + (1 - t) log(1 - sigmoid(x))), where w is 1 above. */
static double weighted_label_loss(double logit, double target, double weight, double *slope)
{
    double share = 1 + (weight - 1) * target;
    *slope = 1 - target - share / (1 + exp(logit));
    return (1 - target) * logit + share * (log1p(exp(-fabs(logit))) + fmax(-logit, 0));
}

static double sigmoid_row(const dn_loss_kind *kind, const float *logits, const float *targets,
                          double scale, float *gradient)
{
    const float *weights = kind->positive_weights;
    double loss = 0, slope = 0;
    for (int i = 0; i < kind->outputs; i++) {
        double logit = (double)logits[i], target = (double)targets[i];
        bool known = labelled(targets[i]);
        if (known)
            loss += weights ? weighted_label_loss(logit, target, (double)weights[i], &slope)
                            : label_loss(logit, target, &slope);
        if (gradient)
            gradient[i] = known ? (float)(scale * slope) : 0;
    }
    return loss;
}

static double rows_weight(const dn_loss_kind *kind, const float *targets, int n)
{
    double weight = 0;
    for (int row = 0; row < n; row++, targets += kind->outputs)
        for (int i = 0; i < kind->outputs; i++)
            if (targets[i] > 0)
                weight += (double)targets[i] * (double)kind->class_weights[i];
    return weight;
}

double dn_loss_weight(const dn_loss_kind *kind, const float *targets, int n)
{
    if (kind->objective == DN_OBJECTIVE_CLASSES)
        return kind->class_weights && !kind->soft ? rows_weight(kind, targets, n) : n;
    int64_t weight = 0;
    for (int64_t i = 0; i < (int64_t)n * kind->outputs; i++)
        weight += labelled(targets[i]);
    return (double)weight;
}

double dn_loss(const dn_loss_kind *kind, const float *logits, const float *targets, int n,
               double scale, float *gradient)
{
    double weight = dn_loss_weight(kind, targets, n);
    double share = weight > 0 ? 1 / weight : 0, loss = 0;
    for (int row = 0; row < n; row++) {
        size_t at = (size_t)row * (size_t)kind->outputs;
        float *out = gradient ? gradient + at : NULL;
        if (kind->objective == DN_OBJECTIVE_CLASSES)
            loss += softmax_row(kind, logits + at, targets + at, scale * share, out);
        else
            loss += sigmoid_row(kind, logits + at, targets + at, scale * share, out);
    }
    return loss * share;
}
