/* SPDX-License-Identifier: MIT */
/* The operations of gradient.h in plain C and double. */
#include "kernels/reference/reference_gradient.h"

#include "base/arithmetic.h"

static float *element(const dn_rows *rows, int row, int c)
{
    return rows->data + row * rows->stride + c;
}

static float *value_of(const dn_map_rows *rows, int row, int c)
{
    return (float *)rows->address + row * rows->stride + c;
}

/* Exact except for the last rounding, so that its sign is that of a fused multiply-add. */
static double activated(const dn_affine *affine, float value, int c)
{
    double x = (double)value * (double)affine->scale[c] + (double)affine->shift[c];
    return x <= 0 && !affine->linear ? 0 : x;
}

static void statistics(const dn_statistics *op)
{
    for (int c = 0; c < op->channels; c++) {
        double sum = 0, square = 0;
        for (int row = 0; row < op->count; row++)
            sum += (double)*value_of(&op->input, row, c);
        double mean = sum / op->count;
        for (int row = 0; row < op->count; row++) {
            double deviation = (double)*value_of(&op->input, row, c) - mean;
            square += deviation * deviation;
        }
        op->mean[c] = (float)mean;
        op->deviation[c] = (float)square;
    }
}

static uint32_t scramble(uint32_t value)
{
    value = (value ^ value >> 16) * 0x85ebca6bu;
    value = (value ^ value >> 13) * 0xc2b2ae35u;
    return value ^ value >> 16;
}

static void dropout(const dn_dropout *op)
{
    for (int row = 0; row < op->count; row++)
        for (int c = 0; c < op->channels; c++) {
            float *value = value_of(&op->rows, row, c);
            uint32_t number = (op->first + (uint32_t)row) * (uint32_t)op->channels + (uint32_t)c;
            uint32_t hash = scramble(number ^ (uint32_t)op->key);
            hash = scramble(hash + (uint32_t)(op->key >> 32));
            *value = (int32_t)(hash >> 8) < op->threshold ? *value * op->scale : 0;
        }
}

static void combine(const dn_combine *op)
{
    for (int row = 0; row < op->count; row++)
        for (int c = 0; c < op->channels; c++)
            *element(&op->out, row, c) =
                (float)(((double)*element(&op->gradient, row, c) - (double)op->centre[c]) *
                            (double)op->factor[c] +
                        (double)*value_of(&op->value, row, c) * (double)op->slope[c] +
                        (double)op->constant[c]);
}

/* Passes the gradient at one element back; returns dy. */
static double pass_element(const dn_norm_gradient *op, int row, int c, double gradient)
{
    float value = *value_of(&op->value, row, c), *out = element(&op->out, row, c);
    double dy = !op->affine.linear && activated(&op->affine, value, c) <= 0 ? 0 : gradient;
    double change = (double)op->weight[c] * dy;
    *out = (float)(op->accumulate ? (double)*out + change : change);
    return dy;
}

static double normalised(const dn_norm_gradient *op, int row, int c)
{
    return (double)*value_of(&op->value, row, c) * (double)op->inverse[c] + (double)op->offset[c];
}

static void norm_gradient(const dn_norm_gradient *op)
{
    for (int c = 0; c < op->channels; c++) {
        double sum = 0, product = 0;
        for (int row = 0; row < op->count; row++) {
            double dy = pass_element(op, row, c, (double)*element(&op->gradient, row, c));
            sum += dy;
            product += dy * normalised(op, row, c);
        }
        op->sums[c] += sum;
        op->products[c] += product;
    }
}

static void pass_back(const dn_pass_back *op)
{
    const dn_norm_gradient *norm = &op->norm;
    const dn_panels *panels = &op->panels;
    for (int c = 0; c < panels->outputs; c++) {
        double sum = 0, product = 0;
        for (int row = 0; row < norm->count; row++) {
            double gradient = 0;
            for (int k = 0; k < panels->depth; k++)
                gradient +=
                    (double)*element(&norm->gradient, row, k) * dn_reference_weight(panels, k, c);
            double dy = pass_element(norm, row, c, gradient);
            sum += dy;
            product += dy * normalised(norm, row, c);
        }
        norm->sums[c] += sum;
        norm->products[c] += product;
    }
}

