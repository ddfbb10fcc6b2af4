/* SPDX-License-Identifier: MIT */
#include "loading/operators/picture_steps.h"

#include "loading/operators/arrays.h"
#include "loading/operators/map_order.h"

#include <string.h>

static dn_status derive(dn_walk *w, const dn_known *from, dn_known **out, dn_walk_picture **picture)
{
    *picture = NULL;
    DN_TRY(dn_walk_derive(w, from, out));
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof **picture, picture));
    if (from)
        **picture = *from->picture;
    (*out)->picture = *picture;
    return DN_OK;
}

static int small(int64_t size)
{
    return size > 0 && size <= DN_MOST_PICTURE_CHANNELS ? (int)size : 0;
}

dn_status dn_picture_begin(dn_walk *w, const dn_operator_value *value, const dn_known **out)
{
    dn_known *made;
    dn_walk_picture *picture;
    DN_TRY(derive(w, NULL, &made, &picture));
    made->kind = value->rank == 4 || value->rank < 0 ? DN_KNOWN_PICTURE : DN_KNOWN_FAULT;
    made->fault = "its input is no picture of four dimensions";
    for (int c = 0; c < DN_MOST_PICTURE_CHANNELS; c++) {
        picture->order[c] = c;
        picture->scale[c] = 1;
    }
    picture->bytes = value->dtype == DN_U8;
    int first = value->rank == 4 ? small(value->shape[1]) : 0;
    int last = value->rank == 4 ? small(value->shape[3]) : 0;
    picture->channels = first ? first : last;
    picture->axis = first ? 1 : last ? 3 : 0;
    int64_t height = picture->axis == 3 ? value->shape[1] : value->shape[2];
    int64_t width = picture->axis == 3 ? value->shape[2] : value->shape[3];
    if (value->rank == 4 && picture->axis) {
        made->height = height > 0 && height < 1000000 ? (int)height : 0;
        made->width = width > 0 && width < 1000000 ? (int)width : 0;
    }
    *out = made;
    return DN_OK;
}

static void change(dn_walk_picture *picture, const float *factors, const float *terms)
{
    int count = picture->channels ? picture->channels : DN_MOST_PICTURE_CHANNELS;
    picture->changed = true;
    for (int c = 0; c < count; c++) {
        double factor = factors ? (double)factors[c] : 1;
        picture->scale[c] *= factor;
        picture->shift[c] = picture->shift[c] * factor + (terms ? (double)terms[c] : 0);
    }
}

/* Numbers per channel, or one for all. */
static dn_status read_numbers(dn_walk *w, const dn_operator *item, const dn_tensor *tensor,
                              dn_walk_picture *picture, const float **numbers)
{
    int channels = picture->channels;
    if (!channels && tensor->count > 1)
        channels = picture->channels = small((int64_t)tensor->count);
    channels = channels ? channels : DN_MOST_PICTURE_CHANNELS;
    return dn_maps_per_channel(w, item, tensor, channels, picture->axis == 3 ? 2 : 4, numbers);
}

dn_status dn_picture_arithmetic(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    const dn_tensor *other = dn_walk_constant(w, item, 1);
    const float *numbers = NULL, *factors, *terms;
    dn_known *made;
    dn_walk_picture *picture;
    if (from->kind == DN_KNOWN_CONSTANT && (item->type[0] == 'A' || item->type[0] == 'M')) {
        other = from->constant;
        from = dn_walk_input(w, item, 1);
    }
    bool plain = other && from->kind == DN_KNOWN_PICTURE && !from->pad[0] && !from->pad[1] &&
                 !from->pad[2] && !from->pad[3];
    if (!plain)
        return dn_walk_depart(w, item, out,
                              "combines the picture with something else than constants");
    DN_TRY(derive(w, from, &made, &picture));
    DN_TRY(read_numbers(w, item, other, picture, &numbers));
    if (!numbers)
        return dn_walk_depart(w, item, out, "changes the picture by numbers of another shape");
    int count = picture->channels ? picture->channels : DN_MOST_PICTURE_CHANNELS;
    DN_TRY(dn_maps_line(w, item, numbers, count, &factors, &terms));
    change(picture, factors, terms);
    *out = made;
    return DN_OK;
}

dn_status dn_picture_transpose(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    static const int64_t channels_first[] = {0, 3, 1, 2};
    int64_t perm[4];
    dn_known *made;
    dn_walk_picture *picture;
    bool moves = dn_walk_integers(item, "perm", 4, -1, perm) &&
                 memcmp(perm, channels_first, sizeof perm) == 0;
    if (!moves || from->picture->axis == 1)
        return dn_walk_depart(w, item, out, "turns the picture's axes");
    DN_TRY(derive(w, from, &made, &picture));
    picture->axis = 1;
    *out = made;
    return DN_OK;
}

/* Channels in another order. */
dn_status dn_picture_gather(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    const dn_tensor *indices = dn_walk_constant(w, item, 1);
    int64_t axis = dn_walk_integer(item, "axis", 0);
    const int64_t *places = NULL;
    dn_known *made;
    dn_walk_picture *picture;
    unsigned seen = 0;
    int count = from->picture->channels;
    axis = axis < 0 ? axis + 4 : axis;
    if (indices && indices->rank == 1)
        DN_TRY(dn_array_integers(w->file, indices, &places));
    bool sound = places && from->picture->axis && axis == from->picture->axis &&
                 indices->count == (size_t)count;
    DN_TRY(derive(w, from, &made, &picture));
    for (int c = 0; sound && c < count; c++) {
        int64_t place = places[c] < 0 ? places[c] + count : places[c];
        sound = place >= 0 && place < count && !(seen >> place & 1);
        if (!sound)
            break;
        seen |= 1u << place;
        picture->order[c] = from->picture->order[place];
        picture->scale[c] = from->picture->scale[place];
        picture->shift[c] = from->picture->shift[place];
    }
    *out = made;
    return sound ? DN_OK : dn_walk_depart(w, item, out, "takes a part of the picture");
}
