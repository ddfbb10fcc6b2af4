/* SPDX-License-Identifier: MIT */
/*
 * The operations of a DenseNet, each in pieces that any thread may compute in
 * any order, and the table that holds one instruction set's version of them.
 *
 * Every operation is a struct of pointers and sizes: the plan fills it once, and a
 * run passes it to the table's function for each piece. All convolutions are the same
 * matrix product over pixels: rows of the left matrix are reached through row
 * pointers, so that neither a 3x3 window nor a stride needs a copy.
 */
#ifndef DN_KERNELS_H
#define DN_KERNELS_H

#include "base/arithmetic.h"
#include "base/element.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Pixel-major maps: channel c of (image, y, x) is
 * data[image * image_stride + y * row_stride + x * pixel_stride + c]. A padded
 * grid has a border of zeros around each image, outside its height and width;
 * data points to the first pixel inside. Maps of a table whose `maps` is DN_BF16 are
 * bfloat16 numbers in `halves`, and if it is DN_U8, whole numbers in `bytes`, of which each
 * channel has a scale and an offset; all else is floats. */
typedef struct dn_grid {
    union {
        float *data;
        uint16_t *halves;
        uint8_t *bytes;
        void *address;
    };
    int images, height, width;
    ptrdiff_t pixel_stride, row_stride, image_stride;
} dn_grid;

static inline int dn_grid_pixels(const dn_grid *grid)
{
    return grid->images * grid->height * grid->width;
}

/* The first channel of a pixel, which may lie in the border. */
static inline float *dn_pixel_at(const dn_grid *grid, int image, int y, int x)
{
    return grid->data + image * grid->image_stride + y * grid->row_stride + x * grid->pixel_stride;
}

static inline uint16_t *dn_half_pixel_at(const dn_grid *grid, int image, int y, int x)
{
    return grid->halves + image * grid->image_stride + y * grid->row_stride +
           x * grid->pixel_stride;
}

static inline uint8_t *dn_byte_pixel_at(const dn_grid *grid, int image, int y, int x)
{
    return grid->bytes + image * grid->image_stride + y * grid->row_stride + x * grid->pixel_stride;
}

/* A number of maps of this type; of bytes, the byte. */
static inline float dn_map_value(dn_dtype maps, const dn_grid *grid, int image, int y, int x,
                                 int channel)
{
    return maps == DN_F32    ? dn_pixel_at(grid, image, y, x)[channel]
           : maps == DN_BF16 ? dn_float_of_bf16(dn_half_pixel_at(grid, image, y, x)[channel])
                             : (float)dn_byte_pixel_at(grid, image, y, x)[channel];
}

/* The same as dn_pixel_at, of maps of this type. */
static inline void *dn_map_at(dn_dtype maps, const dn_grid *grid, int image, int y, int x)
{
    ptrdiff_t at = image * grid->image_stride + y * grid->row_stride + x * grid->pixel_stride;
    return (char *)grid->address + at * (ptrdiff_t)dn_dtype_size(maps);
}

/* A grid's image, of maps of this type. */
static inline dn_grid dn_one_image(dn_dtype maps, const dn_grid *grid, int image)
{
    dn_grid one = *grid;
    one.address = dn_map_at(maps, grid, image, 0, 0);
    one.images = 1;
    return one;
}

/* n vectors as a grid of n images of one pixel. */
static inline dn_grid dn_vector_grid(float *data, int n, int channels)
{
    return (dn_grid){{data}, n, 1, 1, channels, channels, channels};
}

/* Weights of a matrix product, laid out for a table: panels of `width` outputs
 * (the last may be narrower, rounded up to whole vectors), each depth x width,
 * padded with zeros. */
typedef struct dn_panels {
    const void *data;
    dn_dtype type; /* DN_F32; or DN_BF16, where two whole vectors of a row are interleaved:
                      a load of both is widened by a shift and a mask; or DN_I8 */
    int depth, outputs;
    int unit; /* 0; or else, for instructions that multiply and add pairs of bfloat16 or four
                 bytes, an output's weights in 2 or 4 rows are side by side, and zeros follow the
                 last row up to a multiple of this: 2 or 4, or more if many are multiplied at
                 once */
} dn_panels;

