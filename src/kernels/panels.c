/* SPDX-License-Identifier: MIT */
#include "kernels/kernels.h"

#include <string.h>

void dn_pack_conv(const dn_kernels *kernels, const float *weight, int outputs, int channels,
                  int kernel, const float *scale, float *out)
{
    int window = kernel * kernel, depth = window * channels;
    memset(out, 0, dn_panels_size(kernels, depth, outputs) * sizeof *out);
    for (int n = 0; n < outputs; n++) {
        float factor = scale ? scale[n] : 1;
        const float *source = weight + (size_t)n * (size_t)depth;
        float *target = out + dn_panel_index(kernels, depth, outputs, 0, n);
        size_t step = dn_panel_index(kernels, depth, outputs, 1, n) -
                      dn_panel_index(kernels, depth, outputs, 0, n);
        for (int c = 0; c < channels; c++)
            for (int w = 0; w < window; w++)
                target[(size_t)(w * channels + c) * step] = source[c * window + w] * factor;
    }
}

/* G of F(4x4, 3x3): rows (1, x, x^2) / prod(x - other points), infinity last. */
#define P DN_WINOGRAD_P
#define Q DN_WINOGRAD_Q
#define AT_P (1 / (2 * P * P * (P * P - Q * Q)))
#define AT_Q (1 / (2 * Q * Q * (Q * Q - P * P)))
static const double winograd_g[6][3] = {
    {1 / (P * P * Q * Q), 0, 0}, {AT_P, P *AT_P, P *P *AT_P},  {AT_P, -P *AT_P, P *P *AT_P},
    {AT_Q, Q *AT_Q, Q *Q *AT_Q}, {AT_Q, -Q *AT_Q, Q *Q *AT_Q}, {0, 0, 1},
};

/* G g G^T of one 3x3 kernel. */
static void transform_kernel(const float g[9], double out[36])
{
    double half[6][3];
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 3; j++)
            half[i][j] = winograd_g[i][0] * (double)g[j] + winograd_g[i][1] * (double)g[3 + j] +
                         winograd_g[i][2] * (double)g[6 + j];
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 6; j++)
            out[6 * i + j] = half[i][0] * winograd_g[j][0] + half[i][1] * winograd_g[j][1] +
                             half[i][2] * winograd_g[j][2];
}

void dn_pack_winograd(const dn_kernels *kernels, const float *weight, int outputs, int channels,
                      const float *scale, float *out)
{
    size_t plane = dn_panels_size(kernels, channels, outputs);
    memset(out, 0, 36 * plane * sizeof *out);
    for (int n = 0; n < outputs; n++)
        for (int c = 0; c < channels; c++) {
            double transformed[36], factor = scale ? (double)scale[n] : 1;
            transform_kernel(weight + ((size_t)n * (size_t)channels + (size_t)c) * 9, transformed);
            float *target = out + dn_panel_index(kernels, channels, outputs, c, n);
            for (int i = 0; i < 36; i++)
                target[(size_t)i * plane] = (float)(transformed[i] * factor);
        }
}
