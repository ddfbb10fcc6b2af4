/* SPDX-License-Identifier: MIT */
/* A model's parameters as the kernels want them, one entry for each node of its
 * graph: batch norms as one multiply and add, weights in panels. Maps that one
 * node makes and one reads are never stored without their norm: it is folded
 * into the convolution that makes them. */
#ifndef DN_INFERENCE_PREPARED_H
#define DN_INFERENCE_PREPARED_H

#include "kernels/kernels.h"
#include "network/graph.h"
#include "network/model.h"

typedef struct dn_prepared_node {
    dn_affine norm;       /* of the block's maps that the node reads; scale NULL: there is none */
    dn_panels panels;     /* with the norm of the maps that the node makes folded in */
    const float *bias;    /* the folded norm's, ReLU follows; of the head its own; or NULL */
    size_t window_stride; /* between Winograd's matrices */
} dn_prepared_node;

/* The 3x3 weights of a block's layers. */
typedef struct dn_prepared_block {
    dn_window_form form;
    float *windows; /* owned */
    size_t window_bytes;
} dn_prepared_block;

typedef struct dn_prepared {
    const dn_kernels *kernels;
    dn_graph graph; /* without sizes */
    dn_prepared_node *nodes;
    dn_prepared_block blocks[DN_MAX_BLOCKS];
    float *storage; /* owned: all but the 3x3 weights of layers */
    size_t bytes;   /* of all weights */
} dn_prepared;

dn_status dn_prepared_create(const dn_model *model, const dn_kernels *kernels, int threads,
                             dn_prepared **prepared);
void dn_prepared_free(dn_prepared *prepared);

/* Packs a block's 3x3 weights in this form, unless they already are. */
dn_status dn_prepared_set_form(dn_prepared *prepared, const dn_model *model, int block,
                               dn_window_form form, int threads);

/* The norm of the last block's maps, before the global average. */
static inline const dn_affine *dn_final_norm(const dn_prepared *prepared)
{
    return &prepared->nodes[prepared->graph.node_count - 1].norm;
}

#endif
