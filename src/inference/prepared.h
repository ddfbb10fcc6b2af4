/* SPDX-License-Identifier: MIT */
/* A model's parameters as the kernels need them, one entry for each node of its
 * graph: batch norms as one multiply and add, weights in panels. The norm of maps
 * that one node makes and only one reads is folded into the convolution that makes
 * them. Shared by any number of sessions: entries may be added, but never change. */
#ifndef DN_INFERENCE_PREPARED_H
#define DN_INFERENCE_PREPARED_H

#include "base/memory.h"
#include "base/workers.h"
#include "kernels/kernels.h"
#include "network/graph.h"
#include "network/model.h"

#include <pthread.h>
#include <stdatomic.h>

typedef struct dn_prepared_node {
    dn_affine norm;       /* of the maps or vectors that the node reads; scale NULL: no norm */
    dn_panels panels;     /* with the norm of the maps that the node makes folded in */
    const float *factors; /* of the weights, as they are laid out; one per output; NULL: 1 */
    const float *channel_factors; /* likewise; one per channel */
    const float *rescale;         /* of products of bytes; one per output */
    const float *bias;            /* the folded norm's, followed by ReLU; a linear's own; or NULL */
    bool kept;                    /* of maps of bytes, with weights that are floats */
    dn_panels windows[DN_WINDOW_FORMS]; /* instead of panels: a layer's 3x3 weights, in
                                           the forms in which its block is laid out */
} dn_prepared_node;

/* What is computed in which type. */
typedef struct dn_precision {
    dn_dtype weights; /* of layers and transitions: DN_F32, DN_BF16 or DN_I8 */
    dn_dtype maps;    /* DN_F32; or DN_BF16 or DN_U8, as are the weights then, the stem's too */
} dn_precision;

/* What maps of bytes stand for, by channel: scale * byte + offset. */
typedef struct dn_prepared_values {
    float *scale, *offset;
} dn_prepared_values;

typedef struct dn_prepared {
    const dn_model *model;
    const dn_kernels *kernels;      /* of maps, and ... */
    const dn_kernels *head_kernels; /* ... of the head's vectors, which are floats ... */
    const dn_kernels *kept_kernels; /* ... of maps of bytes with weights that are floats */
    dn_precision precision;
    dn_graph graph; /* without sizes */
    dn_prepared_node *nodes;
    dn_prepared_values *values; /* of the graph's maps of bytes; NULL: there are none */
    dn_region storage;          /* all but the 3x3 weights of layers, which are in windows */
    dn_region windows[DN_MAX_BLOCKS][DN_WINDOW_FORMS];
    pthread_mutex_t lock; /* of windows, and of the nodes' entries for them */
    atomic_int users;
} dn_prepared;

/* The caller is the first user. DN_ERROR_ARGUMENT if the kernels, which may be the reference,
 * do not compute in this precision, or the model is not quantised. allocator NULL: the C library's.
 */
dn_status dn_prepared_create(const dn_model *model, dn_precision precision,
                             const dn_allocator *allocator, dn_team team, dn_prepared **prepared);

/* Adds a user and returns `prepared`. Each user calls dn_prepared_release; the last call
 * frees everything. */
dn_prepared *dn_prepared_share(dn_prepared *prepared);
void dn_prepared_release(dn_prepared *prepared);

/* Lays out a block's 3x3 weights in this form, unless they already are. */
dn_status dn_prepared_add_form(dn_prepared *prepared, int block, dn_window_form form, dn_team team);

/* Returns the bytes of all weights laid out so far. */
size_t dn_prepared_bytes(dn_prepared *prepared);

/* The kernels of a node. */
static inline const dn_kernels *dn_kernels_of(const dn_prepared *prepared, int number)
{
    return number > prepared->graph.pool_node ? prepared->head_kernels
           : prepared->nodes[number].kept     ? prepared->kept_kernels
                                              : prepared->kernels;
}

/* The norm of the last block's maps, before the global average. */
static inline const dn_affine *dn_final_norm(const dn_prepared *prepared)
{
    return &prepared->nodes[prepared->graph.pool_node].norm;
}

#endif
