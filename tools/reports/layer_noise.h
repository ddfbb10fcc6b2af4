/* SPDX-License-Identifier: MIT */
/* What a network's precision takes from each of its inner tensors. */
#ifndef TOOL_LAYER_NOISE_H
#define TOOL_LAYER_NOISE_H

#include "densenet.h"
#include "reports/logits_distance.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct noisy_layer {
    char name[64];
    double *sums; /* of the exact numbers, per channel, over all pictures */
    size_t channels;
    double pixels, squares, noise; /* how many; sums of squares: of the exact numbers, and of the
                                      differences */
} noisy_layer;

typedef struct layer_noise {
    noisy_layer *layers;
    size_t count, room;
    float **exact; /* of one run, by layer */
    size_t next;   /* layer of the run that is compared */
    bool failed;   /* for want of memory */
    long pictures;
    bool labels; /* set by the caller: the networks answer with labels, not with one class */
    logits_distance logits;
} layer_noise;

/* Of networks that are alike. */
typedef struct layer_sessions {
    dn_session *exact, *rounded;
    dn_session *halves; /* in bf16, compared by its logits alone; NULL: there is none */
    int classes;
} layer_sessions;

/* Runs pictures through the sessions and adds what differs from the exact one's: the rounded one's
 * layers and logits, and to `halves` the logits of bf16. input is n x channels x height x width.
 * False after a complaint. */
bool layer_noise_add(layer_noise *noise, const layer_sessions *sessions, logits_distance *halves,
                     const float *input, int n, int height, int width);
void layer_noise_free(layer_noise *noise);

/* In decibels; infinite if nothing differs, and below zero so if the exact numbers do not vary. */
double layer_noise_ratio(const noisy_layer *layer);

/* Sorts the layers, the worst first. */
void layer_noise_sort(layer_noise *noise);

#endif
