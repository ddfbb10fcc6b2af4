/* SPDX-License-Identifier: MIT */
/* The weight gradient of a 3x3 convolution by Winograd's algorithm. Where the
 * forward pass is y = A^T [(G g G^T) . (B^T d B)] A, the gradient of g is
 * G^T [(A dy A^T) . (B^T d B)] G, summed over tiles, with a quarter of the products
 * of a direct sum. */
#define P ((float)DN_WINOGRAD_P)
#define Q ((float)DN_WINOGRAD_Q)

/* A y for four vectors. */
DN_INLINE void transform_gradient_line(const vfloat y[4], vfloat t[6])
{
    vfloat even = y[0] + P * P * y[2], odd = P * (y[1] + P * P * y[3]);
    vfloat even2 = y[0] + Q * Q * y[2], odd2 = Q * (y[1] + Q * Q * y[3]);
    t[0] = y[0];
    t[1] = even + odd;
    t[2] = even - odd;
    t[3] = even2 + odd2;
    t[4] = even2 - odd2;
    t[5] = y[3];
}

/* G^T m for six vectors. */
DN_INLINE void transform_weight_line(const vfloat m[6], vfloat t[3])
{
    const float at_zero = 1 / (P * P * Q * Q);
    const float at_p = 1 / (2 * P * P * (P * P - Q * Q)), at_q = 1 / (2 * Q * Q * (Q * Q - P * P));
    vfloat sum = m[1] + m[2], difference = m[1] - m[2];
    vfloat sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    t[0] = at_zero * m[0] + (at_p * sum + at_q * sum2);
    t[1] = P * at_p * difference + Q * at_q * difference2;
    t[2] = P * P * at_p * sum + (Q * Q * at_q * sum2 + m[5]);
}
#undef P
#undef Q

DN_INLINE void transform_gradient_vector(const map_t *source, const dn_grid *grid, float *target,
                                         size_t plane, tile_place place)
{
    vfloat half[6][4];
    for (int x = 0; x < 4; x++) {
        vfloat column[4], transformed[6];
        for (int y = 0; y < 4; y++)
            column[y] = m_load(source + y * grid->row_stride + x * grid->pixel_stride);
        transform_gradient_line(column, transformed);
        for (int y = 0; y < 6; y++)
            half[y][x] = transformed[y];
    }
    for (int y = 0; y < 6; y++) {
        vfloat transformed[6];
        transform_gradient_line(half[y], transformed);
        for (int x = 0; x < 6; x++)
            put_in_row(target + (size_t)(6 * y + x) * plane, transformed[x], place);
    }
}

/* Sets *tiles to a grid with a pixel for each 4x4 tile of the gradient; returns its first. */
static pixel_cursor first_tile(const dn_winograd_gradient *op, dn_grid *tiles)
{
    *tiles = (dn_grid){.height = dn_ceil_divide(op->gradient.height, 4),
                       .width = dn_ceil_divide(op->gradient.width, 4)};
    return cursor_at(tiles, 0);
}

DN_INLINE void transform_gradient_tile(const dn_winograd_gradient *op, const pixel_cursor *at,
                                       float *row, tile_place place)
{
    const map_t *source = m_pixel_at(&op->gradient, at->image, 4 * at->y, 4 * at->x);
    for (int n = 0; n < op->outputs; n += DN_LANES)
        transform_gradient_vector(source + n, &op->gradient, row + n,
                                  dn_winograd_gradient_plane(op), place);
}

static void winograd_gradient(const dn_winograd_gradient *op)
{
    dn_grid tiles;
    int count = dn_winograd_gradient_tiles(op), width = dn_padded(op->outputs);
    pixel_cursor at = first_tile(op, &tiles);
    for (int t = 0; t < count; t++, cursor_advance(&at)) {
        float *row = op->transformed + (ptrdiff_t)(t / TILES_IN_ROW) * width;
        if (t % TILES_IN_ROW)
            transform_gradient_tile(op, &at, row, TILE_SECOND);
        else
            transform_gradient_tile(op, &at, row, TILE_FIRST);
    }
}

DN_INLINE void transform_activated_tile(const dn_winograd_gradient *op, const pixel_cursor *at,
                                        float *row, tile_place place)
{
    const map_t *source = m_pixel_at(&op->input, at->image, 4 * at->y - 1, 4 * at->x - 1);
    for (int c = 0; c < op->channels; c += DN_LANES)
        transform_input_vector(source + c, &op->input, row + c, dn_winograd_activated_plane(op),
                               place);
}

/* Transforms the activated tiles of some channels and adds their products with the
 * transformed gradient. */
static void winograd_products(const dn_winograd_gradient *op, float *scratch)
{
    dn_grid tiles;
    int count = dn_winograd_gradient_tiles(op), outputs = dn_padded(op->outputs);
    int channels = dn_padded(op->channels);
    pixel_cursor at = first_tile(op, &tiles);
    for (int t = 0; t < count; t++, cursor_advance(&at)) {
        float *row = scratch + (ptrdiff_t)(t / TILES_IN_ROW) * channels;
        if (t % TILES_IN_ROW)
            transform_activated_tile(op, &at, row, TILE_SECOND);
        else
            transform_activated_tile(op, &at, row, TILE_FIRST);
    }
    static const ptrdiff_t none;
    for (int i = 0; i < 36; i++) {
        const float *left = op->transformed + (size_t)i * dn_winograd_gradient_plane(op);
        const float *right = scratch + (size_t)i * dn_winograd_activated_plane(op);
        product(&(dn_product){.lines = 1,
                              .run = dn_winograd_gradient_rows(op),
                              .left = &left,
                              .right = &right,
                              .left_stride = outputs,
                              .right_stride = channels,
                              .depth = op->outputs,
                              .outputs = op->channels,
                              .shifts = 1,
                              .shift = &none,
                              .out = op->sums + i * op->plane_stride,
                              .row_stride = op->row_stride,
                              .accumulate = op->accumulate});
    }
}

/* out[3 y + x][output][channel] from the sums. */
static void winograd_weights(const dn_winograd_weights *op)
{
    for (int n = 0; n < op->outputs; n++)
        for (int c = 0; c < op->channels; c += DN_LANES) {
            ptrdiff_t at = n * op->row_stride + c;
            vfloat half[3][6], line[3];
            for (int x = 0; x < 6; x++) {
                vfloat column[6];
                for (int y = 0; y < 6; y++)
                    column[y] = v_load(op->sums + (6 * y + x) * op->plane_stride + at);
                transform_weight_line(column, line);
                for (int y = 0; y < 3; y++)
                    half[y][x] = line[y];
            }
            for (int y = 0; y < 3; y++) {
                transform_weight_line(half[y], line);
                for (int x = 0; x < 3; x++)
                    v_store(op->out + (3 * y + x) * op->plane_stride + at, line[x]);
            }
        }
}
