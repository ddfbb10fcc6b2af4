/* SPDX-License-Identifier: MIT */
/* What the parts of dn_save_onnx share: the network's nodes, and the ONNX graph that grows. */
#ifndef DN_LOADING_GRAPH_DRAFT_H
#define DN_LOADING_GRAPH_DRAFT_H

#include "loading/onnx/save_onnx.h"
#include "network/graph.h"
#include "network/names.h"
#include "tensors/onnx/onnx_builder.h"

typedef struct dn_graph_draft {
    const dn_model *model;
    const dn_onnx_options *options;
    const dn_graph *graph; /* measured if the size of its pictures is fixed */
    dn_onnx_builder *to;
    dn_dtype dtype;      /* of floats */
    const char *input;   /* the value that the first convolution reads */
    const char **values; /* by node: what it makes */
    /* Room for the largest tensor and four vectors; a vector of zeros. */
    float *floats;
    double *whole, *zeros;
} dn_graph_draft;

/* torchvision's name of a node's module: "features.denseblock1.denselayer1.conv1". */
const char *dn_module_name(const dn_graph_draft *d, const dn_key *key, dn_part part);

/* That of the ReLU after a node's norm: "...relu1". */
const char *dn_relu_name(const dn_graph_draft *d, const dn_node *node);

/* The value that a node reads: the pieces of its maps, joined. */
const char *dn_read_pieces(const dn_graph_draft *d, int number);

/* An initialiser from a slot, under torchvision's name. */
const char *dn_slot_tensor(const dn_graph_draft *d, int slot);

/* A node's norm: its own, or of other numbers, of which `vectors` has four per channel, end to
 * end: weight, bias, mean, variance. */
const char *dn_add_norm(const dn_graph_draft *d, const dn_node *node, const char *x);
const char *dn_add_norm_of(const dn_graph_draft *d, const dn_node *node, const char *x,
                           const float *vectors, double epsilon);

/* A node's convolution; bias: NULL, or a tensor. Of other numbers, with one per output. */
const char *dn_add_conv(const dn_graph_draft *d, int number, const char *x, const char *weight,
                        const char *bias);
const char *dn_add_biased_conv(const dn_graph_draft *d, int number, const char *x,
                               const float *weights, const float *biases);

const char *dn_add_mean_pool(const dn_graph_draft *d, const char *name, const char *x, int rows,
                             int columns);
const char *dn_add_transition_pool(const dn_graph_draft *d, const dn_node *node, const char *x);
const char *dn_add_stem_pool(const dn_graph_draft *d, const dn_node *node, const char *x);

/* All nodes before the global pool; return the activated maps that it reads. */
const char *dn_add_float_nodes(const dn_graph_draft *d);
const char *dn_add_byte_nodes(const dn_graph_draft *d);

/* From these to the logits. */
const char *dn_add_head(const dn_graph_draft *d, const char *maps);

/* The graph's input, and what comes before the first convolution; what comes after the head,
 * and its output. */
void dn_begin_graph(dn_graph_draft *d);
void dn_end_graph(const dn_graph_draft *d, const char *logits);

#endif
