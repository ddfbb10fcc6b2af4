/* SPDX-License-Identifier: MIT */
#ifndef DN_KERNELS_WORK_SPLIT_H
#define DN_KERNELS_WORK_SPLIT_H

#include "kernels/kernels.h"

/* How a convolution is shared out: its units, pixels or Winograd's tiles, are
 * dealt evenly to runs, its panels to groups; a task takes one of both. */
typedef struct dn_work_split {
    int units, runs;
    int panels, groups;
} dn_work_split;

static inline int dn_split_tasks(const dn_work_split *cut)
{
    return cut->runs * cut->groups;
}

static inline int dn_longest_run(const dn_work_split *cut)
{
    return dn_ceil_divide(cut->units, cut->runs);
}

static inline dn_piece dn_piece_of_task(const dn_work_split *cut, int task)
{
    int run = task / cut->groups, group = task % cut->groups;
    return (dn_piece){dn_share_begin(cut->units, cut->runs, run),
                      dn_share_begin(cut->units, cut->runs, run + 1),
                      dn_share_begin(cut->panels, cut->groups, group),
                      dn_share_begin(cut->panels, cut->groups, group + 1)};
}

/* The run that has this unit. */
static inline int dn_run_of_unit(const dn_work_split *cut, int unit)
{
    return (int)((((int64_t)unit + 1) * cut->runs - 1) / cut->units);
}

#endif
