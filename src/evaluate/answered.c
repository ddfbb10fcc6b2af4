/* SPDX-License-Identifier: MIT */
#include "evaluate/answered.h"

#include <string.h>

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

static bool is_ended(const dn_sentence *sentence)
{
    return memchr(sentence->text, 0, DN_SENTENCE_SIZE);
}

static bool is_within(int count, int most)
{
    return count >= 0 && count <= most;
}

bool dn_answered_is_sound(dn_answered *answered, int batch, int count)
{
    bool sound = is_ended(&answered->fault) && is_within(answered->n, batch) &&
                 is_within(answered->skipped, batch - answered->n) &&
                 is_within(answered->turned, batch) && is_within(answered->faint, batch);
    for (int i = 0; sound && i < answered->n; i++)
        sound = is_within(dn_answered_samples(answered)[i], count - 1);
    for (int i = 0; sound && i < answered->skipped; i++)
        sound = is_ended(&dn_answered_skips(answered, batch)[i]);
    return sound;
}
