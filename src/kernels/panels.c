/* SPDX-License-Identifier: MIT */
/* Weights into panels, a few outputs or channels at a time, so that threads can
 * share the work. */
#include "kernels/kernels.h"

#include "base/minmax.h"

#include <string.h>

/* The window of (output, channel), `area` weights; from the last to the first
 * where the convolution is transposed. */
static const float *window_of(const dn_weights *weights, int output, int channel)
{
    size_t area = (size_t)weights->kernel * (size_t)weights->kernel;
    size_t row = (size_t)(weights->transposed ? channel : output);
    size_t column = (size_t)(weights->transposed ? output : channel);
    size_t length = (size_t)(weights->transposed ? weights->outputs : weights->channels);
    return weights->data + (row * length + column) * area;
}

static float factor_of(const dn_weights *weights, int output)
{
    return weights->scale ? weights->scale[output] * weights->factor : weights->factor;
}

void dn_pack_outputs(const dn_kernels *kernels, const dn_weights *weights, int first, int end,
                     float *out)
{
    int area = weights->kernel * weights->kernel, depth = area * weights->channels;
    for (int start = first; start < end; start += kernels->tile_channels) {
        int valid = dn_smaller(kernels->tile_channels, weights->outputs - start);
        int width = dn_ceil_divide(valid, kernels->lanes) * kernels->lanes;
        float *panel = out + dn_panel_index(kernels, depth, weights->outputs, 0, start);
        if (valid < width)
            memset(panel, 0, (size_t)depth * (size_t)width * sizeof *panel);
        for (int c = 0; c < weights->channels; c++)
            for (int n = 0; n < valid; n++) {
                const float *window = window_of(weights, start + n, c);
                float factor = factor_of(weights, start + n);
                for (int w = 0; w < area; w++)
                    panel[(ptrdiff_t)(w * weights->channels + c) * width + n] =
                        window[weights->transposed ? area - 1 - w : w] * factor;
            }
    }
}

void dn_pack_conv(const dn_kernels *kernels, const float *weight, int outputs, int channels,
                  int kernel, const float *scale, float *out)
{
    dn_weights weights = {weight, outputs, channels, kernel, scale, 1, false};
    dn_pack_outputs(kernels, &weights, 0, outputs, out);
}

/* ---- Winograd ---- */

/* G of F(4x4, 3x3): rows (1, x, x^2) / prod(x - other points), infinity last. */
#define P DN_WINOGRAD_P
#define Q DN_WINOGRAD_Q
#define AT_P (1 / (2 * P * P * (P * P - Q * Q)))
#define AT_Q (1 / (2 * Q * Q * (Q * Q - P * P)))
static const double winograd_g[6][3] = {
    {1 / (P * P * Q * Q), 0, 0}, {AT_P, P *AT_P, P *P *AT_P},  {AT_P, -P *AT_P, P *P *AT_P},
    {AT_Q, Q *AT_Q, Q *Q *AT_Q}, {AT_Q, -Q *AT_Q, Q *Q *AT_Q}, {0, 0, 1},
};

/* Kernels transformed side by side; a full panel is a multiple of no fewer. */
#define BESIDE 8

/* out[6 i + j] = (G g G^T)_ij of each kernel. */
static void transform_kernels(double g[9][BESIDE], double out[36][BESIDE])
{
    double half[6][3][BESIDE];
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 3; j++)
            for (int n = 0; n < BESIDE; n++)
                half[i][j][n] = winograd_g[i][0] * g[j][n] + winograd_g[i][1] * g[3 + j][n] +
                                winograd_g[i][2] * g[6 + j][n];
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++)
            for (int n = 0; n < BESIDE; n++)
                out[6 * i + j][n] = half[i][0][n] * winograd_g[j][0] +
                                    half[i][1][n] * winograd_g[j][1] +
                                    half[i][2][n] * winograd_g[j][2];
}

void dn_pack_winograd_channels(const dn_kernels *kernels, const dn_weights *weights, int first,
                               int end, float *out)
{
    int outputs = weights->outputs;
    int padded = dn_ceil_divide(outputs, kernels->lanes) * kernels->lanes;
    size_t plane = dn_panels_size(kernels, weights->channels, outputs);
    for (int c = first; c < end; c++)
        for (int start = 0; start < padded; start += BESIDE) {
            double g[9][BESIDE] = {{0}}, transformed[36][BESIDE];
            int width = dn_smaller(BESIDE, padded - start),
                valid = dn_smaller(width, outputs - start);
            for (int n = 0; n < valid; n++) {
                const float *window = window_of(weights, start + n, c);
                double factor = (double)factor_of(weights, start + n);
                for (int w = 0; w < 9; w++)
                    g[w][n] = (double)window[weights->transposed ? 8 - w : w] * factor;
            }
            transform_kernels(g, transformed);
            float *target = out + dn_panel_index(kernels, weights->channels, outputs, c, start);
            for (int i = 0; i < 36; i++)
                for (int n = 0; n < width; n++)
                    target[(size_t)i * plane + (size_t)n] = (float)transformed[i][n];
        }
}

void dn_pack_winograd(const dn_kernels *kernels, const float *weight, int outputs, int channels,
                      const float *scale, float *out)
{
    dn_weights weights = {weight, outputs, channels, 3, scale, 1, false};
    dn_pack_winograd_channels(kernels, &weights, 0, channels, out);
}
