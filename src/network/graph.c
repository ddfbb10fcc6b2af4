/* SPDX-License-Identifier: MIT */
#include "network/graph.h"

#include "base/arithmetic.h"
#include "base/memory.h"
#include "network/head.h"
#include "network/layout.h"
#include "network/stems.h"
#include "network/widths.h"

#include <stdlib.h>

typedef struct grower {
    const dn_arch *arch;
    dn_graph *graph;
    int slots; /* of the nodes so far */
} grower;

static int add_maps(grower *g, dn_maps_kind kind, int block, int layer, int channels)
{
    g->graph->maps[g->graph->map_count] = (dn_maps){.kind = kind,
                                                    .block = block,
                                                    .layer = layer,
                                                    .channels = channels,
                                                    .first_writer = DN_NONE,
                                                    .last_reader = DN_NONE};
    return g->graph->map_count++;
}

/* Pictures are not activated maps, and vectors have a norm only as a part of its own. */
static bool has_norm(const dn_graph *graph, const dn_node *node)
{
    if (node->source == DN_NONE)
        return false;
    if (graph->maps[node->source].kind == DN_MAPS_VECTOR)
        return node->kind == DN_NODE_VECTOR && !node->rectifies;
    return true;
}

static int weight_slots(const dn_node *node)
{
    switch (node->kind) {
    case DN_NODE_WINDOW:
    case DN_NODE_POINTWISE:
        return 1;
    case DN_NODE_LINEAR:
        return 1 + node->bias;
    default:
        return 0;
    }
}

static void add_node(grower *g, dn_node node)
{
    dn_graph *graph = g->graph;
    int number = graph->node_count++;
    node.norm = node.weight = DN_NONE;
    if (node.source != DN_NONE)
        graph->maps[node.source].last_reader = number;
    if (has_norm(graph, &node)) {
        node.norm = g->slots;
        g->slots += DN_NORM_SLOTS;
    }
    if (weight_slots(&node)) {
        node.weight = g->slots;
        g->slots += weight_slots(&node);
    }
    node.end_slot = g->slots;
    if (node.target != DN_NONE && graph->maps[node.target].first_writer == DN_NONE)
        graph->maps[node.target].first_writer = number;
    graph->nodes[number] = node;
}

/* The stem; returns the first block's maps. */
static int grow_stem(grower *g)
{
    dn_stem_conv convs[3];
    int count = dn_stem_convs(g->arch, convs), source = DN_NONE;
    int block_channels = dn_block_out(g->arch, 0);
    dn_key norm_key = {.role = DN_ROLE_STEM};
    for (int unit = 0; unit < count; unit++) {
        const dn_stem_conv *conv = &convs[unit];
        int target = conv->norm ? add_maps(g, DN_MAPS_STEM, 0, unit, conv->out)
                                : add_maps(g, DN_MAPS_BLOCK, 0, 0, block_channels);
        dn_key key = {.role = DN_ROLE_STEM, .unit = unit};
        add_node(g, (dn_node){.kind = DN_NODE_WINDOW,
                              .key = key,
                              .norm_key = norm_key,
                              .source = source,
                              .target = target,
                              .in = conv->in,
                              .out = conv->out,
                              .kernel = conv->kernel,
                              .stride = conv->stride});
        source = target;
        norm_key = key;
    }
    if (g->graph->maps[source].kind == DN_MAPS_BLOCK)
        return source;
    int block = add_maps(g, DN_MAPS_BLOCK, 0, 0, block_channels);
    add_node(g, (dn_node){.kind = DN_NODE_ACTIVATION,
                          .key = norm_key,
                          .norm_key = norm_key,
                          .source = source,
                          .target = block,
                          .in = g->arch->stem_channels,
                          .out = g->arch->stem_channels,
                          .pools = dn_arch_stem(g->arch).pools,
                          .blurs = dn_arch_stem(g->arch).blurs});
    return block;
}

