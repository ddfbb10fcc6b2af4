/* SPDX-License-Identifier: MIT */
#include "distributed/sums.h"

#include "distributed/patience.h"

#include <stdlib.h>

typedef struct dn_sum_link {
    dn_sum sum;
    struct dn_sum_link *next;
} dn_sum_link;

void dn_sums_drop(dn_sums *sums)
{
    for (dn_sum_link *link = sums->first, *next; link; link = next) {
        next = link->next;
        dn_sum_drop(&link->sum);
        free(link);
    }
    *sums = (dn_sums){0};
}

/* The oldest that is under way, of those from `first` on; NULL: none. */
static const dn_sum *find_oldest(const dn_sums *sums, uint64_t first)
{
    const dn_sum *oldest = NULL;
    for (const dn_sum_link *link = sums->first; link; link = link->next)
        if (link->sum.phase != DN_SUM_IDLE && link->sum.exchange >= first &&
            (!oldest || link->sum.exchange < oldest->exchange))
            oldest = &link->sum;
    return oldest;
}

/* One that is idle, if possible with enough memory. */
static dn_status find_idle(dn_sums *sums, size_t bytes, dn_sum **found)
{
    dn_sum_link *idle = NULL;
    for (dn_sum_link *link = sums->first; link; link = link->next)
        if (link->sum.phase == DN_SUM_IDLE && (!idle || idle->sum.memory.bytes < bytes))
            idle = link;
    if (!idle) {
        DN_TRY(dn_calloc(1, sizeof *idle, &idle));
        idle->next = sums->first;
        sums->first = idle;
    }
    *found = &idle->sum;
    return DN_OK;
}

dn_status dn_sums_begin(dn_ranks *ranks, dn_sums *sums, const dn_addends *addends)
{
    dn_addends piece = *addends;
    size_t size = addends->type == DN_F64 ? sizeof(double) : sizeof(float);
    size_t largest = DN_LARGEST_MESSAGE / size;
    for (size_t first = 0; first < addends->count; first += piece.count) {
        size_t left = addends->count - first;
        piece.values = (unsigned char *)addends->values + first * size;
        piece.count = left < largest ? left : largest;
        const dn_sum *oldest = find_oldest(sums, 0);
        if (oldest && ranks->exchanges - oldest->exchange >= DN_TAGGED_EXCHANGES / 2)
            DN_TRY(dn_sums_wait(ranks, sums, 0));
        dn_sum *sum;
        DN_TRY(find_idle(sums, dn_sum_memory(ranks, &piece), &sum));
        DN_TRY(dn_sum_begin(ranks, sum, &piece));
    }
    return dn_sums_advance(ranks, sums);
}

dn_status dn_sums_advance(const dn_ranks *ranks, dn_sums *sums)
{
    for (dn_sum_link *link = sums->first; link; link = link->next)
        if (link->sum.phase != DN_SUM_IDLE)
            DN_TRY(dn_sum_advance(ranks, &link->sum));
    return DN_OK;
}

/* What dn_sums_wait waits for. */
typedef struct awaited_sums {
    const dn_ranks *ranks;
    dn_sums *sums;
    uint64_t first;
} awaited_sums;

static dn_status test(void *context, bool *there)
{
    const awaited_sums *awaited = context;
    DN_TRY(dn_sums_advance(awaited->ranks, awaited->sums));
    *there = !find_oldest(awaited->sums, awaited->first);
    return DN_OK;
}

static int missing(void *context)
{
    const awaited_sums *awaited = context;
    const dn_sum *oldest = find_oldest(awaited->sums, awaited->first);
    return oldest ? dn_transfers_missing(awaited->ranks, &oldest->transfers) : -1;
}

dn_status dn_sums_wait(const dn_ranks *ranks, dn_sums *sums, uint64_t first)
{
    awaited_sums context = {ranks, sums, first};
    dn_awaited awaited = {test, missing, &context};
    return dn_wait(ranks, &awaited);
}
