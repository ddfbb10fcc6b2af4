/* SPDX-License-Identifier: MIT */
#include "network/graph.h"

#include "base/memory.h"

#include <stdlib.h>

typedef struct grower {
    const dn_arch *arch;
    const dn_layout *layout;
    dn_graph *graph;
} grower;

static int slot_of(const grower *g, dn_role role, int block, int layer, int unit, dn_part part)
{
    dn_key key = {.role = role, .block = block, .layer = layer, .unit = unit, .part = part};
    return (int)(dn_layout_find(g->layout, &key) - g->layout->slots);
}

static int add_maps(grower *g, dn_maps maps)
{
    g->graph->maps[g->graph->map_count] = maps;
    return g->graph->map_count++;
}

static void add_node(grower *g, dn_node node)
{
    dn_graph *graph = g->graph;
    int number = graph->node_count++;
    graph->nodes[number] = node;
    if (node.source != DN_NONE)
        graph->maps[node.source].last_reader = number;
    if (node.target != DN_NONE && graph->maps[node.target].first_writer == DN_NONE)
        graph->maps[node.target].first_writer = number;
}

/* The stem; hands out the first block's maps. */
static int grow_stem(grower *g)
{
    dn_stem_conv convs[3];
    int count = dn_stem_convs(g->arch, convs), source = DN_NONE, norm = DN_NONE;
    int height = g->graph->height, width = g->graph->width;
    dn_maps maps = {.first_writer = DN_NONE, .last_reader = DN_NONE};
    for (int unit = 0; unit < count; unit++) {
        const dn_stem_conv *conv = &convs[unit];
        height = (height - 1) / conv->stride + 1;
        width = (width - 1) / conv->stride + 1;
        maps.kind = conv->norm ? DN_MAPS_STEM : DN_MAPS_BLOCK;
        maps.layer = unit;
        maps.height = height;
        maps.width = width;
        maps.channels = conv->norm ? conv->out : dn_block_out(g->arch, 0);
        int target = add_maps(g, maps);
        add_node(g, (dn_node){.kind = DN_NODE_WINDOW,
                              .source = source,
                              .target = target,
                              .in = conv->in,
                              .out = conv->out,
                              .kernel = conv->kernel,
                              .stride = conv->stride,
                              .norm = norm,
                              .weight = slot_of(g, DN_ROLE_STEM, 0, 0, unit, DN_PART_CONV)});
        source = target;
        if (conv->norm)
            norm = slot_of(g, DN_ROLE_STEM, 0, 0, unit, DN_PART_NORM_WEIGHT);
    }
    if (norm == DN_NONE)
        return source;
    bool pools = dn_stem_pools(g->arch);
    maps.kind = DN_MAPS_BLOCK;
    maps.layer = 0;
    maps.height = pools ? (height + 1) / 2 : height;
    maps.width = pools ? (width + 1) / 2 : width;
    maps.channels = dn_block_out(g->arch, 0);
    int block = add_maps(g, maps), channels = g->arch->stem_channels;
    add_node(g, (dn_node){.kind = DN_NODE_ACTIVATION,
                          .source = source,
                          .target = block,
                          .in = channels,
                          .out = channels,
                          .pools = pools,
                          .norm = norm,
                          .weight = DN_NONE});
    return block;
}

