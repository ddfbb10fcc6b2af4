/* SPDX-License-Identifier: MIT */
#ifndef DN_TRAIN_TRAINER_H
#define DN_TRAIN_TRAINER_H

#include "base/float_mode.h"
#include "base/memory.h"
#include "train/engine/engine.h"
#include "train/optimiser.h"
#include "train/schedule.h"

struct dn_trainer {
    dn_trainer_options options; /* its pointers are not kept */
    dn_team team;
    dn_engine *engine;
    dn_optimiser *optimiser;
    dn_schedule schedule;
    dn_model *metadata; /* labels, objective and preprocessing for the models it returns */
    dn_region averages;
    float *average;           /* in averages: layout.floats; NULL: none kept */
    float *logits, *gradient; /* batch x classes */
    float *output_weights;    /* copied from the options; NULL: none */
};

/* From this machine's means to the weighted means over all machines. Loss and
 * counts are joined too, so that either all machines find the same fault in a
 * step or none does. caller: how the caller computes, for its function. */
dn_status dn_join_machines(dn_trainer *trainer, double weight, dn_float_mode caller,
                           dn_step_result *result);

/* Sets frozen[slot] for the parts named by a list such as "stem,block2,transition2". */
dn_status dn_freeze(const char *list, const dn_layout *layout, bool *frozen);

#endif
