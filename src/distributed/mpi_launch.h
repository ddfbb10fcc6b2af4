/* SPDX-License-Identifier: MIT */
#ifndef DN_DISTRIBUTED_MPI_LAUNCH_H
#define DN_DISTRIBUTED_MPI_LAUNCH_H

#include "densenet.h"

/* Returns how many processes the launcher says that it started, 0 if it does not say. */
long dn_mpi_launched_count(void);

#endif
