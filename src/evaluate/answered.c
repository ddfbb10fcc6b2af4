/* SPDX-License-Identifier: MIT */
#include "evaluate/answered.h"

size_t dn_answered_bytes(int batch, int outputs)
{
    size_t picture = sizeof(int) + sizeof(dn_sentence) + (size_t)outputs * sizeof(float);
    return sizeof(dn_answered) + (size_t)batch * picture;
}

int *dn_answered_samples(dn_answered *answered)
{
    void *samples = answered + 1;
    return samples;
}

dn_sentence *dn_answered_skips(dn_answered *answered, int batch)
{
    void *skips = dn_answered_samples(answered) + batch;
    return skips;
}

float *dn_answered_logits(dn_answered *answered, int batch)
{
    void *logits = dn_answered_skips(answered, batch) + batch;
    return logits;
}
