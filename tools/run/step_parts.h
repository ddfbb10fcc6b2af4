/* SPDX-License-Identifier: MIT */
#ifndef TOOL_STEP_PARTS_H
#define TOOL_STEP_PARTS_H

#include "run/train_run.h"

/* Copies of the batches of a step: the loader's own is valid only until the next. */
typedef struct step_parts {
    dn_batch *parts;
    float **copies;
    int count;
} step_parts;

/* Complains and returns false if there is no memory for them. */
bool step_parts_open(step_parts *parts, int accumulate);
void step_parts_close(step_parts *parts, int accumulate);

/* Loads the batches of one step, fewer at an epoch's end. Complains and returns false if it
 * cannot. */
bool step_parts_load(train_run *run, step_parts *parts);

#endif