static void grow_layer(grower *g, int block_maps, int block, int layer)
{
    int channels = dn_block_in(g->arch, block) + layer * g->arch->growth;
    int width = dn_bottleneck_width(g->arch), source = block_maps, in = channels;
    dn_key key = {.role = DN_ROLE_LAYER, .block = block, .layer = layer};
    if (width) {
        source = add_maps(g, DN_MAPS_BOTTLENECK, block, layer, width);
        add_node(g, (dn_node){.kind = DN_NODE_POINTWISE,
                              .key = key,
                              .norm_key = key,
                              .source = block_maps,
                              .target = source,
                              .in = channels,
                              .out = width,
                              .drops = true});
        key.unit = 1;
        in = width;
    }
    add_node(g, (dn_node){.kind = DN_NODE_WINDOW,
                          .key = key,
                          .norm_key = key,
                          .source = source,
                          .target = block_maps,
                          .target_channel = channels,
                          .in = in,
                          .out = g->arch->growth,
                          .kernel = 3,
                          .stride = 1,
                          .drops = true});
}

/* Returns the next block's maps. */
static int grow_transition(grower *g, int block_maps, int block)
{
    int channels = g->graph->maps[block_maps].channels;
    dn_key key = {.role = DN_ROLE_TRANSITION, .block = block};
    int next = add_maps(g, DN_MAPS_BLOCK, block + 1, 0, dn_block_out(g->arch, block + 1));
    add_node(g, (dn_node){.kind = DN_NODE_POINTWISE,
                          .key = key,
                          .norm_key = key,
                          .source = block_maps,
                          .target = next,
                          .in = channels,
                          .out = dn_transition_out(g->arch, channels),
                          .pools = true,
                          .linear = g->arch->linear_transitions,
                          .drops = true});
    return next;
}

/* A part of the head reads the vectors that the part before it made. */
static int grow_part(grower *g, const dn_head_part *part, int unit, int source, bool last)
{
    int in = g->graph->maps[source].channels, out = dn_is_linear(part) ? part->outputs : in;
    int target = last ? DN_NONE : add_maps(g, DN_MAPS_VECTOR, 0, 0, out);
    dn_key key = {.role = DN_ROLE_HEAD, .unit = unit};
    add_node(g, (dn_node){.kind = dn_is_linear(part) ? DN_NODE_LINEAR : DN_NODE_VECTOR,
                          .key = key,
                          .norm_key = key,
                          .source = source,
                          .target = target,
                          .in = in,
                          .out = out,
                          .linear = true,
                          .rectifies = part->kind == DN_HEAD_RELU,
                          .bias = part->kind == DN_HEAD_LINEAR});
    return target;
}

static void grow_head(grower *g, int maps)
{
    dn_graph *graph = g->graph;
    const dn_head *head = &g->arch->head;
    dn_head_part parts[DN_MAX_HEAD_PARTS];
    int count = dn_head_parts(g->arch, parts), last = count - 1;
    int channels = graph->maps[maps].channels, width = dn_head_width(head, channels);
    int vectors = add_maps(g, DN_MAPS_VECTOR, 0, 0, width);
    dn_key key = {.role = DN_ROLE_FINAL};
    graph->pool_node = graph->node_count;
    add_node(g, (dn_node){.kind = DN_NODE_POOL,
                          .key = key,
                          .norm_key = key,
                          .source = maps,
                          .target = vectors,
                          .in = channels,
                          .out = width,
                          .linear = g->arch->linear_final,
                          .pool = head->pool,
                          .rows = dn_head_rows(head),
                          .columns = dn_head_columns(head),
                          .square = head->pool == DN_POOL_GRID && !head->grid_width,
                          .window = head->window});
    while (last > 0 && parts[last].kind == DN_HEAD_DROPOUT)
        last--;
    for (int i = 0; i <= last; i++)
        if (parts[i].kind != DN_HEAD_DROPOUT)
            vectors = grow_part(g, &parts[i], i, vectors, i == last);
}

static void grow_network(grower *g)
{
    dn_graph *graph = g->graph;
    int maps = grow_stem(g), blocks = g->arch->block_count;
    for (int block = 0; block < blocks; block++) {
        dn_graph_block *grown = &graph->blocks[block];
        *grown = (dn_graph_block){.maps = maps, .first_node = graph->node_count};
        for (int layer = 0; layer < g->arch->blocks[block]; layer++)
            grow_layer(g, maps, block, layer);
        grown->end_node = graph->node_count;
        if (block + 1 < blocks)
            maps = grow_transition(g, maps, block);
    }
    grow_head(g, maps);
}

