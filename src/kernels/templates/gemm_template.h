/* SPDX-License-Identifier: MIT */
/*
 * The matrix product of every convolution: DN_TILE_PIXELS rows by
 * DN_TILE_VECTORS vectors of outputs are held in registers. Rows are reached through
 * pointers and may consist of `segments` runs of `run` floats, segment_stride
 * apart, as in a window of several image rows; or of fours of bytes, or of pairs of bfloat16. So
 * are the weights then.
 */

#ifdef DN_AMX
#include "kernels/templates/pending_square.h"
#endif

#define TILE_CHANNELS (DN_TILE_VECTORS * DN_LANES)

typedef struct row_block {
    int count;
    const void *input[DN_MAX_BLOCK_PIXELS]; /* floats, pairs or fours */
    void *output[DN_MAX_BLOCK_PIXELS];      /* floats, or elements of maps */
#ifdef DN_AMX
    tile_file tiles;
    pending_square pending;
#endif
} row_block;

/* Before the first block is multiplied, and after the last: tiles are set up once for all panels,
 * and the last sums are stored. */
static inline void begin_blocks(row_block *block)
{
#ifdef DN_AMX
    tiles_begin(&block->tiles);
    block->pending.rows = block->pending.stored = 0;
#else
    (void)block;
#endif
}

static inline void end_blocks(row_block *block)
{
#ifdef DN_AMX
    tiles_end(&block->tiles);
    store_rest(&block->pending);
#else
    (void)block;
#endif
}

typedef struct row_shape {
    int segments, run;
    ptrdiff_t segment_stride;
    bool into_maps;   /* else into floats */
    ptrdiff_t stride; /* bytes from one row to the next, where tiles read several at once ... */
    bool breaks;      /* ... and whether rows may be farther apart here and there */
} row_shape;

/* One panel of weights, multiplied with all rows of a block. */
typedef struct panel_work {
    row_block *block;
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

/* Bytes of weights of one output in one step of the depth. */
DN_INLINE int weight_bytes(product_kind kind)
{
    return kind.type == DN_F32 || kind.together > 1 ? 4 : 2;
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

/* Adds the products of a pair or a four; sums of the latter are whole numbers. */
DN_INLINE vfloat add_together(int together, vfloat sum, vword weight, uint32_t word)
{
    return together == 2 ? v_add_pairs(sum, weight, word)
                         : (vfloat)v_add_quads((vint)sum, weight, word);
}

/* What sums of a panel's outputs start with: 0, but for what v_add_quads leaves out. */
DN_INLINE void begin_sums(product_kind kind, int vectors, const panel_work *work,
                          vint start[DN_TILE_VECTORS])
{
    ptrdiff_t quads = work->shape->segments * dn_ceil_divide(work->shape->run, 4);
    const char *panel = work->weights;
    for (int v = 0; v < vectors; v++)
        start[v] = (vint){0};
    for (ptrdiff_t q = 0; DN_SIGNED_QUADS && kind.together == 4 && q < quads; q++)
        for (int v = 0; v < vectors; v++, panel += DN_LANES * 4)
            start[v] = v_begin_quads(start[v], *(const vword_memory *)(const void *)panel);
}

DN_INLINE void multiply_words(product_kind kind, int rows, int vectors, const void *const *input,
                              const panel_work *work, look_ahead ahead,
                              const vint start_sum[DN_TILE_VECTORS],
                              vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS])
{
    const char *row[DN_TILE_PIXELS], *panel = work->weights;
    for (int r = 0; r < rows; r++) {
        row[r] = input[r];
        for (int v = 0; v < vectors; v++)
            sum[r][v] = (vfloat)start_sum[v];
    }
    ptrdiff_t start = 0, words = dn_ceil_divide(work->shape->run, kind.together);
    int segments = work->shape->segments;
    do {
        ptrdiff_t at = start, end = start + 4 * words;
        DN_UNROLL(4)
        do {
            vword weight[DN_TILE_VECTORS];
            for (int v = 0; v < vectors; v++)
                weight[v] = *(const vword_memory *)(const void *)(panel + v * DN_LANES * 4);
            for (int r = 0; r < rows; r++) {
                uint32_t word;
                memcpy(&word, row[r] + at, sizeof word);
                for (int v = 0; v < vectors; v++)
                    sum[r][v] = add_together(kind.together, sum[r][v], weight[v], word);
            }
            panel += vectors * DN_LANES * 4;
            v_prefetch(ahead.weights);
            ahead.weights += ahead.step;
            at += 4;
        } while (at < end);
        start += work->shape->segment_stride * (ptrdiff_t)sizeof(map_t);
    } while (--segments);
    for (int r = 0; kind.together == 4 && r < rows; r++)
        for (int v = 0; v < vectors; v++)
            sum[r][v] = __builtin_convertvector((vint)sum[r][v], vfloat);
}

DN_INLINE void multiply_tile(product_kind kind, int rows, int vectors, const void *const *input,
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
            load_weights(kind.type, vectors, panel, weight);
            for (int r = 0; r < rows; r++) {
                vfloat value = v_set(row[r][k]);
                for (int v = 0; v < vectors; v++)
                    sum[r][v] += value * weight[v];
            }
            panel += vectors * DN_LANES * weight_bytes(kind);
            v_prefetch(ahead.weights);
            ahead.weights += ahead.step;
        } while (++k < end);
        start += work->shape->segment_stride;
    } while (--segments);
}

