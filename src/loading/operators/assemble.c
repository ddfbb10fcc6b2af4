/* SPDX-License-Identifier: MIT */
#include "loading/operators/assemble.h"

#include "loading/operators/arrays.h"
#include "loading/operators/blocks.h"
#include "loading/operators/head_assembly.h"
#include "loading/operators/norms.h"
#include "loading/operators/pairs.h"

#include <string.h>

/* ------------------------------------------------------------------- a place */

/* A reader of the first `count` makers' maps: its order. */
static dn_status order_of(dn_assembly *a, const dn_walk_block *block, int count,
                          const dn_known *reader, const dn_operator *item, const int **order)
{
    int direction = 0;
    DN_TRY(dn_block_order(a->w, block, count, reader, order, &direction));
    if (!*order)
        return dn_walk_refuse(item, "does not read all maps of the block before it, and no others");
    a->made->readers += count > 1;
    a->made->forwards += count > 1 && direction == 1;
    a->made->backwards += count > 1 && direction == -1;
    return DN_OK;
}

/* Where the convolution of a layer's bottleneck is; NULL if the layer has none. */
static const dn_maker *bottleneck_of(const dn_assembly *a, const dn_walk_block *block, int place)
{
    const dn_maker *last = &a->w->makers[block->makers[place]];
    if (last->source->kind != DN_KNOWN_MAPS || last->source->piece_count != 1)
        return NULL;
    int before = last->source->pieces[0];
    const dn_maker *first = &a->w->makers[before];
    for (int i = 0; i < place; i++)
        if (block->makers[i] == before)
            return NULL;
    return first->weight && first->kernel == 1 && !first->pools ? first : NULL;
}

static dn_status check_layer(const dn_maker *maker, int kernel)
{
    if (!maker->weight || maker->pools || maker->source->kind != DN_KNOWN_MAPS)
        return dn_walk_refuse(maker->item, "is not a layer of the dense block that it is part of");
    if (maker->kernel != kernel)
        return dn_walk_refuse(maker->item, "has a window of %dx%d, where a layer has %dx%d",
                              maker->kernel, maker->kernel, kernel, kernel);
    if (!maker->source->relu)
        return dn_walk_refuse(maker->item, "has no ReLU before it");
    return DN_OK;
}

static dn_status add_layer(dn_assembly *a, const dn_walk_block *block, dn_key key)
{
    int place = key.layer + 1;
    const dn_maker *last = &a->w->makers[block->makers[place]];
    const dn_maker *first = bottleneck_of(a, block, place), *reader = first ? first : last;
    const int *order;
    DN_TRY(check_layer(last, 3));
    if (first)
        DN_TRY(check_layer(first, 1));
    DN_TRY(order_of(a, block, place, reader->source, reader->item, &order));
    DN_TRY(dn_pairs_add_norm(a, key, reader->source, order));
    DN_TRY(dn_pairs_add_conv(a, key, reader->weight, order));
    key.unit = 1;
    if (!first)
        return DN_OK;
    DN_TRY(dn_pairs_add_norm(a, key, last->source, NULL));
    return dn_pairs_add_conv(a, key, last->weight, NULL);
}

static dn_status add_transition(dn_assembly *a, const dn_walk_block *block, int number,
                                const dn_maker *maker)
{
    const dn_key key = {.role = DN_ROLE_TRANSITION, .block = number};
    const int *order;
    bool linear = !maker->source->relu;
    if (number && linear != a->made->linear_transitions)
        return dn_walk_refuse(maker->item, "has %s ReLU before it, unlike earlier transitions",
                              linear ? "no" : "a");
    a->made->linear_transitions = linear;
    DN_TRY(order_of(a, block, block->count, maker->source, maker->item, &order));
    DN_TRY(dn_pairs_add_norm(a, key, maker->source, order));
    return dn_pairs_add_conv(a, key, maker->weight, order);
}

/* -------------------------------------------------------------------- the stem */

/* From its end back to the picture: at most three convolutions, the last one first. */
static dn_status list_stem(const dn_assembly *a, const dn_maker *end, const dn_maker *convs[3],
                           int *count)
{
    const dn_maker *maker = end;
    *count = 0;
    if (!end->weight)
        maker = end->source->piece_count == 1 ? &a->w->makers[end->source->pieces[0]] : NULL;
    while (maker && maker->weight && !maker->pools && *count < 3) {
        const dn_known *source = maker->source;
        convs[(*count)++] = maker;
        if (source->kind == DN_KNOWN_PICTURE)
            return DN_OK;
        maker = source->piece_count == 1 && source->relu ? &a->w->makers[source->pieces[0]] : NULL;
    }
    return dn_walk_refuse(end->item, "does not lead back to the picture as a stem does");
}

/* The picture's channels, which the graph may have put into another order. */
static dn_status add_first(dn_assembly *a, const dn_maker *conv)
{
    const dn_walk_picture *picture = conv->source->picture;
    int order[DN_MOST_PICTURE_CHANNELS];
    a->made->picture = conv->source;
    a->made->stem_stride = conv->stride;
    if (conv->weight->shape[1] > DN_MOST_PICTURE_CHANNELS)
        return dn_walk_refuse(conv->item, "reads pictures of %lld channels",
                              (long long)conv->weight->shape[1]);
    for (int c = 0; c < DN_MOST_PICTURE_CHANNELS; c++)
        order[picture->order[c]] = c;
    return dn_pairs_add_conv(a, (dn_key){.role = DN_ROLE_STEM}, conv->weight, order);
}