/* The rows of a panel, zeros included. */
static inline int dn_panel_rows(int depth, int unit)
{
    return unit ? dn_ceil_divide(depth, unit) * unit : depth;
}

/* The panels that begin so many elements on. */
static inline dn_panels dn_panels_at(const dn_panels *panels, size_t elements)
{
    dn_panels moved = *panels;
    moved.data = (const char *)panels->data + elements * dn_dtype_size(panels->type);
    return moved;
}

/* From bytes to bytes, in fixed point: floor(v / 2^bits + 1/2) of the v that
 * dn_fixed_value returns, between 0 and 255. */
typedef struct dn_fixed {
    const int16_t *factor, *term;
    int bits; /* 0..DN_FIXED_BITS */
} dn_fixed;

#define DN_FIXED_BITS 6

/* round(byte * factor / 2^8), ties up, plus term, within 16 bits. */
static inline int dn_fixed_value(const dn_fixed *fixed, int byte, int channel)
{
    int product = (byte * 128 * fixed->factor[channel] + (1 << 14)) >> 15;
    return dn_min(dn_max(product + fixed->term[channel], INT16_MIN), INT16_MAX);
}

/* A batch norm ready to apply: x * scale + shift, then max(0, .) unless it is linear. */
typedef struct dn_affine {
    const float *scale, *shift;
    bool linear;
    dn_fixed fixed; /* the same of bytes, where the result is bytes */
} dn_affine;

/* The same of the channels from this one on; of floats. */
static inline dn_affine dn_affine_at(const dn_affine *affine, int channel)
{
    return (dn_affine){
        .scale = affine->scale + channel,
        .shift = affine->shift + channel,
        .linear = affine->linear,
    };
}

/* What happens to a product before it is stored. */
typedef struct dn_epilogue {
    const float *scale; /* of products of bytes, which are whole numbers; one per output */
    const float *bias;  /* added, one per output; NULL: none */
    bool relu;
    bool accumulate; /* add to what the output holds */
    bool floats;     /* of convolutions of maps of bfloat16: the output is floats, not maps */
} dn_epilogue;

/* What one call of a convolution computes: output pixels, or Winograd's tiles,
 * first .. end - 1, of the outputs in panels first_panel .. end_panel - 1. Each
 * output is computed whole, in one order: bits do not depend on pieces. */
typedef struct dn_piece {
    int first, end;
    int first_panel, end_panel;
} dn_piece;

/* Convolution of a grid with kernel x kernel windows. The input's pixels
 * are contiguous (pixel_stride == channels), with a border of at least `padding`
 * zeros if padding > 0. Scratch is for windows that are packed: of bfloat16 and of bytes. */
typedef struct dn_conv {
    dn_grid input, output;
    int channels; /* of the input; panels.depth is kernel * kernel * channels */
    int kernel, stride, padding;
    dn_panels panels;
    dn_epilogue epilogue;
} dn_conv;

/* 1x1 convolution of affine(input), which is computed while rows are packed; with
 * pool == 2 it is also averaged over 2x2 pixels then (pool and convolution commute). */
typedef struct dn_pointwise {
    dn_grid input, output;
    dn_affine affine; /* scale NULL: the input as it is, which is floats */
    int pool;         /* 1 or 2 */
    dn_panels panels;
    dn_epilogue epilogue;
} dn_pointwise;

/* Winograd's algorithm interpolates at 0, +-P, +-Q and infinity. These values
 * halve the rounding error of the usual 1 and 2, and all that is computed from
 * them is exact in float. */
#define DN_WINOGRAD_P 0.625
#define DN_WINOGRAD_Q 1.5

/* 3x3 convolution with padding 1 by Winograd's F(4x4, 3x3) (Lavin and Gray,
 * 2016). The input's border of zeros reaches one pixel up and left, and right
 * and down as far as whole 4x4 tiles need. */
