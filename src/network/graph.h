/* SPDX-License-Identifier: MIT */
/*
 * A network as maps, and nodes that make maps of maps: its topology, defined in one place.
 * The layout of its tensors, its cost, its prepared weights, a plan and a step
 * of training are loops over the nodes.
 *
 * A node is a convolution with the norm and ReLU before it (a DenseNet norms
 * first), the stem's end, the global pool, or a part of the head. All nodes that read a map see the
 * same statistics, so these belong to the map; the norm itself is only a weight and a bias.
 */
#ifndef DN_NETWORK_GRAPH_H
#define DN_NETWORK_GRAPH_H

#include "base/status.h"
#include "network/key.h"

typedef enum dn_maps_kind {
    DN_MAPS_STEM,       /* output of a stem convolution with a norm after it */
    DN_MAPS_BLOCK,      /* all that a block's layers and its end read */
    DN_MAPS_BOTTLENECK, /* a layer's 1x1 convolution's output */
    DN_MAPS_VECTOR      /* of the head: one pixel per image */
} dn_maps_kind;

typedef struct dn_maps {
    dn_maps_kind kind;
    int block, layer;
    int height, width; /* 0 until they are measured */
    int channels;
    int first_writer, last_reader; /* nodes */
} dn_maps;

typedef enum dn_node_kind {
    DN_NODE_WINDOW,     /* a convolution with windows, of activated maps or of pictures */
    DN_NODE_POINTWISE,  /* a 1x1 convolution of activated maps, perhaps pooled 2x2 first */
    DN_NODE_ACTIVATION, /* activated maps, perhaps through the 3x3/2 maximum: a stem's end */
    DN_NODE_POOL,       /* vectors of activated maps: the head's beginning */
    DN_NODE_LINEAR,     /* of vectors */
    DN_NODE_VECTOR      /* vectors, normed or rectified */
} dn_node_kind;

#define DN_NONE (-1)

typedef struct dn_node {
    dn_node_kind kind;
    dn_key key;         /* of its weight, or of its norm if it has no weight */
    dn_key norm_key;    /* of its norm */
    int source;         /* maps, or DN_NONE: the pictures */
    int target;         /* maps, or DN_NONE: the logits */
    int target_channel; /* the first that the node makes */
    int in, out;        /* channels; reads the first `in` of its source */
    int kernel, stride; /* of a window */
    bool pools;         /* a pointwise node by 2x2 means, an activation by 3x3/2 maxima */
    bool blurs;         /* an activation that pools: 3x3/1 maxima, blurred with stride 2 */
    bool linear;        /* its norm has no ReLU */
    bool drops;         /* dropout applies to its output */
    bool rectifies;     /* a node of vectors is a ReLU, not a norm */
    bool bias;          /* a linear has one: the slot after its weight */
    dn_head_pool pool;  /* of a global pool */
    int rows, columns;  /* of its means; 1 of each but for DN_POOL_GRID */
    bool square;        /* these hold of square maps only */
    int window;         /* rows and columns of each; 0: as the maps make them */
    int norm;           /* slot of the norm's weight; bias, mean, variance follow; or DN_NONE */
    int weight;         /* slot of the convolution or linear, or DN_NONE */
    int end_slot;       /* the slots of this node and all before it */
} dn_node;

/* The side of a convolution's kernel. */
static inline int dn_node_kernel(const dn_node *node)
{
    return node->kind == DN_NODE_WINDOW ? node->kernel : 1;
}

/* The 3x3 convolution of a layer. */
static inline bool dn_is_layer_window(const dn_node *node)
{
    return node->kind == DN_NODE_WINDOW && node->key.role == DN_ROLE_LAYER;
}

/* A block's maps and the nodes of its layers. The node before the first is the
 * stem's end or a transition, the one after the last a transition or the global pool. */
typedef struct dn_graph_block {
    int maps;
    int first_node, end_node;
} dn_graph_block;

typedef struct dn_graph {
    int height, width; /* of the pictures, once measured */
    dn_maps *maps;
    dn_node *nodes; /* in the order of computation, as are their slots */
    int map_count, node_count;
    int pool_node; /* the global pool; the head's parts follow */
    dn_graph_block blocks[DN_MAX_BLOCKS];
} dn_graph;

/* The architecture's graph, without sizes. */
dn_status dn_graph_create(const dn_arch *arch, dn_graph *graph);
void dn_graph_free(dn_graph *graph);

/* Gives all maps their size for pictures of height x width, at least
 * dn_arch_smallest_input. */
void dn_graph_measure(dn_graph *graph, int height, int width);

/* DN_ERROR_ARGUMENT if the head's grid does not divide the last maps of a measured graph. */
dn_status dn_graph_check_grid(const dn_graph *graph);

/* Multiply-adds of a node of a measured graph, for one picture: a convolution's
 * weights times the pixels of its output before pooling. */
double dn_node_products(const dn_graph *graph, const dn_node *node);

#endif
