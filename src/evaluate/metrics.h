/* SPDX-License-Identifier: MIT */
/* What an evaluation counts, batch by batch. */
#ifndef DN_EVALUATE_METRICS_H
#define DN_EVALUATE_METRICS_H

#include "base/status.h"

typedef struct dn_metrics {
    dn_objective objective;
    int outputs;
    int64_t samples;
    int64_t not_numbers; /* samples whose answer is not a number */
    int64_t top1, top5;  /* classes: samples whose class has one of the 1 or 5 highest logits */
    uint32_t *confusion; /* classes: outputs x outputs, [truth][predicted] */
    int64_t *unanswered; /* classes: by truth, samples that are not_numbers, and so in no cell */
    float *scores;       /* labels: samples x outputs logits, kept to be ranked */
    float *targets;      /* labels: the same for targets; NaN or below 0: not labelled */
    size_t capacity;     /* rows that scores and targets have memory for */
} dn_metrics;

dn_status dn_metrics_create(dn_objective objective, int outputs, dn_metrics **metrics);
void dn_metrics_free(dn_metrics *metrics);

/* classes: n of 0..outputs-1. Of equal logits the lower class is ranked higher;
 * an answer whose softmax is not a number predicts no class, and is wrong. */
void dn_metrics_add_classes(dn_metrics *metrics, const float *logits, const int *classes, int n);

/* targets: n x outputs. A logit that is NaN says neither yes nor no. */
dn_status dn_metrics_add_labels(dn_metrics *metrics, const float *logits, const float *targets,
                                int n);

/* The figures of one class, or of one label, where a logit above 0 means yes;
 * auroc is left to dn_metrics_auroc. */
dn_output_result dn_metrics_output(const dn_metrics *metrics, int output);

/* Area under a label's ROC curve, ties counted half (as scikit-learn does); NaN
 * unless both answers occur. */
dn_status dn_metrics_auroc(const dn_metrics *metrics, int output, double *auroc);

/* The same for scores[i * stride], targets[i * stride], i < count. */
dn_status dn_auroc(const float *scores, const float *targets, size_t count, size_t stride,
                   double *auroc);

#endif
