/* SPDX-License-Identifier: MIT */
/* The matrix product by tiles: 32 rows by a panel of 32 outputs are in four tiles of
 * sums, and 32 pairs' halves, or 64 bytes, of the depth are added at once. Rows past the block's
 * last are multiplied, too, whatever they hold, and not stored. */
_Static_assert(TILE_CHANNELS == SQUARE, "a panel is two tiles wide");
_Static_assert(DN_DEPTH_UNIT * sizeof(packed_t) == DN_TILE_BYTES, "and is padded to whole tiles");
#ifdef DN_BYTES
#define TILE_ADD TILE_ADD_QUADS
#else
#define TILE_ADD TILE_ADD_PAIRS
#endif

/* Tiles 0 to 3 are the sums, 4 and 5 rows, 6 and 7 the panel. */
DN_INLINE void begin_square(tile_file *tiles)
{
    TILE_ZERO(tiles, 0);
    TILE_ZERO(tiles, 1);
    TILE_ZERO(tiles, 2);
    TILE_ZERO(tiles, 3);
}

/* A unit of the depth of 16 rows, or of 32 of which the later are `below`, and of one or two
 * vectors of the panel; strides are in bytes. */
typedef struct tile_step {
    const char *rows, *below;
    ptrdiff_t row_stride;
    const char *panel;
    ptrdiff_t panel_stride;
} tile_step;

DN_INLINE void add_step(tile_file *tiles, tile_step step, bool below, bool beside)
{
    TILE_LOAD(tiles, 4, step.rows, step.row_stride);
    TILE_LOAD(tiles, 6, step.panel, step.panel_stride);
    TILE_ADD(tiles, 0, 4, 6);
    if (beside) {
        TILE_LOAD(tiles, 7, step.panel + DN_TILE_BYTES, step.panel_stride);
        TILE_ADD(tiles, 1, 4, 7);
    }
    if (below) {
        TILE_LOAD(tiles, 5, step.below, step.row_stride);
        TILE_ADD(tiles, 2, 5, 6);
        if (beside)
            TILE_ADD(tiles, 3, 5, 7);
    }
}

/* The rows of another square, if there is one, are stored meanwhile. */
DN_INLINE void add_square(tile_file *tiles, const char *rows, const row_shape *shape,
                          const char *panel, bool below, bool beside, pending_square *other)
{
    tile_step step = {.row_stride = shape->stride,
                      .panel = panel,
                      .panel_stride = (beside ? 2 : 1) * DN_TILE_BYTES};
    begin_square(tiles);
    for (int segment = 0; segment < shape->segments; segment++) {
        step.rows = rows + segment * shape->segment_stride * (ptrdiff_t)sizeof(map_t);
        for (int k = 0; k < shape->run; k += DN_DEPTH_UNIT) {
            step.below = step.rows + DN_TILE_ROWS * step.row_stride;
            add_step(tiles, step, below, beside);
            if (other)
                store_some(other);
            step.rows += DN_TILE_BYTES;
            step.panel += DN_TILE_ROWS * step.panel_stride;
        }
    }
}

static void keep_sums(tile_file *tiles, square_sums sums)
{
    TILE_STORE(tiles, 0, (char *)sums[0], sizeof sums[0]);
    TILE_STORE(tiles, 1, (char *)(sums[0] + DN_LANES), sizeof sums[0]);
    TILE_STORE(tiles, 2, (char *)sums[DN_TILE_ROWS], sizeof sums[0]);
    TILE_STORE(tiles, 3, (char *)(sums[DN_TILE_ROWS] + DN_LANES), sizeof sums[0]);
}

DN_INLINE vfloat load_sums(const float *sums)
{
    return DN_OF_MAPS(v_load(sums), v_load(sums),
                      __builtin_convertvector((vint)v_load(sums), vfloat));
}

/* Rows of a square that are stored at once. */
#define STORED_ROWS 4

DN_INLINE void store_rows_of(product_kind kind, pending_square *square, int rows)
{
    void *const *output = square->output + square->stored;
    const float(*sums)[SQUARE] = (const float(*)[SQUARE])square->sums + square->stored;
    vfloat sum[DN_TILE_PIXELS][DN_TILE_VECTORS];
    for (int r = 0; r < rows; r++) {
        sum[r][0] = load_sums(sums[r]);
        sum[r][1] = load_sums(sums[r] + DN_LANES);
    }
    int outputs = square->outputs, rest = outputs - DN_LANES;
    if (outputs >= SQUARE)
        store_tile(kind, rows, 2, DN_LANES, output, square->first, square->epilogue, sum);
    else if (rest > 0)
        store_tile(kind, rows, 2, rest, output, square->first, square->epilogue, sum);
    else
        store_tile(kind, rows, 1, outputs, output, square->first, square->epilogue, sum);
    square->stored += rows;
}

/* Through the same store as all other products. */
DN_INLINE void store_next(product_kind kind, pending_square *square)
{
    if (square->rows - square->stored >= STORED_ROWS)
        store_rows_of(kind, square, STORED_ROWS);
    else
        store_rows_of(kind, square, 1);
}

/* How many rows from this one on, at most a square's, are as far apart as tiles read them. */
DN_INLINE int square_rows(const panel_work *work, int row)
{
    const void *const *input = work->block->input + row;
    int most = dn_min(work->block->count - row, SQUARE), rows = 1;
    if (!work->shape->breaks)
        return most;
    while (rows < most &&
           (const char *)input[rows] == (const char *)input[rows - 1] + work->shape->stride)
        rows++;
    return rows;
}

/* The last square of the block stays pending. */
static void multiply_tiles(const panel_work *work, void (*store)(pending_square *square))
{
    row_block *block = work->block;
    pending_square *square = &block->pending;
    int outputs = work->outputs - work->first;
    for (int row = 0, rows; row < block->count; row += rows) {
        rows = square_rows(work, row);
        add_square(&block->tiles, block->input[row], work->shape, work->weights,
                   rows > DN_TILE_ROWS, outputs > DN_LANES, square);
        store_rest(square);
        keep_sums(&block->tiles, square->sums);
        memcpy(square->output, block->output + row, (size_t)rows * sizeof *square->output);
        square->rows = rows;
        square->stored = 0;
        square->first = work->first;
        square->outputs = outputs;
        square->epilogue = work->epilogue;
        square->store = store;
    }
}
