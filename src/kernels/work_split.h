/* SPDX-License-Identifier: MIT */
#ifndef DN_KERNELS_WORK_SPLIT_H
#define DN_KERNELS_WORK_SPLIT_H

#include "kernels/kernels.h"

/* How a convolution is split: its units (pixels or Winograd's tiles) are
 * divided evenly into runs, its panels into groups; a task computes one group of one
 * run. */
typedef struct dn_work_split {
    int units, runs;
    int panels, groups;
} dn_work_split;

static inline int dn_split_tasks(const dn_work_split *split)
{
    return split->runs * split->groups;
}

static inline int dn_longest_run(const dn_work_split *split)
{
    return dn_ceil_divide(split->units, split->runs);
}

static inline dn_piece dn_piece_of_task(const dn_work_split *split, int task)
{
    int run = task / split->groups, group = task % split->groups;
    return (dn_piece){dn_share_begin(split->units, split->runs, run),
                      dn_share_begin(split->units, split->runs, run + 1),
                      dn_share_begin(split->panels, split->groups, group),
                      dn_share_begin(split->panels, split->groups, group + 1)};
}

/* The run that contains this unit. */
static inline int dn_run_of_unit(const dn_work_split *split, int unit)
{
    return (int)((((int64_t)unit + 1) * split->runs - 1) / split->units);
}

#endif