typedef struct dn_winograd {
    dn_grid input, output;
    int channels;
    dn_panels panels; /* 36 transformed matrices, of which this is the first */
    dn_epilogue epilogue;
} dn_winograd;

/* output = relu(affine(input)), one task per image row. */
typedef struct dn_activate {
    dn_grid input, output;
    int channels;
    dn_affine affine;
} dn_activate;

/* 3x3/2 maximum with padding 1; one task per part of an output row. */
typedef struct dn_max_pool {
    dn_grid input, output;
    int channels;
    int parts; /* into which a row is divided evenly */
} dn_max_pool;

static inline int dn_max_pool_tasks(const dn_max_pool *op)
{
    return op->output.images * op->output.height * op->parts;
}

/* Channels of the global pool that always stay in one part. */
#define DN_POOL_RUN 16

/* Mean of relu(affine(input)) over each image's pixels, into
 * output[image * channels + c]; one task per part of an image's channels. */
typedef struct dn_global_pool {
    dn_grid input;
    float *output;
    int channels;
    dn_affine affine;
    int parts; /* into which the runs of DN_POOL_RUN channels are divided evenly */
} dn_global_pool;

static inline int dn_global_pool_tasks(const dn_global_pool *op)
{
    return op->input.images * op->parts;
}

/* The widest vector of any level, in floats: rows that kernels read or write to the
 * end of their last vector are padded to a multiple of it. */
#define DN_MAX_LANES 16

/* `count` floats, rounded up to whole cache lines, and so to whole vectors of any level. */
static inline int dn_padded(int count)
{
    return dn_ceil_divide(count, DN_MAX_LANES) * DN_MAX_LANES;
}

typedef struct dn_kernels {
    const char *name;
    const struct dn_kernels *inherits; /* inherit.h; NULL: from no level */
    struct dn_whole_level *whole;      /* of a level that inherits */
    int lanes;                         /* floats in a vector */
    int tile_pixels;                   /* register tile of the matrix product: pixels ... */
    int tile_channels;                 /* ... by outputs, the width of a full panel */
    dn_dtype maps;                     /* the elements of grids: DN_F32, DN_BF16 or DN_U8 */
    int unit;                          /* of panels of maps' kind of weights */
    bool fast; /* of bytes or bfloat16: the processor multiplies fours or pairs at once */
    void (*conv)(const dn_conv *op, dn_piece piece, float *scratch);
    void (*pointwise)(const dn_pointwise *op, dn_piece piece, float *scratch);
    void (*winograd)(const dn_winograd *op, dn_piece piece, float *scratch); /* NULL: by conv */
    void (*activate)(const dn_activate *op, int task);
    void (*max_pool)(const dn_max_pool *op, int task);
    void (*global_pool)(const dn_global_pool *op, int task);
    const struct dn_gradient_kernels *gradients; /* gradient.h */
    /* Multiplies and adds in registers, to be timed: the most that a core can do. Returns
     * the number of operations. */
    double (*peak)(int rounds);
    /* The level's operations on maps of bfloat16, with weights of bfloat16. Vectors of a head,
     * and gradients, are floats: those rows are this table's. NULL: of the reference. */
    const struct dn_kernels *halves;
    /* The level's operations on maps of bytes: with weights of bytes, whose products are exact,
     * and of the same maps with weights that are floats. Whatever is rounded is rounded at each
     * operation: bits are the same at every level. Both multiply vectors of floats, too. NULL: of
     * the reference. */
    const struct dn_kernels *bytes, *kept;
} dn_kernels;

/* Returns the index-th table, all rows of it, NULL past the last: those that this build has
 * and this machine runs, slowest first, then those that were added. dn_kernels_reference is
 * plain C, for comparison. */
extern const dn_kernels dn_kernels_reference;
const dn_kernels *dn_kernels_level(int index);

/* Adds tables, up to a NULL, that are chosen only by name. For tests; to be called before
 * anything runs. */
void dn_kernels_add(const dn_kernels *const *tables);

