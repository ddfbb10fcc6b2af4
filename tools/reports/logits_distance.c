/* SPDX-License-Identifier: MIT */
#include "reports/logits_distance.h"

#include <math.h>

/* -1 if one of them is not a number. */
static int largest(const float *logits, int outputs)
{
    int best = 0;
    for (int i = 0; i < outputs; i++) {
        if (isnan(logits[i]))
            return -1;
        if (logits[i] > logits[best])
            best = i;
    }
    return best;
}

static bool is_same_class(const float *a, const float *b, int outputs)
{
    int class = largest(a, outputs);
    return class >= 0 && class == largest(b, outputs);
}

static bool is_same_side(float a, float b)
{
    return !isnan(a) && !isnan(b) && (a > 0) == (b > 0);
}

void logits_distance_add(logits_distance *d, const float *exact, const float *other, size_t n,
                         int outputs, bool labels)
{
    size_t count = n * (size_t)outputs;
    for (size_t i = 0; i < count; i++) {
        double value = (double)exact[i], error = (double)other[i] - value;
        d->sum += value;
        d->squares += value * value;
        d->errors += error * error;
        d->same += labels && is_same_side(other[i], exact[i]);
    }
    for (size_t at = 0; !labels && at < count; at += (size_t)outputs)
        d->same += is_same_class(other + at, exact + at, outputs);
    d->count += (double)count;
    d->asked += labels ? (double)count : (double)n;
}

double logits_distance_agree(const logits_distance *d)
{
    return d->same / d->asked;
}

double logits_distance_error(const logits_distance *d)
{
    double mean = d->sum / d->count, variance = d->squares / d->count - mean * mean;
    return sqrt(d->errors / d->count / variance);
}
