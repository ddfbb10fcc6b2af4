/* SPDX-License-Identifier: MIT */
/* Every operation in plain C and double, with which the levels are compared. */
#include "base/arithmetic.h"
#include "kernels/reference/reference_gradient.h"
#include "kernels/reference/reference_winograd.h"

static float *pixel_number(const dn_grid *grid, int pixel)
{
    int area = grid->height * grid->width, rest = pixel % area;
    return dn_pixel_at(grid, pixel / area, rest / grid->width, rest % grid->width);
}

static double activated(const dn_affine *affine, float value, int channel)
{
    double x = affine->scale
                   ? (double)value * (double)affine->scale[channel] + (double)affine->shift[channel]
                   : (double)value;
    return affine->scale && !affine->linear && x <= 0 ? 0 : x;
}

static void finish(float *output, double sum, int n, const dn_epilogue *epilogue)
{
    if (epilogue->accumulate)
        sum += (double)output[n];
    if (epilogue->bias)
        sum += (double)epilogue->bias[n];
    output[n] = epilogue->relu && sum <= 0 ? 0 : (float)sum;
}

/* The end of a piece's outputs. */
static int end_output(const dn_panels *panels, dn_piece piece)
{
    return dn_min(piece.end_panel * DN_REFERENCE_TILE, panels->outputs);
}

static void conv(const dn_conv *op, dn_piece piece, float *scratch)
{
    (void)scratch;
    int run = op->kernel * op->channels, end = end_output(&op->panels, piece);
    for (int pixel = piece.first; pixel < piece.end; pixel++) {
        int area = op->output.height * op->output.width, rest = pixel % area;
        const float *window = dn_pixel_at(&op->input, pixel / area,
                                          rest / op->output.width * op->stride - op->padding,
                                          rest % op->output.width * op->stride - op->padding);
        for (int n = piece.first_panel * DN_REFERENCE_TILE; n < end; n++) {
            double sum = 0;
            for (int k = 0; k < op->panels.depth; k++)
                sum += (double)window[k / run * op->input.row_stride + k % run] *
                       dn_reference_weight(&op->panels, k, n);
            finish(pixel_number(&op->output, pixel), sum, n, &op->epilogue);
        }
    }
}

/* Mean over the pool's window of the activated input. */
static double pooled(const dn_pointwise *op, const float *corner, int k)
{
    double sum = 0;
    for (int i = 0; i < op->pool; i++)
        for (int j = 0; j < op->pool; j++)
            sum += activated(&op->affine,
                             corner[i * op->input.row_stride + j * op->input.pixel_stride + k], k);
    return sum / (op->pool * op->pool);
}

static void pointwise(const dn_pointwise *op, dn_piece piece, float *scratch)
{
    (void)scratch;
    int end = end_output(&op->panels, piece);
    for (int pixel = piece.first; pixel < piece.end; pixel++) {
        int area = op->output.height * op->output.width, rest = pixel % area;
        const float *corner =
            dn_pixel_at(&op->input, pixel / area, rest / op->output.width * op->pool,
                        rest % op->output.width * op->pool);
        for (int n = piece.first_panel * DN_REFERENCE_TILE; n < end; n++) {
            double sum = 0;
            for (int k = 0; k < op->panels.depth; k++)
                sum += pooled(op, corner, k) * dn_reference_weight(&op->panels, k, n);
            finish(pixel_number(&op->output, pixel), sum, n, &op->epilogue);
        }
    }
}

static void activate(const dn_activate *op, int task)
{
    int image = task / op->input.height, y = task % op->input.height;
    for (int x = 0; x < op->input.width; x++)
        for (int c = 0; c < op->channels; c++)
            dn_pixel_at(&op->output, image, y, x)[c] =
                (float)activated(&op->affine, dn_pixel_at(&op->input, image, y, x)[c], c);
}

static void max_pool(const dn_max_pool *op, int task)
{
    int line = task / op->parts, part = task % op->parts, width = op->output.width;
    int image = line / op->output.height, y = line % op->output.height;
    int last = dn_share_begin(width, op->parts, part + 1);
    for (int x = dn_share_begin(width, op->parts, part); x < last; x++)
        for (int c = 0; c < op->channels; c++) {
            float best = dn_pixel_at(&op->input, image, 2 * y, 2 * x)[c];
            for (int i = 2 * y - 1; i <= 2 * y + 1; i++)
                for (int j = 2 * x - 1; j <= 2 * x + 1; j++) {
                    if (i < 0 || j < 0 || i >= op->input.height || j >= op->input.width)
                        continue;
                    float value = dn_pixel_at(&op->input, image, i, j)[c];
                    best = value > best || value != value ? value : best;
                }
            dn_pixel_at(&op->output, image, y, x)[c] = best;
        }
}

