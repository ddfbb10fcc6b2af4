/* SPDX-License-Identifier: MIT */
/* Elementwise work that cannot be fused into a convolution. */

/* One pixel. */
#ifdef DN_PACKS_BYTES
static void activate_channels(const map_t *source, const dn_affine *affine, int channels,
                              map_t *target)
{
    const dn_fixed fixed = affine->fixed;
    for (int c = 0; c < channels; c += DN_SHORTS) {
        vushort sum = v_clamp_short(fixed_values(source, &fixed, c, channels), 255 << fixed.bits);
        vbytes bytes = rounded(sum, fixed.bits);
        memcpy(target + c, &bytes, (size_t)dn_min(channels - c, DN_SHORTS));
    }
}
#else
static void activate_channels(const map_t *source, const dn_affine *affine, int channels,
                              map_t *target)
{
    const int whole = channels / DN_LANES * DN_LANES, rest = channels - whole;
    for (int c = 0; c < whole; c += DN_LANES)
        m_store(target + c, v_activated(source, affine, c, DN_LANES));
    if (rest)
        m_store_first(target + whole, v_activated(source, affine, whole, rest), rest);
}
#endif

static void activate(const dn_activate *op, int task)
{
    int image = task / op->input.height, y = task % op->input.height;
    for (int x = 0; x < op->input.width; x++)
        activate_channels(m_pixel_at(&op->input, image, y, x), &op->affine, op->channels,
                          m_pixel_at(&op->output, image, y, x));
}

/* Output pixels first .. end - 1 of a line, whose windows have `rows` rows from `top` on. */
typedef struct pool_run {
    const dn_max_pool *op;
    int image, y, top, rows, first, end;
} pool_run;

#ifdef DN_BYTES
/* The largest of rows x columns pixels from the corner on. */
static void max_of_window(const map_t *corner, const dn_grid *input, int rows, int columns,
                          int channels, map_t *restrict target)
{
    memcpy(target, corner, (size_t)channels);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            const map_t *pixel = corner + i * input->row_stride + j * input->pixel_stride;
            for (int c = 0; c < channels; c++)
                target[c] = pixel[c] > target[c] ? pixel[c] : target[c];
        }
}

static void max_of_run(const pool_run *run)
{
    const dn_grid *input = &run->op->input;
    for (int x = run->first; x < run->end; x++) {
        int left = dn_max(2 * x - 1, 0), right = dn_min(2 * x + 2, input->width);
        max_of_window(m_pixel_at(input, run->image, run->top, left), input, run->rows, right - left,
                      run->op->channels, m_pixel_at(&run->op->output, run->image, run->y, x));
    }
}
#else
DN_INLINE vfloat max_of_column(const pool_run *run, int column, int c, int lanes)
{
    const dn_grid *input = &run->op->input;
    const map_t *pixel = m_pixel_at(input, run->image, run->top, column) + c;
    vfloat best = m_load_first(pixel, lanes);
    for (int row = 1; row < run->rows; row++)
        best = v_max(m_load_first(pixel + row * input->row_stride, lanes), best);
    return best;
}

/* Vectors of a pixel whose largest numbers are kept for the next one. */
#define POOLED_VECTORS 4

/* Of `vectors` vectors from channel c on, the last of which has `last` channels. Neighbours share
 * a column. */
DN_INLINE void max_of_channels(const pool_run *run, int c, int vectors, int last)
{
    const int width = run->op->input.width;
    vfloat shared[POOLED_VECTORS];
    DN_UNROLL(POOLED_VECTORS)
    for (int v = 0; v < vectors; v++)
        shared[v] = max_of_column(run, dn_max(2 * run->first - 1, 0), c + v * DN_LANES,
                                  v + 1 < vectors ? DN_LANES : last);
    for (int x = run->first; x < run->end; x++) {
        map_t *target = m_pixel_at(&run->op->output, run->image, run->y, x);
        DN_UNROLL(POOLED_VECTORS)
        for (int v = 0; v < vectors; v++) {
            int at = c + v * DN_LANES, lanes = v + 1 < vectors ? DN_LANES : last;
            vfloat best = v_max(max_of_column(run, 2 * x, at, lanes), shared[v]);
            if (2 * x + 1 < width) {
                shared[v] = max_of_column(run, 2 * x + 1, at, lanes);
                best = v_max(shared[v], best);
            }
            m_store_first(target + at, best, lanes);
        }
    }
}

static void max_of_run(const pool_run *run)
{
    int channels = run->op->channels, c = 0;
    for (; c + POOLED_VECTORS * DN_LANES <= channels; c += POOLED_VECTORS * DN_LANES)
        max_of_channels(run, c, POOLED_VECTORS, DN_LANES);
    for (; c < channels; c += DN_LANES)
        max_of_channels(run, c, 1, dn_min(channels - c, DN_LANES));
}
#endif

static void max_pool(const dn_max_pool *op, int task)
{
    int line = task / op->parts, part = task % op->parts, width = op->output.width;
    int y = line % op->output.height, top = dn_max(2 * y - 1, 0);
    max_of_run(&(pool_run){
        .op = op,
        .image = line / op->output.height,
        .y = y,
        .top = top,
        .rows = dn_min(2 * y + 2, op->input.height) - top,
        .first = dn_share_begin(width, op->parts, part),
        .end = dn_share_begin(width, op->parts, part + 1),
    });
}

/* Image rows are summed separately and then together, since short sums have small errors. */
static void global_pool(const dn_global_pool *op, int task)
{
    const dn_grid *grid = &op->input;
    int runs = dn_ceil_divide(op->channels, DN_POOL_RUN);
    int image = task / op->parts, part = task % op->parts;
    int first = dn_share_begin(runs, op->parts, part) * DN_POOL_RUN;
    int end = dn_min(dn_share_begin(runs, op->parts, part + 1) * DN_POOL_RUN, op->channels);
    float *target = op->output + (size_t)image * (size_t)op->channels;
    float area = (float)(grid->height * grid->width);
    const vfloat least = v_floor(op->affine.linear);
    int c = first;
    for (; c + DN_LANES <= end; c += DN_LANES) {
        vfloat scale = v_load(op->affine.scale + c), shift = v_load(op->affine.shift + c);
        vfloat sum = v_set(0);
        for (int y = 0; y < grid->height; y++) {
            vfloat row = v_set(0);
            for (int x = 0; x < grid->width; x++)
                row += v_larger(least, m_load(m_pixel_at(grid, image, y, x) + c) * scale + shift);
            sum += row;
        }
        v_store(target + c, sum / area);
    }
    for (; c < end; c++) {
        float sum = 0;
        for (int y = 0; y < grid->height; y++) {
            float row = 0;
            for (int x = 0; x < grid->width; x++)
                row += s_activate(m_get(m_pixel_at(grid, image, y, x)[c]) * op->affine.scale[c] +
                                      op->affine.shift[c],
                                  op->affine.linear);
            sum += row;
        }
        target[c] = sum / area;
    }
}
