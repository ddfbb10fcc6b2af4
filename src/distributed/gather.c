/* SPDX-License-Identifier: MIT */
#include "distributed/gather.h"

#include "base/memory.h"
#include "distributed/patience.h"
#include "distributed/transfers.h"

#include <string.h>

typedef struct gathering {
    const dn_ranks *ranks;
    dn_transfers transfers;
} gathering;

static dn_status test(void *context, bool *there)
{
    gathering *under_way = context;
    return dn_transfers_test(under_way->ranks, &under_way->transfers, there);
}

static int missing(void *context)
{
    const gathering *under_way = context;
    return dn_transfers_missing(under_way->ranks, &under_way->transfers);
}

/* Gathers bytes first to first + piece of all. */
static dn_status gather_piece(dn_ranks *ranks, gathering *under_way, unsigned char *all,
                              size_t bytes, size_t first, size_t piece)
{
    int tag = dn_exchange_tag(ranks->exchanges++, 0);
    const unsigned char *own = all + (size_t)ranks->rank * bytes + first;
    for (int i = 1; i < ranks->count; i++) {
        int rank = (ranks->rank + i) % ranks->count;
        unsigned char *to = all + (size_t)rank * bytes + first;
        DN_TRY(dn_transfers_receive(ranks, &under_way->transfers, rank, to, piece, tag));
        DN_TRY(dn_transfers_send(ranks, &under_way->transfers, rank, own, piece, tag));
    }
    dn_awaited awaited = {test, missing, under_way};
    return dn_wait(ranks, &awaited);
}

dn_status dn_gather(dn_ranks *ranks, const void *own, size_t bytes, void *all)
{
    gathering under_way = {.ranks = ranks};
    size_t total;
    if (!dn_multiply(bytes, (size_t)ranks->count, &total))
        return dn_fail(DN_ERROR_ARGUMENT, "%zu bytes of each of %d processes are too many", bytes,
                       ranks->count);
    memmove((unsigned char *)all + (size_t)ranks->rank * bytes, own, bytes);
    dn_status status = dn_transfers_create(ranks, &under_way.transfers);
    for (size_t first = 0; status == DN_OK && first < bytes; first += DN_LARGEST_MESSAGE) {
        size_t left = bytes - first;
        size_t piece = left < DN_LARGEST_MESSAGE ? left : DN_LARGEST_MESSAGE;
        status = gather_piece(ranks, &under_way, all, bytes, first, piece);
    }
    dn_transfers_free(&under_way.transfers);
    return status;
}
