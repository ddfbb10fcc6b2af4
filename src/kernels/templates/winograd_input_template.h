/* SPDX-License-Identifier: MIT */
/* The transformation of input tiles by Winograd's algorithm, for products over channels and, of
 * the weight gradient, over tiles. */
#define P ((float)DN_WINOGRAD_P)
#define Q ((float)DN_WINOGRAD_Q)

/* B^T d for six vectors. */
DN_INLINE void transform_input_line(const vfloat d[6], vfloat t[6])
{
    vfloat even = d[4] - Q * Q * d[2], odd = d[3] - Q * Q * d[1];
    vfloat even2 = d[4] - P * P * d[2], odd2 = d[3] - P * P * d[1];
    t[0] = P * P * Q * Q * d[0] + (d[4] - (P * P + Q * Q) * d[2]);
    t[1] = even + P * odd;
    t[2] = even - P * odd;
    t[3] = even2 + Q * odd2;
    t[4] = even2 - Q * odd2;
    t[5] = P * P * Q * Q * d[1] + (d[5] - (P * P + Q * Q) * d[3]);
}
#undef P
#undef Q

/* How a transformed tile is stored: packed, for products over channels; or for sums over tiles,
 * in a row of its own, or where pairs are multiplied as the first or the second of a row of words
 * of two. */
typedef enum tile_place { TILE_PACKED, TILE_FIRST, TILE_SECOND } tile_place;

#ifdef DN_PAIRS
#define TILES_IN_ROW 2

DN_INLINE void put_in_row(float *row, vfloat value, tile_place place)
{
    vword word = v_words_of_halves(v_narrow(value));
    if (place == TILE_SECOND)
        word = (vword)v_load(row) | word << 16;
    v_store(row, (vfloat)word);
}
#else
#define TILES_IN_ROW 1

DN_INLINE void put_in_row(float *row, vfloat value, tile_place place)
{
    (void)place;
    v_store(row, value);
}
#endif

DN_INLINE void store_transformed(void *target, size_t at, vfloat value, tile_place place)
{
    if (place == TILE_PACKED)
        pack((packed_t *)target + at, value, DN_LANES);
    else
        put_in_row((float *)target + at, value, place);
}

/* One vector of channels of a tile: planes[6 i + j] = (B^T d B)_ij. */
DN_INLINE void transform_input_vector(const map_t *source, const dn_grid *grid, void *target,
                                      size_t plane, tile_place place)
{
    vfloat half[6][6];
    for (int x = 0; x < 6; x++) {
        vfloat column[6], transformed[6];
        for (int y = 0; y < 6; y++)
            column[y] = m_load(source + y * grid->row_stride + x * grid->pixel_stride);
        transform_input_line(column, transformed);
        for (int y = 0; y < 6; y++)
            half[y][x] = transformed[y];
    }
    for (int y = 0; y < 6; y++) {
        vfloat transformed[6];
        transform_input_line(half[y], transformed);
        for (int x = 0; x < 6; x++)
            store_transformed(target, (size_t)(6 * y + x) * plane, transformed[x], place);
    }
}
