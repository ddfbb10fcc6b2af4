/* SPDX-License-Identifier: MIT */
#ifndef DN_DISTRIBUTED_MPI_MACHINES_H
#define DN_DISTRIBUTED_MPI_MACHINES_H

#include "distributed/sums.h"

/* What dn_machines.context points to. */
typedef struct dn_mpi_context {
    dn_ranks ranks;
    dn_sums sums;
    bool rounded; /* sums that need not be exact are sent as BF16 */
} dn_mpi_context;

/* The functions over MPI for the ranks of the context, which must be known. */
dn_machines dn_mpi_machines(dn_mpi_context *context);

#endif
