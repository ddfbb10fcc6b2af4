/* SPDX-License-Identifier: MIT */
#include "train/engine/state.h"

/* The address of a channel of a pixel, in maps of this type. */
static void *element_at(const dn_engine *engine, int maps, void *data, dn_dtype type, int channel,
                        size_t pixel)
{
    size_t channels = (size_t)engine->graph.maps[maps].channels;
    return (char *)data + (pixel * channels + (size_t)channel) * dn_dtype_size(type);
}

dn_map_rows dn_value_rows(const dn_engine *engine, int maps, int channel, size_t first)
{
    return (dn_map_rows){
        element_at(engine, maps, engine->maps[maps].value, engine->options.maps, channel, first),
        engine->graph.maps[maps].channels};
}

dn_rows dn_gradient_rows(const dn_engine *engine, int maps, int channel, size_t first)
{
    return (dn_rows){element_at(engine, maps, engine->maps[maps].gradient, DN_F32, channel, first),
                     engine->graph.maps[maps].channels};
}

static dn_grid grid_of(const dn_engine *engine, int maps, void *first)
{
    const dn_maps *shape = &engine->graph.maps[maps];
    ptrdiff_t row = (ptrdiff_t)shape->width * shape->channels;
    return (dn_grid){.address = first,
                     .images = engine->images,
                     .height = shape->height,
                     .width = shape->width,
                     .pixel_stride = shape->channels,
                     .row_stride = row,
                     .image_stride = row * shape->height};
}

dn_grid dn_value_grid(const dn_engine *engine, int maps, int channel)
{
    return grid_of(engine, maps, dn_value_rows(engine, maps, channel, 0).address);
}

dn_grid dn_gradient_grid(const dn_engine *engine, int maps, int channel)
{
    return grid_of(engine, maps, dn_gradient_rows(engine, maps, channel, 0).data);
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
