/* SPDX-License-Identifier: MIT */
/* Joining the processes of an MPI launcher, and leaving them. */
#include "base/sized_options.h"
#include "distributed/gather.h"
#include "distributed/mpi_launch.h"
#include "distributed/mpi_machines.h"

#include <stdlib.h>
#include <string.h>

#define STATUS_OF_FAILURE 2

static struct {
    enum { NOT_BEGUN, BEGUN, JOINED, LEFT } state;
    bool is_ours; /* MPI was not initialised by somebody else */
    int local_count;
    dn_mpi_context context;
    dn_machines machines;
} here;

static dn_status read_options(const dn_mpi_options *options)
{
    dn_mpi_defaults(&here.context.ranks.options, sizeof *options);
    DN_TRY(dn_read_options(options, &here.context.ranks.options, sizeof *options));
    const char *compression = here.context.ranks.options.compression;
    here.context.rounded = compression && strcmp(compression, "bf16") == 0;
    if (compression && !here.context.rounded && strcmp(compression, "none") != 0)
        return dn_fail(DN_ERROR_ARGUMENT, "%s: unknown compression of sums; known are none, bf16",
                       compression);
    return DN_OK;
}

/* Initialises MPI so that one thread at a time may call it. */
static dn_status initialise(void)
{
    int initialised = 0, threads = MPI_THREAD_SINGLE;
    DN_TRY(dn_mpi_status(dn_mpi.Initialized(&initialised)));
    here.is_ours = !initialised;
    if (here.is_ours)
        DN_TRY(dn_mpi_status(dn_mpi.Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &threads)));
    else
        DN_TRY(dn_mpi_status(dn_mpi.Query_thread(&threads)));
    here.state = BEGUN;
    if (threads < MPI_THREAD_SERIALIZED)
        return dn_fail(DN_ERROR_IO, "this MPI may be called by its first thread alone");
    return DN_OK;
}

static dn_status find_ranks(dn_ranks *ranks)
{
    DN_TRY(dn_mpi_status(dn_mpi.Comm_dup(dn_mpi.world, &ranks->all)));
    DN_TRY(dn_mpi_status(dn_mpi.Comm_set_errhandler(ranks->all, dn_mpi.errors_return)));
    DN_TRY(dn_mpi_status(dn_mpi.Comm_rank(ranks->all, &ranks->rank)));
    DN_TRY(dn_mpi_status(dn_mpi.Comm_size(ranks->all, &ranks->count)));
    long launched = dn_mpi_launched_count();
    if (ranks->count == 1 && launched > 1)
        return dn_fail(DN_ERROR_IO,
                       "the launcher started %ld processes, but Open MPI found this one alone; its "
                       "own mpirun, or srun --mpi=pmix, tells it of the others",
                       launched);
    return dn_calloc((size_t)ranks->count, sizeof *ranks->contributions, &ranks->contributions);
}

static dn_status find_hosts(dn_ranks *ranks)
{
    char(*hosts)[MPI_MAX_PROCESSOR_NAME];
    char own[MPI_MAX_PROCESSOR_NAME] = "";
    int length = 0;
    MPI_Comm local;
    DN_TRY(dn_mpi_status(dn_mpi.Get_processor_name(own, &length)));
    DN_TRY(dn_calloc((size_t)ranks->count, sizeof *hosts, &hosts));
    dn_status status = dn_gather(ranks, own, sizeof own, hosts);
    if (status != DN_OK) {
        free(hosts);
        return status;
    }
    for (int i = 0; i < ranks->count; i++)
        dn_clean(hosts[i]);
    ranks->hosts = hosts;
    DN_TRY(dn_mpi_status(
        dn_mpi.Comm_split_type(ranks->all, MPI_COMM_TYPE_SHARED, 0, dn_mpi.no_info, &local)));
    DN_TRY(dn_mpi_status(dn_mpi.Comm_size(local, &here.local_count)));
    return dn_mpi_status(dn_mpi.Comm_free(&local));
}

dn_status dn_mpi_join(const dn_mpi_options *options, const dn_machines **machines)
{
    DN_NEED(machines);
    if (here.state != NOT_BEGUN)
        return dn_fail(DN_ERROR_ARGUMENT, "dn_mpi_join: a process can join others only once");
    DN_TRY(read_options(options));
    if (!dn_mpi_launched())
        return dn_fail(DN_ERROR_ARGUMENT, "no MPI launcher, such as mpirun, started this process");
    DN_TRY(dn_mpi_load());
    DN_TRY(initialise());
    DN_TRY(find_ranks(&here.context.ranks));
    DN_TRY(find_hosts(&here.context.ranks));
    here.machines = dn_mpi_machines(&here.context);
    here.state = JOINED;
    *machines = &here.machines;
    return DN_OK;
}

const char *dn_mpi_host(int rank)
{
    if (here.state != JOINED || rank < 0 || rank >= here.context.ranks.count)
        return NULL;
    return dn_host_of(&here.context.ranks, rank);
}

int dn_mpi_local_count(void)
{
    return here.state == JOINED ? here.local_count : 0;
}

/* Waits, patiently as everywhere, until all ranks want to leave. */
static bool all_leave(void)
{
    dn_ranks *ranks = &here.context.ranks;
    unsigned char *all, own = 0;
    if (dn_calloc((size_t)ranks->count, 1, &all) != DN_OK)
        return false;
    dn_status status = here.machines.gather(&here.context, &own, 1, all);
    free(all);
    return status == DN_OK;
}

void dn_mpi_leave(int status)
{
    dn_ranks *ranks = &here.context.ranks;
    if (here.state != BEGUN && here.state != JOINED)
        return;
    if (status || here.state == BEGUN || !all_leave())
        dn_mpi.Abort(dn_mpi.world, status ? status : STATUS_OF_FAILURE);
    dn_sums_drop(&here.context.sums);
    free(ranks->hosts);
    free(ranks->contributions);
    dn_mpi.Comm_free(&ranks->all);
    if (here.is_ours)
        dn_mpi.Finalize();
    here.state = LEFT;
}
