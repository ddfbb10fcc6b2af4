/* SPDX-License-Identifier: MIT */
/* One sum over all ranks, in the order of ranks. Each rank owns a slice of the values: all send it
 * theirs, it adds them up and sends the sums to all. Few values are sent to all, and each rank adds
 * them up itself. */
#ifndef DN_DISTRIBUTED_SUM_EXCHANGE_H
#define DN_DISTRIBUTED_SUM_EXCHANGE_H

#include "base/memory.h"
#include "distributed/sum_values.h"
#include "distributed/transfers.h"

/* What is to be summed, in place: floats, sent as they are (DN_F32) or as DN_BF16, or doubles
 * (DN_F64); at most DN_LARGEST_MESSAGE bytes as they are sent. */
typedef struct dn_addends {
    void *values;
    size_t count;
    dn_dtype type;
} dn_addends;

typedef enum dn_sum_phase { DN_SUM_IDLE, DN_SUM_CONTRIBUTING, DN_SUM_SPREADING } dn_sum_phase;

/* All zeros: idle, without memory. */
typedef struct dn_sum {
    dn_sum_phase phase;
    dn_addends addends;
    uint64_t exchange;
    dn_transfers transfers;
    dn_region memory;
    unsigned char *own;      /* this rank's values as they are sent, then the sums */
    unsigned char *received; /* the values of this rank's slice of all other ranks, one by one */
} dn_sum;

/* Returns the bytes of memory that a sum takes. */
size_t dn_sum_memory(const dn_ranks *ranks, const dn_addends *addends);

/* Begins an idle sum; the number of the exchange is taken from ranks. */
dn_status dn_sum_begin(dn_ranks *ranks, dn_sum *sum, const dn_addends *addends);

/* Does what can be done without waiting; in the end the sum is idle. */
dn_status dn_sum_advance(const dn_ranks *ranks, dn_sum *sum);

/* Releases what an idle sum keeps for the next. */
void dn_sum_drop(dn_sum *sum);

#endif
