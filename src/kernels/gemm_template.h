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
    for (int segment = 0; segment < shape->segments; segment++) {
        for (ptrdiff_t k = 0; k < shape->run; k++) {
            vfloat weight[DN_TILE_VECTORS];
            for (int v = 0; v < vectors; v++)
                weight[v] = v_load(panel + v * DN_LANES);
            for (int r = 0; r < rows; r++) {
                vfloat value = v_set(row[r][k]);
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += value * weight[v];
            }
            panel += vectors * DN_LANES;
        }
        for (int r = 0; r < rows; r++)
            row[r] += shape->segment_stride;
    }
}

DN_INLINE vfloat finish(vfloat sum, const float *bias, const float *held, bool relu)
{
    if (held)
        sum += v_load(held);
    if (bias)
        sum += v_load(bias);
    return relu ? v_relu(sum) : sum;
}

/* The last vector of a row may reach past the outputs. */
static void store_part(float *output, int valid, vfloat sum, const float *bias,
                       const dn_epilogue *epilogue)
{
    for (int i = 0; i < valid; i++) {
        float value = sum[i];
        if (epilogue->accumulate)
            value += output[i];
        if (bias)
            value += bias[i];
        output[i] = epilogue->relu ? s_relu(value) : value;
    }
}

DN_INLINE void store_tile(int rows, int vectors, float *const *output, int first, int outputs,
                          const dn_epilogue *epilogue, vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS])
{
    const float *bias = epilogue->bias ? epilogue->bias + first : NULL;
    for (int v = 0; v < vectors; v++) {
        int at = v * DN_LANES, valid = outputs - first - at;
        for (int r = 0; r < rows; r++) {
            float *target = output[r] + first + at;
            if (valid >= DN_LANES)
                v_store(target, finish(sum[r][v], bias ? bias + at : NULL,
                                       epilogue->accumulate ? target : NULL, epilogue->relu));
            else
                store_part(target, valid, sum[r][v], bias ? bias + at : NULL, epilogue);
        }
    }
}

#define TILE_CASE(ROWS)                                                                            \
    case ROWS:                                                                                     \
        multiply_tile(ROWS, vectors, input, shape, panel, sum);                                    \
        store_tile(ROWS, vectors, output, first, outputs, epilogue, sum);                          \
        break;

/* `rows` is a constant in each case: its sums stay in registers. */
DN_INLINE void run_tile(int rows, int vectors, const float *const *input, float *const *output,
                        const row_shape *shape, const float *panel, int first, int outputs,
                        const dn_epilogue *epilogue)
{
    vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS];
    switch (rows) {
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
}
#undef TILE_CASE

DN_INLINE void multiply_panel(const row_block *block, int vectors, const row_shape *shape,
                              const float *panel, int first, int outputs,
                              const dn_epilogue *epilogue)
{
    for (int row = 0; row < block->count; row += DN_TILE_PIXELS) {
        int rows = block->count - row < DN_TILE_PIXELS ? block->count - row : DN_TILE_PIXELS;
        run_tile(rows, vectors, block->input + row, block->output + row, shape, panel, first,
                 outputs, epilogue);
    }
}

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
