/* SPDX-License-Identifier: MIT */
/* An evaluation in progress: evaluate.c opens it and sums it up, evaluate_batches.c fills it. */
#ifndef DN_EVALUATE_EVALUATOR_H
#define DN_EVALUATE_EVALUATOR_H

#include "evaluate/answered.h"
#include "evaluate/metrics.h"

typedef struct dn_evaluator {
    dn_evaluate_options options; /* defaults filled in */
    const dn_model *model;
    dn_loader *loader;
    dn_session *session;
    dn_metrics *metrics;
    dn_objective objective;
    int outputs; /* of the evaluation: 2 for a network with one that tells two classes apart */
    bool yes_no; /* ... which this is */
    const dn_dataset *dataset;
    dn_answered *own, *all; /* of this process and of each; own NULL: alone */
    size_t bytes;           /* of each */
    float *targets;         /* of the batch being taken */
    int *classes;
    double loss;   /* weighted sum of means */
    double weight; /* sum of their weights */
    int64_t skipped, turned, faint;
} dn_evaluator;

/* Runs all batches, of `total` samples, in the data set's order. */
dn_status dn_evaluate_batches(dn_evaluator *e, int64_t total);

#endif