/* Returns the table of the fastest level, or of the level that DENSENET_CPU names. */
const dn_kernels *dn_kernels_best(void);

/* Sets the table that dn_kernels_best returns; NULL: it chooses again. For tests. */
void dn_kernels_choose(const dn_kernels *kernels);

/* ---- sizes that tables and plans must agree on ---- */

/* Rows of a matrix product whose pointers are gathered at once. */
#define DN_MAX_BLOCK_PIXELS 96

static inline int dn_panel_count(const dn_kernels *kernels, int outputs)
{
    return dn_ceil_divide(outputs, kernels->tile_channels);
}

/* The size in elements of panels of depth x outputs, of a table with so many lanes. */
static inline size_t dn_panels_size(int lanes, int depth, int outputs)
{
    return (size_t)depth * (size_t)(dn_ceil_divide(outputs, lanes) * lanes);
}

/* The index of output n in row k of depth: full panels come first, a narrower one last. */
static inline size_t dn_panel_index(const dn_kernels *kernels, int depth, int outputs, int k, int n)
{
    int width = kernels->tile_channels, panel = n / width;
    int rest = dn_ceil_divide(outputs - panel * width, kernels->lanes) * kernels->lanes;
    int own = rest < width ? rest : width;
    return (size_t)panel * (size_t)width * (size_t)depth + (size_t)k * (size_t)own +
           (size_t)(n - panel * width);
}

/* The position of output n in a panel's row of `width` outputs. */
static inline int dn_row_position(const dn_kernels *kernels, dn_dtype type, int width, int n)
{
    int lanes = kernels->lanes, vector = n / lanes, pair = vector - vector % 2;
    if (type == DN_F32 || (pair + 2) * lanes > width)
        return n;
    return pair * lanes + 2 * (n % lanes) + vector % 2;
}

/* The stride of packed rows, in floats: never a multiple of 4 KiB, with which all rows
 * would share the same cache sets. */
static inline int dn_packed_stride(int channels)
{
    int stride = dn_padded(channels) + DN_MAX_LANES;
    return stride % 1024 ? stride : stride + DN_MAX_LANES;
}

static inline int dn_winograd_tiles(const dn_winograd *op)
{
    return op->output.images * dn_ceil_divide(op->output.height, 4) *
           dn_ceil_divide(op->output.width, 4);
}

/* Rows that may be multiplied at once, of which the last may be read in vain. */
#define DN_MOST_ROWS 32

/* Floats of scratch that a piece of this many pixels needs. */
static inline size_t dn_packed_scratch(int depth, int pixels)
{
    int packed = pixels < DN_MAX_BLOCK_PIXELS ? pixels : DN_MAX_BLOCK_PIXELS;
    packed = dn_ceil_divide(packed, DN_MOST_ROWS) * DN_MOST_ROWS;
    return (size_t)packed * (size_t)dn_packed_stride(depth);
}

static inline size_t dn_conv_scratch(const dn_kernels *kernels, const dn_conv *op, int pixels)
{
    return kernels->maps == DN_F32 ? 0 : dn_packed_scratch(op->panels.depth, pixels);
}

static inline size_t dn_pointwise_scratch(const dn_pointwise *op, int pixels)
{
    return dn_packed_scratch(op->panels.depth, pixels);
}

/* Elements from one of Winograd's 36 matrices to the next; 16 more keep them from sharing
 * their cache sets. */
static inline size_t dn_winograd_stride(const dn_panels *panels, int lanes)
{
    int rows = dn_panel_rows(panels->depth, panels->unit);
    return dn_panels_size(lanes, rows, panels->outputs) + 16;
}

/* The sizes in floats of one of the 36 planes of transformed input, tiles x channels, which
 * are bfloat16 if weights are in pairs, and of one of the 36 planes of products, tiles x
 * outputs; 16 more keep planes from sharing their cache sets. */
static inline size_t dn_winograd_input_plane(const dn_winograd *op, int tiles)
{
    int words = op->panels.unit ? dn_ceil_divide(op->channels, 2) : op->channels;
    return (size_t)tiles * (size_t)words + 16;
}

