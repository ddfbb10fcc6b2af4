/* SPDX-License-Identifier: MIT */
/* What is known before MPI is loaded, in builds without it too. */
#include "distributed/mpi_launch.h"

#include "base/sized_options.h"

#include <stdlib.h>

void dn_mpi_defaults(dn_mpi_options *options, size_t struct_size)
{
    static const dn_mpi_options defaults;
    dn_start_options(options, struct_size, &defaults, sizeof defaults);
}

bool dn_mpi_launched(void)
{
    return getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMIX_RANK") || getenv("PMI_RANK");
}

/* A launcher's own number counts before Slurm's, which under mpirun is that of mpirun's daemons. */
long dn_mpi_launched_count(void)
{
    static const char *const variables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE",
                                            "SLURM_STEP_NUM_TASKS"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *said = getenv(variables[i]);
        if (said)
            return strtol(said, NULL, 10);
    }
    return 0;
}
