/* SPDX-License-Identifier: MIT */
/* What is found out about a batch, by this process or by another. */
#ifndef DN_EVALUATE_ANSWERED_H
#define DN_EVALUATE_ANSWERED_H

#include "base/status.h"

enum { DN_SENTENCE_SIZE = 512 };

typedef struct dn_sentence {
    char text[DN_SENTENCE_SIZE];
} dn_sentence;

/* One block of bytes, of a size that batch and outputs decide. */
typedef struct dn_answered {
    dn_status status; /* a fault ends the evaluation, in all processes */
    dn_sentence fault;
    int n, skipped, turned, faint; /* pictures; n 0: nothing was asked */
} dn_answered;

size_t dn_answered_bytes(int batch, int outputs);

/* Whether it can be what a process found out about a batch of a data set of `count` samples. */
bool dn_answered_is_sound(dn_answered *answered, int batch, int count);

/* Its arrays: the `n` samples, their logits, n x outputs, and why others were left out. */
int *dn_answered_samples(dn_answered *answered);
dn_sentence *dn_answered_skips(dn_answered *answered, int batch);
float *dn_answered_logits(dn_answered *answered, int batch);

#endif