static void global_pool(const dn_global_pool *op, int task)
{
    int runs = dn_ceil_divide(op->channels, DN_POOL_RUN);
    int image = task / op->parts, part = task % op->parts;
    int first = dn_share_begin(runs, op->parts, part) * DN_POOL_RUN;
    int end = dn_min(dn_share_begin(runs, op->parts, part + 1) * DN_POOL_RUN, op->channels);
    for (int c = first; c < end; c++) {
        double sum = 0;
        for (int y = 0; y < op->input.height; y++)
            for (int x = 0; x < op->input.width; x++)
                sum += activated(&op->affine, dn_pixel_at(&op->input, image, y, x)[c], c);
        op->output[image * op->channels + c] = (float)(sum / (op->input.height * op->input.width));
    }
}

/* A^T of F(4x4, 3x3). */
#define P DN_WINOGRAD_P
#define Q DN_WINOGRAD_Q
static const double output_matrix[4][6] = {{1, 1, 1, 1, 1, 0},
                                           {0, P, -P, Q, -Q, 0},
                                           {0, P *P, P *P, Q *Q, Q *Q, 0},
                                           {0, P *P *P, -P *P *P, Q *Q *Q, -Q *Q *Q, 1}};
#undef P
#undef Q

/* sums[i][j] += (B^T d B)_ij * weight_ij for one channel of a tile; where weights are pairs of
 * bfloat16, which are laid out one after the other here, the first factor is rounded, too. */
static void add_tile_channel(const dn_winograd *op, const float *corner, int c, int n,
                             double sums[6][6])
{
    bool pairs = op->panels.unit > 0;
    dn_panels first = op->panels;
    first.unit = 0;
    size_t plane = dn_winograd_stride(&first, 1);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++) {
            double transformed = 0;
            for (int y = 0; y < 6; y++)
                for (int x = 0; x < 6; x++)
                    transformed +=
                        dn_winograd_input_matrix[i][y] * dn_winograd_input_matrix[j][x] *
                        (double)corner[y * op->input.row_stride + x * op->input.pixel_stride + c];
            if (pairs)
                transformed = (double)dn_float_of_bf16(dn_bf16_of_float((float)transformed));
            dn_panels panels = dn_panels_at(&first, (size_t)(6 * i + j) * plane);
            sums[i][j] += transformed * dn_reference_weight(&panels, c, n);
        }
}

static void winograd_tile(const dn_winograd *op, dn_piece piece, int image, int y0, int x0)
{
    int end = end_output(&op->panels, piece);
    const float *corner = dn_pixel_at(&op->input, image, y0 - 1, x0 - 1);
    for (int n = piece.first_panel * DN_REFERENCE_TILE; n < end; n++) {
        double sums[6][6] = {{0}};
        for (int c = 0; c < op->channels; c++)
            add_tile_channel(op, corner, c, n, sums);
        for (int y = 0; y < 4 && y0 + y < op->output.height; y++)
            for (int x = 0; x < 4 && x0 + x < op->output.width; x++) {
                double sum = 0;
                for (int i = 0; i < 36; i++)
                    sum += output_matrix[y][i / 6] * output_matrix[x][i % 6] * sums[i / 6][i % 6];
                finish(dn_pixel_at(&op->output, image, y0 + y, x0 + x), sum, n, &op->epilogue);
            }
    }
}

static void winograd(const dn_winograd *op, dn_piece piece, float *scratch)
{
    (void)scratch;
    int across = dn_ceil_divide(op->output.width, 4), down = dn_ceil_divide(op->output.height, 4);
    for (int tile = piece.first; tile < piece.end; tile++)
        winograd_tile(op, piece, tile / (across * down), 4 * (tile / across % down),
                      4 * (tile % across));
}

/* Plain C has no peak of its own, so this is a chain of doubles. */
static double peak(int rounds)
{
    volatile double opaque = 0.5;
    double sum = 0, factor = opaque;
    for (int round = 0; round < rounds; round++)
        sum = sum * factor + factor;
    opaque = sum;
    return 2.0 * rounds;
}

const dn_kernels dn_kernels_reference = {
    .name = "reference",
    .lanes = 1,
    .tile_pixels = 1,
    .tile_channels = DN_REFERENCE_TILE,
    .conv = conv,
    .pointwise = pointwise,
    .winograd = winograd,
    .activate = activate,
    .max_pool = max_pool,
    .global_pool = global_pool,
    .gradients = &dn_gradient_kernels_reference,
    .peak = peak,
};
