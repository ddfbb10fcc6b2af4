/* SPDX-License-Identifier: MIT */
/*
 * The matrix product under every convolution: DN_TILE_PIXELS rows by
 * DN_TILE_VECTORS vectors of outputs held in registers. Rows are reached through
 * pointers and may consist of `segments` runs of `run` floats, segment_stride
 * apart, which is how a window of several image rows reads.
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

DN_INLINE void multiply_tile(int rows, int vectors, const float *const *input,
                             const row_shape *shape, const float *panel,
                             vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS])
{
    const float *row[DN_TILE_PIXELS];
    for (int r = 0; r < rows; r++) {
        row[r] = input[r];
        for (int v = 0; v < vectors; v++)
            sum[r][v] = v_set(0);
    }
    ptrdiff_t start = 0;
    int segments = shape->segments;
    do {
        ptrdiff_t k = start, end = start + shape->run;
        DN_UNROLL(4)
        do {
            vfloat weight[DN_TILE_VECTORS];
            for (int v = 0; v < vectors; v++)
                weight[v] = v_load(panel + v * DN_LANES);
            for (int r = 0; r < rows; r++) {
                vfloat value = v_set(row[r][k]);
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += value * weight[v];
            }
            panel += vectors * DN_LANES;
        } while (++k < end);
        start += shape->segment_stride;
    } while (--segments);
}

/* `last` outputs of the last vector are the network's. */
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

DN_INLINE void run_tile(int rows, int vectors, const float *const *input, float *const *output,
                        const row_shape *shape, const float *panel, int first, int outputs,
                        const dn_epilogue *epilogue)
{
    vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS];
    multiply_tile(rows, vectors, input, shape, panel, sum);
    if (outputs - first >= vectors * DN_LANES)
        store_tile(rows, vectors, DN_LANES, output, first, epilogue, sum);
    else
        store_tile(rows, vectors, (outputs - first) % DN_LANES, output, first, epilogue, sum);
}

#define TILE_CASE(ROWS)                                                                            \
    case ROWS:                                                                                     \
        run_tile(ROWS, vectors, block->input + row, block->output + row, shape, panel, first,      \
                 outputs, epilogue);                                                               \
        break;

/* The number of rows is a constant in each case: the sums stay in registers. */
DN_INLINE void multiply_panel(const row_block *block, int vectors, const row_shape *shape,
                              const float *panel, int first, int outputs,
                              const dn_epilogue *epilogue)
{
    int row = 0;
    for (; row + DN_TILE_PIXELS <= block->count; row += DN_TILE_PIXELS)
        run_tile(DN_TILE_PIXELS, vectors, block->input + row, block->output + row, shape, panel,
                 first, outputs, epilogue);
    switch (block->count - row) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
#if DN_TILE_PIXELS > 6
        TILE_CASE(6)
        TILE_CASE(7)
#endif
    }
}
#undef TILE_CASE

static void multiply_full_panel(const row_block *block, const row_shape *shape, const float *panel,
                                int first, int outputs, const dn_epilogue *epilogue)
{
    multiply_panel(block, DN_TILE_VECTORS, shape, panel, first, outputs, epilogue);
}

/* A last panel of fewer vectors. */
static void multiply_narrow_panel(const row_block *block, const row_shape *shape,
                                  const float *panel, int first, int outputs,
                                  const dn_epilogue *epilogue)
{
    int vectors = dn_ceil_divide(outputs - first, DN_LANES);
    switch (vectors) {
    case 1:
        multiply_panel(block, 1, shape, panel, first, outputs, epilogue);
        break;
#if DN_TILE_VECTORS > 2
    case 2:
        multiply_panel(block, 2, shape, panel, first, outputs, epilogue);
        break;
    case 3:
        multiply_panel(block, 3, shape, panel, first, outputs, epilogue);
        break;
#endif
    default:
        __builtin_unreachable();
    }
}

/* block.output[r][n] for the outputs of panels first_panel .. last_panel - 1. */
static void multiply_rows(const row_block *block, const row_shape *shape, const dn_panels *panels,
                          int first_panel, int last_panel, const dn_epilogue *epilogue)
{
    for (int p = first_panel; p < last_panel; p++) {
        int first = p * TILE_CHANNELS;
        const float *panel = panels->data + (size_t)first * (size_t)panels->depth;
        if (panels->outputs - first > TILE_CHANNELS - DN_LANES)
            multiply_full_panel(block, shape, panel, first, panels->outputs, epilogue);
        else
            multiply_narrow_panel(block, shape, panel, first, panels->outputs, epilogue);
    }
}
