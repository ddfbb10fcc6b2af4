/* SPDX-License-Identifier: MIT */
#include "loading/operators/blur.h"

#include "loading/operators/arrays.h"
#include "loading/operators/map_order.h"

#include <math.h>
#include <string.h>

dn_status dn_blur_pad(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_attribute *given = dn_operator_attribute(item, "pads");
    const dn_tensor *tensor = dn_walk_constant(w, item, 1);
    const int64_t *pads = given && given->integer_count == 8 ? given->integers : NULL;
    dn_known *made;
    if (!given && tensor && tensor->count == 8)
        DN_TRY(dn_array_integers(w->file, tensor, &pads));
    bool sound = pads && strcmp(dn_walk_text(item, "mode", "constant"), "reflect") == 0;
    for (int i = 0; sound && i < 8; i++)
        sound = pads[i] == (i % 4 < 2 ? 0 : 1);
    if (!sound)
        return dn_walk_depart(w, item, out,
                              "pads maxima otherwise than by one reflected pixel on all sides");
    DN_TRY(dn_walk_derive(w, dn_walk_input(w, item, 0), &made));
    for (int i = 0; i < 4; i++)
        made->pad[i] = 1;
    *out = made;
    return DN_OK;
}

/* [1 2 1] x [1 2 1] / 16 of each channel. */
static bool is_filter(const float *filter, int channels)
{
    static const double taps[] = {1, 2, 1};
    for (int i = 0; i < 9 * channels; i++)
        if (fabs((double)filter[i] - taps[i % 9 / 3] * taps[i % 3] / 16) > 1e-6)
            return false;
    return true;
}

dn_status dn_blur_conv(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *maxima = dn_walk_input(w, item, 0);
    const dn_tensor *weight = dn_walk_constant(w, item, 1);
    int64_t strides[2], pads[4], dilations[2];
    const float *filter = NULL;
    dn_known source = *maxima, *made, *maps;
    bool sound = weight && weight->rank == 4 && weight->shape[0] == maxima->channels &&
                 weight->shape[1] == 1 && weight->shape[2] == 3 && weight->shape[3] == 3 &&
                 dn_walk_integer(item, "group", 1) == maxima->channels &&
                 !dn_walk_input(w, item, 2) && dn_walk_integers(item, "strides", 2, 1, strides) &&
                 dn_walk_integers(item, "dilations", 2, 1, dilations) &&
                 dn_walk_integers(item, "pads", 4, 0, pads) && strides[0] == 2 && strides[1] == 2 &&
                 dilations[0] == 1 && dilations[1] == 1;
    for (int i = 0; sound && i < 4; i++)
        sound = maxima->pad[i] == 1 && pads[i] == 0;
    if (sound)
        DN_TRY(dn_array_read(w->file, weight, (size_t)weight->count, &filter));
    if (!sound || !filter || !is_filter(filter, maxima->channels))
        return dn_walk_depart(w, item, out,
                              "is no blur of reflected maxima by [1 2 1] x [1 2 1] / 16 with "
                              "stride 2");
    memset(source.pad, 0, sizeof source.pad);
    source.kind = DN_KNOWN_MAPS;
    DN_TRY(dn_walk_derive(w, &source, &maps));
    const dn_maker end = {
        .item = item, .source = maps, .out = maps->channels, .pools = true, .blurs = true};
    DN_TRY(dn_maps_make(w, &end, (maps->height + 1) / 2, (maps->width + 1) / 2, &made));
    *out = made;
    return DN_OK;
}
