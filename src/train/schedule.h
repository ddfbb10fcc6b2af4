/* SPDX-License-Identifier: MIT */
/* The learning rate as a function of the step alone: nothing to save, nothing
 * to restore. */
#ifndef DN_TRAIN_SCHEDULE_H
#define DN_TRAIN_SCHEDULE_H

#include "base/status.h"

typedef enum dn_schedule_kind {
    DN_SCHEDULE_CONSTANT,
    DN_SCHEDULE_STEP,    /* times gamma at each milestone */
    DN_SCHEDULE_COSINE,  /* half a cosine down to `final_rate` */
    DN_SCHEDULE_ONECYCLE /* up and down once (Smith and Topin, 2018), the momentum the other way
                            round: PyTorch's OneCycleLR with its defaults */
} dn_schedule_kind;

#define DN_MAX_MILESTONES 8

/* Plain data. `steps` is the number of optimiser steps in the whole run. */
typedef struct dn_schedule {
    dn_schedule_kind kind;
    double rate; /* the highest */
    int64_t steps;
    int64_t warmup; /* steps of linear rise, (step + 1) / warmup of the rate; for one cycle
                       the length of its rise, 0: 30% */
    double milestones[DN_MAX_MILESTONES]; /* fractions of the run; 0 ends the list */
    double gamma;
    double final_rate;                        /* cosine */
    double start_divisor, final_divisor;      /* one cycle: rate / start_divisor at first,
                                                 that / final_divisor at the end */
    double lowest_momentum, highest_momentum; /* one cycle: at the highest rate, at the ends */
} dn_schedule;

/* Defaults of a schedule by name: constant, step (the paper's tenfold drops at
 * 50% and 75%), cosine, onecycle. */
dn_status dn_schedule_find(const char *name, double rate, int64_t steps, dn_schedule *schedule);

dn_status dn_schedule_check(const dn_schedule *schedule);

/* The rate of step 0..steps-1; beyond them, that of the last step. */
double dn_schedule_rate(const dn_schedule *schedule, int64_t step);

/* The momentum of a step: the one asked for; if that is below 0, one cycle's, or 0.9. */
double dn_schedule_momentum(const dn_schedule *schedule, int64_t step, double momentum);

#endif
