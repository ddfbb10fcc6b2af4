/* SPDX-License-Identifier: MIT */
/* Sums that are under way at once. */
#ifndef DN_DISTRIBUTED_SUMS_H
#define DN_DISTRIBUTED_SUMS_H

#include "distributed/sum_exchange.h"

/* All zeros: none. */
typedef struct dn_sums {
    struct dn_sum_link *first; /* those that are done stay, with their memory, for the next */
} dn_sums;

/* Begins to sum values of any number. */
dn_status dn_sums_begin(dn_ranks *ranks, dn_sums *sums, const dn_addends *addends);

/* Does what can be done for all without waiting. */
dn_status dn_sums_advance(const dn_ranks *ranks, dn_sums *sums);

/* Waits for all that are exchange number `first` or a later one; 0: for all. */
dn_status dn_sums_wait(const dn_ranks *ranks, dn_sums *sums, uint64_t first);

/* Releases the memory; none may be under way. */
void dn_sums_drop(dn_sums *sums);

#endif
