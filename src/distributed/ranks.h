/* SPDX-License-Identifier: MIT */
#ifndef DN_DISTRIBUTED_RANKS_H
#define DN_DISTRIBUTED_RANKS_H

#include "distributed/mpi_library.h"

/* The processes that the launcher started, and which of them this is. */
typedef struct dn_ranks {
    MPI_Comm all; /* the library's own copy of MPI_COMM_WORLD */
    int rank, count;
    char (*hosts)[MPI_MAX_PROCESSOR_NAME]; /* one per rank; NULL until they are known */
    dn_mpi_options options;
    const void **contributions; /* [count], for whoever adds them up */
    uint64_t exchanges; /* begun so far: the same number on all ranks, from which tags are made */
} dn_ranks;

/* Tags of the two phases of an exchange. MPI promises tags up to 32767; none is under way
 * until its tags come again, since dn_sums_begin waits for those before. */
#define DN_TAGGED_EXCHANGES 16384
static inline int dn_exchange_tag(uint64_t exchange, int phase)
{
    return 2 * (int)(exchange % DN_TAGGED_EXCHANGES) + phase;
}

static inline const char *dn_host_of(const dn_ranks *ranks, int rank)
{
    return ranks->hosts ? ranks->hosts[rank] : "unknown";
}

#endif
