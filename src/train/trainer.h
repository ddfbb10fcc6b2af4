/* SPDX-License-Identifier: MIT */
#ifndef DN_TRAIN_TRAINER_H
#define DN_TRAIN_TRAINER_H

#include "base/memory.h"
#include "train/machines.h"
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
    dn_exchange exchange;
};

/* Sets frozen[slot] for the parts named by a list such as "stem,block2,transition2". */
dn_status dn_freeze(const char *list, const dn_layout *layout, bool *frozen);

#endif
