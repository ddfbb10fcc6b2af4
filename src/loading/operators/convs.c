/* SPDX-License-Identifier: MIT */
#include "loading/operators/convs.h"

#include "loading/operators/arrays.h"
#include "loading/operators/head_steps.h"
#include "loading/operators/map_order.h"
#include "loading/operators/norms.h"
#include "loading/operators/pooling.h"

#include <string.h>

static int channels_of(const dn_known *source)
{
    return source->kind == DN_KNOWN_PICTURE ? source->picture->channels : source->channels;
}

/* A sentence's end if the weight is no kernel of this source; NULL if it is one. */
static const char *find_fault(const dn_walk *w, const dn_operator *item, const dn_known *source,
                              const dn_tensor *weight)
{
    int channels = channels_of(source);
    (void)w;
    if (!weight || weight->rank != 4 || !dn_dtype_is_float(weight->dtype))
        return "has a weight that is no constant of four dimensions";
    if (dn_walk_integer(item, "group", 1) != 1)
        return "works on groups of channels, as a blur does and no convolution of a DenseNet";
    if (weight->shape[2] != weight->shape[3] || weight->shape[2] % 2 == 0 || weight->count == 0)
        return "has a window that is not square, or of an even side";
    if (source->kind == DN_KNOWN_PICTURE && source->picture->axis == 3)
        return "reads pictures whose channels come last";
    if (channels && weight->shape[1] != channels)
        return "reads another number of channels than there are";
    return NULL;
}

static dn_status add_bias(dn_walk *w, const dn_operator *item, const dn_tensor *bias,
                          dn_known *maps, const dn_known **out)
{
    const float *terms;
    *out = maps;
    if (!bias)
        return DN_OK;
    DN_TRY(dn_array_read(w->file, bias, (size_t)maps->channels, &terms));
    if (!terms)
        return dn_walk_depart(w, item, out, "has a bias of another size than its outputs");
    return dn_norm_scale(w, NULL, NULL, terms, maps->channels, &maps->norm);
}

dn_status dn_conv_make(dn_walk *w, const dn_operator *item, const dn_tensor *weight,
                       const dn_tensor *bias, const dn_known **out)
{
    const dn_known *source = dn_walk_input(w, item, 0);
    dn_window window;
    const char *fault = find_fault(w, item, source, weight);
    dn_known *made;
    if (fault || !dn_window_read(item, source, weight->shape[2], &window, &fault))
        return dn_walk_depart(w, item, out, "%s", fault);
    bool stem = source->kind == DN_KNOWN_PICTURE;
    int64_t pad = (window.kernel - 1) / 2;
    for (int i = 0; i < 4; i++)
        if (window.pads[i] != pad)
            return dn_walk_depart(w, item, out,
                                  "pads by %lld, where a window of %lldx%lld has %lld on all sides",
                                  (long long)window.pads[i], (long long)window.kernel,
                                  (long long)window.kernel, (long long)pad);
    if (!stem && window.stride != 1)
        return dn_walk_depart(w, item, out, "has stride %lld behind the first convolution",
                              (long long)window.stride);
    if (weight->shape[0] > 1000000)
        return dn_walk_depart(w, item, out, "makes %lld maps", (long long)weight->shape[0]);
    const dn_maker maker = {
        item,  source, weight, (int)weight->shape[0], (int)window.kernel, (int)window.stride,
        false, false};
    DN_TRY(dn_maps_make(w, &maker, dn_window_leaves(&window, source->height, 0),
                        dn_window_leaves(&window, source->width, 1), &made));
    return add_bias(w, item, bias, made, out);
}

dn_status dn_conv(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_tensor *weight = dn_walk_constant(w, item, 1), *bias = dn_walk_constant(w, item, 2);
    if (dn_walk_input(w, item, 2) && !bias)
        return dn_walk_depart(w, item, out, "has a bias that is no constant");
    if (dn_walk_input(w, item, 0)->kind == DN_KNOWN_VECTOR)
        return dn_head_linear(w, item, weight, bias, out);
    return dn_conv_make(w, item, weight, bias, out);
}

dn_status dn_conv_pad(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *from = dn_walk_input(w, item, 0);
    const dn_attribute *given = dn_operator_attribute(item, "pads");
    const dn_tensor *tensor = dn_walk_constant(w, item, 1), *value = dn_walk_constant(w, item, 2);
    const int64_t *pads = given && given->integer_count == 8 ? given->integers : NULL;
    const float *filling = NULL;
    dn_known *made;
    if (strcmp(dn_walk_text(item, "mode", "constant"), "constant") != 0)
        return dn_walk_depart(w, item, out, "pads by %s, as no DenseNet of this family does",
                              dn_walk_text(item, "mode", ""));
    if (!given && tensor && tensor->count == 8)
        DN_TRY(dn_array_integers(w->file, tensor, &pads));
    if (value)
        DN_TRY(dn_array_read(w->file, value, 1, &filling));
    bool zeros = dn_walk_input(w, item, 2) ? filling && filling[0] == 0
                                           : !dn_operator_attribute(item, "value") ||
                                                 dn_operator_attribute(item, "value")->real == 0;
    bool sound = pads && zeros && !pads[0] && !pads[1] && !pads[4] && !pads[5];
    static const int places[] = {2, 3, 6, 7};
    for (int i = 0; sound && i < 4; i++)
        sound = pads[places[i]] >= 0 && pads[places[i]] <= 64;
    if (!sound)
        return dn_walk_depart(w, item, out, "pads with more than zeros around maps");
    DN_TRY(dn_walk_derive(w, from, &made));
    for (int i = 0; i < 4; i++)
        made->pad[i] += (int)pads[places[i]];
    *out = made;
    return DN_OK;
}
