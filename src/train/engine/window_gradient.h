/* SPDX-License-Identifier: MIT */
/* How the backward pass of a convolution with windows is split: a task takes one
 * split, a part of the batch, band by band. */
#ifndef DN_ENGINE_WINDOW_GRADIENT_H
#define DN_ENGINE_WINDOW_GRADIENT_H

#include "train/engine/window_frames.h"

typedef struct dn_window_gradient {
    dn_window_work window;
    const dn_kernels *kernels; /* of frames, but of pictures' */
    bool winograd;             /* the weight gradient */
    dn_bands bands;
    int most_splits; /* of these pictures, or fewer */
    int splits, bands_per_split;
    int slice;               /* channels of activated maps at a time */
    dn_frame_shape source;   /* a slice of the activated maps, or pictures */
    dn_frame_shape gradient; /* of the outputs */
    /* A thread's memory, in this order. */
    size_t gradient_floats, line_floats, source_floats, transformed_floats, products_floats;
    size_t sums_floats, passed_floats, convolve_floats;
} dn_window_gradient;

dn_window_gradient dn_split_window_gradient(const dn_engine *engine, const dn_node *node,
                                            int images);

/* A split's part of the weight gradient: rows of [column][channel] or of channels. */
dn_weight_partials dn_window_partials(const dn_window_gradient *work, const dn_node *node);

/* The pieces of a band that are passed back one after the other. */
dn_bands dn_split_window_pieces(const dn_node *node, int images, int rows, int width);

/* Working memory of the backward pass, and the pass. */
void dn_window_backward_needs(const dn_engine *engine, const dn_node *node, dn_needs *needs);
void dn_window_backward(dn_engine *engine, const dn_node *node);

#endif
