/* SPDX-License-Identifier: MIT */
/* The matrix product that reduces over pixels, under every weight gradient:
 * DN_TILE_PIXELS channels of the left by DN_TILE_VECTORS vectors of the right
 * are held in registers while pixels go by. */

DN_INLINE void sum_tile(const dn_product *op, int rows, int vectors, int k, ptrdiff_t right_at,
                        float *out)
{
    vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            sum[r][v] = op->accumulate ? v_load(out + r * op->row_stride + v * DN_LANES) : v_set(0);
    for (int line = 0; line < op->lines; line++) {
        const float *left = op->left[line] + k, *right = op->right[line] + right_at;
        for (int pixel = 0; pixel < op->run; pixel++) {
            vfloat weight[DN_TILE_VECTORS];
            for (int v = 0; v < vectors; v++)
                weight[v] = v_load(right + v * DN_LANES);
            for (int r = 0; r < rows; r++) {
                vfloat value = v_set(left[r]);
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += value * weight[v];
            }
            left += op->left_stride;
            right += op->right_stride;
        }
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            v_store(out + r * op->row_stride + v * DN_LANES, sum[r][v]);
}

#define SUM_CASE(ROWS)                                                                             \
    case ROWS:                                                                                     \
        sum_tile(op, ROWS, vectors, k, right_at, out);                                             \
        break;

/* All of the left's channels by one panel of the right's. */
DN_INLINE void sum_panel(const dn_product *op, int vectors, ptrdiff_t right_at, float *panel)
{
    for (int k = 0; k < op->depth; k += DN_TILE_PIXELS) {
        float *out = panel + k * op->row_stride;
        switch (smaller(op->depth - k, DN_TILE_PIXELS)) {
            SUM_CASE(1)
            SUM_CASE(2)
            SUM_CASE(3)
            SUM_CASE(4)
            SUM_CASE(5)
            SUM_CASE(6)
#if DN_TILE_PIXELS > 6
            SUM_CASE(7)
            SUM_CASE(8)
#endif
        default:
            __builtin_unreachable();
        }
    }
}
#undef SUM_CASE

static void sum_full_panel(const dn_product *op, ptrdiff_t right_at, float *panel)
{
    sum_panel(op, DN_TILE_VECTORS, right_at, panel);
}

static void sum_narrow_panel(const dn_product *op, int vectors, ptrdiff_t right_at, float *panel)
{
    switch (vectors) {
    case 1:
        sum_panel(op, 1, right_at, panel);
        break;
#if DN_TILE_VECTORS > 2
    case 2:
        sum_panel(op, 2, right_at, panel);
        break;
    case 3:
        sum_panel(op, 3, right_at, panel);
        break;
#endif
    default:
        __builtin_unreachable();
    }
}

/* A panel's pixels stay in the first-level cache for all shifts. */
static void product(const dn_product *op)
{
    for (int n = 0; n < op->outputs; n += TILE_CHANNELS) {
        int vectors = dn_ceil_divide(smaller(op->outputs - n, TILE_CHANNELS), DN_LANES);
        for (int s = 0; s < op->shifts; s++) {
            float *panel = op->out + s * op->shift_stride + n;
            if (vectors == DN_TILE_VECTORS)
                sum_full_panel(op, op->shift[s] + n, panel);
            else
                sum_narrow_panel(op, vectors, op->shift[s] + n, panel);
        }
    }
}
