/* SPDX-License-Identifier: MIT */
#ifndef DN_NET_CUT_H
#define DN_NET_CUT_H

#include "kernels/kernels.h"

/* How a convolution is shared out: its units, pixels or Winograd's tiles, are
 * dealt evenly to runs, its panels to groups; a task takes one of both. */
typedef struct dn_cut {
    int units, runs;
    int panels, groups;
} dn_cut;

static inline int dn_cut_tasks(const dn_cut *cut)
{
    return cut->runs * cut->groups;
}

static inline int dn_longest_run(const dn_cut *cut)
{
    return dn_ceil_divide(cut->units, cut->runs);
}

static inline dn_piece dn_piece_of_task(const dn_cut *cut, int task)
{
    int run = task / cut->groups, group = task % cut->groups;
    return (dn_piece){dn_dealt_before(cut->units, cut->runs, run),
                      dn_dealt_before(cut->units, cut->runs, run + 1),
                      dn_dealt_before(cut->panels, cut->groups, group),
                      dn_dealt_before(cut->panels, cut->groups, group + 1)};
}

/* The run that has this unit. */
static inline int dn_run_of_unit(const dn_cut *cut, int unit)
{
    return (int)((((int64_t)unit + 1) * cut->runs - 1) / cut->units);
}

#endif
