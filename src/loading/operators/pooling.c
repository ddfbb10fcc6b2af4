/* SPDX-License-Identifier: MIT */
#include "loading/operators/pooling.h"

#include "loading/operators/map_order.h"
#include "loading/operators/norms.h"

#include <string.h>

/* What SAME asks for, if that is as much on both sides. */
static bool pad_same(const dn_known *source, dn_window *window)
{
    for (int axis = 0; axis < 2; axis++) {
        int64_t size = axis ? source->width : source->height;
        int64_t total = window->kernel - 1;
        if (window->stride > 1 && !size)
            return false;
        if (window->stride > 1)
            total = ((size + window->stride - 1) / window->stride - 1) * window->stride +
                    window->kernel - size;
        if (total < 0 || total % 2)
            return false;
        window->pads[axis] = window->pads[axis + 2] = total / 2;
    }
    return true;
}

static bool read_pads(const dn_operator *item, const dn_known *source, dn_window *window)
{
    const char *mode = dn_walk_text(item, "auto_pad", "NOTSET");
    int64_t pads[4];
    if (!dn_walk_integers(item, "pads", 4, 0, pads))
        return false;
    if (strncmp(mode, "SAME", 4) == 0) {
        if (!pad_same(source, window))
            return false;
    } else if (strcmp(mode, "VALID") != 0) {
        memcpy(window->pads, pads, sizeof pads);
    }
    for (int i = 0; i < 4; i++) {
        if (window->pads[i] < 0 || window->pads[i] > 64)
            return false;
        window->pads[i] += source->pad[i];
    }
    return true;
}

bool dn_window_read(const dn_operator *item, const dn_known *source, int64_t kernel,
                    dn_window *window, const char **fault)
{
    int64_t sides[2], strides[2], dilations[2];
    *window = (dn_window){0};
    *fault = "has a window that is not square, or dilated";
    if (!dn_walk_integers(item, "kernel_shape", 2, kernel, sides) ||
        !dn_walk_integers(item, "strides", 2, 1, strides) ||
        !dn_walk_integers(item, "dilations", 2, 1, dilations) || sides[0] != sides[1] ||
        strides[0] != strides[1] || dilations[0] != 1 || dilations[1] != 1 || sides[0] < 1 ||
        sides[0] > 1000 || strides[0] < 1 || strides[0] > 1000 || (kernel && sides[0] != kernel))
        return false;
    window->kernel = sides[0];
    window->stride = strides[0];
    window->up = dn_walk_integer(item, "ceil_mode", 0);
    *fault = "pads its input in a way that is not known";
    return read_pads(item, source, window);
}

int dn_window_leaves(const dn_window *window, int size, int axis)
{
    int64_t room = size + window->pads[axis] + window->pads[axis + 2] - window->kernel;
    if (!size || room < 0)
        return 0;
    int64_t left = (room + (window->up ? window->stride - 1 : 0)) / window->stride + 1;
    /* The last window begins within the maps or the padding before them. */
    if (window->up && (left - 1) * window->stride >= size + window->pads[axis])
        left--;
    return (int)left;
}

/* True if it does the same as one with this padding on all sides, rounding down. */
static bool acts_as(const dn_window *window, const dn_known *source, int64_t pad)
{
    dn_window plain = *window;
    plain.up = false;
    for (int i = 0; i < 4; i++)
        plain.pads[i] = pad;
    bool same = !window->up && window->pads[2] == pad && window->pads[3] == pad;
    bool sizes = source->height && source->width;
    for (int axis = 0; axis < 2 && sizes; axis++) {
        int size = axis ? source->width : source->height;
        sizes = dn_window_leaves(window, size, axis) == dn_window_leaves(&plain, size, axis);
    }
    return window->pads[0] == pad && window->pads[1] == pad && (same || sizes);
}

dn_status dn_pool_max(dn_walk *w, const dn_operator *item, const dn_window *window,
                      const dn_known **out)
{
    const dn_known *maps = dn_walk_input(w, item, 0);
    dn_known *made;
    if (!maps->relu)
        return dn_walk_depart(w, item, out, "takes maxima of maps that no ReLU came before");
    if (window->kernel == 3 && window->stride == 1 && acts_as(window, maps, 1)) {
        DN_TRY(dn_walk_derive(w, maps, &made));
        made->kind = DN_KNOWN_MAXIMA;
        memset(made->pad, 0, sizeof made->pad);
        *out = made;
        return DN_OK;
    }
    if (window->kernel != 3 || window->stride != 2 || !acts_as(window, maps, 1))
        return dn_walk_depart(w, item, out,
                              "takes maxima of %lldx%lld windows, with stride %lld; a stem's are "
                              "3x3, with stride 2 and padding 1",
                              (long long)window->kernel, (long long)window->kernel,
                              (long long)window->stride);
    const dn_maker end = {.item = item, .source = maps, .out = maps->channels, .pools = true};
    DN_TRY(dn_maps_make(w, &end, dn_window_leaves(window, maps->height, 0),
                        dn_window_leaves(window, maps->width, 1), &made));
    *out = made;
    return DN_OK;
}

dn_status dn_pool_transition(dn_walk *w, const dn_operator *item, const dn_window *window,
                             const dn_known **out, bool *taken)
{
    const dn_known *maps = dn_walk_input(w, item, 0);
    const dn_maker *maker = maps->piece_count == 1 ? &w->makers[maps->pieces[0]] : NULL;
    dn_known *made;
    *taken = maker && maker->weight && maker->kernel == 1 && !maker->pools && !maps->relu &&
             (!maps->norm || dn_norm_is_plain(maps->norm)) && window->kernel == 2 &&
             window->stride == 2 && acts_as(window, maps, 0);
    if (!*taken)
        return DN_OK;
    dn_maker pooled = *maker;
    pooled.pools = true;
    DN_TRY(dn_maps_make(w, &pooled, maps->height / 2, maps->width / 2, &made));
    made->norm = maps->norm;
    *out = made;
    return DN_OK;
}