static dn_status add_stem(dn_assembly *a, const dn_maker *end)
{
    const dn_maker *convs[3];
    int count;
    DN_TRY(list_stem(a, end, convs, &count));
    if (count != 1 && count != 3)
        return dn_walk_refuse(end->item, "follows a stem of %d convolutions, not of 1 or 3", count);
    DN_TRY(add_first(a, convs[count - 1]));
    for (int unit = 1; unit < count; unit++) {
        const dn_maker *conv = convs[count - 1 - unit];
        dn_key key = {.role = DN_ROLE_STEM, .unit = unit - 1};
        DN_TRY(dn_pairs_add_norm(a, key, conv->source, NULL));
        key.unit = unit;
        DN_TRY(dn_pairs_add_conv(a, key, conv->weight, NULL));
    }
    a->made->stem_pool = end->blurs   ? DN_STEM_POOL_BLUR
                         : end->pools ? DN_STEM_POOL_MAX
                                      : DN_STEM_POOL_NONE;
    if (end->weight)
        return count == 1 ? DN_OK : dn_walk_refuse(end->item, "ends a stem without a norm");
    return dn_pairs_add_norm(a, (dn_key){.role = DN_ROLE_STEM, .unit = count - 1}, end->source,
                             NULL);
}

/* ------------------------------------------------------------------ all of it */

static bool is_transition(const dn_maker *maker)
{
    return maker->weight && maker->kernel == 1 && maker->pools;
}

/* From the last maps back to the stem's end; blocks[0] is the last. */
static dn_status list_blocks(dn_assembly *a, const dn_known *reader,
                             dn_walk_block blocks[DN_MAX_BLOCKS], int *count)
{
    *count = 0;
    for (;;) {
        dn_walk_block *block = &blocks[*count];
        DN_TRY(dn_block_of(a->w, reader, block));
        const dn_maker *input = &a->w->makers[block->makers[0]];
        if (block->count < 2)
            return dn_walk_refuse(input->item, "makes maps that no dense layer adds to");
        ++*count;
        if (!is_transition(input) || input->source->kind != DN_KNOWN_MAPS)
            return DN_OK;
        if (*count == DN_MAX_BLOCKS)
            return dn_walk_refuse(input->item, "begins another block, after %d", DN_MAX_BLOCKS);
        reader = input->source;
    }
}

static dn_status add_all(dn_assembly *a, const dn_known *last)
{
    dn_walk_block blocks[DN_MAX_BLOCKS];
    int count;
    const int *order;
    DN_TRY(list_blocks(a, last, blocks, &count));
    DN_TRY(add_stem(a, &a->w->makers[blocks[count - 1].makers[0]]));
    for (int b = 0; b < count; b++) {
        const dn_walk_block *block = &blocks[count - 1 - b];
        dn_key key = {.role = DN_ROLE_LAYER, .block = b};
        for (; key.layer + 1 < block->count; key.layer++)
            DN_TRY(add_layer(a, block, key));
        if (b + 1 < count)
            DN_TRY(add_transition(a, block, b, &a->w->makers[blocks[count - 2 - b].makers[0]]));
    }
    const dn_maker *newest = &a->w->makers[blocks[0].makers[blocks[0].count - 1]];
    DN_TRY(order_of(a, &blocks[0], blocks[0].count, last, newest->item, &order));
    DN_TRY(dn_pairs_add_norm(a, (dn_key){.role = DN_ROLE_FINAL}, last, order));
    a->made->linear_final = !last->relu;
    return a->made->head ? dn_head_assemble(a, order) : DN_OK;
}

/* The least of all norms': of which variances with another can be told without falling below 0. */
static double least_epsilon(const dn_walk *w, const dn_walk_head *head, const dn_known *last)
{
    double least = 1;
    for (size_t i = 0; i <= w->maker_count; i++) {
        const dn_known *source = i < w->maker_count ? w->makers[i].source : last;
        const dn_walk_norm *norm = source->kind == DN_KNOWN_MAPS ? source->norm : NULL;
        if (norm && !dn_norm_is_plain(norm) && norm->epsilon < least)
            least = norm->epsilon;
    }
    for (int i = 0; head && i < head->head.part_count; i++)
        if (head->head.parts[i].kind == DN_HEAD_NORM && head->parts[i].epsilon < least)
            least = head->parts[i].epsilon;
    return least < 1 ? least : 1e-5;
}

dn_status dn_assemble(dn_walk *w, const dn_known *output, dn_match *match, dn_assembled *made)
{
    *made = (dn_assembled){.head = output->kind == DN_KNOWN_VECTOR ? output->head : NULL};
    const dn_known *last = made->head ? made->head->source : output;
    if (last->kind != DN_KNOWN_MAPS || !last->norm)
        return dn_fail(DN_ERROR_MISMATCH, "its output is neither a DenseNet's classes nor its "
                                          "last maps");
    made->epsilon = least_epsilon(w, made->head, last);
    dn_assembly a = {.w = w, .match = match, .made = made};
    return add_all(&a, last);
}