dn_status dn_graph_create(const dn_arch *arch, dn_graph *graph)
{
    size_t layers = 0, blocks = (size_t)arch->block_count;
    for (int block = 0; block < arch->block_count; block++)
        layers += (size_t)arch->blocks[block];
    dn_graph made = {0};
    DN_TRY(dn_calloc(4 + blocks + layers + DN_MAX_HEAD_PARTS, sizeof *made.maps, &made.maps));
    dn_status status =
        dn_calloc(5 + blocks + 2 * layers + DN_MAX_HEAD_PARTS, sizeof *made.nodes, &made.nodes);
    if (status != DN_OK) {
        dn_graph_free(&made);
        return status;
    }
    grow_network(&(grower){.arch = arch, .graph = &made});
    *graph = made;
    return DN_OK;
}

void dn_graph_free(dn_graph *graph)
{
    free(graph->maps);
    free(graph->nodes);
    *graph = (dn_graph){0};
}

/* A window of 2 p + 1 with padding p, and the stem's pools with padding 1, shrink
 * a side by their stride and round up; the 2x2 mean rounds down. */
static int side_after(const dn_node *node, int side)
{
    switch (node->kind) {
    case DN_NODE_WINDOW:
        return dn_ceil_divide(side, node->stride);
    case DN_NODE_ACTIVATION:
        return node->pools ? dn_ceil_divide(side, 2) : side;
    case DN_NODE_POOL:
        return 1;
    default:
        return node->pools ? side / 2 : side;
    }
}

void dn_graph_measure(dn_graph *graph, int height, int width)
{
    graph->height = height;
    graph->width = width;
    for (int i = 0; i < graph->node_count; i++) {
        const dn_node *node = &graph->nodes[i];
        if (node->target == DN_NONE)
            continue;
        bool pictures = node->source == DN_NONE;
        dn_maps *target = &graph->maps[node->target];
        target->height = side_after(node, pictures ? height : graph->maps[node->source].height);
        target->width = side_after(node, pictures ? width : graph->maps[node->source].width);
    }
}

/* The side of pictures that leave so many rows of last maps, at the reduction of these. */
static int picture_side(int wanted, int pictures, int last)
{
    return wanted * ((pictures + last / 2) / last);
}

static dn_status check_window(const dn_graph *graph)
{
    const dn_node *pool = &graph->nodes[graph->pool_node];
    const dn_maps *last = &graph->maps[pool->source];
    int rows = pool->rows * pool->window, columns = pool->columns * pool->window;
    if (!pool->window || (last->height == rows && last->width == columns))
        return DN_OK;
    return dn_fail(DN_ERROR_ARGUMENT,
                   "pictures %d wide and %d high leave last maps %d wide and %d high, but "
                   "the network's pool is made for maps %d wide and %d high: pictures %d wide and "
                   "%d high are needed",
                   graph->width, graph->height, last->width, last->height, columns, rows,
                   picture_side(columns, graph->width, last->width),
                   picture_side(rows, graph->height, last->height));
}

dn_status dn_graph_check_grid(const dn_graph *graph)
{
    const dn_node *pool = &graph->nodes[graph->pool_node];
    const dn_maps *last = &graph->maps[pool->source];
    DN_TRY(check_window(graph));
    if (last->height % pool->rows != 0 || last->width % pool->columns != 0)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "pictures %d wide and %d high leave last maps %d wide and %d high, "
                       "which do not divide into the %d columns and %d rows of "
                       "means that the classifier reads: another size of the pictures is needed",
                       graph->width, graph->height, last->width, last->height, pool->columns,
                       pool->rows);
    if (pool->square && last->height != last->width)
        return dn_fail(DN_ERROR_ARGUMENT,
                       "pictures %d wide and %d high leave last maps %d wide and %d high, "
                       "and that the classifier reads %d columns and %d rows of means is known of "
                       "square ones only (option grid)",
                       graph->width, graph->height, last->width, last->height, pool->columns,
                       pool->rows);
    return DN_OK;
}

double dn_node_products(const dn_graph *graph, const dn_node *node)
{
    double weights = (double)node->in * node->out;
    switch (node->kind) {
    case DN_NODE_WINDOW: {
        const dn_maps *target = &graph->maps[node->target];
        return weights * node->kernel * node->kernel * target->height * target->width;
    }
    case DN_NODE_POINTWISE: {
        const dn_maps *source = &graph->maps[node->source];
        return weights * source->height * source->width;
    }
    case DN_NODE_LINEAR:
        return weights;
    default:
        return 0;
    }
}
