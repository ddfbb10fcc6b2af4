/* SPDX-License-Identifier: MIT */
/* Convolutions over grids: row pointers to windows, or packed rows. */

/* Walks a grid's pixels in the order of their numbers. */
typedef struct pixel_cursor {
    const dn_grid *grid;
    int image, y, x;
} pixel_cursor;

static pixel_cursor cursor_at(const dn_grid *grid, int pixel)
{
    int area = grid->height * grid->width, rest = pixel % area;
    return (pixel_cursor){grid, pixel / area, rest / grid->width, rest % grid->width};
}

DN_INLINE void cursor_advance(pixel_cursor *at)
{
    if (++at->x == at->grid->width) {
        at->x = 0;
        if (++at->y == at->grid->height) {
            at->y = 0;
            at->image++;
        }
    }
}

/* Whether windows can be read where they are: floats, or what is multiplied together, if runs are
 * whole units of it. */
DN_INLINE bool reads_windows(const row_shape *windows)
{
#if defined(DN_PACKS_BYTES) || defined(DN_PAIRS)
    return windows->run % DN_DEPTH_UNIT == 0;
#elif defined(DN_GATHERS)
    (void)windows;
    return false;
#else
    (void)windows;
    return true;
#endif
}

#ifdef DN_AMX
/* A tile reads 16 windows of a line, also past the line's end: as far as the end of the next one,
 * which an image's last line does not have. Short lines would leave much of a tile unused. */
DN_INLINE bool lines_fill_tiles(const dn_conv *op)
{
    int width = op->output.width, tiles = dn_ceil_divide(width, DN_TILE_ROWS);
    return 3 * tiles * DN_TILE_ROWS <= 4 * width &&
           op->input.row_stride >= DN_TILE_ROWS * op->stride * op->input.pixel_stride;
}
#endif

/* The pixels of a block, whose windows are read where they are or packed. */
typedef struct window_run {
    int count;
    bool in_place;
} window_run;

DN_INLINE window_run next_windows(const dn_conv *op, const row_shape *windows,
                                  const pixel_cursor *at, int rest)
{
    int count = dn_min(rest, DN_MAX_BLOCK_PIXELS);
#ifdef DN_AMX
    if (!reads_windows(windows) || !lines_fill_tiles(op))
        return (window_run){count, false};
    int width = op->output.width, before_last = (op->output.height - 1 - at->y) * width - at->x;
    if (before_last > 0)
        return (window_run){dn_min(count, before_last), true};
    return (window_run){dn_min(count, width - at->x), false};
#else
    (void)op;
    (void)at;
    return (window_run){count, reads_windows(windows)};
#endif
}

/* Row r of a block: the window itself, or a packed copy. */
DN_INLINE const void *window_row(const map_t *window, const row_shape *windows, bool in_place,
                                 float *scratch, int r)
{
    if (in_place)
        return window;
#ifdef DN_GATHERS
    packed_t *packed = packed_row(scratch, windows->segments * windows->run, r);
    pack_window(window, windows, packed);
    return packed;
#else
    (void)windows;
    (void)scratch;
    (void)r;
    return NULL;
#endif
}

static void conv(const dn_conv *op, dn_piece piece, float *scratch)
{
    const bool into_maps = DN_MAPS == DN_F32 || !op->epilogue.floats;
    const row_shape windows = {.segments = op->kernel,
                               .run = op->kernel * op->channels,
                               .segment_stride = op->input.row_stride,
                               .into_maps = into_maps,
                               .stride =
                                   op->stride * op->input.pixel_stride * (ptrdiff_t)sizeof(map_t),
                               .breaks = true};
    const row_shape packed = packed_shape(op->panels.depth, into_maps);
    pixel_cursor at = cursor_at(&op->output, piece.first);
    row_block block;
    begin_blocks(&block);
    for (int pixel = piece.first; pixel < piece.end; pixel += block.count) {
        window_run run = next_windows(op, &windows, &at, piece.end - pixel);
        block.count = run.count;
        for (int r = 0; r < block.count; r++) {
            const map_t *window = m_pixel_at(&op->input, at.image, at.y * op->stride - op->padding,
                                             at.x * op->stride - op->padding);
            block.input[r] = window_row(window, &windows, run.in_place, scratch, r);
            block.output[r] = into_maps ? (void *)m_pixel_at(&op->output, at.image, at.y, at.x)
                                        : dn_pixel_at(&op->output, at.image, at.y, at.x);
            cursor_advance(&at);
        }
        multiply_rows(&block, run.in_place ? &windows : &packed, &op->panels, piece.first_panel,
                      piece.end_panel, &op->epilogue);
    }
    end_blocks(&block);
}

#ifdef DN_BYTES
/* Vectors of floats, of a head, one after the other. */
static void linear(const dn_pointwise *op, dn_piece piece)
{
    const row_shape shape = packed_shape(op->panels.depth, false);
    row_block block;
    for (int vector = piece.first; vector < piece.end; vector += block.count) {
        block.count = dn_min(piece.end - vector, DN_MAX_BLOCK_PIXELS);
        for (int r = 0; r < block.count; r++) {
            block.input[r] = dn_pixel_at(&op->input, vector + r, 0, 0);
            block.output[r] = dn_pixel_at(&op->output, vector + r, 0, 0);
        }
        multiply_rows(&block, &shape, &op->panels, piece.first_panel, piece.end_panel,
                      &op->epilogue);
    }
}
#endif

/* Rows that are packed before they are multiplied. Tiles take them all at once, from the
 * first-level cache; elsewhere a panel is read for as many as possible. */
#ifdef DN_AMX
#define PACKED_BLOCK SQUARE
#else
#define PACKED_BLOCK DN_MAX_BLOCK_PIXELS
#endif

static void pointwise(const dn_pointwise *op, dn_piece piece, float *scratch)
{
#ifdef DN_BYTES
    if (!op->affine.scale) {
        linear(op, piece);
        return;
    }
#endif
    int depth = op->panels.depth;
    const row_shape shape = packed_shape(depth, true);
    pixel_cursor at = cursor_at(&op->output, piece.first);
    row_block block;
    begin_blocks(&block);
    for (int pixel = piece.first; pixel < piece.end; pixel += block.count) {
        const map_t *source[DN_MAX_BLOCK_PIXELS];
        block.count = dn_min(piece.end - pixel, PACKED_BLOCK);
        for (int r = 0; r < block.count; r++) {
            source[r] = m_pixel_at(&op->input, at.image, at.y * op->pool, at.x * op->pool);
            block.input[r] =
                op->affine.scale ? (const void *)packed_row(scratch, depth, r) : source[r];
            block.output[r] = m_pixel_at(&op->output, at.image, at.y, at.x);
            cursor_advance(&at);
        }
        if (op->affine.scale)
            pack_rows(op, source, block.count, scratch);
        multiply_rows(&block, &shape, &op->panels, piece.first_panel, piece.end_panel,
                      &op->epilogue);
    }
    end_blocks(&block);
}