static void grow_layer(grower *g, int block_maps, int block, int layer)
{
    int channels = dn_block_in(g->arch, block) + layer * g->arch->growth;
    int width = dn_bottleneck_width(g->arch), source = block_maps, unit = 0, in = channels;
    if (width) {
        dn_maps maps = g->graph->maps[block_maps];
        maps.kind = DN_MAPS_BOTTLENECK;
        maps.block = block;
        maps.layer = layer;
        maps.channels = width;
        maps.first_writer = DN_NONE;
        source = add_maps(g, maps);
        add_node(g,
                 (dn_node){.kind = DN_NODE_POINTWISE,
                           .source = block_maps,
                           .target = source,
                           .in = channels,
                           .out = width,
                           .drops = true,
                           .norm = slot_of(g, DN_ROLE_LAYER, block, layer, 0, DN_PART_NORM_WEIGHT),
                           .weight = slot_of(g, DN_ROLE_LAYER, block, layer, 0, DN_PART_CONV)});
        unit = 1;
        in = width;
    }
    add_node(g,
             (dn_node){.kind = DN_NODE_WINDOW,
                       .source = source,
                       .target = block_maps,
                       .target_channel = channels,
                       .in = in,
                       .out = g->arch->growth,
                       .kernel = 3,
                       .stride = 1,
                       .drops = true,
                       .norm = slot_of(g, DN_ROLE_LAYER, block, layer, unit, DN_PART_NORM_WEIGHT),
                       .weight = slot_of(g, DN_ROLE_LAYER, block, layer, unit, DN_PART_CONV)});
}

/* Hands out the next block's maps. */
static int grow_transition(grower *g, int block_maps, int block)
{
    dn_maps maps = g->graph->maps[block_maps];
    int channels = maps.channels;
    maps.block = block + 1;
    maps.height /= 2;
    maps.width /= 2;
    maps.channels = dn_block_out(g->arch, block + 1);
    maps.first_writer = DN_NONE;
    int next = add_maps(g, maps);
    add_node(g, (dn_node){.kind = DN_NODE_POINTWISE,
                          .source = block_maps,
                          .target = next,
                          .in = channels,
                          .out = dn_transition_out(g->arch, channels),
                          .pools = true,
                          .drops = true,
                          .norm = slot_of(g, DN_ROLE_TRANSITION, block, 0, 0, DN_PART_NORM_WEIGHT),
                          .weight = slot_of(g, DN_ROLE_TRANSITION, block, 0, 0, DN_PART_CONV)});
    return next;
}

static void grow_network(grower *g)
{
    int maps = grow_stem(g), blocks = g->arch->block_count;
    for (int block = 0; block < blocks; block++) {
        for (int layer = 0; layer < g->arch->blocks[block]; layer++)
            grow_layer(g, maps, block, layer);
        if (block + 1 < blocks)
            maps = grow_transition(g, maps, block);
    }
    add_node(g, (dn_node){.kind = DN_NODE_HEAD,
                          .source = maps,
                          .target = DN_NONE,
                          .in = g->graph->maps[maps].channels,
                          .out = g->arch->classes,
                          .norm = slot_of(g, DN_ROLE_FINAL, 0, 0, 0, DN_PART_NORM_WEIGHT),
                          .weight = slot_of(g, DN_ROLE_HEAD, 0, 0, 0, DN_PART_LINEAR_WEIGHT)});
}

dn_status dn_graph_create(const dn_arch *arch, const dn_layout *layout, int height, int width,
                          dn_graph *graph)
{
    int smallest = dn_arch_smallest_input(arch);
    if (height < smallest || width < smallest)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "pictures of %dx%d: this network needs at least %d pixels either way", width,
                       height, smallest);
    size_t layers = 0;
    for (int block = 0; block < arch->block_count; block++)
        layers += (size_t)arch->blocks[block];
    size_t blocks = (size_t)arch->block_count;
    dn_graph made = {.height = height, .width = width};
    DN_TRY(dn_calloc(3 + blocks + layers, sizeof *made.maps, &made.maps));
    dn_status status = dn_calloc(5 + blocks + 2 * layers, sizeof *made.nodes, &made.nodes);
    if (status != DN_OK) {
        dn_graph_free(&made);
        return status;
    }
    grow_network(&(grower){arch, layout, &made});
    *graph = made;
    return DN_OK;
}

void dn_graph_free(dn_graph *graph)
{
    free(graph->maps);
    free(graph->nodes);
    *graph = (dn_graph){0};
}