static inline size_t dn_winograd_output_plane(const dn_winograd *op, int lanes, int tiles)
{
    return (size_t)tiles * (size_t)(dn_ceil_divide(op->panels.outputs, lanes) * lanes) + 16;
}

/* Floats of scratch that a piece of this many tiles needs. */
static inline size_t dn_winograd_scratch(const dn_winograd *op, int lanes, int tiles)
{
    return 36 * (dn_winograd_input_plane(op, tiles) + dn_winograd_output_plane(op, lanes, tiles));
}

/* ---- weights into panels (any level; sizes from its table) ---- */

/* A convolution's weights in PyTorch's layout. */
typedef struct dn_weights {
    const float *data; /* outputs x channels x kernel x kernel */
    int outputs, channels, kernel;
    const float *scale;         /* factors, one per output; NULL: 1 */
    const float *channel_scale; /* and one per channel; NULL: 1 */
    float factor;               /* of all weights */
    /* The weights of the backward pass, which convolves the gradient of the outputs to
     * get that of the inputs; the latter are the outputs here. data is
     * channels x outputs x kernel x kernel, and windows are reversed. */
    bool transposed;
    dn_dtype type; /* of the panels to be made: DN_F32; or DN_BF16 or DN_I8, rounded to nearest */
} dn_weights;

/* A weight of DN_I8, of which factors have made a whole number or nearly; 0 of NaN. */
static inline int8_t dn_weight_byte(float weight)
{
    float within = weight < -127 ? -127 : weight > 127 ? 127 : weight;
    return isnan(weight) ? 0 : (int8_t)lrintf(within);
}

/* 3x3 weights: direct panels, or the 36 matrices of Winograd's algorithm. */
typedef enum dn_window_form {
    DN_WINDOW_DIRECT,
    DN_WINDOW_WINOGRAD,
    DN_WINDOW_FORMS
} dn_window_form;

/* The faster form for maps of this size. */
dn_window_form dn_choose_form(const dn_kernels *kernels, int height, int width);

/* Weights are laid out in pieces, one task each: the direct form by outputs, of which a
 * piece has whole panels at every level; Winograd's by channels. */
#define DN_PACK_PIECE 32

static inline int dn_pack_pieces(dn_window_form form, const dn_weights *weights)
{
    int all = form == DN_WINDOW_WINOGRAD ? weights->channels : weights->outputs;
    return dn_ceil_divide(all, DN_PACK_PIECE);
}

/* The panels at data that all pieces make together; in Winograd's form, those of the first
 * matrix. The depth of the direct form runs over window rows, window columns, channels. */
static inline dn_panels dn_packed_panels(const dn_kernels *kernels, dn_window_form form,
                                         const dn_weights *weights, const void *data)
{
    bool winograd = form == DN_WINDOW_WINOGRAD;
    int area = winograd ? 1 : weights->kernel * weights->kernel;
    return (dn_panels){.data = data,
                       .type = weights->type,
                       .depth = area * weights->channels,
                       .outputs = weights->outputs,
                       .unit = weights->type != DN_F32 ? kernels->unit : 0};
}

/* The size in bytes of all pieces together. */
static inline size_t dn_packed_size(const dn_kernels *kernels, dn_window_form form,
                                    const dn_weights *weights)
{
    dn_panels panels = dn_packed_panels(kernels, form, weights, NULL);
    int lanes = kernels->lanes, rows = dn_panel_rows(panels.depth, panels.unit);
    size_t elements = form == DN_WINDOW_WINOGRAD ? 36 * dn_winograd_stride(&panels, lanes)
                                                 : dn_panels_size(lanes, rows, panels.outputs);
    return elements * dn_dtype_size(weights->type);
}

/* Lays out one piece; `out` is where all pieces begin. */
void dn_pack_piece(const dn_kernels *kernels, dn_window_form form, const dn_weights *weights,
                   int piece, void *out);

#endif
