/* SPDX-License-Identifier: MIT */
/* Where a layer reads as many maps as its bottleneck has, its two norms are of one length, and
 * neither structure nor the likeness of names tells them apart. Statistics do: the first norm
 * shares its means with the other norms of the block. */
#include "base/memory.h"
#include "loading/match.h"
#include "loading/order.h"

#include <stdlib.h>

static dn_pair *find(const dn_match *match, dn_key key, dn_part part)
{
    key.part = part;
    for (size_t i = 0; i < match->pair_count; i++)
        if (dn_key_compare(&match->pairs[i].key, &key) == 0)
            return &match->pairs[i];
    return NULL;
}

/* The norm that sees what the layer's first norm sees, and what the layer adds. */
static const dn_pair *next_mean(const dn_match *match, dn_key layer)
{
    dn_key keys[] = {{.role = DN_ROLE_LAYER, .block = layer.block, .layer = layer.layer + 1},
                     {.role = DN_ROLE_TRANSITION, .block = layer.block},
                     {.role = DN_ROLE_FINAL}};
    const dn_pair *found = NULL;
    for (int i = 0; i < 3 && !found; i++)
        found = find(match, keys[i], DN_PART_NORM_MEAN);
    return found;
}

static bool is_part_of(const float *part, const float *whole, int count, int more)
{
    return dn_statistics_hold(part, whole, count) || dn_statistics_hold(part, whole + more, count);
}

static dn_status is_swapped(const dn_tensor *first, const dn_tensor *second, const dn_tensor *next,
                            bool *swapped)
{
    size_t count = first->count, more = next->count - count;
    float *values;
    DN_TRY(dn_alloc_aligned(3 * count + more, sizeof *values, &values));
    float *other = values + count, *whole = other + count;
    dn_tensor_read(first, values);
    dn_tensor_read(second, other);
    dn_tensor_read(next, whole);
    *swapped = !is_part_of(values, whole, (int)count, (int)more) &&
               is_part_of(other, whole, (int)count, (int)more);
    free(values);
    return DN_OK;
}

static bool is_vector(const dn_pair *pair)
{
    return pair && pair->tensor->rank == 1 && dn_dtype_is_float(pair->tensor->dtype);
}

static dn_status settle_layer(dn_match *match, dn_key layer)
{
    dn_key unit = layer;
    unit.unit = 1;
    const dn_pair *first = find(match, layer, DN_PART_NORM_MEAN),
                  *second = find(match, unit, DN_PART_NORM_MEAN);
    const dn_pair *next = next_mean(match, layer);
    bool swapped;
    if (!is_vector(first) || !is_vector(second) || !is_vector(next) ||
        first->tensor->count != second->tensor->count ||
        next->tensor->count <= first->tensor->count)
        return DN_OK;
    DN_TRY(is_swapped(first->tensor, second->tensor, next->tensor, &swapped));
    for (int part = DN_PART_NORM_WEIGHT; swapped && part <= DN_PART_NORM_VARIANCE; part++) {
        dn_pair *a = find(match, layer, (dn_part)part), *b = find(match, unit, (dn_part)part);
        const dn_tensor *tensor = a->tensor;
        a->tensor = b->tensor;
        b->tensor = tensor;
    }
    return DN_OK;
}

dn_status dn_settle_norms(dn_match *match)
{
    for (size_t i = 0; i < match->pair_count; i++) {
        const dn_key *key = &match->pairs[i].key;
        if (key->role == DN_ROLE_LAYER && key->unit == 0 && key->part == DN_PART_CONV)
            DN_TRY(settle_layer(match, *key));
    }
    return DN_OK;
}
