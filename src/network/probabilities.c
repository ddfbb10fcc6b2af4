/* SPDX-License-Identifier: MIT */
#include "network/model.h"

#include <math.h>

void dn_apply_temperature(const dn_model *model, int n, float *logits)
{
    size_t count = (size_t)n * (size_t)model->arch.classes;
    for (size_t i = 0; i < count && model->temperature != 1; i++)
        logits[i] = (float)((double)logits[i] / model->temperature);
}

static void softmax(float *row, int count)
{
    float most = -INFINITY;
    double sum = 0;
    for (int i = 0; i < count; i++)
        most = fmaxf(most, row[i]);
    for (int i = 0; i < count; i++) {
        double power = exp((double)row[i] - (double)most);
        row[i] = (float)power;
        sum += power;
    }
    for (int i = 0; i < count; i++)
        row[i] = (float)((double)row[i] / sum);
}

static void sigmoid(float *row, int count)
{
    for (int i = 0; i < count; i++)
        row[i] = (float)(1 / (1 + exp(-(double)row[i])));
}

/* TorchXRayVision's op_norm: stretches 0..t to 0..0.5 and t..1 to 0.5..1; an
 * output without a threshold was not trained and has no meaning. */
static void normalise(float *row, const float *thresholds, int count)
{
    for (int i = 0; i < count; i++) {
        double p = (double)row[i], t = (double)thresholds[i];
        double q = isnan(t) ? 0.5 : p < t ? p / (2 * t) : 1 - (1 - p) / (2 * (1 - t));
        row[i] = (float)q;
    }
}

void dn_model_probabilities(const dn_model *model, int n, float *logits)
{
    if (!model || !logits)
        return;
    int classes = model->arch.classes;
    dn_apply_temperature(model, n, logits);
    for (int i = 0; i < n; i++, logits += classes) {
        if (model->objective == DN_OBJECTIVE_CLASSES && classes > 1)
            softmax(logits, classes);
        else
            sigmoid(logits, classes);
        if (model->objective == DN_OBJECTIVE_LABELS && model->thresholds)
            normalise(logits, model->thresholds, classes);
    }
}
