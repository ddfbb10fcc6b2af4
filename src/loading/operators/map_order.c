/* SPDX-License-Identifier: MIT */
#include "loading/operators/map_order.h"

#include "loading/operators/arrays.h"
#include "loading/operators/norms.h"

#include <string.h>

dn_status dn_maps_make(dn_walk *w, const dn_maker *maker, int height, int width, dn_known **out)
{
    int *piece = NULL;
    DN_TRY(dn_pool_grow(&w->file->pool, sizeof *w->makers, w->maker_count, &w->maker_capacity,
                        &w->makers));
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *piece, &piece));
    *piece = (int)w->maker_count;
    w->makers[w->maker_count++] = *maker;
    DN_TRY(dn_walk_derive(w, NULL, out));
    (*out)->kind = DN_KNOWN_MAPS;
    (*out)->pieces = piece;
    (*out)->piece_count = 1;
    (*out)->channels = maker->out;
    (*out)->height = height;
    (*out)->width = width;
    return DN_OK;
}

static bool is_padded(const dn_known *maps)
{
    return maps->pad[0] || maps->pad[1] || maps->pad[2] || maps->pad[3];
}

dn_status dn_maps_store(dn_walk *w, const dn_operator *item, const dn_known *maps,
                        const dn_known **out)
{
    dn_known *made;
    *out = maps;
    if (is_padded(maps))
        return dn_walk_depart(w, item, out, "reads maps that were padded for a convolution");
    if (!maps->relu && (!maps->norm || dn_norm_is_plain(maps->norm)))
        return DN_OK;
    if (!maps->relu)
        return dn_walk_depart(w, item, out, "reads maps that were normed, without a ReLU");
    if (maps->stored != DN_NONE_STORED) {
        DN_TRY(dn_walk_derive(w, maps, &made));
        int *piece = NULL;
        DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *piece, &piece));
        *piece = maps->stored;
        made->pieces = piece;
        made->piece_count = 1;
        made->norm = NULL;
        made->relu = false;
    } else {
        const dn_maker end = {.item = item, .source = maps, .out = maps->channels};
        ((dn_known *)maps)->stored = (int)w->maker_count;
        DN_TRY(dn_maps_make(w, &end, maps->height, maps->width, &made));
    }
    *out = made;
    return DN_OK;
}

/* -------------------------------------------------------------------- concat */

static dn_status join_norms(dn_walk *w, const dn_known *const *parts, size_t count,
                            const dn_walk_norm **out)
{
    const dn_walk_norm **norms = NULL;
    int *channels = NULL;
    bool any = false;
    DN_TRY(dn_pool_alloc(&w->file->pool, count, sizeof *norms, &norms));
    DN_TRY(dn_pool_alloc(&w->file->pool, count, sizeof *channels, &channels));
    for (size_t i = 0; i < count; i++) {
        norms[i] = parts[i]->norm;
        channels[i] = parts[i]->channels;
        any = any || norms[i];
    }
    *out = NULL;
    return any ? dn_norm_join(w, norms, channels, (int)count, out) : DN_OK;
}

static dn_status join(dn_walk *w, const dn_operator *item, const dn_known *const *parts,
                      size_t count, const dn_known **out)
{
    size_t pieces = 0;
    int64_t channels = 0;
    int *list = NULL, at = 0;
    dn_known *made;
    for (size_t i = 0; i < count; i++) {
        pieces += (size_t)parts[i]->piece_count;
        channels += parts[i]->channels;
    }
    if (channels > 1000000)
        return dn_walk_depart(w, item, out, "makes %lld maps", (long long)channels);
    DN_TRY(dn_pool_alloc(&w->file->pool, pieces, sizeof *list, &list));
    for (size_t i = 0; i < count; at += parts[i++]->piece_count)
        memcpy(list + at, parts[i]->pieces, (size_t)parts[i]->piece_count * sizeof *list);
    DN_TRY(dn_walk_derive(w, parts[0], &made));
    made->pieces = list;
    made->piece_count = (int)pieces;
    made->channels = (int)channels;
    *out = made;
    return join_norms(w, parts, count, &made->norm);
}

/* Of quantised maps, a step and a zero point come before and behind each. */
dn_status dn_maps_concat(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known **parts = NULL;
    int64_t axis = dn_walk_integer(item, "axis", 1);
    bool quantised = item->type[0] == 'Q';
    int first = quantised ? 2 : 0, stride = quantised ? 3 : 1;
    size_t count = 0;
    if (axis != 1 && axis != -3)
        return dn_walk_depart(w, item, out, "joins maps along axis %lld, not their channels",
                              (long long)axis);
    DN_TRY(dn_pool_alloc(&w->file->pool, (size_t)item->input_count, sizeof *parts, &parts));
    for (int i = first; i < item->input_count; i += stride) {
        const dn_known *part = dn_walk_input(w, item, i);
        if (!part || part->kind != DN_KNOWN_MAPS)
            return dn_walk_depart(w, item, out, "joins maps with something else");
        *out = part;
        if (i == first && item->input_count <= first + stride)
            return DN_OK; /* one alone stays as it is */
        DN_TRY(dn_maps_store(w, item, part, &parts[count]));
        *out = parts[count];
        if (parts[count++]->kind == DN_KNOWN_FAULT)
            return DN_OK;
    }
    return count ? join(w, item, parts, count, out) : dn_walk_depart(w, item, out, "joins nothing");
}

