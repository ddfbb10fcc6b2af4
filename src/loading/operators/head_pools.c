/* SPDX-License-Identifier: MIT */
/* From the last maps to a vector. */
#include "loading/operators/constants.h"
#include "loading/operators/head_steps.h"
#include "loading/operators/pooling.h"

#include <string.h>

enum { MOST_NUMBERS = 1000000 };

static dn_status begin(dn_walk *w, const dn_operator *item, int rank, const dn_head *pool,
                       int cells, const dn_known **out)
{
    const dn_known *maps = dn_walk_input(w, item, 0);
    dn_known *made;
    dn_walk_head *head = NULL;
    if (!maps->norm || maps->pad[0] || maps->pad[1] || maps->pad[2] || maps->pad[3])
        return dn_walk_depart(w, item, out, "pools maps that no norm came before");
    if (maps->channels > MOST_NUMBERS / cells)
        return dn_walk_depart(w, item, out, "makes more than %d numbers", MOST_NUMBERS);
    DN_TRY(dn_walk_derive(w, NULL, &made));
    DN_TRY(dn_pool_alloc(&w->file->pool, 1, sizeof *head, &head));
    *head = (dn_walk_head){.source = maps,
                           .head = *pool,
                           .width = maps->channels * cells,
                           .rank = rank,
                           .temperature = 1};
    made->kind = DN_KNOWN_VECTOR;
    made->head = head;
    *out = made;
    return DN_OK;
}

/* GlobalAveragePool, GlobalMaxPool. */
dn_status dn_head_global(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    bool maxima = strcmp(item->type, "GlobalMaxPool") == 0;
    return begin(w, item, 4, &(dn_head){.pool = maxima ? DN_POOL_MAX : DN_POOL_MEAN}, 1, out);
}

dn_status dn_head_reduce(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    int64_t axes[DN_MAX_RANK];
    int count;
    DN_TRY(dn_constant_axes(w, item, 1, 4, axes, &count));
    if (count != 2 || axes[0] == axes[1] || axes[0] < 2 || axes[1] < 2)
        return dn_walk_depart(w, item, out, "reduces other axes than rows and columns");
    bool keeps = dn_walk_integer(item, "keepdims", 1);
    return begin(w, item, keeps ? 4 : 2, &(dn_head){0}, 1, out);
}

/* Windows side by side: one mean each, or a grid of them. */
static dn_status pool_cells(dn_walk *w, const dn_operator *item, const dn_window *window,
                            const dn_known **out)
{
    const dn_known *maps = dn_walk_input(w, item, 0);
    int rows = dn_window_leaves(window, maps->height, 0),
        columns = dn_window_leaves(window, maps->width, 1);
    dn_head head = {.window = (int)window->kernel};
    bool known = rows && columns;
    if (!known)
        rows = columns = 1;
    if (window->pads[0] || window->pads[1] || window->pads[2] || window->pads[3] || rows > 64 ||
        columns > 64 || (rows * columns > 1 && window->stride != window->kernel))
        return dn_walk_depart(w, item, out,
                              "takes means of %lldx%lld windows, with stride %lld, where no "
                              "DenseNet has such a pool",
                              (long long)window->kernel, (long long)window->kernel,
                              (long long)window->stride);
    if (rows * columns > 1) {
        head.pool = DN_POOL_GRID;
        head.grid = rows;
        head.grid_width = columns;
    }
    return begin(w, item, 4, &head, rows * columns, out);
}

/* Windows that are not square and fill the maps, as a grid has them of oblong pictures. */
static bool divides_oblong(const dn_operator *item, const dn_known *maps, dn_head *head)
{
    int64_t sides[2], strides[2], dilations[2], pads[4];
    bool plain = dn_walk_integers(item, "kernel_shape", 2, 0, sides) &&
                 dn_walk_integers(item, "strides", 2, 1, strides) &&
                 dn_walk_integers(item, "dilations", 2, 1, dilations) && dilations[0] == 1 &&
                 dilations[1] == 1 && dn_walk_integers(item, "pads", 4, 0, pads) && !pads[0] &&
                 !pads[1] && !pads[2] && !pads[3] && sides[0] == strides[0] &&
                 sides[1] == strides[1] && sides[0] != sides[1] && sides[0] > 0 && sides[1] > 0;
    if (!plain || !maps->height || maps->height % sides[0] || maps->width % sides[1])
        return false;
    int64_t rows = maps->height / sides[0], columns = maps->width / sides[1];
    *head = (dn_head){.pool = DN_POOL_GRID, .grid = (int)rows, .grid_width = (int)columns};
    return rows <= 64 && columns <= 64 && rows * columns > 1;
}

dn_status dn_head_mean_pool(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    dn_window window;
    const char *fault;
    bool taken;
    dn_head oblong;
    if (divides_oblong(item, dn_walk_input(w, item, 0), &oblong))
        return begin(w, item, 4, &oblong, dn_head_cells(&oblong), out);
    if (!dn_window_read(item, dn_walk_input(w, item, 0), 0, &window, &fault))
        return dn_walk_depart(w, item, out, "%s", fault);
    DN_TRY(dn_pool_transition(w, item, &window, out, &taken));
    return taken ? DN_OK : pool_cells(w, item, &window, out);
}

dn_status dn_head_max_pool(dn_walk *w, const dn_operator *item, const dn_known **out)
{
    const dn_known *maps = dn_walk_input(w, item, 0);
    dn_window window;
    const char *fault;
    if (!dn_window_read(item, maps, 0, &window, &fault))
        return dn_walk_depart(w, item, out, "%s", fault);
    bool whole = window.kernel == maps->height && window.kernel == maps->width && !window.pads[0] &&
                 !window.pads[1] && !window.pads[2] && !window.pads[3];
    return whole ? begin(w, item, 4, &(dn_head){.pool = DN_POOL_MAX}, 1, out)
                 : dn_pool_max(w, item, &window, out);
}
