/* SPDX-License-Identifier: MIT */
/* The elementwise gradients: back through batch norm, ReLU and pools. */

/* The channel vectors of dn_combine. */
typedef struct combine_vectors {
    const float *centre, *factor, *slope, *constant;
} combine_vectors;

DN_INLINE void combine_vector(const combine_vectors *by, const float *gradient, const map_t *value,
                              float *out, int c, int lanes)
{
    vfloat rest = m_load_first(value + c, lanes) * v_load_first(by->slope + c, lanes) +
                  v_load_first(by->constant + c, lanes);
    vfloat centred = v_load_first(gradient + c, lanes) - v_load_first(by->centre + c, lanes);
    v_store_first(out + c, centred * v_load_first(by->factor + c, lanes) + rest, lanes);
}

/* Rows of few channels are far apart: they are prefetched this many rows ahead. */
#define COMBINE_AHEAD 8

static void combine(const dn_combine *op)
{
    const combine_vectors by = {op->centre, op->factor, op->slope, op->constant};
    const int channels = op->channels, whole = channels / DN_LANES * DN_LANES;
    for (int row = 0; row < op->count; row++) {
        const float *gradient = op->gradient.data + row * op->gradient.stride;
        const map_t *value = (const map_t *)op->value.address + row * op->value.stride;
        float *out = op->out.data + row * op->out.stride;
        for (int c = 0; c < channels; c += 16) {
            __builtin_prefetch(gradient + COMBINE_AHEAD * op->gradient.stride + c);
            __builtin_prefetch(value + COMBINE_AHEAD * op->value.stride + c);
        }
        for (int c = 0; c < whole; c += DN_LANES)
            combine_vector(&by, gradient, value, out, c, DN_LANES);
        if (whole < channels)
            combine_vector(&by, gradient, value, out, whole, channels - whole);
    }
}

/* A norm's vectors for one vector of channels. */
typedef struct norm_vectors {
    vfloat scale, shift, inverse, offset, weight;
    vint linear; /* all bits if the norm is, else none */
} norm_vectors;

/* A norm's sums. The mean may be most of a gradient, and the rounding errors of equal
 * numbers add up if many are summed one by one. So a few are summed at a time
 * before they go into a longer sum. */
typedef struct norm_sums {
    vfloat sum, product;
} norm_sums;

#define ROWS_IN_A_SUM 16

DN_INLINE norm_vectors load_norm(const dn_norm_gradient *op, int c, int lanes)
{
    return (norm_vectors){.scale = v_load_first(op->affine.scale + c, lanes),
                          .shift = v_load_first(op->affine.shift + c, lanes),
                          .inverse = v_load_first(op->inverse + c, lanes),
                          .offset = v_load_first(op->offset + c, lanes),
                          .weight = v_load_first(op->weight + c, lanes),
                          .linear = (vint){0} - (op->affine.linear ? 1 : 0)};
}

DN_INLINE void add_sums(norm_sums *all, const norm_sums *some)
{
    all->sum += some->sum;
    all->product += some->product;
}

static void store_sums(const dn_norm_gradient *op, const norm_sums *sums, int c, int lanes)
{
    for (int i = 0; i < lanes; i++) {
        op->sums[c + i] += (double)sums->sum[i];
        op->products[c + i] += (double)sums->product[i];
    }
}

DN_INLINE void pass_norm(const norm_vectors *norm, norm_sums *sums, vfloat gradient,
                         const map_t *value, float *out, int lanes, bool accumulate)
{
    vfloat x = m_load_first(value, lanes);
    vint active = (vint)(x * norm->scale + norm->shift > (vfloat){0}) | norm->linear;
    vfloat dy = (vfloat)((vint)gradient & active);
    sums->sum += dy;
    sums->product += dy * (x * norm->inverse + norm->offset);
    vfloat change = norm->weight * dy;
    v_store_first(out, accumulate ? v_load_first(out, lanes) + change : change, lanes);
}

/* One vector of channels, down all rows: constants and sums stay in registers. */
DN_INLINE void norm_gradient_column(const dn_norm_gradient *op, int c, int lanes, bool accumulate)
{
    norm_vectors norm = load_norm(op, c, lanes);
    norm_sums all = {v_set(0), v_set(0)};
    const float *gradient = op->gradient.data + c;
    const map_t *value = (const map_t *)op->value.address + c;
    float *out = op->out.data + c;
    for (int row = 0; row < op->count; row += ROWS_IN_A_SUM) {
        norm_sums some = {v_set(0), v_set(0)};
        for (int end = dn_min(row + ROWS_IN_A_SUM, op->count), r = row; r < end; r++) {
            pass_norm(&norm, &some, v_load_first(gradient, lanes), value, out, lanes, accumulate);
            gradient += op->gradient.stride;
            value += op->value.stride;
            out += op->out.stride;
        }
        add_sums(&all, &some);
    }
    store_sums(op, &all, c, lanes);
}

DN_INLINE void norm_gradient_columns(const dn_norm_gradient *op, bool accumulate)
{
    int c = 0;
    for (; c + DN_LANES <= op->channels; c += DN_LANES)
        norm_gradient_column(op, c, DN_LANES, accumulate);
    if (c < op->channels)
        norm_gradient_column(op, c, op->channels - c, accumulate);
}

static void norm_gradient(const dn_norm_gradient *op)
{
    if (op->accumulate)
        norm_gradient_columns(op, true);
    else
        norm_gradient_columns(op, false);
}

/* ---- activations ---- */

