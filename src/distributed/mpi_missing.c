/* SPDX-License-Identifier: MIT */
/* Many machines, in a build without MPI. */
#include "base/status.h"

dn_status dn_mpi_join(const dn_mpi_options *options, const dn_machines **machines)
{
    (void)options;
    DN_NEED(machines);
    return dn_fail(DN_ERROR_IO, "this build has no MPI (DENSENET_MPI)");
}

const char *dn_mpi_host(int rank)
{
    (void)rank;
    return NULL;
}

int dn_mpi_local_count(void)
{
    return 0;
}

void dn_mpi_leave(int status)
{
    (void)status;
}
