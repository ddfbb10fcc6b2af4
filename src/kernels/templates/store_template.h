/* SPDX-License-Identifier: MIT */
/* What happens to a tile of sums, and where they are stored. */

/* What is multiplied, and what it makes. All are constants. */
typedef struct product_kind {
    dn_dtype type; /* of the weights */
    int together;  /* numbers of weights and input that are multiplied at once: 1, 2 or 4 */
    dn_dtype into; /* the output */
} product_kind;

DN_INLINE vfloat load_output(dn_dtype type, const void *output, ptrdiff_t at, int count)
{
    return type == DN_F32 ? v_load_first((const float *)output + at, count)
                          : m_load_first((const map_t *)output + at, count);
}

DN_INLINE void store_output(dn_dtype type, void *output, ptrdiff_t at, vfloat value, int count)
{
    if (type == DN_F32)
        v_store_first((float *)output + at, value, count);
    else
        m_store_first((map_t *)output + at, value, count);
}

/* What happens to a tile's sums before they are stored. */
DN_INLINE void finish_tile(product_kind kind, int rows, int vectors, int last, void *const *output,
                           int first, const dn_epilogue *epilogue,
                           vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS])
{
    DN_UNROLL(DN_TILE_VECTORS)
    for (int v = 0; v < vectors; v++) {
        int at = first + v * DN_LANES, count = v + 1 < vectors ? DN_LANES : last;
        if (kind.type == DN_I8) {
            vfloat scale = v_load_first(epilogue->scale + at, count);
            DN_UNROLL(DN_TILE_PIXELS)
            for (int r = 0; r < rows; r++)
                sum[r][v] *= scale;
        }
        if (epilogue->accumulate) {
            DN_UNROLL(DN_TILE_PIXELS)
            for (int r = 0; r < rows; r++)
                sum[r][v] += load_output(kind.into, output[r], at, count);
        }
        if (epilogue->bias) {
            vfloat bias = v_load_first(epilogue->bias + at, count);
            DN_UNROLL(DN_TILE_PIXELS)
            for (int r = 0; r < rows; r++)
                sum[r][v] += bias;
        }
        if (epilogue->relu) {
            DN_UNROLL(DN_TILE_PIXELS)
            for (int r = 0; r < rows; r++)
                sum[r][v] = v_relu(sum[r][v]);
        }
    }
}

/* Stores a tile; of the last vector, only the first `last` outputs exist. */
DN_INLINE void store_tile(product_kind kind, int rows, int vectors, int last, void *const *output,
                          int first, const dn_epilogue *epilogue,
                          vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS])
{
    finish_tile(kind, rows, vectors, last, output, first, epilogue, sum);
    bool twos = kind.into == DN_MAPS && vectors % 2 == 0 && last == DN_LANES;
    DN_UNROLL(DN_TILE_PIXELS)
    for (int r = 0; r < rows; r++) {
        DN_UNROLL(DN_TILE_VECTORS)
        for (int v = 0; v < vectors; v += twos ? 2 : 1) {
            int at = first + v * DN_LANES, count = v + 1 < vectors ? DN_LANES : last;
            if (twos)
                m_store_two((map_t *)output[r] + at, sum[r][v], sum[r][v + 1]);
            else
                store_output(kind.into, output[r], at, sum[r][v], count);
        }
    }
}
