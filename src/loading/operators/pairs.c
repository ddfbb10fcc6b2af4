/* SPDX-License-Identifier: MIT */
#include "loading/operators/pairs.h"

#include "loading/operators/arrays.h"
#include "loading/operators/norms.h"

dn_status dn_pairs_add(dn_assembly *a, dn_key key, dn_part part, const dn_tensor *tensor)
{
    dn_match *match = a->match;
    key.part = part;
    DN_TRY(dn_pool_grow(&a->w->file->pool, sizeof *match->pairs, match->pair_count, &a->capacity,
                        &match->pairs));
    match->pairs[match->pair_count++] = (dn_pair){key, tensor};
    return DN_OK;
}

dn_status dn_pairs_add_norm(dn_assembly *a, dn_key key, const dn_known *maps, const int *order)
{
    const dn_tensor *parts[DN_NORM_PARTS];
    DN_TRY(dn_norm_finish(a->w, maps->norm, order, maps->channels, a->made->epsilon, parts));
    for (int p = 0; p < DN_NORM_PARTS; p++)
        DN_TRY(dn_pairs_add(a, key, (dn_part)(DN_PART_NORM_WEIGHT + p), parts[p]));
    return DN_OK;
}

dn_status dn_pairs_add_conv(dn_assembly *a, dn_key key, const dn_tensor *weight, const int *order)
{
    if (order)
        DN_TRY(dn_array_reorder(a->w->file, weight, 1, order, &weight));
    return dn_pairs_add(a, key, DN_PART_CONV, weight);
}