static void product_element(const dn_product *op, int s, int k, int n)
{
    float *out = op->out + s * op->shift_stride + k * op->row_stride + n;
    double sum = op->accumulate ? (double)*out : 0;
    for (int line = 0; line < op->lines; line++)
        for (int p = 0; p < op->run; p++)
            sum += (double)op->left[line][p * op->left_stride + k] *
                   (double)op->right[line][op->shift[s] + p * op->right_stride + n];
    *out = (float)sum;
}

static void product(const dn_product *op)
{
    for (int s = 0; s < op->shifts; s++)
        for (int k = 0; k < op->depth; k++)
            for (int n = 0; n < op->outputs; n++)
                product_element(op, s, k, n);
}

static void activate_rows(const dn_activate_rows *op)
{
    for (int row = 0; row < op->count; row++)
        for (int c = 0; c < op->channels; c++)
            *element(&op->out, row, c) =
                (float)activated(&op->affine, *value_of(&op->value, row, c), c);
}

static void pool_rows(const dn_pool_rows *op)
{
    int width = op->input.width / 2, area = width * (op->input.height / 2);
    for (int row = 0; row < op->count; row++) {
        int at = op->first + row, image = at / area, y = at % area / width, x = at % width;
        for (int c = 0; c < op->channels; c++) {
            double sum = 0;
            for (int i = 0; i < 4; i++)
                sum +=
                    activated(&op->affine,
                              dn_pixel_at(&op->input, image, 2 * y + i / 2, 2 * x + i % 2)[c], c);
            *element(&op->out, row, c) = (float)(sum / 4);
        }
    }
}

/* Returns the address of the first maximum in the window of output (y, x), and its value
 * in *best. NaN counts as the largest. */
static const float *window_maximum(const dn_grid *input, const dn_affine *affine, int image, int y,
                                   int x, int c, double *best)
{
    const float *chosen = NULL;
    for (int i = 2 * y - 1; i <= dn_min(2 * y + 1, input->height - 1); i++)
        for (int j = 2 * x - 1; j <= dn_min(2 * x + 1, input->width - 1); j++) {
            if (i < 0 || j < 0)
                continue;
            const float *at = dn_pixel_at(input, image, i, j) + c;
            double value = activated(affine, *at, c);
            if (!chosen || value > *best || value != value) {
                chosen = at;
                *best = value;
            }
        }
    return chosen;
}

static void activated_pool(const dn_activated_pool *op, int task)
{
    int image = task / op->output.height, y = task % op->output.height;
    for (int x = 0; x < op->output.width; x++)
        for (int c = 0; c < op->channels; c++) {
            double best = 0;
            window_maximum(&op->input, &op->affine, image, y, x, c, &best);
            dn_pixel_at(&op->output, image, y, x)[c] = (float)best;
        }
}

static void activated_pool_gradient(const dn_activated_pool_gradient *op, int task)
{
    for (int y = 0; y < op->target.height; y++)
        for (int x = 0; x < op->target.width; x++)
            for (int c = 0; c < op->channels; c++)
                dn_pixel_at(&op->target, task, y, x)[c] = 0;
    for (int y = 0; y < op->gradient.height; y++)
        for (int x = 0; x < op->gradient.width; x++)
            for (int c = 0; c < op->channels; c++) {
                double best = 0;
                const float *at = window_maximum(&op->input, &op->affine, task, y, x, c, &best);
                ptrdiff_t where = (at - op->input.data) - task * op->input.image_stride;
                ptrdiff_t row = where / op->input.row_stride;
                ptrdiff_t column = where % op->input.row_stride / op->input.pixel_stride;
                dn_pixel_at(&op->target, task, (int)row, (int)column)[c] +=
                    dn_pixel_at(&op->gradient, task, y, x)[c];
            }
}

const dn_gradient_kernels dn_gradient_kernels_reference = {
    .statistics = statistics,
    .dropout = dropout,
    .combine = combine,
    .norm_gradient = norm_gradient,
    .pass_back = pass_back,
    .product = product,
    .winograd_gradient = dn_reference_winograd_gradient,
    .winograd_products = dn_reference_winograd_products,
    .winograd_weights = dn_reference_winograd_weights,
    .activate_rows = activate_rows,
    .pool_rows = pool_rows,
    .activated_pool = activated_pool,
    .activated_pool_gradient = activated_pool_gradient,
};
