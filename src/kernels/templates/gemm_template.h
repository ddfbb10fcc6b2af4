/* SPDX-License-Identifier: MIT */
/*
 * The matrix product of every convolution: DN_TILE_PIXELS rows by
 * DN_TILE_VECTORS vectors of outputs are held in registers. Rows are reached through
 * pointers and may consist of `segments` runs of `run` floats, segment_stride
 * apart, as in a window of several image rows.
 */

#define TILE_CHANNELS (DN_TILE_VECTORS * DN_LANES)

typedef struct row_block {
    int count;
    const float *input[DN_MAX_BLOCK_PIXELS];
    float *output[DN_MAX_BLOCK_PIXELS];
} row_block;

typedef struct row_shape {
    int segments, run;
    ptrdiff_t segment_stride;
} row_shape;

/* One panel of weights, multiplied with all rows of a block. */
typedef struct panel_work {
    const row_block *block;
    const row_shape *shape;
    const void *weights;
    int first, outputs; /* the panel's first output; of how many in all */
    const dn_epilogue *epilogue;
} panel_work;

/* The memory after a panel is prefetched while the panel is used, `step` bytes per unit of
 * depth: otherwise weights too large for the second-level cache would stall the first tile
 * of each panel. After the last panel this is useless but harmless. */
typedef struct look_ahead {
    const char *weights;
    ptrdiff_t step;
} look_ahead;

DN_INLINE int weight_bytes(dn_dtype type)
{
    return type == DN_F32 ? 4 : 2;
}

/* A row of a panel, whose type is a constant. */
DN_INLINE void load_weights(dn_dtype type, int vectors, const char *row,
                            vfloat weight[DN_TILE_VECTORS])
{
    for (int v = 0; v < vectors; v++)
        if (type == DN_F32)
            weight[v] = v_load((const float *)(const void *)row + v * DN_LANES);
        else if (v + 1 < vectors || v % 2 == 1)
            weight[v] = v_load_bf16_of_two(row + 2 * (v - v % 2) * DN_LANES, v % 2);
        else
            weight[v] = v_load_bf16(row + 2 * v * DN_LANES);
}

DN_INLINE void multiply_tile(dn_dtype type, int rows, int vectors, const float *const *input,
                             const panel_work *work, look_ahead ahead,
                             vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS])
{
    const float *row[DN_TILE_PIXELS];
    const char *panel = work->weights;
    for (int r = 0; r < rows; r++) {
        row[r] = input[r];
        for (int v = 0; v < vectors; v++)
            sum[r][v] = v_set(0);
    }
    ptrdiff_t start = 0;
    int segments = work->shape->segments;
    do {
        ptrdiff_t k = start, end = start + work->shape->run;
        DN_UNROLL(4)
        do {
            vfloat weight[DN_TILE_VECTORS];
            load_weights(type, vectors, panel, weight);
            for (int r = 0; r < rows; r++) {
                vfloat value = v_set(row[r][k]);
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += value * weight[v];
            }
            panel += vectors * DN_LANES * weight_bytes(type);
            v_prefetch(ahead.weights);
            ahead.weights += ahead.step;
        } while (++k < end);
        start += work->shape->segment_stride;
    } while (--segments);
}

/* Stores a tile; of the last vector, only the first `last` outputs exist. */
DN_INLINE void store_tile(int rows, int vectors, int last, float *const *output, int first,
                          const dn_epilogue *epilogue, vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS])
{
    DN_UNROLL(DN_TILE_VECTORS)
    for (int v = 0; v < vectors; v++) {
        int at = first + v * DN_LANES, count = v + 1 < vectors ? DN_LANES : last;
        if (epilogue->accumulate) {
            DN_UNROLL(DN_TILE_PIXELS)
            for (int r = 0; r < rows; r++)
                sum[r][v] += v_load_first(output[r] + at, count);
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
        DN_UNROLL(DN_TILE_PIXELS)
        for (int r = 0; r < rows; r++)
            v_store_first(output[r] + at, sum[r][v], count);
    }
}

DN_INLINE void run_tile(dn_dtype type, int rows, int vectors, int row, const panel_work *work,
                        look_ahead ahead)
{
    vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS];
    float *const *output = work->block->output + row;
    int outputs = work->outputs - work->first;
    multiply_tile(type, rows, vectors, work->block->input + row, work, ahead, sum);
    if (outputs >= vectors * DN_LANES)
        store_tile(rows, vectors, DN_LANES, output, work->first, work->epilogue, sum);
    else
        store_tile(rows, vectors, outputs % DN_LANES, output, work->first, work->epilogue, sum);
}

#define TILE_CASE(ROWS)                                                                            \
    case ROWS:                                                                                     \
        run_tile(type, ROWS, vectors, row, work, ahead);                                           \
        break;

/* Rows are divided evenly among as few tiles as possible: a tile of one row would
 * take nearly as long as one of six. The number of rows is a constant in each case,
 * so that the sums stay in registers. */
DN_INLINE void multiply_panel(dn_dtype type, int vectors, const panel_work *work)
{
    int count = work->block->count, tiles = dn_ceil_divide(count, DN_TILE_PIXELS);
    int depth = work->shape->segments * work->shape->run,
        width = vectors * DN_LANES * weight_bytes(type);
    look_ahead ahead = {(const char *)work->weights + (ptrdiff_t)depth * width,
                        dn_ceil_divide(width, tiles)};
    for (int tile = 0, row = 0, next; tile < tiles; tile++, row = next) {
        next = count * (tile + 1) / tiles;
        switch (next - row) {
            TILE_CASE(1)
            TILE_CASE(2)
            TILE_CASE(3)
            TILE_CASE(4)
            TILE_CASE(5)
            TILE_CASE(6)
#if DN_TILE_PIXELS > 6
            TILE_CASE(7)
            TILE_CASE(8)
#endif
        default:
            __builtin_unreachable();
        }
        ahead.weights += depth * ahead.step;
    }
}
#undef TILE_CASE

/* A last panel may have fewer vectors. */
DN_INLINE void multiply_any_panel(dn_dtype type, const panel_work *work)
{
    switch (dn_ceil_divide(work->outputs - work->first, DN_LANES)) {
    case 1:
        multiply_panel(type, 1, work);
        break;
#if DN_TILE_VECTORS > 2
    case 2:
        multiply_panel(type, 2, work);
        break;
    case 3:
        multiply_panel(type, 3, work);
        break;
#endif
    default:
        multiply_panel(type, DN_TILE_VECTORS, work);
    }
}

static void multiply_float_panel(const panel_work *work)
{
    multiply_any_panel(DN_F32, work);
}

static void multiply_bf16_panel(const panel_work *work)
{
    multiply_any_panel(DN_BF16, work);
}

/* block.output[r][n] for the outputs of panels first_panel .. last_panel - 1. */
static void multiply_rows(const row_block *block, const row_shape *shape, const dn_panels *panels,
                          int first_panel, int last_panel, const dn_epilogue *epilogue)
{
    for (int p = first_panel; p < last_panel; p++) {
        int first = p * TILE_CHANNELS;
        panel_work work = {
            .block = block,
            .shape = shape,
            .weights = dn_panels_at(panels, (size_t)first * (size_t)panels->depth).data,
            .first = first,
            .outputs = panels->outputs,
            .epilogue = epilogue,
        };
        if (panels->type == DN_F32)
            multiply_float_panel(&work);
        else
            multiply_bf16_panel(&work);
    }
}
