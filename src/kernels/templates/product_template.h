/* SPDX-License-Identifier: MIT */
/* The matrix product of every weight gradient, which sums over pixels:
 * DN_TILE_PIXELS channels of the left by DN_TILE_VECTORS vectors of the right
 * are held in registers during all pixels. If the right has one more vector, a
 * tile includes it and has fewer channels: alone it would have too few sums to hide
 * their latency. */
#define WIDE_VECTORS (DN_TILE_VECTORS + 1)
#define WIDE_PIXELS (DN_TILE_PIXELS * DN_TILE_VECTORS / WIDE_VECTORS)

/* sum + the left's number, or pair of pixels, times the right's. */
DN_INLINE vfloat add_pixel(vfloat sum, const float *left, vfloat right)
{
#ifdef DN_PAIRS
    uint32_t pair;
    memcpy(&pair, left, sizeof pair);
    return v_add_pairs(sum, (vword)right, pair);
#else
    return sum + v_set(*left) * right;
#endif
}

DN_INLINE void sum_tile(const dn_product *op, int rows, int vectors, int k, ptrdiff_t right_at,
                        float *out)
{
    vfloat sum[DN_TILE_PIXELS][WIDE_VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++)
            sum[r][v] = op->accumulate ? v_load(out + r * op->row_stride + v * DN_LANES) : v_set(0);
    for (int line = 0; line < op->lines; line++) {
        const float *left = op->left[line] + k, *right = op->right[line] + right_at;
        for (int pixel = 0; pixel < op->run; pixel++) {
            vfloat weight[WIDE_VECTORS];
            for (int v = 0; v < vectors; v++)
                weight[v] = v_load(right + v * DN_LANES);
            for (int r = 0; r < rows; r++)
                for (int v = 0; v < vectors; v++)
                    sum[r][v] = add_pixel(sum[r][v], left + r, weight[v]);
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
DN_INLINE void sum_panel(const dn_product *op, int pixels, int vectors, ptrdiff_t right_at,
                         float *panel)
{
    for (int k = 0; k < op->depth; k += pixels) {
        float *out = panel + k * op->row_stride;
        switch (dn_min(op->depth - k, pixels)) {
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
    sum_panel(op, DN_TILE_PIXELS, DN_TILE_VECTORS, right_at, panel);
}

static void sum_narrow_panel(const dn_product *op, int vectors, ptrdiff_t right_at, float *panel)
{
    switch (vectors) {
    case 1:
        sum_panel(op, DN_TILE_PIXELS, 1, right_at, panel);
        break;
#if DN_TILE_VECTORS > 2
    case 2:
        sum_panel(op, DN_TILE_PIXELS, 2, right_at, panel);
        break;
    case 3:
        sum_panel(op, DN_TILE_PIXELS, 3, right_at, panel);
        break;
#endif
    default:
        __builtin_unreachable();
    }
}

static void sum_wide_panel(const dn_product *op, ptrdiff_t right_at, float *panel)
{
    sum_panel(op, WIDE_PIXELS, WIDE_VECTORS, right_at, panel);
}

/* A panel's pixels stay in the first-level cache for all shifts. */
static void product(const dn_product *op)
{
    int all = dn_ceil_divide(op->outputs, DN_LANES);
    for (int first = 0, vectors; first < all; first += vectors) {
        int rest = all - first;
        vectors = rest == WIDE_VECTORS ? rest : dn_min(rest, DN_TILE_VECTORS);
        for (int s = 0; s < op->shifts; s++) {
            float *panel = op->out + s * op->shift_stride + first * DN_LANES;
            ptrdiff_t right_at = op->shift[s] + first * DN_LANES;
            if (vectors == WIDE_VECTORS)
                sum_wide_panel(op, right_at, panel);
            else if (vectors == DN_TILE_VECTORS)
                sum_full_panel(op, right_at, panel);
            else
                sum_narrow_panel(op, vectors, right_at, panel);
        }
    }
}