static void activate_rows(const dn_activate_rows *op)
{
    const dn_affine affine = op->affine;
    const int whole = op->channels / DN_LANES * DN_LANES, rest = op->channels - whole;
    for (int row = 0; row < op->count; row++) {
        const map_t *value = (const map_t *)op->value.address + row * op->value.stride;
        float *out = op->out.data + row * op->out.stride;
        for (int c = 0; c < whole; c += DN_LANES)
            v_store(out + c, v_activated(value, &affine, c, DN_LANES));
        if (rest)
            v_store_first(out + whole, v_activated(value, &affine, whole, rest), rest);
    }
}

/* ---- pools ---- */

static void pool_rows(const dn_pool_rows *op)
{
    dn_grid pooled = {.height = op->input.height / 2, .width = op->input.width / 2};
    pixel_cursor at = cursor_at(&pooled, op->first);
    const int whole = op->channels / DN_LANES * DN_LANES, rest = op->channels - whole;
    for (int row = 0; row < op->count; row++, cursor_advance(&at)) {
        const map_t *source = m_pixel_at(&op->input, at.image, 2 * at.y, 2 * at.x);
        float *out = op->out.data + row * op->out.stride;
        for (int c = 0; c < whole; c += DN_LANES)
            v_store(out + c, v_pooled(source, &op->input, &op->affine, c, DN_LANES));
        if (rest)
            v_store_first(out + whole, v_pooled(source, &op->input, &op->affine, whole, rest),
                          rest);
    }
}

/* The pixels of the input that an output pixel of the 3x3/2 pool sees. */
typedef struct pool_window {
    int top, bottom, left, right;
} pool_window;

DN_INLINE pool_window pool_window_at(const dn_grid *input, int y, int x)
{
    return (pool_window){y ? 2 * y - 1 : 0, dn_min(2 * y + 2, input->height), x ? 2 * x - 1 : 0,
                         dn_min(2 * x + 2, input->width)};
}

DN_INLINE vfloat activated_vector(const map_t *address, const dn_affine *affine, int c, int lanes)
{
    return v_relu(m_load_first(address + c, lanes) * v_load_first(affine->scale + c, lanes) +
                  v_load_first(affine->shift + c, lanes));
}

DN_INLINE void activated_pool_vector(const dn_activated_pool *op, const dn_grid *from,
                                     pool_window window, map_t *target, int c, int lanes)
{
    vfloat best = v_set(0);
    for (int y = window.top; y < window.bottom; y++)
        for (int x = window.left; x < window.right; x++)
            best = v_max(activated_vector(m_pixel_at(from, 0, y, x), &op->affine, c, lanes), best);
    m_store_first(target + c, best, lanes);
}

static void activated_pool(const dn_activated_pool *op, int task)
{
    int image = task / op->output.height, y = task % op->output.height;
    dn_grid from = dn_one_image(DN_MAPS, &op->input, image);
    for (int x = 0; x < op->output.width; x++) {
        pool_window window = pool_window_at(&from, y, x);
        map_t *target = m_pixel_at(&op->output, image, y, x);
        int c = 0;
        for (; c + DN_LANES <= op->channels; c += DN_LANES)
            activated_pool_vector(op, &from, window, target, c, DN_LANES);
        if (c < op->channels)
            activated_pool_vector(op, &from, window, target, c, op->channels - c);
    }
}

/* Finds each lane's first maximum, then adds the gradient there. */
DN_INLINE void pool_gradient_vector(const dn_activated_pool_gradient *op, const dn_grid *from,
                                    const dn_grid *to, pool_window window, const float *gradient,
                                    int c, int lanes)
{
    vfloat best = v_set(-1);
    vint chosen = {0};
    int32_t number = 0;
    for (int y = window.top; y < window.bottom; y++)
        for (int x = window.left; x < window.right; x++, number++) {
            vfloat value = activated_vector(m_pixel_at(from, 0, y, x), &op->affine, c, lanes);
            vint better = (vint)(value > best) | (vint)(value != value);
            best = (vfloat)(((vint)value & better) | ((vint)best & ~better));
            chosen = (chosen & ~better) | (number & better);
        }
    vfloat dy = v_load_first(gradient + c, lanes);
    number = 0;
    for (int y = window.top; y < window.bottom; y++)
        for (int x = window.left; x < window.right; x++, number++) {
            float *target = dn_pixel_at(to, 0, y, x) + c;
            vfloat part = (vfloat)((vint)dy & (vint)(chosen == number));
            v_store_first(target, v_load_first(target, lanes) + part, lanes);
        }
}

static void activated_pool_gradient(const dn_activated_pool_gradient *op, int task)
{
    dn_grid from = dn_one_image(DN_MAPS, &op->input, task), to = op->target;
    to.data += task * to.image_stride;
    for (int y = 0; y < to.height; y++)
        for (int x = 0; x < to.width; x++)
            for (int c = 0; c < op->channels; c++)
                dn_pixel_at(&to, 0, y, x)[c] = 0;
    for (int y = 0; y < op->gradient.height; y++)
        for (int x = 0; x < op->gradient.width; x++) {
            pool_window window = pool_window_at(&from, y, x);
            const float *gradient = dn_pixel_at(&op->gradient, task, y, x);
            int c = 0;
            for (; c + DN_LANES <= op->channels; c += DN_LANES)
                pool_gradient_vector(op, &from, &to, window, gradient, c, DN_LANES);
            if (c < op->channels)
                pool_gradient_vector(op, &from, &to, window, gradient, c, op->channels - c);
        }
}
