/* SPDX-License-Identifier: MIT */
#include "distributed/sum_exchange.h"

#define FEW_BYTES 65536 /* of all ranks together: waiting once more would take longer */

/* Whether all values are every rank's slice. */
static bool are_few(const dn_ranks *ranks, const dn_addends *addends)
{
    return addends->count * dn_dtype_size(addends->type) <= FEW_BYTES / (size_t)ranks->count;
}

/* Returns the bytes of a rank's slice, and where it begins. */
static size_t slice(const dn_ranks *ranks, const dn_addends *addends, int rank, size_t *offset)
{
    bool few = are_few(ranks, addends);
    int slices = few ? 1 : ranks->count, index = few ? 0 : rank;
    size_t first = dn_slice_begin(addends->count, slices, index);
    size_t end = dn_slice_begin(addends->count, slices, index + 1);
    *offset = first * dn_dtype_size(addends->type);
    return (end - first) * dn_dtype_size(addends->type);
}

/* The bytes of a copy of the values as they are sent, which all but BF16 do without. */
static size_t copied_bytes(const dn_addends *addends)
{
    return addends->type == DN_BF16 ? dn_round_up(addends->count * sizeof(uint16_t), DN_ALIGNMENT)
                                    : 0;
}

size_t dn_sum_memory(const dn_ranks *ranks, const dn_addends *addends)
{
    size_t offset, bytes = slice(ranks, addends, ranks->rank, &offset);
    return copied_bytes(addends) + bytes * (size_t)(ranks->count - 1);
}

void dn_sum_drop(dn_sum *sum)
{
    dn_transfers_free(&sum->transfers);
    dn_region_free(&sum->memory);
}

static dn_status prepare(const dn_ranks *ranks, dn_sum *sum, const dn_addends *addends)
{
    size_t bytes = dn_sum_memory(ranks, addends);
    if (!sum->transfers.expected)
        DN_TRY(dn_transfers_create(ranks, &sum->transfers));
    if (sum->memory.bytes < bytes) {
        dn_region_free(&sum->memory);
        DN_TRY(dn_region_create(NULL, bytes, 1, &sum->memory));
    }
    sum->addends = *addends;
    sum->received = (unsigned char *)sum->memory.data + copied_bytes(addends);
    sum->own = addends->values;
    if (addends->type == DN_BF16) {
        sum->own = sum->memory.data;
        dn_from_float(DN_BF16, addends->values, addends->count, sum->own);
    }
    return DN_OK;
}

/* Sends each rank its slice, or all of them this rank's. Each rank begins with another. */
static dn_status send_to_all(const dn_ranks *ranks, dn_sum *sum, bool own_slice, int tag)
{
    for (int i = 1; i < ranks->count; i++) {
        int to = (ranks->rank + i) % ranks->count;
        size_t offset, bytes = slice(ranks, &sum->addends, own_slice ? ranks->rank : to, &offset);
        DN_TRY(dn_transfers_send(ranks, &sum->transfers, to, sum->own + offset, bytes, tag));
    }
    return DN_OK;
}

dn_status dn_sum_begin(dn_ranks *ranks, dn_sum *sum, const dn_addends *addends)
{
    DN_TRY(prepare(ranks, sum, addends));
    sum->exchange = ranks->exchanges++;
    sum->phase = DN_SUM_CONTRIBUTING;
    int tag = dn_exchange_tag(sum->exchange, 0);
    size_t offset, bytes = slice(ranks, addends, ranks->rank, &offset);
    unsigned char *to = sum->received;
    for (int from = 0; from < ranks->count; from++) {
        if (from == ranks->rank)
            continue;
        DN_TRY(dn_transfers_receive(ranks, &sum->transfers, from, to, bytes, tag));
        to += bytes;
    }
    return send_to_all(ranks, sum, false, tag);
}

static void add_contributions(const dn_ranks *ranks, dn_sum *sum)
{
    size_t offset, bytes = slice(ranks, &sum->addends, ranks->rank, &offset);
    const unsigned char *from = sum->received;
    for (int rank = 0; rank < ranks->count; rank++) {
        bool is_own = rank == ranks->rank;
        ranks->contributions[rank] = is_own ? sum->own + offset : from;
        from += is_own ? 0 : bytes;
    }
    dn_dtype type = sum->addends.type;
    dn_add_in_order(type, ranks->contributions, ranks->count, bytes / dn_dtype_size(type),
                    sum->own + offset);
}

static dn_status spread(const dn_ranks *ranks, dn_sum *sum)
{
    int tag = dn_exchange_tag(sum->exchange, 1);
    sum->phase = DN_SUM_SPREADING;
    for (int from = 0; from < ranks->count; from++) {
        size_t offset, bytes = slice(ranks, &sum->addends, from, &offset);
        if (from != ranks->rank)
            DN_TRY(
                dn_transfers_receive(ranks, &sum->transfers, from, sum->own + offset, bytes, tag));
    }
    return send_to_all(ranks, sum, true, tag);
}

dn_status dn_sum_advance(const dn_ranks *ranks, dn_sum *sum)
{
    bool done = false;
    DN_TRY(dn_transfers_test(ranks, &sum->transfers, &done));
    if (!done)
        return DN_OK;
    if (sum->phase == DN_SUM_CONTRIBUTING) {
        add_contributions(ranks, sum);
        if (!are_few(ranks, &sum->addends))
            return spread(ranks, sum);
    }
    if (sum->addends.type == DN_BF16)
        dn_to_float(DN_BF16, sum->own, sum->addends.count, 1, sum->addends.values);
    sum->phase = DN_SUM_IDLE;
    return DN_OK;
}