/* ------------------------------------------------------- norms and activations */

dn_status dn_maps_norm(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *maps = dn_walk_input(w, item, 0);
    dn_known *made;
    if (maps->relu || is_padded(maps))
        DN_TRY(dn_maps_store(w, item, maps, &maps));
    *out = maps;
    if (maps->kind == DN_KNOWN_FAULT)
        return DN_OK;
    DN_TRY(dn_walk_derive(w, maps, &made));
    DN_TRY(dn_norm_append(w, maps->norm, item, maps->channels, &made->norm));
    *out = made;
    return made->norm ? DN_OK
                      : dn_walk_depart(w, item, out, "is no norm of the %d maps that it reads",
                                       maps->channels);
}

/* A stem's end has no maps below 0. */
static bool is_positive(const dn_walk *w, const dn_known *maps)
{
    bool all = !maps->norm;
    for (int i = 0; i < maps->piece_count && all; i++)
        all = w->makers[maps->pieces[i]].weight == NULL;
    return all;
}

dn_status dn_maps_rectify(dn_walk *w, const dn_known *maps, const dn_known **out)
{
    dn_known *made;
    *out = maps;
    if (maps->relu || is_positive(w, maps))
        return DN_OK;
    DN_TRY(dn_walk_derive(w, maps, &made));
    made->relu = true;
    *out = made;
    return DN_OK;
}

dn_status dn_maps_relu(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    return dn_maps_rectify(w, dn_walk_input(w, item, 0), out);
}

/* Shapes broadcast from their last axis; operators before version 7 named the axis. */
dn_status dn_maps_per_channel(dn_walk *w, const dn_operator *item, const dn_tensor *tensor,
                              int channels, int rank, const float **out)
{
    int axis = tensor->rank - (rank - 1); /* of channels, in the tensor */
    if (dn_walk_integer(item, "broadcast", 0) && w->graph->version < 7)
        axis = (int)(1 - dn_walk_integer(item, "axis", 1));
    *out = NULL;
    if (tensor->count != 1 &&
        (axis < 0 || axis >= tensor->rank || tensor->shape[axis] != (int64_t)tensor->count))
        return DN_OK;
    return dn_array_read(w->file, tensor, (size_t)channels, out);
}

dn_status dn_maps_line(dn_walk *w, const dn_operator *item, const float *numbers, int count,
                       const float **factors, const float **terms)
{
    float *turned = NULL;
    bool divides = item->type[0] == 'D', takes_off = item->type[0] == 'S';
    DN_TRY(dn_pool_alloc(&w->file->pool, (size_t)count, sizeof *turned, &turned));
    for (int c = 0; c < count; c++)
        turned[c] = divides ? 1 / numbers[c] : takes_off ? -numbers[c] : numbers[c];
    bool factor = divides || item->type[0] == 'M';
    *factors = factor ? turned : NULL;
    *terms = factor ? NULL : turned;
    return DN_OK;
}

dn_status dn_maps_arithmetic(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *maps = dn_walk_input(w, item, 0), *other = dn_walk_input(w, item, 1);
    bool turned = maps->kind == DN_KNOWN_CONSTANT;
    const float *numbers = NULL, *factors, *terms;
    if (turned && (item->type[0] == 'A' || item->type[0] == 'M')) {
        maps = other;
        other = dn_walk_input(w, item, 0);
    }
    if (!other || other->kind != DN_KNOWN_CONSTANT)
        return dn_walk_depart(w, item, out, "combines maps with maps, as no DenseNet does");
    DN_TRY(dn_maps_per_channel(w, item, other->constant, maps->channels, 4, &numbers));
    if (!numbers)
        return dn_walk_depart(w, item, out, "combines %d maps with a constant of another shape",
                              maps->channels);
    if (maps->relu || is_padded(maps))
        DN_TRY(dn_maps_store(w, item, maps, &maps));
    *out = maps;
    if (maps->kind == DN_KNOWN_FAULT)
        return DN_OK;
    dn_known *made;
    DN_TRY(dn_walk_derive(w, maps, &made));
    DN_TRY(dn_maps_line(w, item, numbers, maps->channels, &factors, &terms));
    *out = made;
    return dn_norm_scale(w, maps->norm, factors, terms, maps->channels, &made->norm);
}
