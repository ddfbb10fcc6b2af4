/* SPDX-License-Identifier: MIT */
/* What the two passes of a convolution with windows share. */
#ifndef DN_ENGINE_WINDOW_FRAMES_H
#define DN_ENGINE_WINDOW_FRAMES_H

#include "train/engine/batch_norm.h"
#include "train/engine/padded_bands.h"
#include "train/engine/repack.h"

typedef struct dn_window_work {
    dn_engine *engine;
    const dn_node *node;
    dn_laid_out weights;
    dn_affine affine;
} dn_window_work;

/* Some channels of a node's source, from which a frame is filled. */
typedef struct dn_window_source {
    const dn_window_work *work;
    const dn_frame_shape *frame;
    int channel; /* the first of the frame's */
} dn_window_source;

/* The frame of a node's source: activated maps, or pictures, of numbers of this type. */
dn_frame_shape dn_source_frame(const dn_engine *engine, const dn_node *node, dn_dtype type);

/* Extends the frame to whole Winograd tiles of the bands. */
void dn_extend_to_tiles(dn_frame_shape *frame, const dn_bands *bands);

/* Fills a frame with the band's source; context: dn_window_source. */
dn_fill_line *dn_source_line(const dn_node *node);

/* Convolves a frame of a table's maps into a grid of the band's pixels, of maps or of floats. */
typedef struct dn_convolution {
    const dn_kernels *kernels;
    int channels, kernel, stride;
    dn_laid_out weights;
    dn_grid input, output;
    bool floats;
} dn_convolution;
void dn_convolve(const dn_convolution *convolution, float *scratch);

/* Floats of scratch for a node's convolution, or the transposed one. */
size_t dn_convolve_scratch(const dn_engine *engine, const dn_node *node, bool transposed);

#endif
