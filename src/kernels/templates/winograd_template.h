/* SPDX-License-Identifier: MIT */
/* F(4x4, 3x3): 6x6 input tiles, 36 small matrix products, 4x4 output tiles.
 * The matrices are built as in Lavin and Gray (2016), for the points of kernels.h. */
#define P ((float)DN_WINOGRAD_P)
#define Q ((float)DN_WINOGRAD_Q)

/* A^T m for six vectors. */
DN_INLINE void transform_output_line(const vfloat m[6], vfloat t[4])
{
    vfloat sum1 = m[1] + m[2], difference1 = m[1] - m[2];
    vfloat sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    t[0] = m[0] + sum1 + sum2;
    t[1] = P * difference1 + Q * difference2;
    t[2] = P * P * sum1 + Q * Q * sum2;
    t[3] = P * P * P * difference1 + (Q * Q * Q * difference2 + m[5]);
}

/* Rows 0 and 2, or 1 and 3, of A^T m. */
DN_INLINE void transform_output_pair(int first, const float *m, size_t row, vfloat t[2])
{
    vfloat m1 = v_load(m + row), m2 = v_load(m + 2 * row);
    vfloat m3 = v_load(m + 3 * row), m4 = v_load(m + 4 * row);
    if (first == 0) {
        vfloat sum1 = m1 + m2, sum2 = m3 + m4;
        t[0] = v_load(m) + sum1 + sum2;
        t[1] = P * P * sum1 + Q * Q * sum2;
    } else {
        vfloat difference1 = m1 - m2, difference2 = m3 - m4;
        t[0] = P * difference1 + Q * difference2;
        t[1] = P * P * P * difference1 + (Q * Q * Q * difference2 + v_load(m + 5 * row));
    }
}
#undef P
#undef Q

/* The channels past the last whole vector, by way of a copy. */
static void transform_input_rest(const map_t *source, const dn_grid *grid, int channels,
                                 packed_t *target, size_t plane)
{
    map_t copy[36 * DN_LANES] = {0};
    packed_t transformed[36 * DN_LANES];
    dn_grid small = {.pixel_stride = DN_LANES, .row_stride = 6 * DN_LANES};
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 6; x++)
            for (int c = 0; c < channels; c++)
                copy[(6 * y + x) * DN_LANES + c] =
                    source[y * grid->row_stride + x * grid->pixel_stride + c];
    transform_input_vector(copy, &small, transformed, DN_LANES, TILE_PACKED);
    for (int i = 0; i < 36; i++)
        for (int c = 0; c < channels; c++)
            target[(size_t)i * plane + (size_t)c] = transformed[i * DN_LANES + c];
}

static void transform_input_tile(const dn_winograd *op, const map_t *source, packed_t *target,
                                 size_t plane)
{
    int c = 0;
    for (; c + DN_LANES <= op->channels; c += DN_LANES)
        transform_input_vector(source + c, &op->input, target + c, plane, TILE_PACKED);
    if (c < op->channels)
        transform_input_rest(source + c, &op->input, op->channels - c, target + c, plane);
    for (int i = 0; i < 36; i++)
        end_pairs(target + (size_t)i * plane, op->channels);
}

/* The part of a tile within the image: rows, columns, and outputs of a vector. */
typedef struct tile_extent {
    int height, width, valid;
} tile_extent;

/* A vector of outputs of a tile, in a grid of maps or of floats. */
typedef struct output_place {
    const dn_grid *grid;
    ptrdiff_t first; /* of the grid's elements */
    dn_dtype type;   /* a constant */
    tile_extent extent;
    const float *bias;
} output_place;

/* Two rows at a time, so that everything between the two passes stays in registers. */
DN_INLINE void transform_output_rows(int first, const float *source, size_t plane,
                                     const output_place *place, const dn_epilogue *epilogue)
{
    const dn_grid *grid = place->grid;
    tile_extent extent = place->extent;
    bool accumulate = epilogue->accumulate, relu = epilogue->relu;
    vfloat half[2][6], added = place->bias ? v_load_first(place->bias, extent.valid) : v_set(0);
    for (int x = 0; x < 6; x++) {
        vfloat pair[2];
        transform_output_pair(first, source + (size_t)x * plane, 6 * plane, pair);
        half[0][x] = pair[0];
        half[1][x] = pair[1];
    }
    for (int i = 0; i < 2 && first + 2 * i < extent.height; i++) {
        vfloat row[4];
        ptrdiff_t pixel = place->first + (first + 2 * i) * grid->row_stride;
        transform_output_line(half[i], row);
        DN_UNROLL(4)
        for (int x = 0; x < extent.width; x++, pixel += grid->pixel_stride) {
            if (accumulate)
                row[x] += load_output(place->type, grid->address, pixel, extent.valid);
            row[x] += added;
            store_output(place->type, grid->address, pixel, relu ? v_relu(row[x]) : row[x],
                         extent.valid);
        }
    }
}

