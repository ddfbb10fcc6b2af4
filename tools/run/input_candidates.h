/* SPDX-License-Identifier: MIT */
/* How pictures may have been scaled in training: the pipelines that check-input compares. */
#ifndef RUN_INPUT_CANDIDATES_H
#define RUN_INPUT_CANDIDATES_H

#include "densenet.h"

enum { MOST_CANDIDATES = 16 };

/* A pipeline whose scaling, mean and deviation are a known one's, and all else the used one's. */
typedef struct input_candidate {
    const char *name;
    dn_preprocess preprocess;
    bool used, recorded; /* the pipeline in use; the one in the weight file */
} input_candidate;

/* Fills candidates for the pipeline in use and the recorded one, which may be NULL; the one in use
 * is the first. Returns how many there are, each kind of scaling once. */
int input_candidates_list(const dn_preprocess *used, const dn_preprocess *recorded,
                          input_candidate candidates[MOST_CANDIDATES]);

#endif
