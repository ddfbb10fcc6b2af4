/* SPDX-License-Identifier: MIT */
/* At most one message from each rank and one to each, under way together. */
#ifndef DN_DISTRIBUTED_TRANSFERS_H
#define DN_DISTRIBUTED_TRANSFERS_H

#include "distributed/ranks.h"

#define DN_LARGEST_MESSAGE ((size_t)1 << 30) /* bytes; MPI counts in int */

typedef struct dn_transfers {
    MPI_Request *requests; /* [2 * ranks]: from each rank, then to each */
    MPI_Status *statuses;  /* [2 * ranks] */
    int *expected;         /* [ranks]: bytes from each */
} dn_transfers;

/* dn_transfers_free accepts what a failed dn_transfers_create left. */
dn_status dn_transfers_create(const dn_ranks *ranks, dn_transfers *transfers);
void dn_transfers_free(dn_transfers *transfers);

/* Begin to receive, or to send; the memory must stay as it is until the test finds it done. At
 * most DN_LARGEST_MESSAGE bytes; 0 bytes are no message. */
dn_status dn_transfers_receive(const dn_ranks *ranks, dn_transfers *transfers, int from, void *data,
                               size_t bytes, int tag);
dn_status dn_transfers_send(const dn_ranks *ranks, dn_transfers *transfers, int to,
                            const void *data, size_t bytes, int tag);

/* Sets *done if all have arrived, without waiting. Fails if a message was shorter or longer than
 * expected. */
dn_status dn_transfers_test(const dn_ranks *ranks, dn_transfers *transfers, bool *done);

/* Returns the first rank that has not sent, or if all have, not received; -1: none. */
int dn_transfers_missing(const dn_ranks *ranks, const dn_transfers *transfers);

#endif
