/* SPDX-License-Identifier: MIT */
#include "distributed/mpi_machines.h"

#include "distributed/gather.h"

static dn_status sum(void *context, double *values, size_t count)
{
    dn_mpi_context *own = context;
    if (own->ranks.count == 1 || !count)
        return DN_OK;
    DN_NEED(values);
    uint64_t first = own->ranks.exchanges;
    dn_addends addends = {values, count, DN_F64};
    DN_TRY(dn_sums_begin(&own->ranks, &own->sums, &addends));
    return dn_sums_wait(&own->ranks, &own->sums, first);
}

static dn_status begin(void *context, float *values, size_t count, bool exact)
{
    dn_mpi_context *own = context;
    if (own->ranks.count == 1 || !count)
        return DN_OK;
    DN_NEED(values);
    dn_addends addends = {values, count, own->rounded && !exact ? DN_BF16 : DN_F32};
    return dn_sums_begin(&own->ranks, &own->sums, &addends);
}

static dn_status advance(void *context)
{
    dn_mpi_context *own = context;
    return dn_sums_advance(&own->ranks, &own->sums);
}

static dn_status finish(void *context)
{
    dn_mpi_context *own = context;
    return dn_sums_wait(&own->ranks, &own->sums, 0);
}

static dn_status gather(void *context, const void *own, size_t bytes, void *all)
{
    dn_mpi_context *mpi = context;
    if (!bytes)
        return DN_OK;
    DN_NEED(own);
    DN_NEED(all);
    DN_TRY(finish(context));
    return dn_gather(&mpi->ranks, own, bytes, all);
}

dn_machines dn_mpi_machines(dn_mpi_context *context)
{
    return (dn_machines){
        .struct_size = sizeof(dn_machines),
        .rank = context->ranks.rank,
        .count = context->ranks.count,
        .context = context,
        .sum = sum,
        .begin = begin,
        .advance = advance,
        .finish = finish,
        .gather = gather,
    };
}
