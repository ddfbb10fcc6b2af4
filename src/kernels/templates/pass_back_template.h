/* SPDX-License-Identifier: MIT */
/* The gradient through a 1x1 convolution and the norm and ReLU before it, as one
 * matrix product: a tile goes through the norm while it is in registers. The
 * map's values and gradients are not in a near cache, so they are prefetched when a
 * tile begins. */

#if !defined(DN_HALVES)
static const product_kind back_kind = {DN_F32, 1, DN_F32};
#elif DN_DEPTH_UNIT > 0
static const product_kind back_kind = {DN_BF16, 2, DN_F32};
#else
static const product_kind back_kind = {DN_BF16, 1, DN_F32};
#endif

/* A panel's part of the norm. */
typedef struct panel_norm {
    norm_vectors norm[DN_TILE_VECTORS];
    norm_sums sums[DN_TILE_VECTORS];
    bool accumulate;
} panel_norm;

DN_INLINE void pass_tile(int rows, int vectors, const dn_pass_back *op, int row,
                         const panel_work *work, panel_norm *panel)
{
    const dn_norm_gradient *to = &op->norm;
    const void *input[DN_TILE_PIXELS];
    const map_t *value = (const map_t *)to->value.address + row * to->value.stride + work->first;
    float *out = to->out.data + row * to->out.stride + work->first;
    for (int r = 0; r < rows; r++) {
        input[r] = to->gradient.data + (row + r) * to->gradient.stride;
        __builtin_prefetch(value + r * to->value.stride);
        __builtin_prefetch(out + r * to->out.stride, 1);
    }
    const vint zeros[DN_TILE_VECTORS] = {{0}};
    vfloat tile[DN_TILE_PIXELS][DN_TILE_VECTORS];
    if (back_kind.together > 1)
        multiply_words(back_kind, rows, vectors, input, work, (look_ahead){work->weights, 0}, zeros,
                       tile);
    else
        multiply_tile(back_kind, rows, vectors, input, work, (look_ahead){work->weights, 0}, tile);
    int rest = work->outputs - work->first;
    DN_UNROLL(DN_TILE_VECTORS)
    for (int v = 0; v < vectors; v++) {
        int at = v * DN_LANES, lanes = dn_min(rest - at, DN_LANES);
        norm_sums some = {v_set(0), v_set(0)};
        DN_UNROLL(DN_TILE_PIXELS)
        for (int r = 0; r < rows; r++)
            pass_norm(&panel->norm[v], &some, tile[r][v], value + r * to->value.stride + at,
                      out + r * to->out.stride + at, lanes, panel->accumulate);
        add_sums(&panel->sums[v], &some);
    }
}

#define PASS_CASE(ROWS)                                                                            \
    case ROWS:                                                                                     \
        pass_tile(ROWS, vectors, op, row, work, &panel);                                           \
        break;

DN_INLINE void pass_panel(int vectors, const dn_pass_back *op, const panel_work *work,
                          bool accumulate)
{
    int count = op->norm.count, rest = work->outputs - work->first;
    panel_norm panel;
    panel.accumulate = accumulate;
    for (int v = 0; v < vectors; v++) {
        panel.norm[v] =
            load_norm(&op->norm, work->first + v * DN_LANES, dn_min(rest - v * DN_LANES, DN_LANES));
        panel.sums[v] = (norm_sums){v_set(0), v_set(0)};
    }
    for (int row = 0; row < count; row += DN_TILE_PIXELS)
        switch (dn_min(count - row, DN_TILE_PIXELS)) {
            PASS_CASE(1)
            PASS_CASE(2)
            PASS_CASE(3)
            PASS_CASE(4)
            PASS_CASE(5)
            PASS_CASE(6)
#if DN_TILE_PIXELS > 6
            PASS_CASE(7)
            PASS_CASE(8)
#endif
        default:
            __builtin_unreachable();
        }
    for (int v = 0; v < vectors; v++)
        store_sums(&op->norm, &panel.sums[v], work->first + v * DN_LANES,
                   dn_min(rest - v * DN_LANES, DN_LANES));
}
#undef PASS_CASE

static void pass_full_panel(const dn_pass_back *op, const panel_work *work)
{
    if (op->norm.accumulate)
        pass_panel(DN_TILE_VECTORS, op, work, true);
    else
        pass_panel(DN_TILE_VECTORS, op, work, false);
}

static void pass_narrow_panel(const dn_pass_back *op, const panel_work *work)
{
    bool accumulate = op->norm.accumulate;
    switch (dn_ceil_divide(work->outputs - work->first, DN_LANES)) {
    case 1:
        pass_panel(1, op, work, accumulate);
        break;
    case 2:
        pass_panel(2, op, work, accumulate);
        break;
#if DN_TILE_VECTORS > 2
    case 3:
        pass_panel(3, op, work, accumulate);
        break;
    case 4:
        pass_panel(4, op, work, accumulate);
        break;
#endif
    default:
        __builtin_unreachable();
    }
}

static void pass_back(const dn_pass_back *op)
{
    row_shape shape = packed_shape(op->panels.depth, false);
    int rows = dn_panel_rows(op->panels.depth, op->panels.unit);
    for (int first = 0; first < op->panels.outputs; first += TILE_CHANNELS) {
        panel_work work = {.shape = &shape,
                           .weights = dn_panels_at(&op->panels, (size_t)first * (size_t)rows).data,
                           .first = first,
                           .outputs = op->panels.outputs};
        if (op->panels.outputs - first >= TILE_CHANNELS)
            pass_full_panel(op, &work);
        else
            pass_narrow_panel(op, &work);
    }
}
