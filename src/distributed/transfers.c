/* SPDX-License-Identifier: MIT */
#include "distributed/transfers.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

dn_status dn_transfers_create(const dn_ranks *ranks, dn_transfers *transfers)
{
    size_t count = (size_t)ranks->count;
    DN_TRY(dn_calloc(2 * count, sizeof *transfers->requests, &transfers->requests));
    DN_TRY(dn_calloc(2 * count, sizeof *transfers->statuses, &transfers->statuses));
    DN_TRY(dn_calloc(count, sizeof *transfers->expected, &transfers->expected));
    for (size_t i = 0; i < 2 * count; i++)
        transfers->requests[i] = dn_mpi.no_request;
    return DN_OK;
}

void dn_transfers_free(dn_transfers *transfers)
{
    free(transfers->requests);
    free(transfers->statuses);
    free(transfers->expected);
}

dn_status dn_transfers_receive(const dn_ranks *ranks, dn_transfers *transfers, int from, void *data,
                               size_t bytes, int tag)
{
    transfers->expected[from] = (int)bytes;
    if (!bytes)
        return DN_OK;
    return dn_mpi_status(dn_mpi.Irecv(data, (int)bytes, dn_mpi.byte, from, tag, ranks->all,
                                      &transfers->requests[from]));
}

dn_status dn_transfers_send(const dn_ranks *ranks, dn_transfers *transfers, int to,
                            const void *data, size_t bytes, int tag)
{
    if (!bytes)
        return DN_OK;
    return dn_mpi_status(dn_mpi.Isend(data, (int)bytes, dn_mpi.byte, to, tag, ranks->all,
                                      &transfers->requests[ranks->count + to]));
}

/* The sentence of the first message that failed. */
static dn_status fail_by_message(const dn_ranks *ranks, const dn_transfers *transfers, int code)
{
    for (int i = 0; code == MPI_ERR_IN_STATUS && i < 2 * ranks->count; i++) {
        int error = transfers->statuses[i].MPI_ERROR, rank = i % ranks->count;
        if (error == MPI_SUCCESS || error == MPI_ERR_PENDING)
            continue;
        dn_status status = dn_mpi_status(error);
        char context[MPI_MAX_PROCESSOR_NAME + 64];
        snprintf(context, sizeof context, "rank %d on %s", rank, dn_host_of(ranks, rank));
        return dn_fail_within(status, context);
    }
    return dn_mpi_status(code);
}

dn_status dn_transfers_test(const dn_ranks *ranks, dn_transfers *transfers, bool *done)
{
    int all = 0;
    int code = dn_mpi.Testall(2 * ranks->count, transfers->requests, &all, transfers->statuses);
    if (code != MPI_SUCCESS)
        return fail_by_message(ranks, transfers, code);
    for (int i = 0; all && i < ranks->count; i++) {
        int bytes = 0;
        DN_TRY(dn_mpi_status(dn_mpi.Get_count(&transfers->statuses[i], dn_mpi.byte, &bytes)));
        if (bytes != transfers->expected[i])
            return dn_fail(
                DN_ERROR_MISMATCH,
                "rank %d on %s sent %d bytes where %d were expected: it does not do what "
                "rank %d does",
                i, dn_host_of(ranks, i), bytes, transfers->expected[i], ranks->rank);
        transfers->expected[i] = 0;
    }
    *done = all != 0;
    return DN_OK;
}

int dn_transfers_missing(const dn_ranks *ranks, const dn_transfers *transfers)
{
    for (int i = 0; i < 2 * ranks->count; i++) {
        int is_there = 1;
        dn_mpi.Request_get_status(transfers->requests[i], &is_there, MPI_STATUS_IGNORE);
        if (!is_there)
            return i % ranks->count;
    }
    return -1;
}
