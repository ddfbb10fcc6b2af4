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

/* The largest of rows x columns pixels from the corner on. */
#ifdef DN_BYTES
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
#else
static void max_of_window(const map_t *corner, const dn_grid *input, int rows, int columns,
                          int channels, map_t *target)
{
    int c = 0;
    for (; c + DN_LANES <= channels; c += DN_LANES) {
        vfloat best = m_load(corner + c);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                best = v_max(m_load(corner + i * input->row_stride + j * input->pixel_stride + c),
                             best);
        m_store(target + c, best);
    }
    for (; c < channels; c++) {
        float best = m_get(corner[c]);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                best =
                    s_max(m_get(corner[i * input->row_stride + j * input->pixel_stride + c]), best);
        target[c] = m_element(best);
    }
}
#endif

static void max_pool(const dn_max_pool *op, int task)
{
    const dn_grid *input = &op->input;
    int line = task / op->parts, part = task % op->parts, width = op->output.width;
    int image = line / op->output.height, y = line % op->output.height;
    int top = y ? 2 * y - 1 : 0, bottom = dn_min(2 * y + 2, input->height);
    int last = dn_share_begin(width, op->parts, part + 1);
    for (int x = dn_share_begin(width, op->parts, part); x < last; x++) {
        int left = x ? 2 * x - 1 : 0, right = dn_min(2 * x + 2, input->width);
        max_of_window(m_pixel_at(input, image, top, left), input, bottom - top, right - left,
                      op->channels, m_pixel_at(&op->output, image, y, x));
    }
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
    const vint rectifies = v_rectifies(op->affine.linear);
    int c = first;
    for (; c + DN_LANES <= end; c += DN_LANES) {
        vfloat scale = v_load(op->affine.scale + c), shift = v_load(op->affine.shift + c);
        vfloat sum = v_set(0);
        for (int y = 0; y < grid->height; y++) {
            vfloat row = v_set(0);
            for (int x = 0; x < grid->width; x++)
                row += v_activate(m_load(m_pixel_at(grid, image, y, x) + c) * scale + shift,
                                  rectifies);
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