/* One vector of outputs of a tile: A^T m A, stored where the image has pixels. */
DN_INLINE void transform_output_vector(const float *source, size_t plane, const output_place *place,
                                       const dn_epilogue *epilogue)
{
    transform_output_rows(0, source, plane, place, epilogue);
    transform_output_rows(1, source, plane, place, epilogue);
}

DN_INLINE void transform_output_into(dn_dtype type, const dn_winograd *op, dn_piece piece,
                                     const float *source, size_t plane, const pixel_cursor *tile)
{
    const dn_grid *grid = &op->output;
    const float *bias = op->epilogue.bias;
    int y = 4 * tile->y, x = 4 * tile->x;
    ptrdiff_t first =
        tile->image * grid->image_stride + y * grid->row_stride + x * grid->pixel_stride;
    tile_extent extent = {dn_min(4, grid->height - y), dn_min(4, grid->width - x), 0};
    int end = dn_min(piece.end_panel * TILE_CHANNELS, op->panels.outputs);
    for (int n = piece.first_panel * TILE_CHANNELS; n < end; n += DN_LANES) {
        extent.valid = dn_min(op->panels.outputs - n, DN_LANES);
        const float *added = bias ? bias + n : NULL;
        const output_place whole = {grid, first + n, type, {4, 4, DN_LANES}, added};
        const output_place part = {grid, first + n, type, extent, added};
        if (extent.height == 4 && extent.width == 4 && extent.valid == DN_LANES)
            transform_output_vector(source + n, plane, &whole, &op->epilogue);
        else
            transform_output_vector(source + n, plane, &part, &op->epilogue);
    }
}

static void transform_output_tile(const dn_winograd *op, dn_piece piece, const float *source,
                                  size_t plane, const pixel_cursor *tile)
{
    if (DN_MAPS == DN_F32 || op->epilogue.floats)
        transform_output_into(DN_F32, op, piece, source, plane, tile);
    else
        transform_output_into(DN_MAPS, op, piece, source, plane, tile);
}

/* 36 matrices, a row of so many floats for each tile. */
typedef struct tile_planes {
    float *data;
    size_t plane; /* floats from one matrix to the next */
    int width;
} tile_planes;

static inline float *plane_row(const tile_planes *planes, int plane, int tile)
{
    return planes->data + (size_t)plane * planes->plane + (size_t)(tile * planes->width);
}

/* products[36][tile][output] from transformed[36][tile][channel]. */
static void multiply_planes(const dn_winograd *op, dn_piece piece, int tiles,
                            const tile_planes *transformed, const tile_planes *products)
{
    static const dn_epilogue plain;
    row_shape shape = packed_shape(op->channels, false);
    size_t stride = dn_winograd_stride(&op->panels, DN_LANES);
    for (int i = 0; i < 36; i++) {
        dn_panels panels = dn_panels_at(&op->panels, (size_t)i * stride);
        row_block block;
        for (int first = 0; first < tiles; first += block.count) {
            block.count = dn_min(tiles - first, DN_MAX_BLOCK_PIXELS);
            for (int r = 0; r < block.count; r++) {
                block.input[r] = plane_row(transformed, i, first + r);
                block.output[r] = plane_row(products, i, first + r);
            }
            multiply_rows(&block, &shape, &panels, piece.first_panel, piece.end_panel, &plain);
        }
    }
}

static void winograd(const dn_winograd *op, dn_piece piece, float *scratch)
{
    int count = piece.end - piece.first;
    tile_planes transformed = {scratch, dn_winograd_input_plane(op, count),
                               dn_ceil_divide(op->channels, TOGETHER)};
    tile_planes products = {.data = scratch + 36 * transformed.plane,
                            .plane = dn_winograd_output_plane(op, DN_LANES, count),
                            .width = dn_ceil_divide(op->panels.outputs, DN_LANES) * DN_LANES};
    dn_grid tiles = {.height = dn_ceil_divide(op->output.height, 4),
                     .width = dn_ceil_divide(op->output.width, 4)};
    pixel_cursor at = cursor_at(&tiles, piece.first);
    for (int t = 0; t < count; t++, cursor_advance(&at))
        transform_input_tile(op, m_pixel_at(&op->input, at.image, 4 * at.y - 1, 4 * at.x - 1),
                             (packed_t *)(void *)plane_row(&transformed, 0, t),
                             transformed.plane * TOGETHER);
    multiply_planes(op, piece, count, &transformed, &products);
    at = cursor_at(&tiles, piece.first);
    for (int t = 0; t < count; t++, cursor_advance(&at))
        transform_output_tile(op, piece, plane_row(&products, 0, t), products.plane, &at);
}
