/* SPDX-License-Identifier: MIT */
#include "train/engine/state.h"

dn_rows dn_map_rows(const dn_engine *engine, int maps, float *data, int channel, size_t first)
{
    int channels = engine->graph.maps[maps].channels;
    return (dn_rows){data + first * (size_t)channels + channel, channels};
}

dn_grid dn_map_grid(const dn_engine *engine, int maps, float *data, int channel)
{
    const dn_maps *shape = &engine->graph.maps[maps];
    ptrdiff_t row = (ptrdiff_t)shape->width * shape->channels;
    return (dn_grid){.data = data + channel,
                     .images = engine->images,
                     .height = shape->height,
                     .width = shape->width,
                     .pixel_stride = shape->channels,
                     .row_stride = row,
                     .image_stride = row * shape->height};
}

int dn_engine_least(const dn_engine *engine)
{
    const dn_graph *graph = &engine->graph;
    const dn_maps *last = &graph->maps[graph->nodes[graph->pool_node].source];
    bool one = last->height * last->width < 2;
    for (int i = graph->pool_node + 1; i < graph->node_count; i++)
        one |= graph->nodes[i].norm != DN_NONE;
    return one ? 2 : 1;
}