DN_INLINE void run_tile(product_kind kind, int rows, int vectors, int row, const panel_work *work,
                        look_ahead ahead, const vint start[DN_TILE_VECTORS])
{
    vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS];
    void *const *output = work->block->output + row;
    int outputs = work->outputs - work->first;
    if (kind.together > 1)
        multiply_words(kind, rows, vectors, work->block->input + row, work, ahead, start, sum);
    else
        multiply_tile(kind, rows, vectors, work->block->input + row, work, ahead, sum);
    if (outputs >= vectors * DN_LANES)
        store_tile(kind, rows, vectors, DN_LANES, output, work->first, work->epilogue, sum);
    else
        store_tile(kind, rows, vectors, outputs % DN_LANES, output, work->first, work->epilogue,
                   sum);
}

#define TILE_CASE(ROWS)                                                                            \
    case ROWS:                                                                                     \
        run_tile(kind, ROWS, vectors, row, work, ahead, start);                                    \
        break;

/* Rows are divided evenly among as few tiles as possible: a tile of one row would
 * take nearly as long as one of six. The number of rows is a constant in each case,
 * so that the sums stay in registers. */
DN_INLINE void multiply_panel(product_kind kind, int vectors, const panel_work *work)
{
    int count = work->block->count, tiles = dn_ceil_divide(count, DN_TILE_PIXELS);
    int depth = work->shape->segments * work->shape->run,
        width = vectors * DN_LANES * weight_bytes(kind);
    depth = dn_ceil_divide(depth, kind.together);
    look_ahead ahead = {(const char *)work->weights + (ptrdiff_t)depth * width,
                        dn_ceil_divide(width, tiles)};
    vint start[DN_TILE_VECTORS];
    begin_sums(kind, vectors, work, start);
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
DN_INLINE void multiply_any_panel(product_kind kind, const panel_work *work)
{
    switch (dn_ceil_divide(work->outputs - work->first, DN_LANES)) {
    case 1:
        multiply_panel(kind, 1, work);
        break;
#if DN_TILE_VECTORS > 2
    case 2:
        multiply_panel(kind, 2, work);
        break;
    case 3:
        multiply_panel(kind, 3, work);
        break;
#endif
    default:
        multiply_panel(kind, DN_TILE_VECTORS, work);
    }
}
