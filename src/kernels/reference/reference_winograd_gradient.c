/* SPDX-License-Identifier: MIT */
/* Winograd's weight gradient in plain C and double. */
#include "kernels/reference/reference_gradient.h"
#include "kernels/reference/reference_winograd.h"

#define P DN_WINOGRAD_P
#define Q DN_WINOGRAD_Q
#define AT_P (1 / (2 * P * P * (P * P - Q * Q)))
#define AT_Q (1 / (2 * Q * Q * (Q * Q - P * P)))

/* A and G. */
static const double gradient_matrix[6][4] = {
    {1, 0, 0, 0},          {1, P, P *P, P *P *P},   {1, -P, P *P, -P *P *P},
    {1, Q, Q *Q, Q *Q *Q}, {1, -Q, Q *Q, -Q *Q *Q}, {0, 0, 0, 1}};
static const double weight_matrix[6][3] = {
    {1 / (P * P * Q * Q), 0, 0}, {AT_P, P *AT_P, P *P *AT_P},  {AT_P, -P *AT_P, P *P *AT_P},
    {AT_Q, Q *AT_Q, Q *Q *AT_Q}, {AT_Q, -Q *AT_Q, Q *Q *AT_Q}, {0, 0, 1}};

static const float *tile_pixel(const dn_winograd_gradient *op, const dn_grid *grid, int tile, int y,
                               int x)
{
    int across = dn_ceil_divide(op->gradient.width, 4);
    int down = dn_ceil_divide(op->gradient.height, 4);
    return dn_pixel_at(grid, tile / (across * down), 4 * (tile / across % down) + y,
                       4 * (tile % across) + x);
}

static double transformed_gradient(const dn_winograd_gradient *op, int tile, int i, int j, int n)
{
    double sum = 0;
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++)
            sum += gradient_matrix[i][y] * gradient_matrix[j][x] *
                   (double)tile_pixel(op, &op->gradient, tile, y, x)[n];
    return sum;
}

static double transformed_input(const dn_winograd_gradient *op, int tile, int i, int j, int c)
{
    double sum = 0;
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 6; x++)
            sum += dn_winograd_input_matrix[i][y] * dn_winograd_input_matrix[j][x] *
                   (double)tile_pixel(op, &op->input, tile, y - 1, x - 1)[c];
    return sum;
}

/* Here each tile has a row of its own. */
static float *row_of_tile(const dn_winograd_gradient *op, int plane, int tile)
{
    dn_winograd_gradient apart = *op;
    apart.unit = 0;
    return op->transformed + (size_t)plane * dn_winograd_gradient_plane(&apart) +
           (size_t)(tile * dn_padded(op->outputs));
}

/* As a table with this unit stores it. */
static double stored(const dn_winograd_gradient *op, double transformed)
{
    float number = (float)transformed;
    return (double)(op->unit ? dn_float_of_bf16(dn_bf16_of_float(number)) : number);
}

void dn_reference_winograd_gradient(const dn_winograd_gradient *op)
{
    for (int i = 0; i < 36; i++)
        for (int tile = 0; tile < dn_winograd_gradient_tiles(op); tile++)
            for (int n = 0; n < op->outputs; n++)
                row_of_tile(op, i, tile)[n] =
                    (float)stored(op, transformed_gradient(op, tile, i / 6, i % 6, n));
}

void dn_reference_winograd_products(const dn_winograd_gradient *op, float *scratch)
{
    (void)scratch;
    int tiles = dn_winograd_gradient_tiles(op);
    for (int i = 0; i < 36; i++)
        for (int c = 0; c < op->channels; c++)
            for (int n = 0; n < op->outputs; n++) {
                float *out = op->sums + i * op->plane_stride + n * op->row_stride + c;
                double sum = op->accumulate ? (double)*out : 0;
                for (int tile = 0; tile < tiles; tile++)
                    sum += stored(op, transformed_input(op, tile, i / 6, i % 6, c)) *
                           (double)row_of_tile(op, i, tile)[n];
                *out = (float)sum;
            }
}

void dn_reference_winograd_weights(const dn_winograd_weights *op)
{
    for (int w = 0; w < 9; w++)
        for (int n = 0; n < op->outputs; n++)
            for (int c = 0; c < op->channels; c++) {
                double sum = 0;
                for (int i = 0; i < 36; i++)
                    sum += weight_matrix[i / 6][w / 3] * weight_matrix[i % 6][w % 3] *
                           (double)op->sums[i * op->plane_stride + n * op->row_stride + c];
                op->out[w * op->plane_stride + n * op->row_stride + c] = (float)sum;
            }
}
