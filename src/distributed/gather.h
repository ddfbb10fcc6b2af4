/* SPDX-License-Identifier: MIT */
#ifndef DN_DISTRIBUTED_GATHER_H
#define DN_DISTRIBUTED_GATHER_H

#include "distributed/ranks.h"

/* Writes `bytes` of each rank to `all`, in the order of ranks, and waits for them. `own` may be
 * this rank's place in `all`. No sum may be under way. */
dn_status dn_gather(dn_ranks *ranks, const void *own, size_t bytes, void *all);

#endif
