/* SPDX-License-Identifier: MIT */
/* Convolutions over grids: row pointers, packing with the fused batch norm. */

/* Walks a grid's pixels in the order of their numbers. */
typedef struct pixel_cursor {
    const dn_grid *grid;
    int image, y, x;
} pixel_cursor;

static pixel_cursor cursor_at(const dn_grid *grid, int pixel)
{
    int area = grid->height * grid->width, rest = pixel % area;
    return (pixel_cursor){grid, pixel / area, rest / grid->width, rest % grid->width};
}

DN_INLINE void cursor_advance(pixel_cursor *at)
{
    if (++at->x == at->grid->width) {
        at->x = 0;
        if (++at->y == at->grid->height) {
            at->y = 0;
            at->image++;
        }
    }
}

static void conv(const dn_conv *op, dn_piece piece)
{
    row_shape shape = {op->kernel, op->kernel * op->channels, op->input.row_stride};
    pixel_cursor at = cursor_at(&op->output, piece.first);
    row_block block;
    for (int pixel = piece.first; pixel < piece.end; pixel += block.count) {
        block.count = dn_min(piece.end - pixel, DN_MAX_BLOCK_PIXELS);
        for (int r = 0; r < block.count; r++) {
            block.input[r] = dn_pixel_at(&op->input, at.image, at.y * op->stride - op->padding,
                                         at.x * op->stride - op->padding);
            block.output[r] = dn_pixel_at(&op->output, at.image, at.y, at.x);
            cursor_advance(&at);
        }
        multiply_rows(&block, &shape, &op->panels, piece.first_panel, piece.end_panel,
                      &op->epilogue);
    }
}

/* How many pixels ahead of the one being packed to prefetch: a slice of a
 * block's maps is not a stream that the processor prefetches by itself. */
#define PACK_AHEAD 4

/* target[c] = affine(source)[c]; pixels are `stride`
 * floats apart. */
static void pack_activated(const float *source, ptrdiff_t stride, const dn_affine *affine,
                           int channels, float *target)
{
    const float *scale = affine->scale, *shift = affine->shift;
    const int whole = channels / DN_LANES * DN_LANES, rest = channels - whole;
    const vint rectifies = v_rectifies(affine->linear);
    for (int c = 0; c < channels; c += 16)
        v_prefetch(source + PACK_AHEAD * stride + c);
    for (int c = 0; c < whole; c += DN_LANES)
        v_store(target + c,
                v_activate(v_load(source + c) * v_load(scale + c) + v_load(shift + c), rectifies));
    if (rest) {
        vfloat x = v_load_first(source + whole, rest) * v_load_first(scale + whole, rest);
        v_store_first(target + whole, v_activate(x + v_load_first(shift + whole, rest), rectifies),
                      rest);
    }
}

/* The same, averaged over the 2x2 pixels from source on. */
static void pack_pooled(const float *source, const dn_grid *grid, const dn_affine *affine,
                        int channels, float *target)
{
    const float *corner[4] = {source, source + grid->pixel_stride, source + grid->row_stride,
                              source + grid->row_stride + grid->pixel_stride};
    const float *scale = affine->scale, *shift = affine->shift;
    const vint rectifies = v_rectifies(affine->linear);
    int c = 0;
    for (; c + DN_LANES <= channels; c += DN_LANES) {
        vfloat sum = v_set(0);
        for (int i = 0; i < 4; i++)
            sum += v_activate(v_load(corner[i] + c) * v_load(scale + c) + v_load(shift + c),
                              rectifies);
        v_store(target + c, sum * 0.25f);
    }
    for (; c < channels; c++) {
        float sum = 0;
        for (int i = 0; i < 4; i++)
            sum += s_activate(corner[i][c] * scale[c] + shift[c], affine->linear);
        target[c] = sum * 0.25f;
    }
}

static void pointwise(const dn_pointwise *op, dn_piece piece, float *scratch)
{
    int depth = op->panels.depth, stride = dn_packed_stride(depth);
    row_shape shape = {1, depth, 0};
    pixel_cursor at = cursor_at(&op->output, piece.first);
    row_block block;
    for (int pixel = piece.first; pixel < piece.end; pixel += block.count) {
        block.count = dn_min(piece.end - pixel, DN_MAX_BLOCK_PIXELS);
        for (int r = 0; r < block.count; r++) {
            const float *source =
                dn_pixel_at(&op->input, at.image, at.y * op->pool, at.x * op->pool);
            float *packed = op->affine.scale ? scratch + (ptrdiff_t)r * stride : NULL;
            block.input[r] = packed ? packed : source;
            block.output[r] = dn_pixel_at(&op->output, at.image, at.y, at.x);
            if (op->pool == 2)
                pack_pooled(source, &op->input, &op->affine, depth, packed);
            else if (packed)
                pack_activated(source, op->input.pixel_stride, &op->affine, depth, packed);
            cursor_advance(&at);
        }
        multiply_rows(&block, &shape, &op->panels, piece.first_panel, piece.end_panel,
                      &op->epilogue);
    }
}
